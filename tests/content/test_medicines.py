"""Medicines, definitions and sources that stand once: what uses them, what hangs on them, and that nothing of them is left over."""

import re
import shutil
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from pharmacyfirst.content.library import load, shipped_library
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.kernel.conditions import MET, NOT_KNOWN, NOT_MET, within
from pharmacyfirst.kernel.evidence import Grade
from pharmacyfirst.kernel.questions import asked

GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
SHIPPED = shipped_library()
MEDICINES = sorted(SHIPPED.medicines)


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(GOOD, tmp_path / "pathways"))


def change(root, name, *pairs):
    file = root / name
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def digests(library):
    """The digest of each document and of each condition as a whole."""
    found = {}
    for pathway in library.newest_all():
        found[pathway.id] = pathway.content_digest
        found[f"{pathway.id}/pathway"] = pathway.edition.digest
        found |= {f"{pathway.id}/{name}": pgd.edition.digest for name, pgd in pathway.pgds.items()}
    return found


def clauses(pgd):
    return {one.id: one for one in (*pgd.every_medicine, *pgd.exclusions)}


# What takes a bar


def test_a_clause_has_of_its_bar_what_it_does_not_say_itself():
    spray = load(GOOD).newest("snoring").pgds["placebo-spray"]
    awake, flames, hat = (clauses(spray)[f"SNO-SPR-X{number}"] for number in (1, 2, 4))

    assert (awake.bar, awake.says, awake.because) == ("awake", "wide awake", "nobody snores awake")
    assert awake.sentence.in_words() == "wide_awake is met"
    assert [line.in_words() for line in awake.backing.evidence] == ["single ALL-1"]
    assert awake.backing.note == "Pinch them; a yawn is no snore"
    assert (flames.says, flames.because, flames.backing.open) == ("a candle", "the curtains are long", ("SNO-O1",))
    assert [line.in_words() for line in flames.backing.evidence] == ["primary S1"]
    assert (hat.sentence, hat.covered_by) == (None, ("SNO-F2",))
    assert clauses(spray)["SNO-ALL-X1"].bar == "other"


def test_the_cautions_of_the_medicine_stand_in_every_document_of_it():
    spray = load(GOOD).newest("snoring").pgds["placebo-spray"]
    assert [one.id for one in spray.cautions] == ["SPR-W1", "SPR-W2", "SNO-SPR-W1"]
    assert (spray.cautions[1].audience, spray.cautions[1].forms) == (("professional",), ("nose spray",))
    assert [(one.name, one.because) for one in spray.differs] == [
        ("pets", "no animal is let in where this one is used")
    ]


def test_a_pathway_that_says_that_a_document_excludes_reads_the_bars_too(root):
    change(
        root,
        "snoring/pathway.yaml",
        ("    SNO-F2:\n", "    SNO-F3:\n      when: placebo-spray is excluded\n      because: no spray is left\n      evidence: inferred\n    SNO-F2:\n"),
    )  # fmt: skip
    sentence = next(one.sentence for one in load(root).newest("snoring").stopping if one.id == "SNO-F3")

    assert {"asleep", "alarm_rang", "nap_minutes", "bedside_things", "weight_kg"} <= {*sentence.facts()}
    assert "unsuitable" not in sentence.facts()  # that is an exclusion of every medicine


def test_a_bar_that_is_added_is_asked_for_in_every_document(root):
    more = "  thirst:\n    says: thirsty\n    when: nap_minutes is above 300\n    evidence: inferred\ncautions:\n"
    change(root, "shared/medicines/placebo-spray.yaml", ("cautions:\n", more))
    with pytest.raises(ContentRefused) as refused:
        load(root)
    assert '"thirst" bars placebo-spray wherever it is offered (thirsty), and no exclusion takes it here' in str(
        refused.value
    )


# Answers that matter to some medicines


def test_a_folder_asks_of_a_shared_list_what_matters_to_its_own_medicines():
    question = load(GOOD).newest("snoring").questions["bedside_things"]
    said = {one.name: (one.group, [bar.pgd for bar in one.bars], one.action, one.was) for one in question.choices}

    assert said == {
        "candle": ("lights", ["placebo-spray"], "", ("lamp",)),
        "book": ("papers", [], "keep it dry", ()),
        "clock": ("", [], "", ()),
    }


