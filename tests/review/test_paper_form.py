"""The paper form: what each answer leads to alone is what the program says, nothing that stops is left out, and two pages hold it."""

import json
import re
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from review_pages import CONDITIONS, ROOTS, library, pathway_of, printer
from shipped import cases_of
from sound_records import account_for, case_of, handed

from pharmacyfirst import Kind, assess, exact, review
from pharmacyfirst.cli.main import main
from pharmacyfirst.content.made_up import answers_worth_trying, generate
from pharmacyfirst.kernel.conditions import MET
from pharmacyfirst.kernel.pathway import Criterion
from pharmacyfirst.kernel.questions import LIFE_THREATENING, Answer
from pharmacyfirst.paper.pdf import pages_of
from pharmacyfirst.record import make_record
from pharmacyfirst.record.consultation import Account, write_record
from pharmacyfirst.record.decision import Late
from pharmacyfirst.record.examples import TYPIST, example_adoption
from pharmacyfirst.record.judged import read_record
from pharmacyfirst.record.make import is_judged
from pharmacyfirst.review.alone import Alone, together
from pharmacyfirst.review.blank import PRACTICE, blank_form

ON = date(2026, 11, 21)
PACKAGE = Path(review.__file__).parent
NUMBERS = (Answer.WHOLE_NUMBER, Answer.NUMBER)
SHIPPED = [condition for name, condition in CONDITIONS if name == "shipped"]
# A draft permits nothing, so nothing that was handed over under one has a permit.
PUBLISHED = [one for one in SHIPPED if not library("shipped").newest(one).draft]


def sentences(pathway):
    return tuple(one.sentence for pgd in pathway.pgds.values() for one in pgd.judged())


def answers(pathway):
    """Every answer that the pathway can tell apart, each by itself."""
    for name, values in answers_worth_trying(pathway, sentences(pathway)).items():
        yield from ((pathway.questions[name], value) for value in values)


def holds(words, value):
    """Whether a number lies in a stretch, read from its words as a person reads them."""
    number = r"(-?[0-9.]+)"
    for shape, fits in (
        (rf"{number}", lambda a: value == a),
        (rf"{number} or less", lambda a: value <= a),
        (rf"{number} or more", lambda a: value >= a),
        (rf"below {number}", lambda a: value < a),
        (rf"above {number}", lambda a: value > a),
        (rf"{number} to {number}", lambda a, b: a <= value <= b),
        (rf"above {number} to {number}", lambda a, b: a < value <= b),
        (rf"{number} to below {number}", lambda a, b: a <= value < b),
        (rf"above {number} to below {number}", lambda a, b: a < value < b),
        ("any number", lambda: True),
    ):
        if found := re.fullmatch(shape, words):
            return fits(*map(Decimal, found.groups()))
    raise AssertionError(words)


@pytest.mark.parametrize(("name", "condition"), CONDITIONS)
def test_what_an_answer_alone_leads_to_is_what_the_program_says_of_it_alone(name, condition):
    pathway = pathway_of(name, condition)
    alone = Alone(pathway)
    for question, value in answers(pathway):
        leads = alone.of(question, value)
        assessment = assess(pathway, {question.name: value}, ON)
        met = [one.item for one in assessment.findings if one.verdict is MET and isinstance(one.item, Criterion)]
        assert bool(met) == (leads.criterion is not None), (question.name, value)
        if leads.criterion is not None:
            assert leads.criterion.urgency == min(one.urgency for one in met), (question.name, value)
            assert leads.criterion in met, (question.name, value)
        if leads.outcome is not None and leads.outcome.kind <= Kind.REFER_URGENT:  # these are acted on at once
            assert assessment.outcome == leads.outcome, (question.name, value)


@pytest.mark.parametrize(("name", "condition"), CONDITIONS)
def test_the_stretches_of_a_number_hold_every_number_that_leads_to_something_and_no_other(name, condition):
    pathway = pathway_of(name, condition)
    alone = Alone(pathway)
    numbers = [one for one in answers(pathway) if one[0].answer in NUMBERS]
    for question, value in numbers:
        found = [one for one in alone.stretches(question) if holds(one.words, Decimal(value))]
        assert [one.leads.alike for one in found] == [leads.alike for leads in [alone.of(question, value)] if leads]


