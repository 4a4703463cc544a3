"""Two versions compared: who changes, in words, with a patient who really does, and that nobody else does."""

from functools import cache
from pathlib import Path
from random import Random

import pytest
from proof.edited import DIABETES, OTITIS, TYPES_OF_DIABETES, UTI, edited, standing, uti_without_diabetes

from pharmacyfirst.content.library import load, shipped_library
from pharmacyfirst.content.made_up import generate
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.proof.carried import SamePerson
from pharmacyfirst.proof.changes import changes
from pharmacyfirst.proof.changes_in_words import as_dict, in_words, report
from pharmacyfirst.proof.versions import side

GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
TYPES = ("pathway.yaml", DIABETES, TYPES_OF_DIABETES)
RENAMED = (
    ("pathway.yaml", "when: diabetes is yes", "when: has_diabetes is yes"),
    ("pathway.yaml", "  diabetes:\n", "  has_diabetes:\n    was: diabetes\n"),
    ("pathway.yaml", "diabetes, urinary_catheter", "has_diabetes, urinary_catheter"),
)


def compared(new, condition=UTI, reasons=False):
    old, after = side(f"{condition}@2026.2", "OLD", shipped_library), side(str(new), "NEW", shipped_library)
    found = changes(old.versions[condition], after.versions[condition], reasons)
    for one in found.classes:  # whoever is shown really changes, and as the class says
        before, now = one.patient.before, one.patient.after
        assert came_out(before) != came_out(now)
        assert (before.outcome, now.outcome) == (one.transition.before.outcome, one.transition.after.outcome)
        assert tuple(o.pgd.id for o in now.offers) == one.transition.after.pgds
    return found


def came_out(assessment):
    offers = [(o.pgd.id, o.dose, o.row.times_a_day, o.row.days, o.supplied[0].quantity) for o in assessment.offers]
    return assessment.outcome, offers


def unusual(facts):
    return [one.words for one in facts if not one.usual]


def ways(found, complete=True):
    said = ("Who changes, with every answer given", "Who changes only while")[not complete]
    return {
        way.title: way for section in report(found).sections if section.heading.startswith(said) for way in section.ways
    }


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory):
    new = uti_without_diabetes(tmp_path_factory.mktemp("content"))
    return new, compared(new, reasons=True)


def test_without_the_exclusion_of_diabetes_it_is_people_with_diabetes_who_change_and_nobody_else(diabetes):
    _, found = diabetes

    assert unusual(found.everybody) == ["diabetes is yes"]
    assert unusual(found.unfinished) == ["diabetes is yes or not known"]
    assert set(ways(found)) == {
        f"not eligible -> {after}" for after in ("supply of nitrofurantoin", "self-care", "refer", "declined")
    }
    supply = ways(found)["not eligible -> supply of nitrofurantoin"]
    assert supply.example == "diabetes yes"
    assert supply.before[1].startswith("UTI-E3: this service does not treat people with diabetes")
    assert supply.now[0] == "supply of nitrofurantoin 100 mg 2 times a day for 3 days, 6 capsules"
    assert supply.now[1].startswith("UTI-T1: ")
    assert set(ways(found, complete=False)) == {
        "not eligible -> need facts",
        *(f"need facts -> {after}" for after in ("supply of nitrofurantoin", "self-care", "refer", "declined")),
    }
    assert found.only_old == ("diabetes",)
    lines = list(in_words(found))
    assert "  all of them: diabetes is yes (Does the patient have diabetes of any type?)" in lines
    assert "  UTI-E3, taken out: diabetes is yes, then not eligible" in lines
    assert lines[-1].startswith("Nobody else changes (proved in ")


def test_reasons_and_questions_are_compared_where_that_is_wanted(diabetes):
    _, found = diabetes
    reasons = {one.reason.says: one.patient for one in found.reasons}

    assert "diabetes is no longer asked for" in reasons
    no_longer = reasons["UTI-E3 no longer decides"]
    assert no_longer.before.outcome == no_longer.after.outcome
    assert set(no_longer.before.decided_by) - set(no_longer.after.decided_by) == {"UTI-E3"}
    assert all(came_out(one.before) == came_out(one.after) for one in reasons.values())