def test_each_bar_of_an_answer_has_its_own_evidence():
    candle = next(one for one in load(GOOD).lists["bedside-things"].choices if one.name == "candle")
    assert [(bar.pgd, bar.because, bar.backing.evidence[0].in_words(), bar.backing.note) for bar in candle.bars] == [
        ("placebo-spray", "it burns", "corroborated ALL-1 ALL-2", ""),
        ("placebo-powder", "it melts", "inferred", "nobody tried"),
    ]


def test_an_action_that_differs_by_medicine_names_them(root):
    book = next(one for one in load(root).lists["bedside-things"].choices if one.name == "book")
    assert book.action == "placebo-spray: keep it dry; placebo-powder: dust it"


# Digests


@pytest.mark.parametrize(
    ("name", "old", "new", "changed"),
    [
        ("medicines/placebo-spray.yaml", "a yawn is no snore", "a yawn is a snore", "all of snoring"),
        ("medicines/placebo-powder.yaml", "title: Placebo powder", "title: A powder", "nothing"),
        ("definitions.yaml", "nobody uses this one", "nobody at all uses this one", "all of snoring"),
        ("sources.yaml", "read in bed", "read in the bath", "all of snoring"),
        ("bedside-things.yaml", "it burns", "it burns well", "all of snoring"),
    ],
)
def test_what_stands_once_is_in_the_digest_of_whatever_uses_it(name, old, new, changed, root):
    before = digests(load(root))
    change(root, f"shared/{name}", (old, new))
    after = digests(load(root))

    of_snoring = {"snoring", "snoring/pathway", "snoring/placebo-spray"}
    assert {one for one in before if before[one] != after[one]} == (of_snoring if changed != "nothing" else set())


def test_a_medicine_is_in_the_digest_of_its_own_documents_alone(root):
    # Without an exclusion of every medicine that takes a bar, and without asking whether the document excludes somebody, the pathway's own
    # words do not hang on the medicine.
    change(
        root,
        "snoring/pathway.yaml",
        ("every medicine:\n  SNO-ALL-X1:\n    as: other\n    note: Ask.\n", ""),
        ("    when: placebo-spray is not excluded\n", ""),
        ("    when: placebo-spray is excluded\n", ""),
    )
    change(root, "snoring/placebo-spray.yaml", ("    as: small\n", "    as: small\n  SNO-SPR-X6:\n    as: other\n"))
    before = digests(load(root))
    change(root, "shared/medicines/placebo-spray.yaml", ("a yawn is no snore", "a yawn is a snore"))
    after = digests(load(root))

    assert {one for one in before if before[one] != after[one]} == {"snoring", "snoring/placebo-spray"}


def test_sources_of_all_are_explained_where_they_are_cited():
    library = load(GOOD)
    assert [*library.newest("snoring").sources] == ["S1", "ALL-1", "ALL-2"]
    assert not {"ALL-1", "ALL-2"} & {*library.newest("hiccups").sources}
    assert [*library.lists["bedside-things"].sources] == ["ALL-1", "ALL-2"]


# What ships


def test_every_document_that_ships_has_the_file_of_its_medicine():
    offered = {name for pathway in SHIPPED.newest_all() for name in pathway.pgds}
    assert offered == {*MEDICINES}


@pytest.mark.parametrize("name", MEDICINES)
def test_every_bar_that_ships_is_judged_covered_or_said_to_differ(name):
    bars = {one.name for one in SHIPPED.medicines[name].bars}
    for pathway in SHIPPED.newest_all():
        if name in pathway.pgds:
            pgd = pathway.pgds[name]
            taken = [one.bar for one in clauses(pgd).values() if one.bar]
            assert {*taken, *(one.name for one in pgd.differs if one.name not in pathway.questions)} == bars


@pytest.mark.parametrize("name", MEDICINES)
def test_every_caution_that_ships_is_for_somebody_and_about_a_form_there_is(name):
    forms = {one.form for p in SHIPPED.newest_all() if name in p.pgds for one in p.pgds[name].products}
    for caution in SHIPPED.medicines[name].cautions:
        assert caution.audience
        assert {*caution.forms} <= forms, caution.name