@pytest.mark.parametrize(("name", "condition"), CONDITIONS)
def test_whoever_is_stopped_is_stopped_by_an_answer_on_the_form_or_by_what_stands_under_it(name, condition):
    pathway = pathway_of(name, condition)
    alone, several = Alone(pathway), {one.id for one in together(pathway.stopping)}
    stopped = 0
    for facts in generate(pathway, [{}, *(dict(one) for one in _people(name, condition))], 7, 400):
        assessment = assess(pathway, facts, ON)
        deciding = [one for one in pathway.stopping if one.id in assessment.decided_by]
        for criterion in deciding:
            stopped += 1
            known = assessment.known
            led = (alone.of(pathway.questions[fact], known[fact]) for fact in criterion.reads if fact in known)
            urgent = [one.criterion.urgency for one in led if one.criterion is not None]
            assert criterion.id in several or min(urgent) <= criterion.urgency, criterion.id
    assert stopped


def _people(name, condition):
    return [case.facts for case in cases_of(library(name), condition)][:40] if name == "shipped" else []


def test_an_answer_rules_out_the_medicines_whose_documents_it_rules_out_alone():
    pathway = pathway_of("shipped", "acute-sinusitis")
    alone, questions = Alone(pathway), pathway.questions
    assert alone.of(questions["tetracycline_allergy"], True).rules_out == ("doxycycline",)
    assert alone.of(questions["tetracycline_allergy"], False).rules_out == ()
    by_egfr = alone.stretches(questions["egfr_ml_min"])
    assert [one.words for one in by_egfr] == ["below 30"]
    for pgd in by_egfr[0].leads.rules_out:
        clauses = [one for one in pathway.pgds[pgd].judged() if "egfr_ml_min" in one.reads]
        assert any(one.sentence.verdict({"egfr_ml_min": Decimal("29.9")}) is MET for one in clauses)


@pytest.mark.parametrize(("name", "condition"), CONDITIONS)
def test_the_form_has_every_question_of_the_pages_in_order_with_every_answer_and_not_known(name, condition):
    pathway = pathway_of(name, condition)
    form = blank_form(pathway, ON)
    asked = [pathway.questions[fact] for page in pathway.pages for fact in page.facts]
    written = [one for page in form.pages for one in page.questions]

    assert [one.ask for one in written][: len(asked)] == [one.ask for one in asked]
    assert len(written) == len(pathway.questions)
    assert [one.number for one in written] == [*range(1, len(written) + 1)]
    by_words = {one.ask: one for one in pathway.questions.values()}
    for one in written:
        question = by_words[one.ask]
        boxes = {box.words for group in one.boxes for box in group.boxes}
        assert boxes >= {choice.says or choice.name.replace("_", " ") for choice in question.choices}
        assert one.not_known == (question.name != LIFE_THREATENING)
        assert bool(one.blank) == (question.answer in (*NUMBERS, Answer.DATE))
        assert one.judgement == question.judgement


@pytest.mark.parametrize(("name", "condition"), CONDITIONS)
def test_the_page_says_what_it_is_until_when_and_what_has_to_lie_beside_it(name, condition):
    pathway = pathway_of(name, condition)
    html = printer(name).blank(pathway, ON).html
    assert pathway.edition.version in html
    assert pathway.content_digest.removeprefix("sha256:")[:12] in html
    for pgd in pathway.pgds.values():
        assert f"{pgd.medicine}, version {pgd.edition.version}" in html
    assert PRACTICE not in html
    assert printer(name).blank(pathway, ON).html == html
    assert printer(name).blank(pathway, ON, practice=True).html.count(PRACTICE) == 3  # title, heading, every page's top


def test_the_form_says_until_when_its_first_document_may_be_used_and_when_none_may():
    pathway = library("shipped").in_force("shingles", ON)
    assert blank_form(pathway, ON).until == "valid to 30 January 2027"
    after = date(2027, 3, 1)
    later = blank_form(library("shipped").in_force("shingles", after), after)
    assert "nothing may be supplied" in later.until or not later.documents
    assert all("NOT IN FORCE" in one for one in later.documents)


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
@pytest.mark.parametrize("condition", SHIPPED)
def test_two_pages_hold_the_form_of_every_condition_that_ships(condition):
    """That of a training patient, which has a line more than any other."""
    assert pages_of(printer("shipped").blank(pathway_of("shipped", condition), ON, practice=True).html) <= 2