def test_made_up_people_change_as_the_classes_say_and_no_others_do(diabetes):
    """The kernel alone, on people whom the solver did not choose."""
    _, found = diabetes
    old, now = shipped_library().in_force(UTI, found.old.on), found.new.pathway
    pairs = {(one.transition.before.outcome, one.transition.after.outcome) for one in found.classes}
    usual, chance, changed = dict(found.old.baseline), Random(1), 0
    for facts in generate(old, [usual, usual | {"diabetes": True}], seed=1, count=400):
        facts.pop("date_of_birth", None)
        if chance.random() < 0.5:
            facts["diabetes"] = True
        before = assess(old, facts, found.old.on)
        after = assess(now, {name: value for name, value in facts.items() if name != "diabetes"}, found.new.on)
        if came_out(before) != came_out(after):
            changed += 1
            assert facts.get("diabetes") is not False
            assert (before.outcome, after.outcome) in pairs
    assert changed > 50


def test_of_whom_everybody_changes_is_said_with_the_facts_that_are_so_of_the_usual_patient():
    """Somebody else of whom only what is named is true need not change: the proof is of those of whom all the facts are."""
    made_up = load(GOOD)
    old, new = (
        side(f"yawning@{version}", "OLD", lambda: made_up).versions["yawning"] for version in ("2025.1", "2026.1")
    )
    found = changes(old, new)
    (one,) = (one for one in found.classes if one.complete)
    (way,) = ways(found).values()

    assert one.whole
    assert [fact.words for fact in one.facts] == ["jaw_stuck is no", "yawns_an_hour is below 10"]
    assert way.proved == (
        "everybody of whom this and 1 fact that is so of the usual patient are true changes so (the JSON names them)"
    )
    assert as_dict(found)["classes"][0]["everybody"]["as_usual"] == ["jaw_stuck is no"]
    assert came_out(assess(old.pathway, {"jaw_stuck": True}, old.on)) == came_out(
        assess(new.pathway, {"jaw_stuck": True, **one.patient.changes}, new.on)
    )


def test_a_limit_of_age_that_moves_changes_those_of_that_age(tmp_path):
    found = compared(edited(tmp_path, UTI, ("pathway.yaml", "age_years is 16 to 64", "age_years is 16 to 65")))

    assert unusual(found.everybody) == unusual(found.unfinished) == ["age_years is 65"]
    assert len(ways(found)) == 4
    assert len(found.classes) == 5
    assert all(one.patient.changes["age_years"] == 65 for one in found.classes)
    assert "UTI-E2: must: age_years is 16 to 64, then not eligible -> must: age_years is 16 to 65, then not eligible" in (
        report(found).rewritten
    )  # fmt: skip


def test_a_question_that_fewer_people_are_asked_leaves_nobody_out(tmp_path):
    text = standing(UTI, "pathway.yaml", "  sti_possible:\n", "    ask: ")
    asked = ("pathway.yaml", text, f"{text}    asked when: age_years is 16 to 64\n")
    found = compared(
        edited(tmp_path, UTI, asked, ("pathway.yaml", "must: age_years is 16 to 64", "must: age_years is 16 to 65"))
    )

    assert unusual(found.everybody) == ["age_years is 65"]
    assert len(ways(found)) == 4


def test_a_dose_that_changes_is_named_with_the_quantity(tmp_path):
    small, large = (
        standing(OTITIS, "amoxicillin.yaml", f"    dose: {dose} mg\n", "    evidence:\n      - ") for dose in (250, 500)
    )
    found = compared(edited(tmp_path, OTITIS, ("amoxicillin.yaml", large, small)), OTITIS)

    (one,) = found.classes
    (way,) = ways(found).values()
    assert way.title.startswith(
        "amoxicillin: 500 mg 3 times a day for 5 days, 150 mL of amoxicillin 250 mg/5 mL oral suspension"
    )
    assert "-> 250 mg 3 times a day for 5 days, 75 mL of amoxicillin 250 mg/5 mL oral suspension" in way.title
    assert "age_years is 5 to 11" in [fact.words for fact in found.everybody]
    assert (one.patient.before.offers[0].dose.amount, one.patient.after.offers[0].dose.amount) == (500, 250)


def test_a_dose_by_weight_is_shown_for_somebody_whose_dose_is_another(tmp_path):
    found = compared(
        edited(tmp_path, OTITIS, ("clarithromycin.yaml", "7.5 mg for each kg", "7 mg for each kg")), OTITIS
    )

    assert len(found.classes) == 1
    before, after = found.classes[0].patient.before.offers[0], found.classes[0].patient.after.offers[0]
    assert before.dose.amount > after.dose.amount


