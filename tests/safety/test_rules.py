"""The rules of the clinical reference (README.md there), one property or more each, over made-up consultations for every pathway file found."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from math import inf
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from safety_day import LIBRARY, ON

from pharmacyfirst import Kind, Refused, Verdict, assess
from pharmacyfirst.content.made_up import answers_worth_trying, generate
from pharmacyfirst.kernel.pathway import Criterion, Row
from pharmacyfirst.kernel.questions import LIFE_THREATENING, asked, known_facts

MET, NOT_MET, NOT_KNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_KNOWN
URGENT = (Kind.EMERGENCY, Kind.REFER_URGENT)
AFTER_THE_STOPS = (Kind.SELF_CARE, Kind.SUPPLY)
VIGNETTES = Path(__file__).resolve().parents[1] / "vignettes"
# A treatment row there has found that a medicine is needed today (rule 4).
NEEDED_TODAY = ("infected-insect-bites", "shingles")
# Every referral there is the same day: the time for a tablet and for a coil closes (clinical.md 3 of the service).
ALL_TODAY = "emergency-contraception"
ENTRY = ("entry", "eligibility")


def stops(assessment):
    """The findings of the stopping criteria: (criterion, verdict)."""
    return [(f.item, f.verdict) for f in assessment.findings if isinstance(f.item, Criterion)]


def shown(assessment):
    """What a pharmacist acts on: the outcome and the offers."""
    offers = [(o.pgd.id, o.dose, o.row.times_a_day, o.row.days, o.supplied) for o in assessment.offers]
    return assessment.outcome, offers


def bare(outcome):
    """The outcome without what stands beside its kind and place."""
    return replace(outcome, within_days=None, next=None)


def out_of_place(pathway, facts):
    """Facts given although nobody asks this person for them (rule 7)."""
    known = known_facts(pathway.questions, facts, ON)
    gates = {fact.name: fact.asked_when for fact in pathway.questions.values() if fact.asked_when is not None}
    return {name for name, gate in gates.items() if gate.verdict(known) is not MET}


def test_rule_1_the_most_urgent_stop_decides_and_all_are_reported(pathway, consultations):
    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        judged = stops(assessment)
        assert [criterion for criterion, _ in judged] == list(pathway.stopping)
        met = [criterion for criterion, verdict in judged if verdict is MET]
        kind = assessment.outcome.kind
        if met and kind is not Kind.NEED_FACTS:
            assert kind is min(criterion.kind for criterion in met)
            assert assessment.decided_by == tuple(c.id for c in met if c.kind is kind)
        if kind is Kind.EMERGENCY:
            always = any(c.always_999 for c in met)
            dial = always or facts.get(LIFE_THREATENING) is True
            assert assessment.outcome.destination == ("999" if dial else "emergency_department")
        elif kind is Kind.MEASURE_NEXT:
            assert assessment.outcome.destination in LIBRARY.conditions
        else:
            assert assessment.outcome.destination is None

    check()


def test_rule_2_an_urgent_sign_decides_whatever_else_is_missing_or_answered(pathway, people, consultations):
    answers = answers_worth_trying(pathway)
    urgent = [criterion for criterion in pathway.stopping if criterion.kind in URGENT]

    def alone(criterion, chance):
        """Answers that meet one criterion, and no others."""
        for _ in range(4000):
            facts = {name: chance.choice(answers[name]) for name in criterion.sentence.facts()}
            verdict = criterion.sentence.verdict(facts)
            if (verdict.flipped() if criterion.must else verdict) is MET:
                return facts
        raise AssertionError(f"no answers found that meet {criterion.id}")

    chance = Random(1)
    signs = [(criterion, alone(criterion, chance)) for criterion in urgent]

    @given(consultations, st.sampled_from(signs))
    def check(facts, sign):
        criterion, answered = sign
        with_sign = {**facts, **answered}
        if "age_years" in answered:
            with_sign.pop("date_of_birth", None)
        assessment = assess(pathway, with_sign, ON)
        assert assessment.outcome.kind <= criterion.kind
        assert LIFE_THREATENING not in assessment.missing

    check()


def test_rule_2_a_lesser_stop_waits_for_every_more_urgent_criterion(pathway, consultations):
    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        kind = assessment.outcome.kind
        if kind < Kind.SELF_CARE and kind not in URGENT and any(verdict is MET for _, verdict in stops(assessment)):
            assert all(verdict is not NOT_KNOWN for c, verdict in stops(assessment) if c.kind < kind)

    check()


def test_rule_2_a_threat_to_life_is_999_by_itself_and_nobody_waits_to_hear_that_there_is_none(pathway, consultations):
    @given(consultations)
    def check(facts):
        unsaid = {name: value for name, value in facts.items() if name != LIFE_THREATENING}
        yes = assess(pathway, {**unsaid, LIFE_THREATENING: True}, ON)
        assert (yes.outcome.kind, yes.outcome.destination) == (Kind.EMERGENCY, "999")
        no, silent = assess(pathway, {**unsaid, LIFE_THREATENING: False}, ON), assess(pathway, unsaid, ON)
        assert (shown(silent), silent.decided_by, silent.missing) == (shown(no), no.decided_by, no.missing)
        assert LIFE_THREATENING not in silent.missing
        (finding,) = (f for f in silent.findings if LIFE_THREATENING in f.item.reads)
        assert (finding.verdict, finding.not_asked) == (NOT_MET, (LIFE_THREATENING,))

    check()


def test_rule_3_self_care_and_supply_need_every_stop_known_and_clear(pathway, consultations):
    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        if assessment.outcome.kind in AFTER_THE_STOPS:
            assert all(verdict is NOT_MET for _, verdict in stops(assessment))

    check()


def test_rule_3_what_is_decided_stays_so_whatever_the_missing_answers_turn_out_to_be(pathway, consultations):
    answers = answers_worth_trying(pathway)

    @given(consultations, st.randoms(use_true_random=False))
    def check(facts, chance):
        before = assess(pathway, facts, ON)
        if before.outcome.kind is Kind.NEED_FACTS:
            return
        strange = out_of_place(pathway, facts)
        unknown = [name for name in answers if name not in facts and name not in strange and name != LIFE_THREATENING]
        unknown = [name for name in unknown if not (name == "age_years" and "date_of_birth" in facts)]
        later = {name: chance.choice(answers[name]) for name in unknown}
        after = assess(pathway, {**facts, **later}, ON)
        if before.outcome.kind in URGENT:
            assert after.outcome.kind <= before.outcome.kind
        elif not out_of_place(pathway, {**facts, **later}) & later.keys():
            was, now = before.outcome, after.outcome
            if any(verdict is MET for _, verdict in stops(before)):
                # Another criterion of the same kind may be met too: the shortest time is said, and the first pathway that may follow.
                assert (now.within_days or inf) <= (was.within_days or inf)
                after = replace(after, outcome=replace(now, within_days=was.within_days, next=was.next))
            assert shown(after) == shown(before)

    check()


def test_rule_4_a_supply_needs_its_pgd_in_force_and_every_clause_known_and_clear(pathway, consultations):
    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        assert bool(assessment.offers) == (assessment.outcome.kind is Kind.SUPPLY)
        verdicts = {(f.item.stage, f.id): f.verdict for f in assessment.findings}
        for offer in assessment.offers:
            assert ON in offer.pgd.edition.in_force
            for clause in offer.pgd.judged():
                assert verdicts[clause.stage, clause.id] is NOT_MET
            assert offer.dose.amount > 0
            assert offer.dose.unit

    check()


def test_rule_4_the_day_after_a_document_expires_nothing_is_offered_under_it(pathway, people):
    supplies = [facts for facts in people if assess(pathway, facts, ON).offers]
    for pgd in pathway.pgds.values():
        last = pgd.edition.in_force.last
        offered_then = offered_after = 0
        for facts in supplies:
            offered_then += any(o.pgd.id == pgd.id for o in assess_on(pathway, facts, last).offers)
            if last == pathway.edition.in_force.last:  # the pathway ends with it: then nothing is assessed at all
                with pytest.raises(Refused, match="not on"):
                    assess_on(pathway, facts, last + timedelta(days=1))
                continue
            offered_after += any(o.pgd.id == pgd.id for o in assess_on(pathway, facts, last + timedelta(days=1)).offers)
        assert offered_then > 0, f"no case offers {pgd.id}"
        assert offered_after == 0


def test_rule_4_where_nothing_is_left_somebody_goes_as_soon_as_the_medicine_is_needed(pathway, consultations):
    wanted = Kind.REFER_URGENT if pathway.id in (*NEEDED_TODAY, ALL_TODAY) else Kind.REFER

    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        rows = [f.item for f in assessment.deciding if isinstance(f.item, Row) and f.item.offers]
        left = bool(rows) and not assessment.offers and assessment.outcome.kind is not Kind.NEED_FACTS
        assert assessment.nothing_left is left
        if left:
            assert assessment.outcome.kind is wanted
            assert all(verdict is NOT_MET for _, verdict in stops(assessment))
            assert assessment.where_to == rows[0].where_nothing != ""
            barred = {f.item.pgd for f in assessment.deciding if f.verdict is MET and f.item.pgd}
            assert barred >= {row.offers[0] for row in rows}

    check()


def assess_on(pathway, facts, day):
    without_birth = {**facts}
    if "date_of_birth" in without_birth:
        without_birth = {**known_facts(pathway.questions, facts, ON)}
    return assess(pathway, without_birth, day)


def test_rule_5_payment_never_influences_an_outcome(pathway, consultations):
    unpaid = replace(pathway, gateways=())

    @given(consultations)
    def check(facts):
        with_gateways, without = assess(pathway, facts, ON), assess(unpaid, facts, ON)
        assert without.gateways == without.gateways_not_known == ()
        assert replace(with_gateways, pathway=unpaid, gateways=(), gateways_not_known=()) == without

    check()


def test_rule_5_a_point_is_reached_or_not_known_and_neither_where_somebody_may_not_enter_or_refuses(
    pathway, consultations
):
    entry = [criterion for criterion in pathway.stopping if criterion.stage in ENTRY]
    assert entry
    unread = {point.id for point in pathway.gateways if not point.position_known}
    assert unread

    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        reached, open_ = set(assessment.gateways), set(assessment.gateways_not_known)
        assert not reached & (open_ | unread)
        shut = facts.get("consent_given") is False or any(v is MET for c, v in stops(assessment) if c in entry)
        assert not (shut and reached | open_)
        if all(verdict is NOT_MET for _, verdict in stops(assessment)):
            assert unread <= open_

    check()


test_rule_5_a_point_is_reached_or_not_known_and_neither_where_somebody_may_not_enter_or_refuses.conditions = [
    one for one in LIBRARY.conditions if LIBRARY.newest(one).gateways
]


def test_rule_6_nothing_that_is_not_asked_could_change_the_outcome(pathway, consultations):
    answers = answers_worth_trying(pathway)

    @given(consultations, st.data())
    def check(facts, data):
        before = assess(pathway, facts, ON)
        unasked = [
            name for name in answers if name not in facts and name not in before.missing and name != LIFE_THREATENING
        ]
        unasked = [name for name in unasked if not (name == "age_years" and "date_of_birth" in facts)]
        if not unasked:
            return
        name = data.draw(st.sampled_from(sorted(unasked)))
        value = data.draw(st.sampled_from(answers[name]))
        given_now = {**facts, name: value}
        if name not in out_of_place(pathway, given_now):
            after = assess(pathway, given_now, ON)
            # Which pathway may follow, and by when, is said of the criteria that are known to be met: another of the same kind may add to it.
            assert (bare(after.outcome), shown(after)[1]) == (bare(before.outcome), shown(before)[1])

    check()


def test_rule_6_answering_what_is_asked_always_ends_in_a_decision(pathway, consultations):
    answers = answers_worth_trying(pathway)

    @given(consultations, st.randoms(use_true_random=False))
    def check(facts, chance):
        known = dict(facts)
        for _ in range(len(answers) + 1):
            assessment = assess(pathway, known, ON)
            if assessment.outcome.kind is not Kind.NEED_FACTS:
                break
            asked_first = assessment.missing[0]
            assert known.get(asked_first) is None
            known[asked_first] = chance.choice(answers[asked_first])
        assert assessment.outcome.kind is not Kind.NEED_FACTS

    check()


def test_rule_6_the_most_urgent_are_asked_first(pathway, consultations):
    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        if assessment.outcome.kind is not Kind.NEED_FACTS:
            return
        unknown = sorted((c for c, verdict in stops(assessment) if verdict is NOT_KNOWN), key=lambda c: c.urgency)
        if unknown:
            first = unknown[0].sentence.facts()
            gates = [g for name in first if (g := pathway.questions[name].asked_when) is not None]
            assert assessment.missing[0] in {*first, *(name for gate in gates for name in gate.facts())}

    check()


def test_rule_7_a_fact_nobody_asks_for_is_not_missing_and_given_all_the_same_it_can_only_stop(pathway, consultations):
    answers = answers_worth_trying(pathway)
    gated = [fact for fact in pathway.questions.values() if fact.asked_when is not None]

    @given(consultations, st.data())
    def check(facts, data):
        for fact in gated:
            known = known_facts(pathway.questions, facts, ON)
            if fact.asked_when.verdict(known) is not NOT_MET:
                continue
            absent = {name: value for name, value in facts.items() if name != fact.name}
            before = assess(pathway, absent, ON)
            assert fact.name not in before.missing
            value = data.draw(st.sampled_from(answers[fact.name]))
            after = assess(pathway, {**absent, fact.name: value}, ON)
            if shown(after) == shown(before) or after.outcome.kind not in AFTER_THE_STOPS:
                continue
            # It has ruled a medicine out, and what follows is what follows when the pharmacist rules it out: no more than that.
            ruled_out = list(newly_excluded(before, after))
            assert ruled_out
            said = dict.fromkeys([*facts.get(OTHER_EXCLUSION, ()), *ruled_out])
            by_hand = assess(pathway, {**absent, OTHER_EXCLUSION: list(said)}, ON)
            assert shown(after) == shown(by_hand)

    check()


OTHER_EXCLUSION = "other_exclusion_for"


def newly_excluded(before, after):
    """The documents of which a clause is met after, and was not before."""
    for pgd in after.pathway.pgds.values():
        sentences = [clause.sentence for clause in pgd.judged() if clause.sentence is not None]
        if any(s.verdict(after.answers) is MET and s.verdict(before.answers) is not MET for s in sentences):
            yield pgd.id


PREGNANCY, TEST = "pregnancy", "pregnancy_test_result"
NEEDS_PREGNANCY = ("erythromycin",)
NEEDS_NO_PREGNANCY = ("clarithromycin", "doxycycline", "mometasone", "fluticasone")


def said_of_pregnancy(age, pregnancy, test):
    """Rule 8, as it is written."""
    if not 11 <= age <= 55:
        return "open" if pregnancy in ("pregnant", "possible") or test == "positive" else "not pregnant"
    if pregnancy == "not_pregnant":
        return "open" if test == "positive" else "not pregnant"
    if pregnancy == "possible":
        return {"positive": "pregnant", "negative": "not pregnant", "not_done": "open"}.get(test, "not known")
    return "pregnant" if pregnancy == "pregnant" else "not known"


def test_rule_8_a_less_certain_answer_about_pregnancy_never_opens_what_the_certain_one_refuses(pathway, people):
    medicines = {*NEEDS_PREGNANCY, *NEEDS_NO_PREGNANCY} & {*pathway.pgds}
    wanted = {one: "pregnant" if one in NEEDS_PREGNANCY else "not pregnant" for one in medicines}
    offered = {}
    for facts in people:
        for offer in assess(pathway, facts, ON).offers:
            if offer.pgd.id in wanted and len(offered.setdefault(offer.pgd.id, [])) < 6:
                offered[offer.pgd.id].append(without_birth(pathway, facts))
    assert {*offered} == medicines, "a case offers each of them"
    seen = set()
    given_or_not = [
        ((None, *pathway.questions[name].choice_names()) if name in pathway.questions else (None,))
        for name in (PREGNANCY, TEST)
    ]
    for age, pregnancy, test in product((10, 11, 15, 16, 55, 56), *given_or_not):
        said = said_of_pregnancy(age, pregnancy, test)
        answers = {"age_years": age} | {name: value for name, value in ((PREGNANCY, pregnancy), (TEST, test)) if value}
        for facts in (facts for those in offered.values() for facts in those):
            others = {name: value for name, value in facts.items() if name not in (PREGNANCY, TEST)}
            for offer in assess(pathway, others | answers, ON).offers:
                assert wanted.get(offer.pgd.id, said) == said, (offer.pgd.id, answers)
                seen.add((offer.pgd.id, pregnancy, test))
    for pgd in medicines:  # and where the answer is certain the medicine is there
        wanting = ("pregnant", None) if wanted[pgd] == "pregnant" else ("not_pregnant", None)
        tested = ("possible", "positive" if wanted[pgd] == "pregnant" else "negative")
        assert {(pgd, *wanting), (pgd, *tested)} <= seen


def without_birth(pathway, facts):
    return dict(known_facts(pathway.questions, facts, ON))


def closing_window(pathway):
    """The facts that belong to a closing window, as the project's own facts.yaml of the condition names them."""
    document = yaml.safe_load((VIGNETTES / pathway.id / "facts.yaml").read_text(encoding="utf-8"))
    marked = {name for name, one in document["facts"].items() if one.get("if_not_answered") == "refer_urgent"}
    return marked | {*document.get("closing_window", ())}