def test_a_service_asks_on_paper_what_it_alone_asks():
    forms = {
        name: blank_form(pathway_of("shipped", name), ON)
        for name in ("uncomplicated-uti", "blood-pressure-check", "emergency-contraception")
    }
    asked = {
        name: {one.what: one.boxes for one in (*form.patient, *form.consent, *form.decision)}
        for name, form in forms.items()
    }
    assert asked["uncomplicated-uti"]["Came"] == ("self-referred", "GP practice", "NHS 111", "urgent care", "other")
    assert "optician" in asked["blood-pressure-check"]["Came"]
    assert "to be measured" in asked["blood-pressure-check"]["Done"]
    assert "to be measured" not in asked["uncomplicated-uti"]["Done"]
    assert "May be seen in the NHS App" in asked["emergency-contraception"]
    assert "May be seen in the NHS App" not in asked["uncomplicated-uti"]
    assert any(boxes == ("done", "not, because: ____") for boxes in asked["emergency-contraception"].values())
    remarks = [words for page in forms["blood-pressure-check"].pages for one in page.questions for words in one.remarks]
    assert sum(words.startswith("Every reading, in order") for words in remarks) == 1


def test_nothing_on_the_form_is_set_smaller_than_seven_points():
    html = printer("shipped").blank(pathway_of("shipped", "impetigo"), ON).html
    own = html[html.index("/* The paper form") : html.index("</style>")]
    assert min(Decimal(size) for size in re.findall(r"([0-9.]+)pt", own)) == 7


def test_no_name_of_a_condition_stands_in_the_code_of_the_form():
    for module in ("alone", "blank"):
        text = Path(PACKAGE / f"{module}.py").read_text(encoding="utf-8")
        assert not [one for one in library("shipped").conditions if one in text]


# The command


def run(*words):
    return CliRunner().invoke(main, ["print-blank", *map(str, words)])


