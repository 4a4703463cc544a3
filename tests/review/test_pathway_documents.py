"""Nothing that the library loads is shown to nobody: a pathway's document has all of it, and says on its first page who goes where."""

import dataclasses
import re
from collections.abc import Mapping
from enum import Enum

import pytest
from review_pages import (
    CONDITIONS,
    ROOTS,
    documents,
    headings,
    library,
    parts,
    pathway_of,
    pathway_page,
    pgd_of,
    row,
    squeezed,
    table,
    text,
    tree,
)

from pharmacyfirst.content.library import templates_folder
from pharmacyfirst.content.text import Block, Mistakes, Text, read_file
from pharmacyfirst.kernel.evidence import Evidence, Grade
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.review.documents import Printer
from pharmacyfirst.review.said import everyone

EACH_CONDITION = pytest.mark.parametrize("key", CONDITIONS, ids=" ".join)


def page(key):
    return pathway_page(*key).html


def pages_of_pgds(key):
    return [documents(*key, pgd)[0].html for pgd in pathway_of(*key).pgds]


def shown(words, page):
    """Whether words are there; of "not known. More" the first two may stand as a mark, and the rest after it.

    A note of a clause stands before that of the bar it takes, with a semicolon in place of its full stop. Where prose names a question, an
    answer or a definition, what that says may stand in quotation marks in place of its name.
    """
    words = squeezed(words).rstrip(".")
    if words in page or re.sub(r"^not known[ .,;:]*", "", words, flags=re.IGNORECASE) in page:
        return True
    spelled = re.sub(r"\b[a-z0-9]+(_[a-z0-9]+)+\b", r"“[^”]+”", re.escape(words))
    return spelled != re.escape(words) and re.search(spelled, page) is not None


# Everything that was loaded

# What is put into other words: who a statement is for, where it is shown, headings, status, digests, the plural of a unit, and what an
# answer calls for with all medicines together, which stands there for each. A shared list is named by its title.
IN_OTHER_WORDS = {
    "Origin.shared",
    "SharedList.name",
    "Question.explained_by",
    "Amount.unit",
    "Choice.action",
    "Origin.action",
    "Edition.status", "Statement.audience", "Statement.at", "Pathway.content_digest", "Named.stage", "GatewayPoint.stage", "Clause.stage",
    "DoseRow.stage", "Caution.stage", "Instruction.stage", "Row.stage", "Criterion.stage",
}  # fmt: skip


def words_of(thing, place=""):
    """All words of a piece of content and of every piece inside it, each with the field that holds it."""
    if isinstance(thing, str):
        yield place, thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            # What a thing works out of the rest holds nothing of its own, and of sources only those that something cites are shown.
            if field.init and not (field.name == "sources" and isinstance(getattr(thing, field.name), Mapping)):
                yield from words_of(getattr(thing, field.name), f"{type(thing).__name__}.{field.name}")
    elif isinstance(thing, Mapping):
        for inner in thing.values():
            yield from words_of(inner, place)
    elif isinstance(thing, tuple | list) and not isinstance(thing, Enum):
        for inner in thing:
            yield from words_of(inner, place)


def lost(things, *pages):
    read = " ".join(map(text, pages))
    return [
        (place, words)
        for place, words in words_of(things)
        if words and place not in IN_OTHER_WORDS and not shown(words, read)
    ]


@EACH_CONDITION
def test_all_that_the_pathway_says_is_on_its_page_and_all_that_a_pgd_says_on_one_of_the_two(key):
    pathway = pathway_of(*key)
    of_the_pgds = pages_of_pgds(key)
    own = {
        field.name: getattr(pathway, field.name)
        for field in dataclasses.fields(pathway)
        if field.init and field.name not in ("pgds", "sources", "content_digest", "service")
    }
    assert lost(own, page(key)) == []
    assert lost(pathway.pgds, page(key), *of_the_pgds) == []
    cited = {
        tag for part in parts((own, pathway.pgds)) for tag in getattr(part, "sources", ()) if isinstance(part, Evidence)
    }
    sources = {**pathway.sources, **{tag: one for held in pathway.lists.values() for tag, one in held.sources.items()}}
    assert lost([one for tag, one in sources.items() if tag in cited], page(key), *of_the_pgds) == []


@EACH_CONDITION
def test_everything_backed_shows_its_evidence_and_its_open_items(key):
    pathway = pathway_of(*key)
    own, others = text(page(key)), " ".join(map(text, pages_of_pgds(key)))
    for one in pathway.backed():
        where = own if one.document not in pathway.pgds else own + others
        assert all(line.in_words() in where for line in one.backing.evidence), one
        assert all(item in where for item in one.backing.open), one
        assert shown(one.backing.note, where), one