BY_MOUTH = {
    "phenoxymethylpenicillin", "amoxicillin", "flucloxacillin", "clarithromycin", "erythromycin", "doxycycline", "nitrofurantoin",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BY_MOUTH))
def test_every_antibiotic_by_mouth_says_when_to_stop_to_patient_and_professional(name):
    both = [one for one in SHIPPED.medicines[name].cautions if set(one.audience) == {"patient", "professional"}]
    assert any("blisters" in one.says and "999" in one.action for one in both)
    assert any("diarrhoea" in one.says and "get medical help" in one.action for one in both)
    assert any("typhoid" in one.says and "patient" in one.audience for one in SHIPPED.medicines[name].cautions)


def test_nothing_that_stands_once_is_used_nowhere():
    pathways = SHIPPED.newest_all()
    cited = {tag for pathway in pathways for tag in pathway.sources}
    cited |= {tag for one in SHIPPED.lists.values() for tag in one.sources}
    once = [one for medicine in SHIPPED.medicines.values() for one in (*medicine.bars, *medicine.cautions)]
    of_services = [one for service in SHIPPED.services.values() for one in (*service.providers, *service.claim)]
    cited |= {tag for one in (*once, *of_services) for line in one.backing.evidence for tag in line.sources}
    assert {*SHIPPED.sources} - cited == set()
    assert {*SHIPPED.definitions} - {one.name for pathway in pathways for one in pathway.named} == set()
    assert {*SHIPPED.lists} - {name for pathway in pathways for name in pathway.lists} == set()


def test_the_list_of_interactions_has_the_53_answers_each_in_a_group_and_each_asked_somewhere():
    choices = SHIPPED.lists["interacting-medicines"].choices
    asking = [pathway for pathway in SHIPPED.newest_all() if "interacting-medicines" in pathway.lists]
    asked_in = {one.name for pathway in asking for one in pathway.questions["interacting_medicines"].choices}
    assert len(choices) == 53
    assert all(one.group and one.says for one in choices)
    groups = [one.group for one in choices]
    assert len(set(groups)) == sum(a != b for a, b in zip(groups, ["", *groups], strict=False))  # each stands together
    assert {one.name for one in choices} == asked_in


def test_clarithromycin_and_erythromycin_are_barred_by_the_same_39_answers():
    barred = {
        name: {one.name for one in SHIPPED.lists["interacting-medicines"].choices if name in {b.pgd for b in one.bars}}
        for name in MEDICINES
    }
    assert barred["clarithromycin"] == barred["erythromycin"]
    assert len(barred["erythromycin"]) == 39
    assert (
        barred["phenoxymethylpenicillin"]
        == barred["amoxicillin"]
        == barred["flucloxacillin"]
        == {"warfarin", "methotrexate", "probenecid"}
    )


# Pregnancy (rule 8 of clinical/README.md), said again here and compared with the definitions

PREGNANCY = (None, "not_pregnant", "possible", "pregnant")
TEST = (None, "negative", "positive", "not_done")


def read(age, pregnancy, test):
    """``pregnant``, ``not pregnant``, ``open`` or ``not known``."""
    if not 11 <= age <= 55:
        return "open" if pregnancy in ("pregnant", "possible") or test == "positive" else "not pregnant"
    if pregnancy == "pregnant" or (pregnancy == "possible" and test == "positive"):
        return "pregnant"
    if pregnancy == "not_pregnant":
        return "open" if test == "positive" else "not pregnant"
    if pregnancy == "possible" and test is not None:
        return "not pregnant" if test == "negative" else "open"
    return "not known"