def test_the_form_is_printed_or_written_and_the_same_each_time(tmp_path):
    printed = run("shingles", "--as-of", ON)
    assert printed.exit_code == 0
    assert run("shingles", "--as-of", ON, "--to", tmp_path / "form.html").output == ""
    assert (tmp_path / "form.html").read_text(encoding="utf-8") == printed.stdout


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_a_pdf_says_how_many_pages_it_has(tmp_path):
    assert (
        run("yawning", "--pathways", ROOTS["made-up"], "--as-of", ON, "--to", tmp_path / "form.pdf").stderr
        == "1 page\n"
    )
    assert (tmp_path / "form.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_a_condition_that_there_is_not_and_an_ending_that_nothing_is_written_in_are_refused(tmp_path):
    refused = run("Featherstonehaugh", "--as-of", ON)
    assert (refused.exit_code, "Featherstonehaugh" in refused.output) == (2, False)
    assert "There is no such pathway" in refused.stderr
    assert "one of these endings" in run("shingles", "--to", tmp_path / "form.docx").stderr
    assert [*tmp_path.iterdir()] == []
    assert "in force" in run("shingles", "--as-of", "2020-01-01").stderr


# Filled in, and entered afterwards


def filled_in(pathway, facts):
    """What somebody writes on the paper: by the number of a question, the words of the boxes ticked, or the number."""
    form = blank_form(pathway, ON)
    order = [fact for page in pathway.pages for fact in page.facts]
    ticked = {}
    for written, name in zip((one for page in form.pages for one in page.questions), order, strict=True):
        question, value = pathway.questions[name], facts.get(name)
        if name not in facts:
            continue
        if value is None:
            ticked[written.number] = ("Not known",)
        elif question.answer is Answer.YES_NO:
            ticked[written.number] = ("Yes" if value else "No",)
        elif question.answer in (Answer.ONE_OF, Answer.ANY_OF):
            names = (value,) if isinstance(value, str) else tuple(value)
            says = {one.name: one.says for one in question.choices}
            ticked[written.number] = tuple(says[one] for one in names) or ("None of these",)
        else:
            ticked[written.number] = (str(value),)
        boxes = {box.words for group in written.boxes for box in group.boxes}
        assert written.blank or boxes | {"Not known"} >= {*ticked[written.number]}
    return ticked


def entered(pathway, ticked):
    """What somebody who types it in afterwards makes of the paper, without having seen the patient."""
    order = [fact for page in pathway.pages for fact in page.facts]
    facts = {}
    for number, words in ticked.items():
        question = pathway.questions[order[number - 1]]
        names = {one.says: one.name for one in question.choices}
        match question.answer:
            case _ if words == ("Not known",):
                facts[question.name] = None
            case Answer.YES_NO:
                facts[question.name] = words == ("Yes",)
            case Answer.ONE_OF:
                facts[question.name] = names[words[0]]
            case Answer.ANY_OF:
                facts[question.name] = [names[one] for one in words if one != "None of these"]
            case Answer.WHOLE_NUMBER:
                facts[question.name] = int(words[0])
            case Answer.NUMBER:
                facts[question.name] = Decimal(words[0])
            case _:
                facts[question.name] = words[0]
    return facts


@pytest.mark.parametrize("condition", PUBLISHED)
def test_a_form_that_was_filled_in_becomes_a_late_record_judged_as_of_its_hand_over(condition):
    case = case_of(condition, Kind.SUPPLY)
    pathway = library("shipped").in_force(condition, case.as_of)
    facts = entered(pathway, filled_in(pathway, case.facts))
    paper = account_for(case)
    given = paper.supplies[0]
    account = Account(
        **{name: getattr(paper, name) for name in Account.model_fields}
        | {
            "facts": facts,
            "supplies": (handed(case, paper.patient, paper.id, paper.started_at, permit=None, handed_over_at=given.handed_over_at),),
            "entered_by": TYPIST,
            "late": Late(because="the system was down", paper_at=paper.ended_at),
        }
    )  # fmt: skip
    next_day = paper.ended_at + timedelta(days=1)

    record = make_record(account, library("shipped"), recorded_at=next_day, adoption=example_adoption(pathway))

    assert assess(pathway, facts, case.as_of).as_dict() == assess(pathway, case.facts, case.as_of).as_dict()
    assert record.kind is Kind.SUPPLY
    assert record.unpermitted == ()
    assert record.supplies[0].permit.at == given.handed_over_at < record.recorded_at
    assert record.supplies[0].permit.afterwards.entered_at == next_day
    assert is_judged(read_record(write_record(record), library("shipped")))


@given(st.data())
def test_whatever_is_answered_can_be_written_on_the_form_and_read_from_it(data):
    condition = data.draw(st.sampled_from(SHIPPED))
    pathway = pathway_of("shipped", condition)
    tried = answers_worth_trying(pathway)
    facts = {
        name: data.draw(st.sampled_from([*values, None])) for name, values in tried.items() if data.draw(st.booleans())
    }
    read = entered(pathway, filled_in(pathway, facts))
    assert {name: tuple(one) if isinstance(one, list) else one for name, one in read.items()} == facts


def test_at_the_command_line_a_practised_form_becomes_a_record_that_says_it_is_late(tmp_path):
    """As docs/downtime.md has it: the facts as they were ticked, the paper's times, who typed, and why it is late."""
    examples = Path(__file__).resolve().parents[2] / "examples"
    account = json.loads((examples / "account-uti.json").read_text(encoding="utf-8"))
    pathway = library("shipped").in_force(account["pathway"], ON)
    account["facts"] = json.loads(exact.write(entered(pathway, filled_in(pathway, account["facts"]))).encode())
    account["late"] = {"because": "the system was down", "paper_at": account["ended_at"]}
    account["entered_by"] = {"name": "Lee Example", "role": "dispenser"}
    (tmp_path / "account.json").write_text(json.dumps(account), encoding="utf-8")

    made = CliRunner().invoke(
        main, ["record", "make", str(tmp_path / "account.json"), "--at", "2026-11-22T09:00:00+00:00"]
    )

    assert made.exit_code == 0, made.stderr
    record = json.loads(made.stdout)
    assert (record["started_at"][:10], record["recorded_at"][:10]) == ("2026-11-21", "2026-11-22")
    assert record["late"]["because"] == "the system was down"
    assert record["assessment"]["as_of"] == "2026-11-21"
    without = {name: value for name, value in account.items() if name != "late"}
    (tmp_path / "account.json").write_text(json.dumps(without), encoding="utf-8")
    refused = CliRunner().invoke(
        main, ["record", "make", str(tmp_path / "account.json"), "--at", "2026-11-22T09:00:00+00:00"]
    )
    assert "late has to say why" in refused.stderr


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_a_form_of_more_than_one_sheet_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("pharmacyfirst.cli.print_blank.PAGES", 0)  # nothing that ships is that long
    told = run("yawning", "--pathways", ROOTS["made-up"], "--as-of", ON, "--to", tmp_path / "form.pdf").stderr
    assert told == "1 page: more than one sheet holds, so write the patient's name on each\n"


def test_without_weasyprint_a_pdf_is_refused_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    refused = run("yawning", "--pathways", ROOTS["made-up"], "--as-of", ON, "--to", tmp_path / "form.pdf")
    assert refused.exit_code == 1
    assert "Nothing was written." in refused.stderr
    assert [*tmp_path.iterdir()] == []