def test_rule_9_what_cannot_be_found_out_is_referred_the_same_day_where_it_could_be_urgent(pathway, consultations):
    closing = closing_window(pathway)
    assert bool(closing) is (pathway.id in NEEDED_TODAY)

    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        if assessment.outcome.kind is not Kind.NEED_FACTS:
            assert assessment.if_not_answered is None
            return
        urgent = any(verdict is NOT_KNOWN and c.kind in URGENT for c, verdict in stops(assessment))
        today = urgent or pathway.id == ALL_TODAY or not closing.isdisjoint(assessment.missing)
        assert assessment.if_not_answered is (Kind.REFER_URGENT if today else Kind.REFER)
        assert assessment.where_to == pathway.where_to[assessment.if_not_answered].says

    check()


# Of two counts the first cannot be the larger (rule 11).
COUNTS = {
    "acute-otitis-media": ("otitis_media_episodes_6_months", "otitis_media_episodes_12_months"),
    "uncomplicated-uti": ("uti_episodes_last_6_months", "uti_episodes_last_12_months"),
}


def test_rule_11_counts_that_contradict_each_other_stop_and_hide_nothing_more_urgent(pathway, consultations):
    shorter, longer = COUNTS[pathway.id]
    (contradiction,) = pathway.cannot_be

    @given(consultations, st.integers(0, 12), st.integers(0, 12))
    def check(facts, few, many):
        assessment = assess(pathway, {**facts, shorter: few, longer: many}, ON)
        (verdict,) = (verdict for c, verdict in stops(assessment) if c.id == contradiction)
        assert verdict is (MET if few > many else NOT_MET)
        if few > many:
            assert assessment.outcome.kind <= Kind.NOT_ELIGIBLE or assessment.outcome.kind is Kind.NEED_FACTS
            assert assessment.offers == ()
        half = assess(pathway, {**facts, shorter: few, longer: None}, ON)
        assert dict((c.id, verdict) for c, verdict in stops(half))[contradiction] is NOT_KNOWN

    check()


