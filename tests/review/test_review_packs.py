"""The review pack: traceability without orphans, drawings that fit, digests that tell what changed, readings and sign-offs that cannot deceive."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from review_pages import library, pack_of, pack_page, row, tree

from pharmacyfirst import exact
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.hazards import hazards_of, ruled
from pharmacyfirst.content.invariants import invariants_of
from pharmacyfirst.content.readings import read_reading
from pharmacyfirst.content.sign_offs import blank_sign_off, read_sign_off
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.evidence import NO_BACKING
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.review.documents import Printer
from pharmacyfirst.review.hazards import touches
from pharmacyfirst.review.pack.both_ways import rules_in_cases
from pharmacyfirst.review.pack.checks import checks_of, figures, proved_before
from pharmacyfirst.review.pack.flow import TALLEST, flow
from pharmacyfirst.review.pack.pack import review_pack
from pharmacyfirst.review.pack.page import page_of
from pharmacyfirst.review.pack.plots import (
    StoppedCases,
    doses_over,
    how_made_up_people_come_out,
    in_hundred,
    what_stops_whom,
)
from pharmacyfirst.review.pack.reading import agreement, agreements, chosen, reading_form
from pharmacyfirst.review.pack.signed import standing
from pharmacyfirst.review.pack.traced import LINKS, traced

UTI, CONDITIONS = "uncomplicated-uti", library("shipped").conditions
LOG, INVARIANTS = hazards_of(library("shipped")), invariants_of(library("shipped"))
EACH = pytest.mark.parametrize("condition", CONDITIONS)


def trace(condition, **otherwise):
    found = library("shipped")
    pathway = otherwise.get("pathway", found.newest(condition))
    cases = otherwise.get("cases", cases_of(found, condition))
    return traced(pathway, cases, otherwise.get("log", LOG), INVARIANTS.never_alone.get(condition))


# Traceability


@EACH
def test_no_link_is_an_orphan_either_way(condition):
    found = trace(condition)
    assert found.orphans == ()
    assert {rule.id for rule in found.rules} == {id_ for _, _, id_ in ruled(library("shipped").newest(condition))}


def test_both_ways_say_the_same():
    found = trace(UTI)
    for sort in ("sources", "questions", "hazards"):
        forward = {(rule.id, name) for rule in found.rules for name in getattr(rule, sort)}
        back = {(rule, one.id) for one in found.back(sort) for rule in one.rules}
        assert {one for one in forward if one[1] in {two.id for two in found.back(sort)}} == back
    decided = {(rule.id, case) for rule in found.rules for case in rule.decides}
    assert decided == {(rule, one.id) for one in found.back("cases") for rule in one.rules}


def test_what_leads_nowhere_is_named():
    pathway = library("shipped").newest(UTI)
    first, *rest = pathway.stopping
    bare = replace(pathway, stopping=(replace(first, backing=NO_BACKING), *rest))
    cases = [case for case in cases_of(library("shipped"), UTI) if first.id not in case.expected.decided_by]
    found = trace(UTI, pathway=bare, cases=cases, log=replace(LOG, hazards=LOG.hazards[2:]))

    assert f"{first.id} has no sources" in found.orphans
    assert f"{first.id} has no cases" in found.orphans
    assert any(
        one == f"{first.id} has no hazards" for one in trace(UTI, log=replace(LOG, hazards=LOG.hazards[2:3])).orphans
    )


def test_a_link_that_cannot_be_there_says_why():
    found = trace(UTI)
    reasons = {rule.id: rule.reasons for rule in found.rules}
    (clause,) = [
        one for one in library("shipped").newest(UTI).pgds["nitrofurantoin"].exclusions if one.id == "UTI-NIT-X1"
    ]
    assert reasons[clause.id]["questions"] == f"judged before, by {', '.join(clause.covered_by)}"
    assert reasons["UTI-G2"]["cases"].startswith("where this point stands is not known")
    (born,) = [one for one in found.back("questions") if one.id == "date_of_birth"]
    assert born.reason == "the age is worked out from it"


@pytest.mark.parametrize(
    ("condition", "hazard", "says"),
    [
        ("emergency-contraception", "HAZ-H51", "no rule is named; it is controlled by EHC-U2, EHC-U6"),
        ("emergency-contraception", "HAZ-H57", "it is about the pathway as a whole; its controls are tests and files"),
        ("emergency-contraception", "HAZ-H05", "it is the program's own, whatever the content says; its controls are tests and files"),
    ],
)  # fmt: skip
def test_a_hazard_that_names_no_rule_is_the_programs_own_only_where_it_can_arise_everywhere(condition, hazard, says):
    log = replace(LOG, hazards=tuple(replace(one, rules=()) for one in LOG.hazards))
    (found,) = [one for one in trace(condition, log=log).back("hazards") if one.id == hazard]
    assert (found.rules, found.reason) == ((), says)


def test_a_hazard_that_names_no_rule_says_what_it_touches():
    said = {one.id: touches(replace(one, rules=()))[1] for one in LOG.hazards}
    assert said["HAZ-H05"] == "rules: the program itself, whatever the content says"
    assert said["HAZ-H51"] == "rules: those that its controls name (EHC-U2, EHC-U6, INV-N725, INV-N726)"
    assert said["HAZ-H57"] == "rules: none by itself; these pathways as a whole"


# Drawings


@EACH
def test_every_rule_is_on_the_flow_and_each_drawing_fits_a_page(condition):
    pathway = library("shipped").newest(condition)
    drawings = flow(pathway)
    ids = [
        one.get("id")
        for drawing in drawings
        for one in ElementTree.fromstring(drawing.svg()).iter("rect")
        if one.get("id")
    ]
    wanted = [*(one.id for one in pathway.stopping), *(row.id for row in pathway.treatment), *pathway.pgds]
    assert ids == [f"flow-{id_}" for id_ in wanted]
    assert all(drawing.height <= TALLEST + 2 for drawing in drawings)


@EACH
def test_no_word_of_a_drawing_leaves_it(condition):
    pathway = library("shipped").newest(condition)
    for drawing in (*flow(pathway), *(one for pgd in pathway.pgds.values() for one in doses_over(pgd))):
        for one in ElementTree.fromstring(drawing.svg()).iter("text"):
            wide = len(one.text) * float(one.get("font-size")) * 0.47
            start = float(one.get("x")) - {"middle": wide / 2, "end": wide}.get(one.get("text-anchor"), 0)
            assert start > -1
            assert start + wide < drawing.width + 2, one.text
            assert 0 < float(one.get("y")) < drawing.height + 1


@EACH
def test_every_dose_row_that_goes_by_age_or_weight_is_drawn_with_its_amount(condition):
    for pgd in library("shipped").newest(condition).pgds.values():
        said = " ".join(
            f"{one.says} {''.join(ElementTree.fromstring(one.svg()).itertext())}" for one in doses_over(pgd)
        )
        by_number = [one for one in pgd.doses if one.sentence and {*one.sentence.facts()} <= {"age_years", "weight_kg"}]
        for dose in by_number:
            assert dose.id in said
            assert dose.dose is None or dose.dose.each.in_words() in said


def test_how_made_up_people_come_out_is_counted_and_drawn_with_its_seed():
    pack = pack_of("shipped", UTI)
    shares = pack.parts["outcome_shares"]
    assert sum(shares["outcomes"].values()) == shares["people"] == pack.made_up.people
    assert shares["outcomes"]["supply"] == shares["offered"]["nitrofurantoin"] > shares["people"] / 2
    assert "made-up" in shares["of"]
    drawn = "".join(ElementTree.fromstring(how_made_up_people_come_out(pack.made_up).svg()).itertext())
    assert in_hundred(shares["outcomes"]["supply"], shares["people"]) in drawn
    assert f"seed {shares['seed']}" in "".join(
        part.words for one in page_of(pack).before[-1].lines for part in one.parts
    )


def test_a_bar_is_as_long_as_its_count():
    pack = pack_of("shipped", UTI)
    stops = pack.parts["looked_at"]["stops"]
    drawn = list(ElementTree.fromstring(next(what_stops_whom(UTI, stops_like(stops), 252)).svg()).iter("rect"))
    widths = [float(one.get("width")) for one in drawn[::2]]
    most = max(one["met"] for one in stops)
    assert [round(126 * one["met"] / most, 1) for one in stops] == [round(one, 1) for one in widths]


def stops_like(stops):
    return [StoppedCases(**one) for one in stops]


# The pack


def test_the_same_content_gives_the_same_pack():
    found = library("made-up")
    pathway = found.newest("hiccups")
    again = review_pack(found, pathway, checks_of(found, pathway, cases_of(found, "hiccups")))
    assert exact.write(again.as_dict()) == exact.write(pack_of("made-up", "hiccups").as_dict())
    assert Printer(found.medicines, found.sources).pack(again).html == pack_page("made-up", "hiccups").html


def test_the_page_has_every_part_and_says_what_was_not_run():
    html = pack_page("shipped", UTI).html
    pack = pack_of("shipped", UTI)
    assert pack.digest in html
    for digest in pack.digests.values():
        assert digest in html
    assert "not run for this pack" in row(html, "about-proofs")
    assert "not run for this pack" in row(html, "about-mutants")
    assert "252 of 252 agree" in row(html, "about-cases")
    assert "0 orphans" in row(html, "about-traceability")
    for criterion in pack.pathway.stopping:
        assert criterion.because in row(html, criterion.id)
        assert "HAZ-H" in row(html, f"traced-{criterion.id}")
    for dose in pack.pathway.pgds["nitrofurantoin"].doses:
        assert dose.who in row(html, dose.id)


def test_each_part_has_a_section_that_the_contents_lead_to():
    root = tree(pack_page("shipped", UTI).html)
    leads = [one.get("href").removeprefix("#") for one in root.find("body/main/nav").iter("a")]
    assert leads == [one.get("id") for one in root.iter("section") if one.get("id") != "summary"]


def test_what_changes_changes_its_part_and_no_other():
    found = library("made-up")
    pathway = found.newest("hiccups")
    before = pack_of("made-up", "hiccups")
    stopping = (replace(pathway.stopping[0], because="another reason"), *pathway.stopping[1:])
    after = review_pack(found, replace(pathway, stopping=stopping), before.checks)
    assert [name for name in before.digests if before.digests[name] != after.digests[name]] == ["decisions"]
    assert before.digest != after.digest


def test_figures_are_those_of_the_page():
    rows = list(figures())
    assert {"mutants", "safety", "agreement"} <= {row[0] for row in rows}
    assert all(row[2].startswith("tests/") and row[4].isdigit() for row in rows)


def test_large_runs_of_what_ships_stand_in_no_other_pack():
    assert pack_of("shipped", UTI).parts["checks"]["figures"][0]["part"] == "mutants"
    assert pack_of("made-up", "hiccups").parts["checks"]["figures"] == []
    assert "Large runs: none of this content is at hand" in pack_page("made-up", "hiccups").html
    assert "700,000" not in pack_page("made-up", "hiccups").html


def test_what_is_not_in_the_pack_is_signed_by_nobody_and_said_in_the_summary(tmp_path):
    pack = pack_of("made-up", "hiccups")
    missing = pack.parts["summary"]["not_in_this_pack"]

    assert [*missing] == ["changes", "outcome_shares"]
    assert missing["changes"] == "not compared: no earlier version was named (--since)"
    assert not {*missing} & ({*pack.parts} | {*sign(pack, tmp_path).signed})
    assert [*pack_of("shipped", UTI).parts["summary"]["not_in_this_pack"]] == ["changes"]


# How the cases decide the rules


def test_a_rule_is_decided_both_ways_and_turned_by_the_answers_that_two_cases_show():
    found = library("made-up")
    pathway, cases = found.newest("yawning"), {case.id: case for case in cases_of(found, "yawning")}

    def shown(*ids):
        assessments = [assess(pathway, cases[id_].facts, cases[id_].as_of) for id_ in ids]
        return {one.id: one for one in rules_in_cases(pathway, assessments).rules}

    little = shown("yaw-001", "yaw-002")["YAW-T1"]
    assert (little.met, little.not_met, little.not_known, little.turned_by) == (1, 1, 0, ("yawns_an_hour",))
    assert little.both_ways
    nobody_looked = shown("yaw-001", "yaw-003")
    assert (nobody_looked["YAW-R1"].not_met, nobody_looked["YAW-R1"].not_known) == (1, 1)
    assert nobody_looked["YAW-R1"].not_shown == ("jaw_stuck",)
    assert not nobody_looked["YAW-R1"].both_ways


def test_an_answer_turns_a_rule_by_itself_only_where_all_else_it_reads_is_alike():
    pathway = library("shipped").newest(UTI)
    usual = cases_of(library("shipped"), UTI)[0]
    one_key_sign = {"dysuria": False, "new_nocturia": False}
    mild = {"symptom_severity": "mild"}

    def turned_by(*changes):
        people = [usual.facts, *({**usual.facts, **each} for each in changes)]
        found = rules_in_cases(pathway, [assess(pathway, each, usual.as_of) for each in people])
        return next(one for one in found.rules if one.id == "UTI-T1").turned_by

    assert turned_by(mild) == ("symptom_severity",)
    assert turned_by(one_key_sign | mild) == ()


def test_the_pack_counts_the_rules_that_are_decided_both_ways_and_names_what_is_left():
    pack = pack_of("shipped", UTI)
    said = pack.parts["checks"]["cases"]["rules"]
    assert re.fullmatch(r"\d+ of \d+ rules are decided both ways; \d+ of \d+ answers that .*", said["says"])
    assert said["says"] in pack_page("shipped", UTI).html
    for one in said["left"]:
        words = row(pack_page("shipped", UTI).html, f"both-ways-{one['document']}-{one['id']}")
        assert all(name in words for name in one["not_shown_to_turn_it"])


def proofs_of(pathway, **otherwise):
    entry = {
        "condition": pathway.id, "as_of": "2026-11-21", "content_digest": pathway.content_digest, "cannot_be_said": [],
        "results": [{"kind": "property", "id": "a", "says": "nothing", "result": "proved", "seconds": 1}],
    }  # fmt: skip
    return json.dumps({"proved": [entry | otherwise]}).encode()


def test_proofs_are_taken_without_their_times_and_only_of_this_content():
    pathway = library("shipped").newest(UTI)
    taken = proved_before(proofs_of(pathway), pathway)
    assert (taken["proved"], taken["fails"]) == (1, 0)
    assert "seconds" not in json.dumps(taken)
    for wrong, says in (
        (proofs_of(pathway, content_digest="sha256:" + "0" * 64), "of other content"),
        (proofs_of(pathway, condition="shingles"), "no output of"),
        (proofs_of(pathway, results=3), "no output of"),
        (b"[]", "no output of"),
    ):
        with pytest.raises(Refused, match=says):
            proved_before(wrong, pathway)


# Blind readings


def test_a_reader_is_shown_nothing_of_what_comes_out():
    found = library("shipped")
    pathway, cases = found.newest(UTI), pack_of("shipped", UTI).read_blind
    form = reading_form(pathway, cases, pack_of("shipped", UTI).baseline)
    head, _, people = form.partition("\ncases:\n")
    for case in cases:
        assert len(case.says) < 25 or case.says not in form  # a few words may be those of an answer
        assert f"\n  {case.id}:\n" in f"\n{people}"
    assert not re.search(r"UTI-[A-Z]", people)
    assert "usual patient" in head
    section = next(one for one in tree(pack_page("shipped", UTI).html).iter("section") if one.get("id") == "blind")
    assert not [case.id for case in cases if len(case.says) >= 25 and case.says in "".join(section.itertext())]


@EACH
def test_for_each_way_of_coming_out_one_case_is_read(condition):
    cases = cases_of(library("shipped"), condition)
    ways = {(one.expected.kind, one.expected.destination, one.expected.decided_by) for one in cases}
    assert {(one.expected.kind, one.expected.destination, one.expected.decided_by) for one in chosen(cases)} == ways


def filled(form, answers, reader="A. Reader"):
    form = (
        form.replace("reader:\n", f"reader: {reader}\n")
        .replace("role:\n", "role: pharmacist\n")
        .replace("read on:\n", "read on: 2026-11-28\n")
    )
    for name, kind in answers.items():
        form = re.sub(rf"(  {name}:\n    answers: .*\n    outcome:)", rf"\1 {kind.word}", form)
    return form


@pytest.fixture
def blind(tmp_path):
    """The reading form of the made-up condition, with what the cases expect, and a way to write it filled in."""
    found = library("made-up")
    pathway, cases = found.newest("hiccups"), pack_of("made-up", "hiccups").read_blind
    expected = {case.id: case.expected.kind for case in cases}
    form = reading_form(pathway, cases, pack_of("made-up", "hiccups").baseline)

    def write(name, answers, text=form):
        path = tmp_path / name
        path.write_text(filled(text, answers), encoding="utf-8")
        return read_reading(path)

    return pathway, cases, expected, form, write


def test_two_readers_are_compared_with_the_pathway_and_with_each_other(blind):
    pathway, cases, expected, _, write = blind
    wrong = dict(expected)
    first, second, *_ = expected
    wrong[first] = Kind.DECLINED
    partly = {name: kind for name, kind in expected.items() if name != second}
    with_one, with_two, both = agreements(pathway, cases, [write("1", wrong), write("2", partly)])
    assert (with_one.count, with_one.same, [one[0] for one in with_one.differ]) == (len(cases), len(cases) - 1, [first])
    assert (with_two.count, with_two.same) == (len(cases) - 1, len(cases) - 1)
    assert with_two.kappa == 1
    assert both.count == len(cases) - 1
    assert next(iter(with_two.in_words())).endswith("(100.0 %), Cohen's kappa 1.000")


def test_kappa_is_cohens():
    """The example of the textbooks: 20 and 15 of 50 alike, kappa 0.4."""
    yes, no = Kind.SUPPLY, Kind.REFER
    pairs = [(yes, yes)] * 20 + [(yes, no)] * 5 + [(no, yes)] * 10 + [(no, no)] * 15
    first, second = ({str(n): pair[side] for n, pair in enumerate(pairs)} for side in (0, 1))
    found = agreement("a", first, "b", second)
    assert (found.same, found.percent, found.kappa) == (35, Decimal("70.0"), Decimal("0.400"))
    assert agreement("a", {"1": yes}, "b", {"1": yes}).kappa is None
    assert list(agreement("a", {"1": yes}, "b", {}).in_words()) == ["a and b: no case was read by both"]


def test_a_reading_of_other_people_is_refused(blind):
    pathway, cases, expected, form, write = blind
    other = re.sub("digest: sha256:.", "digest: sha256:", form).replace("digest: sha256:", "digest: sha256:0", 1)
    with pytest.raises(Refused, match="Reading 1 is of other cases"):
        list(agreements(pathway, cases, [write("other", expected, other)]))


@pytest.mark.parametrize(
    ("words", "instead", "says"),
    [
        ("reader:", "reader: ", "reader"),
        ("    outcome:", "    outcome: hospital", "outcome under an entry under cases: write one of emergency"),
        ("read on:", "read on: yesterday", "read on"),
        ("reading of:", "reading off:", "reading of"),
    ],
)
def test_a_reading_that_is_wrong_is_refused_whole_and_repeats_nothing(words, instead, says, blind, tmp_path):
    form = blind[3]
    path = tmp_path / "reading-of-zebedee.yaml"
    text = form if words == "reader:" else filled(form, {}, reader="Zebedee")
    path.write_text(text.replace(words, instead, 1), encoding="utf-8")
    with pytest.raises(ContentRefused) as refused:
        read_reading(path)
    assert says in str(refused.value)
    assert "ebedee" not in str(refused.value)
    assert "hospital" not in str(refused.value)


# Sign-offs


SIGNED = {
    "says:": "says: agreed", "name:": "name: A. Example", "role:": "role: clinical safety officer",
    "registration:": "registration: GPhC 2012345", "signed on:": "signed on: 2026-12-01",
}  # fmt: skip


def sign(pack, folder, *edits):
    text = blank_sign_off(pack.of, pack.digest, pack.digests)
    for words, instead in (*SIGNED.items(), *edits):
        assert f"\n{words}" in text, words
        text = text.replace(f"\n{words}", f"\n{instead}", 1)
    path = Path(folder) / "sign-off.yaml"
    path.write_text(text, encoding="utf-8")
    return read_sign_off(path)


def raw(pack):
    return exact.write(pack.as_dict(), 2).encode()


def test_a_sign_off_holds_of_the_pack_that_was_signed(tmp_path):
    pack = pack_of("made-up", "hiccups")
    found = standing(sign(pack, tmp_path), raw(pack))
    assert found.holds
    assert list(found.in_words()) == [f"The sign-off of {pack.of} (agreed, signed on 2026-12-01) holds of this pack."]


def test_a_pack_that_was_altered_by_hand_is_found_and_says_where(tmp_path):
    pack = pack_of("made-up", "hiccups")
    altered = raw(pack).replace(b"HIC-R1", b"HIC-R9", 1)
    found = standing(sign(pack, tmp_path), altered)
    assert not found.holds
    assert "digest" in found.broken
    assert found.changed == tuple(name for name in found.broken if name != "digest")
    assert "DOES NOT HOLD" in next(iter(found.in_words()))


def test_of_new_content_it_says_which_parts_changed_and_a_part_not_signed_may_change(tmp_path):
    found = library("made-up")
    pathway, before = found.newest("hiccups"), pack_of("made-up", "hiccups")
    stopping = (replace(pathway.stopping[0], because="another reason"), *pathway.stopping[1:])
    after = review_pack(found, replace(pathway, stopping=stopping), before.checks)
    whole = standing(sign(before, tmp_path), raw(after))
    assert (whole.holds, whole.changed, whole.broken) == (False, ("decisions",), ())
    partly = standing(sign(before, tmp_path, ("  - decisions", "")), raw(after))
    assert (partly.holds, partly.not_signed) == (True, ("decisions",))
    assert "in the pack, and not signed: decisions" in " ".join(partly.in_words())


def test_beside_the_pack_that_was_signed_it_says_what_changed_in_each_part(tmp_path):
    found = library("made-up")
    pathway, before = found.newest("hiccups"), pack_of("made-up", "hiccups")
    first, second, *rest = pathway.stopping
    stopping = (replace(first, because="another reason"), *rest)
    after = review_pack(found, replace(pathway, stopping=stopping), before.checks)
    said = list(standing(sign(before, tmp_path), raw(after), raw(before)).in_words())

    assert f"    decisions: stopping, {first.id}, because changed" in said
    assert f"    decisions: stopping, {second.id} taken out" in said
    assert f"    traceability: rules, {second.id} taken out" in said
    assert "    summary: stopping_criteria changed" in said
    with pytest.raises(Refused, match="--was is not the pack that was signed"):
        standing(sign(before, tmp_path), raw(after), raw(after))


def test_of_another_condition_it_does_not_hold(tmp_path):
    signed = sign(pack_of("made-up", "hiccups"), tmp_path)
    found = standing(signed, raw(pack_of("made-up", "yawning")))
    assert not found.holds
    assert "another condition or version" in " ".join(found.in_words())


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("says: agreed", "says: fine"), "says: Input should be"),
        (("name: A. Example", "name:"), "name"),
        (("signed on: 2026-12-01", "signed on: 01/12/2026"), "signed on"),
        (("  - tools", "  - everything"), "a part is named that has no digest"),
        (("pack: sha256:", "pack: sha256:0"), "pack"),
        (("registration:", "registered:"), "registration"),
    ],
)
def test_a_sign_off_that_is_not_whole_is_refused_and_repeats_nothing(edit, says, tmp_path):
    with pytest.raises(ContentRefused) as refused:
        sign(pack_of("made-up", "hiccups"), tmp_path, edit)
    assert says in str(refused.value)
    assert "Example" not in str(refused.value)
    assert "01/12" not in str(refused.value)


def test_digests_of_parts_that_were_swapped_do_not_agree_with_the_packs(tmp_path):
    pack = pack_of("made-up", "hiccups")
    with pytest.raises(ContentRefused, match="not the digest over those of the parts"):
        sign(pack, tmp_path, (f"  decisions: {pack.digests['decisions']}", f"  decisions: {pack.digests['cases']}"))


@pytest.mark.parametrize("words", [b"{}", b"[]", b'{"review_pack": 1, "parts": {}}', b"no json"])
def test_what_is_no_pack_is_refused(words, tmp_path):
    with pytest.raises(Refused):
        standing(sign(pack_of("made-up", "hiccups"), tmp_path), words)


def test_every_link_of_the_traceability_is_in_the_json():
    said = json.loads(raw(pack_of("shipped", UTI)))
    assert {*said["traceability"]["back"]} == {*LINKS}
    assert said["traceability"]["orphans"] == []
    assert date.fromisoformat(said["cases"]["every"][0]["as_of"])