@EACH_CONDITION
def test_every_sentence_stands_as_the_program_reads_it(key):
    pathway = pathway_of(*key)
    words = text(page(key)) + " ".join(map(text, pages_of_pgds(key)))
    missing = [one.in_words() for one in pathway.sentences() if squeezed(one.in_words()) not in words]
    assert missing == []
    said = [one.sentence.in_words() for one in (*pathway.advice, *pathway.safety_netting) if one.sentence is not None]
    assert [one for one in said if one not in text(page(key))] == []


# Headings whose words are names, numbers, dates and sentences: they stand there as sentences, tables and days.
NOT_WORDS = {
    "pathway", "pgd", "version", "status", "in force", "days", "mechanism", "legal class", "evidence", "open", "when", "any of", "must",
    "asked when", "answer", "after", "position", "points", "for", "at", "then", "clear", "cannot be", "use", "allowed", "judgement",
    "shared", "values from", "explained by", "bars", "covered by", "was", "day only", "where it cannot be answered", "when nothing is left",
    "professions", "form", "forms", "codes", "shared medicine", "values", "list", "strength", "bottle", "dose", "times a day", "quantity", "rounding", "product", "pages", "as", "group",
}  # fmt: skip


@EACH_CONDITION
def test_every_word_of_every_file_of_the_condition_reaches_a_page(key):
    """Read from the files themselves: what is lost at loading is missed here, too."""
    words = text(page(key)) + " ".join(map(text, pages_of_pgds(key)))
    for file in sorted((ROOTS[key[0]] / key[1]).glob("*.yaml")):
        if file.stem != "cases":
            block = read_file(file, file.name, Mistakes())
            missing = [one for one in _prose(block) if not shown(one, words)]
            assert missing == [], file.name


def test_every_word_that_stands_once_for_all_conditions_reaches_a_page():
    conditions = [key for key in CONDITIONS if key[0] == "shipped"]
    words = " ".join(text(one) for key in conditions for one in (page(key), *pages_of_pgds(key)))
    held = library("shipped")
    each = [held.newest(one) for one in held.conditions]
    cited = {
        tag
        for part in parts((held.medicines, [dataclasses.replace(one, service=None) for one in each], held.lists))
        for tag in getattr(part, "sources", ())
    }
    for file in sorted((ROOTS["shipped"] / "shared").rglob("*.yaml")):
        block = read_file(file, file.name, Mistakes())
        node = block.items.get("shared sources", block)
        kept = [
            one for name, inner in node.items.items() if node is block or name in cited for one in _prose(inner, name)
        ]
        assert [one for one in kept if not shown(one, words)] == [], file.name


def _prose(node, heading=""):
    """The words under headings that hold words."""
    if isinstance(node, Text):
        if heading not in NOT_WORDS and node.words != "shared":  # under a name: it stands in a shared file
            yield node.words
    elif isinstance(node, Block):
        if heading != "pages":
            for name, inner in node.items.items():
                yield from _prose(inner, name)
    else:
        for inner in node.items:
            yield from _prose(inner, heading)


# The first page


@EACH_CONDITION
def test_each_outcome_has_a_row_with_why_and_where_to_the_most_urgent_first(key):
    pathway = pathway_of(*key)
    going = tree(page(key)).find(".//*[@id='who-goes-where']//table")
    order = [squeezed("".join(one.itertext())) for one in going.iter("th") if one.get("scope") == "row"]
    words = [in_words(outcome) for outcome in _outcomes()]
    assert [next(one for one in words if line.startswith(one)) for line in order] == [
        one for one in words if any(line.startswith(one) for line in order)
    ]
    for criterion in pathway.stopping:
        destination = EMERGENCY_999 if criterion.always_999 else EMERGENCY_DEPARTMENT
        outcome = Outcome(criterion.kind, destination if criterion.kind is Kind.EMERGENCY else None)
        found = row(page(key), _anchor(outcome))
        assert f"{criterion.because}" in found
        assert criterion.id in found
        assert criterion.where_to in found
    for one in pathway.treatment:
        outcome = Outcome(Kind.SUPPLY) if one.offers else Outcome(one.kind)
        # What several reasons begin with stands there once; each whole where the row is.
        assert all(words in row(page(key), _anchor(outcome)) for words in re.split("[,;] (?:and )?", one.because))
        assert one.because in row(page(key), one.id)
        if one.offers:
            left = row(page(key), _anchor(Outcome(one.nothing_left)))
            assert one.where_nothing in left
            assert one.id in left
            assert all(pathway.pgds[pgd].medicine in row(page(key), _anchor(outcome)) for pgd in one.offers)
    for kind, said in pathway.where_to.items():
        assert f"to: {said.says}" in row(page(key), _anchor(Outcome(kind)))