test_rule_11_counts_that_contradict_each_other_stop_and_hide_nothing_more_urgent.conditions = COUNTS


def test_rule_12_sepsis_is_an_emergency_and_somebody_systemically_unwell_is_seen_today_wherever_it_is_asked(
    pathway, consultations
):
    @given(consultations)
    def check(facts):
        assert assess(pathway, {**facts, "sepsis_suspected": True}, ON).outcome.kind is Kind.EMERGENCY
        if "systemically_unwell" in pathway.questions:
            assert assess(pathway, {**facts, "systemically_unwell": True}, ON).outcome.kind in URGENT

    check()


test_rule_12_sepsis_is_an_emergency_and_somebody_systemically_unwell_is_seen_today_wherever_it_is_asked.conditions = [
    one for one in LIBRARY.conditions if "sepsis_suspected" in LIBRARY.newest(one).questions
]


def test_taking_an_answer_away_never_leads_to_a_supply_and_never_hides_an_emergency(pathway, consultations):
    @given(consultations, st.data())
    def check(facts, data):
        if not facts:
            return
        name = data.draw(st.sampled_from(sorted(facts)))
        less = {one: value for one, value in facts.items() if one != name}
        before, after = assess(pathway, facts, ON), assess(pathway, less, ON)
        if name == LIFE_THREATENING and facts[name]:
            return  # the one answer whose absence reads as no (rule 2)
        if after.outcome.kind is Kind.SUPPLY and name not in out_of_place(pathway, facts):
            assert shown(after) == shown(before)
        if before.outcome.kind is Kind.EMERGENCY and after.outcome.kind is not Kind.EMERGENCY:
            # A pressure that was given before everything it is asked after is clear: that is asked first, and then the pressure.
            assert name in after.missing or name in out_of_place(pathway, facts)
            assert after.outcome.kind not in (Kind.SUPPLY, Kind.SELF_CARE, Kind.MEASURE_NEXT)

    check()