def test_an_urgency_that_changes_says_where_people_are_sent(tmp_path):
    criterion = standing(UTI, "pathway.yaml", "    UTI-R13:\n", "      evidence:\n")
    less = edited(
        tmp_path / "less", UTI, ("pathway.yaml", criterion, criterion.replace("emergency\n", "refer urgent\n"))
    )
    found = compared(less)

    said = unusual(found.everybody)
    assert {"no_working_spleen is yes", "temperature_c is above 38"} <= {*said}
    assert set(ways(found)) == {"emergency, A&E -> refer urgent"}
    # The nearest number that is above the limit, as nothing says how exact a thermometer is.
    assert ways(found)["emergency, A&E -> refer urgent"].example == "temperature_c 38.05; no_working_spleen yes"

    always = edited(
        tmp_path / "always",
        UTI,
        ("pathway.yaml", criterion, criterion.replace("emergency\n", "emergency, always 999\n")),
    )
    found = compared(always)

    assert set(ways(found)) == {"emergency, A&E -> emergency, 999"}
    assert ways(found, complete=False) == {}


def test_more_urgent_the_other_way_round(tmp_path):
    found = compared(
        edited(
            tmp_path, UTI,
            ("pathway.yaml", "raised temperature suggests that the infection has reached the kidneys\n",
             "raised temperature suggests that the infection has reached the kidneys\n      then: emergency\n"),
        )
    )  # fmt: skip

    assert "temperature_c is at least 37.9" in unusual(found.everybody)
    assert "refer urgent -> emergency, A&E" in ways(found)
    assert ways(found)["refer urgent -> emergency, A&E"].example == "temperature_c 37.9"


def test_a_question_with_another_name_is_the_same_question(tmp_path):
    found = compared(edited(tmp_path, UTI, *RENAMED), reasons=True)

    assert (found.classes, found.reasons, found.only_old, found.only_new) == ((), (), (), ())
    assert "question diabetes: yes or no -> has_diabetes, yes or no" in report(found).rewritten
    assert list(in_words(found))[-1].startswith("Proved equal in ")


@pytest.mark.large
def test_without_was_it_is_another_question_that_is_free(tmp_path):
    renamed = (RENAMED[0], (*RENAMED[1][:2], RENAMED[1][2].replace("    was: diabetes\n", "")), RENAMED[2])
    found = compared(edited(tmp_path, UTI, *renamed))

    assert (found.only_old, found.only_new) == (("diabetes",), ("has_diabetes",))
    further = [fact.words for one in found.classes if one.complete for fact in one.facts]
    assert {"diabetes is yes", "has_diabetes is no", "diabetes is no", "has_diabetes is yes"} <= set(further)
    assert "Asked only now, so that it may be anything in the other version: has_diabetes" in report(found).remarks


def test_an_answer_that_was_split_is_carried_over(tmp_path):
    found = compared(
        edited(
            tmp_path, UTI, TYPES, ("pathway.yaml", "when: diabetes is yes", "when: diabetes is type_1 or other_type")
        ),
        reasons=True,
    )

    assert (found.classes, found.reasons, found.not_carried) == ((), (), ())


def test_half_of_a_split_answer_may_change(tmp_path):
    found = compared(
        edited(tmp_path, UTI, TYPES, ("pathway.yaml", "when: diabetes is yes", "when: diabetes is type_1"))
    )

    assert unusual(found.everybody) == ["diabetes is other_type"]
    assert len(ways(found)) == 4
    supply = ways(found)["not eligible -> supply of nitrofurantoin"]
    assert supply.example == "diabetes other_type"


def test_an_answer_that_cannot_be_carried_over_is_listed_and_counts_as_not_known(tmp_path):
    types = TYPES[2].replace("        says: any other type\n        was: yes\n", "        says: any other type\n")
    found = compared(
        edited(tmp_path, UTI, (*TYPES[:2], types), ("pathway.yaml", "when: diabetes is yes", "when: diabetes is type_1 or other_type"))
    )  # fmt: skip

    assert [one.in_words() for one in found.not_carried] == [
        "diabetes: other_type can be answered only now; before it counts as not known"
    ]
    assert unusual(found.unfinished) == ["diabetes is other_type"]
    assert ways(found) == {}
    assert "need facts -> not eligible" in ways(found, complete=False)


def test_a_range_that_is_wider_now_is_listed(tmp_path):
    found = compared(edited(tmp_path, UTI, ("pathway.yaml", "from 30.0 to 45.0 degrees", "from 30.0 to 46.0 degrees")))

    assert [one.in_words() for one in found.not_carried] == [
        "temperature_c: above 45.0 to 46.0 degrees Celsius can be answered only now; before it counts as not known"
    ]