def _outcomes():
    yield Outcome(Kind.EMERGENCY, EMERGENCY_999)
    yield Outcome(Kind.EMERGENCY, EMERGENCY_DEPARTMENT)
    yield from (Outcome(kind) for kind in Kind if kind is not Kind.EMERGENCY)


def _anchor(outcome):
    return f"goes-{outcome.kind.key.replace('_', '-')}{'-999' if outcome.destination == EMERGENCY_999 else ''}"


@EACH_CONDITION
def test_it_says_at_once_what_it_is_and_who_goes_where_comes_first(key):
    pathway = pathway_of(*key)
    start = text(page(key))[:900]
    standing = "DRAFT" if pathway.edition.draft else pathway.edition.status
    assert start.lower().startswith(f"Pathway {pathway.title} {standing}".lower())
    assert pathway.edition.version in start
    assert f"Called by patients {pathway.title_for_patients} Document {pathway.id} pathway" in start
    assert headings(page(key))[1] == "Who goes where"
    assert pathway.edition.digest in text(page(key))


# Sentences in plain words


def test_sentences_are_said_with_what_questions_are_called_and_the_words_of_their_answers():
    html = page(("made-up", "hiccups"))
    for id, plainly, exact in (
        ("HIC-R1", "No breath: yes", "breath_stopped is yes"),
        ("HIC-R2", "Colour: “blue, without paint” or Temperature now: below 33 degrees Celsius", "temperature_c is below 33.0"),
        ("HIC-R3", "Since: at least 10 days and Colour: “green” or “blue, without paint”", "colour is green or blue"),
        ("HIC-E1", "unless Age: 5 to 100 completed years", "age_years is 5 to 100"),
        ("HIC-E3", "at most 1 of these: Loud; Heard by somebody else", "at most 1 of hiccups_loud, hiccups_heard"),
        ("HIC-T3", "NOISE: at least 2 of 3 and Since: 1 to below 3.5 days", "noise is 2 to 3"),
        ("HIC-T1", "Hiccups an hour: 0 hiccups", "hiccups_an_hour is 0"),
        ("HIC-D1", "NOISE: at least 2 of 3 and Hiccups an hour: at least 2 hiccups", "noise is 2 to 3"),
        ("HIC-ALL-X1", "Eaten in the last hour: one that rules out", "foods bars"),
    ):  # fmt: skip
        words = row(html, id)
        assert plainly in words, id
        assert exact in words, id
    assert "“loud, or often”" in row(html, "name-disturbing")
    assert "not so: (“loud, or often” or at least 2 of these: Whispers; Loud; In a library)" in row(html, "HIC-T4")


def test_a_unit_reads_otherwise_at_one():
    html = page(("made-up", "hiccups"))
    assert "(one: “1 hiccup”)" in row(html, "question-hiccups_an_hour")
    assert "a whole number from 0 to 1000 hiccups" in row(html, "question-hiccups_an_hour")


# Each part of it


def test_each_page_of_the_conversation_has_its_questions_in_order_with_its_prompts():
    html = page(("made-up", "hiccups"))
    captions = [squeezed("".join(one.itertext())) for one in tree(html).iter("caption")]
    pathway = pathway_of("made-up", "hiccups")
    assert [one for one in captions if re.match(r"\d+\. ", one)] == [
        f"{number}. {one.title}" for number, one in enumerate(pathway.pages, 1)
    ]
    for number, one in enumerate(pathway.pages, 1):
        caption = f"{number}. {one.title}"
        (found,) = [table for table in tree(html).iter("table") if "".join(table.find("caption").itertext()) == caption]
        assert [body.get("id") for body in found.findall("tbody") if body.get("id")] == [
            f"question-{name}" for name in one.facts
        ]
        assert ("Do not laugh." in table(html, caption)) is (one.title == "Who the person is")


@EACH_CONDITION
def test_a_prompt_stands_at_each_place_it_names(key):
    pathway = pathway_of(*key)
    captions = {one.title: f"{number}. {one.title}" for number, one in enumerate(pathway.pages, 1)}
    captions |= {stage: stage[:1].upper() + stage[1:] for stage in (one.stage for one in pathway.stopping)}
    for prompt in pathway.prompts:
        for at in prompt.at:
            assert squeezed(prompt.says) in table(page(key), captions.get(at, "By outcome, each statement by its id"))