def test_nothing_known_is_never_an_all_clear(pathway):
    assert assess(pathway, {}, ON).outcome.kind is Kind.NEED_FACTS


def test_the_reasons_shown_are_those_that_decided(pathway, consultations):
    @given(consultations)
    def check(facts):
        assessment = assess(pathway, facts, ON)
        deciding = assessment.deciding
        assert {f.id for f in deciding} == set(assessment.decided_by)
        for finding in deciding:
            if isinstance(finding.item, Criterion):
                assert finding.verdict is MET

    check()


def test_the_same_person_gets_the_same_answer_on_any_day_in_force_and_nothing_is_changed(pathway, consultations):
    @given(consultations, st.dates(min_value=ON.replace(year=2025), max_value=ON.replace(month=12, day=31)))
    def check(facts, day):
        known = known_facts(pathway.questions, facts, ON)
        before = dict(known)
        first, second = assess(pathway, known, ON), assess(pathway, dict(reversed(known.items())), day)
        assert replace(first, on=day, known={}, findings=()) == replace(second, known={}, findings=())
        assert first.as_dict()["trace"] == second.as_dict()["trace"]
        assert known == before

    check()


def test_a_day_before_the_pathway_existed_is_an_error_and_never_an_outcome(pathway):
    with pytest.raises(Refused, match="no all-clear") as refused:
        assess(pathway, {}, pathway.edition.in_force.first - timedelta(days=1))
    assert refused.value.code == "not_in_force"


def test_the_made_up_consultations_reach_every_verdict_of_every_sentence(pathway, people):
    """Met, not met and not known, for every criterion, row, clause, dose row, gateway and gate: otherwise the properties prove little."""
    wanted = {(sentence, verdict) for sentence in pathway.sentences() for verdict in Verdict}
    (threat,) = (one for one in pathway.sentences() if one.facts() == (LIFE_THREATENING,))
    wanted.remove((threat, NOT_KNOWN))  # rule 2: not known reads as no
    for facts in generate(pathway, people, seed=20261121, count=6000):
        known = asked(pathway.gated, known_facts(pathway.questions, facts, ON))
        wanted -= {(sentence, sentence.verdict(known)) for sentence, _ in wanted}
        if not wanted:
            break
    assert not [f"{sentence.in_words()}: {verdict.value}" for sentence, verdict in wanted]