def test_identical_content_is_proved_equal(tmp_path):
    found = compared(edited(tmp_path, UTI), reasons=True)

    assert (found.classes, found.reasons, found.rewritten) == ((), (), ())
    (title, conclusion) = in_words(found)
    assert title.count("uncomplicated-uti 2026.2 on 2026-11-21") == 2
    assert "Proved equal" in conclusion
    assert "what decided and what is asked are the same for everybody" in conclusion
    assert as_dict(found)["proved_equal"] is True


def test_answers_that_stand_together_are_split_and_left_out(tmp_path):
    shared = "../shared/interacting-medicines.yaml"
    entry = standing(UTI, shared, "  sulfinpyrazone:", "  magnesium_antacid:")
    split = entry.replace("sulfinpyrazone:", "tablets:").replace("    bars", "    was: sulfinpyrazone\n    bars")
    split += "  ointment:\n    says: an ointment of it\n    group: gout\n    was: sulfinpyrazone\n"
    split += "    cautions:\n      nitrofurantoin:\n        action: keep it apart\n        evidence: inferred\n"
    caution = "interacting_medicines includes magnesium_antacid"
    warned = ("../shared/medicines/nitrofurantoin.yaml", caution, f"{caution} or ointment")
    found = compared(edited(tmp_path, UTI, (shared, entry, split), warned))

    assert unusual(found.everybody) == ["interacting_medicines includes ointment"]
    assert ways(found)["refer -> supply of nitrofurantoin"].example == "interacting_medicines ointment"

    found = compared(edited(tmp_path / "without", UTI, (shared, entry, "")))

    assert [one.in_words() for one in found.not_carried] == [
        "interacting_medicines: sulfinpyrazone can be answered only before; now it is left out, and the rest counts"
    ]
    assert unusual(found.everybody) == ["interacting_medicines (before) includes sulfinpyrazone"]


@pytest.mark.large
def test_a_number_in_another_unit_is_another_question(tmp_path):
    kelvin = (
        "pathway.yaml",
        "number from 30.0 to 45.0 degrees Celsius",
        "number from 30.0 to 45.0 degrees of another kind",
    )
    found = compared(edited(tmp_path, UTI, kelvin))

    assert [one.in_words() for one in found.not_carried] == [
        "temperature_c: number in degrees Celsius can be answered only before; now it counts as not known",
        "temperature_c: number in degrees of another kind can be answered only now; before it counts as not known",
    ]
    assert (found.only_old, found.only_new) == (("temperature_c",), ("temperature_c",))
    assert found.classes != ()


@pytest.mark.large
def test_a_sentence_of_several_answers_is_told_where_no_answer_alone_tells_it(tmp_path):
    sentence = "      any of:\n        - pregnancy is pregnant\n        - pregnancy_test_result is positive\n"
    new = edited(
        tmp_path,
        UTI,
        ("pathway.yaml", f"{sentence}      because", "      when: pregnancy_test_result is not_done\n      because"),
    )
    found = compared(new)

    assert '"pregnancy is pregnant or pregnancy_test_result is positive" is met' in [
        fact.words
        for one in found.classes
        if one.transition.before.outcome.kind.word == "refer urgent"
        for fact in one.facts
    ]


def test_a_sentence_that_follows_from_an_answer_is_not_told_again(tmp_path):
    sentence = "      any of:\n        - pregnancy is pregnant\n        - pregnancy_test_result is positive\n"
    found = compared(edited(tmp_path, UTI, ("pathway.yaml", sentence, "      when: pregnancy is pregnant\n")))

    assert unusual(found.everybody) == ["pregnancy_test_result is positive"]


@cache
def questions():
    return shipped_library().newest(UTI).questions


def test_shared_answers_are_one_variable():
    same = SamePerson(questions(), questions())

    assert all(same.old.unsettled[name].known is one.known for name, one in same.new.unsettled.items())
    assert set(same.everything.unsettled) == set(same.new.unsettled)


def test_a_version_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(Refused, match=r"OLD: uncomplicated-uti has no such version. There are: 2026\.2"):
        side("uncomplicated-uti@1999.1", "OLD", shipped_library)
    with pytest.raises(Refused, match=r'NEW: no such pathway\. Did you mean "shingles"'):
        side("shingels", "NEW", shipped_library)


def test_a_day_chooses_the_version_in_force():
    chosen = side("uncomplicated-uti@2026-12-01", "OLD", shipped_library).versions[UTI]

    assert (chosen.on.isoformat(), chosen.pathway.edition.version) == ("2026-12-01", "2026.2")