def test_a_question_says_whom_it_is_asked_of_how_hours_count_and_what_becomes_of_it_unanswered():
    html = page(("made-up", "hiccups"))
    assert "Asked only of: Likes: “sour things” and Loud: no" in row(html, "question-last_page")
    hours = row(html, "question-hours_since_supper")
    assert (
        "Hours since supper ended, until the first spoon. Where only the day is known they count as short as possible."
        in hours
    )
    assert "Where it cannot be answered: refer the same day." in hours
    assert "Your judgement" in row(html, "question-breath_stopped")
    assert "Never required" in row(html, "question-life_threatening")
    assert "In an earlier version the question was song." in row(html, "question-tune")
    assert "In an earlier version the answer was nectar, syrup." in row(html, "question-foods")


def test_what_is_said_stands_by_outcome_and_by_statement():
    html = page(("made-up", "hiccups"))
    everyone = [outcome for outcome in _outcomes() if outcome.kind not in (Kind.EMERGENCY, Kind.NEED_FACTS)]
    for outcome in _outcomes():
        anchor = f"said-{outcome.kind.key}-{outcome.destination or ''}"
        if f'id="{anchor}"' in html:
            assert ("HIC-AD2" in row(html, anchor)) is (outcome in everyone)
    assert "Do not laugh." in row(html, "said-refer-")
    whom = row(html, "HIC-AD1")
    assert "every emergency" in whom
    assert "where this decided: HIC-E1" in whom
    assert "only when: Heard by somebody else: yes" in whom


def test_a_payment_point_whose_place_is_not_known_says_so_and_decides_nothing():
    html = page(("made-up", "hiccups"))
    assert "Where this point stands is not known" in row(html, "HIC-G2")
    assert "Where this point stands" not in row(html, "HIC-G1")
    assert "Payment only" in row(html, "gateways")


def test_criteria_that_say_two_answers_contradict_each_other_are_marked():
    html = page(("made-up", "hiccups"))
    assert "Two answers contradict each other" in row(html, "HIC-E5")
    assert "Two answers contradict each other" not in row(html, "HIC-E4")


def test_the_diagnosis_says_when_the_record_may_name_it_and_what_else_it_says():
    words = row(page(("made-up", "hiccups")), "diagnosis")
    assert "Known and clear: red flags, HIC-E3." in words
    assert "Otherwise the record says: presented with a noise." in words


@EACH_CONDITION
def test_what_bars_a_medicine_stands_in_short_with_the_file_that_has_it_in_full(key):
    for pgd_id, pgd in pathway_of(*key).pgds.items():
        kind = {"pgd": "PGD", "clinical protocol": "clinical protocol"}[pgd.mechanism.value]
        assert f"({kind}, {pgd_id}.html)" in text(page(key))
        for clause in (*pgd.inclusion, *pgd.exclusions):
            assert clause.says in row(page(key), f"short-{clause.id}")


# Small and large pages


def test_columns_become_lines_where_there_is_no_room():
    sheet = (templates_folder() / "document.css").read_text(encoding="utf-8")
    assert "min-width" not in sheet
    assert "overflow-x" not in sheet
    for cell in tree(page(("made-up", "hiccups"))).iter("td"):
        assert cell.get("data-column") or cell.get("colspan") or "about" in page(("made-up", "hiccups"))


@EACH_CONDITION
def test_grades_stand_in_superscripts_and_not_in_the_sentence(key):
    grades = "|".join(grade.word for grade in Grade)
    for mark in tree(page(key)).iter("sup"):
        assert re.fullmatch(rf"(({grades})(, ({grades}))*\N{{NO-BREAK SPACE}})?\d+", "".join(mark.itertext()))


def test_a_pathway_without_what_it_may_do_without_has_no_empty_section():
    html = page(("made-up", "yawning"))
    assert not {"Gateway points", "Codes", "Conflicts", "Channels", "Leaflets", "What is recorded"} & set(
        headings(html)
    )


def test_a_pathway_that_nobody_supplies_from_says_so(tmp_path):
    assert "about-medicines" not in page(("made-up", "yawning"))
    assert pgd_of("made-up", "hiccups", "placebo-syrup").medicine in row(
        page(("made-up", "hiccups")), "about-medicines"
    )
    assert Printer().of_pathway(pathway_of("made-up", "yawning")).made_on.year == 2026


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (("everyone",), "everybody, save in an emergency or while it is not decided"),
        (("everyone", "need facts"), "everybody, save in an emergency"),
        (("emergency", "everyone"), "everybody, save while it is not decided"),
        (("everyone", "emergency", "need facts"), "everybody"),
        (("need facts", "supply"), ""),
    ],
)
def test_a_statement_for_everyone_leaves_out_nobody_whom_it_names(audience, words):
    assert everyone(audience) == words