@pytest.mark.parametrize(("age", "pregnancy", "test"), [*product((1, 10, 11, 30, 55, 56, 90), PREGNANCY, TEST)])
def test_a_less_certain_answer_about_pregnancy_never_opens_what_the_certain_one_refuses(age, pregnancy, test):
    pathway = SHIPPED.newest("acute-sinusitis")
    given = {"age_years": age, "pregnancy": pregnancy, "pregnancy_test_result": test}
    answers = asked(pathway.gated, {name: value for name, value in given.items() if value is not None})
    named = {one.name: one.sentence.verdict(answers) for one in pathway.named}
    how = read(age, pregnancy, test)
    bars = {
        name: next(c.sentence.verdict(answers) for c in clauses(pathway.pgds[name]).values() if c.bar == "pregnancy")
        for name in ("clarithromycin", "doxycycline", "fluticasone", "mometasone", "erythromycin")
    }

    assert named["pregnant_for_certain"] is {"pregnant": MET, "not known": NOT_KNOWN}.get(how, NOT_MET)
    if how != "not known":
        assert named["pregnancy_open"] is (MET if how == "open" else NOT_MET)
        assert named["pregnant_or_open"] is (NOT_MET if how == "not pregnant" else MET)
        assert named["no_certain_pregnancy"] is (NOT_MET if how == "pregnant" else MET)
    # None of them is clear while it is not known.
    assert bars.pop("erythromycin") is named["no_certain_pregnancy"]
    assert {*bars.values()} == {named["pregnant_or_open"]}
    assert how != "not known" or NOT_MET not in {*bars.values(), named["no_certain_pregnancy"]}


# Believable weights (medicines/clarithromycin.md of the clinical reference)

LOWEST = (5, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17)
HIGHEST = (16, 20, 25, 30, 35, 41, 49, 57, 66, 76, 86)


@pytest.mark.parametrize(
    ("age", "low", "high"), [(at + 1, *ends) for at, ends in enumerate(zip(LOWEST, HIGHEST, strict=True))]
)
def test_a_weight_that_no_child_of_the_age_has_is_not_believed(age, low, high):
    pathway = SHIPPED.newest("acute-otitis-media")
    definition = next(one.sentence for one in pathway.named if one.name == "weight_not_believable")
    near = Decimal("0.1")

    def verdict(**answers):
        return definition.verdict(answers)

    assert [verdict(age_years=age, weight_kg=kg) for kg in (low - near, low, high, high + near)] == [
        MET,
        NOT_MET,
        NOT_MET,
        MET,
    ]
    assert verdict(age_years=age) is NOT_KNOWN
    assert verdict(age_years=12) is NOT_MET
    assert verdict(age_years=12, weight_kg=Decimal(9)) is NOT_MET


def test_what_bars_a_macrolide_by_weight_is_known_before_a_dose_is_worked_out():
    for pathway in SHIPPED.newest_all():
        pgd = pathway.pgds.get("clarithromycin")
        if pgd is not None and any(
            row.reads and "weight_kg" in row.sentence.facts() for row in pgd.doses if row.sentence
        ):
            assert {"weight-high", "weight-believable"} <= {one.bar for one in pgd.judged()}


def test_every_bar_that_ships_is_read_by_some_pathway_that_judges_it():
    """Its sentence is read where a clause judges it; what every document says to differ was never read in full."""
    judged = {(name, one.bar) for p in SHIPPED.newest_all() for name, pgd in p.pgds.items() for one in pgd.judged()}
    never = {(name, bar.name) for name in MEDICINES for bar in SHIPPED.medicines[name].bars} - judged
    assert never == {
        ("aciclovir", "pregnancy"), ("amoxicillin", "kidney"), ("amoxicillin", "liver"), ("nitrofurantoin", "pregnancy"),
        ("phenazone-lidocaine", "drum"), ("valaciclovir", "pregnancy"),
    }  # fmt: skip


def test_no_bar_that_ships_enables_on_a_guess_and_none_is_without_evidence():
    for medicine in SHIPPED.medicines.values():
        for one in (*medicine.bars, *medicine.cautions):
            assert one.backing.evidence, (medicine.id, one.name)
            assert all(line.grade <= Grade.UNKNOWN for line in one.backing.evidence)


def test_shared_definitions_are_marked_and_say_what_they_mean_or_serve_one_that_does():
    pathway = SHIPPED.newest("acute-sinusitis")
    shared = {one.name: one for one in pathway.named if one.shared}
    assert {"pregnant_for_certain", "pregnancy_open", "pregnant_or_open", "no_certain_pregnancy"} <= {*shared}
    used = {part.name for one in pathway.named for part in within(one.sentence) if getattr(part, "word", "") == "met"}
    assert all(one.says or name in used for name, one in shared.items())
    assert re.fullmatch(r"[a-z0-9_]+", "".join(shared))
