"""What a card says: as urgent as the outcome, never more certain than what is known, and nothing that supplies by itself."""

import json
from datetime import date
from functools import cache
from uuid import UUID

import pytest
from calling import CONDITION, DAY, calling, input_object
from fhir.resources.R4B.servicerequest import ServiceRequest
from hooking import INSTANCE, PATIENT_ID, SERVICE, answered, card_of_call, opened, outcome_of, patient
from markdown_it import MarkdownIt
from shipped import cases_of
from sound_records import library

from pharmacyfirst import Kind
from pharmacyfirst.api.hooks.asked import ANSWERED, OPENED, HookAsked
from pharmacyfirst.api.hooks.cards import CRITICAL, INFO, OWN, WARNING, card_of, indicator, summary
from pharmacyfirst.contract.conversation import converse
from pharmacyfirst.kernel.explain import beside_outcome
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.kernel.tables import EVALUATION_ONLY
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.paper.html import style_sources

ON = date.fromisoformat(DAY)
PAGE = "https://cds.example/document"
URGENT = {
    Kind.EMERGENCY: {CRITICAL}, Kind.REFER_URGENT: {CRITICAL}, Kind.REFER: {WARNING}, Kind.NEED_FACTS: {WARNING, CRITICAL},
    Kind.NOT_ELIGIBLE: {WARNING, INFO}, Kind.ALTERNATIVE_DIAGNOSIS: {WARNING, INFO}, Kind.DECLINED: {WARNING, INFO},
    Kind.MEASURE_NEXT: {WARNING, INFO}, Kind.SELF_CARE: {INFO}, Kind.SUPPLY: {INFO},
}  # fmt: skip


@pytest.fixture(scope="module")
def call():
    with calling() as caller:
        yield caller


@cache
def one_of_each_kind():
    """For each condition and kind of outcome the first three cases."""
    found = []
    for condition in library().conditions:
        of_kind = {}
        for case in cases_of(library(), condition):
            of_kind.setdefault(case.expected.kind, []).append(case)
        found += [(condition, case) for cases in of_kind.values() for case in cases[:3]]
    return found


def carded(condition, facts, on=ON):
    """The conversation and the card of a condition with these facts."""
    so_far = converse(library().in_force(condition, on), facts, on)
    asked = HookAsked(ANSWERED, UUID(INSTANCE), PATIENT_ID, condition, on, facts)
    return so_far, card_of(asked, so_far, PAGE)


def shown(words):
    """Markdown as a client shows it, without its tags, as one line."""
    return " ".join("".join(
        child.content if child.type in ("text", "text_special", "code_inline") else " "
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(words) for child in token.children or ()
    ).split())  # fmt: skip


def flat(words):
    return " ".join(words.split())


def test_a_card_is_as_urgent_as_its_outcome_and_says_what_decided():
    seen = set()
    for condition, case in one_of_each_kind():
        so_far, card = carded(condition, dict(case.facts), case.as_of)
        found = so_far.assessment
        kind = found.outcome.kind
        assert kind is case.expected.kind
        assert card["indicator"] in URGENT[kind], (condition, case.id)
        assert in_words(found.outcome) in card["summary"]
        detail = shown(card["detail"])
        assert detail.startswith(in_words(found.outcome))
        for one in found.reasons:
            assert flat(f"{one.id}: {one.says}") in detail
        for line in beside_outcome(found):
            assert flat(line) in detail
        assert EVALUATION_ONLY.capitalize() in detail
        assert card["extension"][OWN]["decided_by"] == [*found.decided_by] if found.decided_by else True
        seen.add(kind)
    assert seen == {*Kind}


def test_a_summary_is_under_140_characters_and_whole():
    """A supply says in the summary that it is no supply yet: a client may hide the detail of what is not urgent."""
    for condition, case in one_of_each_kind():
        so_far, card = carded(condition, dict(case.facts), case.as_of)
        assert len(card["summary"]) < 140
        if case.expected.kind is Kind.SUPPLY:
            assert card["summary"].endswith(f"({EVALUATION_ONLY})")
        elif so_far.decided:
            _, _, reason = card["summary"].partition(f"{in_words(so_far.assessment.outcome)}: ")
            assert not reason or reason in [one.says for one in so_far.assessment.reasons]


def test_nothing_that_is_known_alone_reads_as_an_all_clear():
    """An all-clear is a supply, or nobody to be sent anywhere with nothing left that could be worse."""
    for condition, case in one_of_each_kind():
        for facts in ({}, dict([next(iter(case.facts.items()))])):
            so_far, card = carded(condition, facts, case.as_of)
            assert card["indicator"] != INFO, (condition, facts)
            assert so_far.assessment.outcome.kind not in (Kind.SUPPLY, Kind.SELF_CARE)


def alone(condition):
    """Each emergency that one answer meets by itself: the answer, and the criterion."""
    pathway = library().in_force(condition, ON)
    for criterion in pathway.stopping:
        if criterion.kind is Kind.EMERGENCY and len(criterion.reads) == 1:
            (name,) = criterion.reads
            question = pathway.questions[name]
            tries = [
                True,
                *question.choice_names(),
                *([one] for one in question.choice_names()),
                question.low,
                question.high,
            ]
            for value in tries:
                try:
                    held = question.read(value)
                except ValueError:
                    continue
                if criterion.sentence.verdict({name: held}).value == "met":
                    yield criterion.id, {name: value}
                    break


def test_an_emergency_that_is_known_is_critical_whatever_is_not():
    found = {(condition, id): facts for condition in library().conditions for id, facts in alone(condition)}
    assert {condition for condition, _ in found} == {*library().conditions}
    for (condition, id), facts in found.items():
        _, card = carded(condition, facts)
        assert (card["indicator"], outcome_of(card)) == (CRITICAL, "emergency"), (condition, id)
        assert id in card["extension"][OWN]["decided_by"]
        assert "open" not in card["extension"][OWN]
        assert "\nAsk" not in card["detail"].replace("*", "")


def test_what_is_still_to_ask_stands_on_the_card_in_order(call):
    card = card_of_call(call, answered({"age_years": 30, "urinary_anatomy": "female"}))
    now = call.post("/v1/next-questions", input_object({"age_years": 30, "urinary_anatomy": "female"})).json()
    own = card["extension"][OWN]
    assert own["open"] == now["open"]
    questions = library().in_force(CONDITION, ON).questions
    asks = [flat(questions[name].ask) for name in now["open"]]
    detail = shown(card["detail"])
    places = [detail.index(one) for one in asks]
    assert places == sorted(places)
    assert "Say to the patient" not in detail


def test_what_everybody_was_asked_and_nobody_knows_is_seen_the_same_day_where_the_content_says_so():
    """Beside *not decided* the content says how to refer; a card of it is as urgent as that referral."""
    seen = set()
    for condition, case in one_of_each_kind():
        facts = dict.fromkeys(library().in_force(condition, case.as_of).questions) | dict(case.facts)
        so_far = converse(library().in_force(condition, case.as_of), facts, case.as_of)
        if so_far.undecided_by_not_known:
            same_day = so_far.assessment.if_not_answered is Kind.REFER_URGENT
            assert indicator(so_far) == (CRITICAL if same_day else WARNING)
            seen.add(same_day)
    assert True in seen


def test_a_referral_may_be_drafted_and_nothing_else():
    """No suggestion supplies or orders a medicine; none delays an emergency."""
    seen = set()
    for condition, case in one_of_each_kind():
        so_far, card = carded(condition, dict(case.facts), case.as_of)
        kind = so_far.assessment.outcome.kind
        assert ("suggestions" in card) == ("selectionBehavior" in card)
        assert ("suggestions" in card) == (kind in (Kind.REFER, Kind.REFER_URGENT))
        for one in card.get("suggestions", ()):
            (action,) = one["actions"]
            request = ServiceRequest.model_validate_json(json.dumps(action["resource"]))
            assert (action["type"], request.status, request.intent) == ("create", "draft", "proposal")
            assert request.priority == ("urgent" if kind is Kind.REFER_URGENT else "routine")
            assert request.subject.reference == f"Patient/{PATIENT_ID}"
            assert request.performerType.text == so_far.assessment.where_to
            seen.add(kind)
    assert seen == {Kind.REFER, Kind.REFER_URGENT}


def test_answers_that_contradict_each_other_are_to_be_asked_again(call):
    card = card_of_call(call, answered({"uti_episodes_last_6_months": 3, "uti_episodes_last_12_months": 1}))
    assert "ask again" in card["detail"]
    assert "ask again" not in card_of_call(call, answered({"uti_episodes_last_6_months": 1}))["detail"]


def test_links_lead_to_the_pathway_as_a_document_and_to_what_decided(call):
    card = card_of_call(call, answered({"kidney_pain_or_tenderness": True}))
    document, rule = (link["url"] for link in card["links"])
    assert card["source"]["url"] == document
    assert "PRN00936_ii" in card["source"]["label"]
    page = call.client.get(document)
    assert page.status_code == 200
    assert page.headers["content-security-policy"].endswith(f"style-src {style_sources(page.text)}")
    assert page.text.count("<style>") == style_sources(page.text).count("sha256-") == 1
    assert "script" not in page.headers["content-security-policy"]
    assert rule == f"{document}#UTI-R3"
    assert 'id="UTI-R3"' in page.text


def test_every_rule_of_a_pathway_that_a_card_may_link_to_is_an_anchor_of_its_document(call):
    for condition in library().conditions:
        pathway = library().in_force(condition, ON)
        page = call.get(f"/v1/conditions/{condition}/document", as_of=DAY).text
        for rule in (*pathway.stopping, *pathway.treatment):
            assert f'id="{rule.id}"' in page, rule.id


def test_where_nobody_knows_the_address_of_the_server_no_link_is_given():
    with calling(host="0.0.0.0", proxy="testclient", base="https://cds.example") as caller:
        card = card_of_call(caller, answered({}))
    assert "links" not in card
    assert "url" not in card["source"]


def test_whoever_dismisses_a_card_may_say_why_unless_nothing_is_to_be_done():
    for condition, case in one_of_each_kind():
        _, card = carded(condition, dict(case.facts), case.as_of)
        assert ("overrideReasons" in card) == (card["indicator"] != INFO)
        assert all(one["code"] and one["system"] and one["display"] for one in card.get("overrideReasons", ()))


def test_the_same_request_gives_the_same_card_and_another_one_another(call):
    first = card_of_call(call, answered({"rigors": True}))
    assert card_of_call(call, answered({"rigors": True})) == first
    assert card_of_call(call, answered({"rigors": False}))["uuid"] != first["uuid"]
    other = answered({"rigors": True}) | {"hookInstance": INSTANCE.replace("d", "e")}
    assert card_of_call(call, other)["uuid"] != first["uuid"]


def nothing_empty(value):
    if isinstance(value, dict):
        return all(map(nothing_empty, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(nothing_empty, value))
    return value is not None and value != ""


def test_nothing_on_a_card_is_null_or_empty():
    for condition, case in one_of_each_kind():
        _, card = carded(condition, dict(case.facts), case.as_of)
        assert nothing_empty(card), (condition, case.id)


def test_words_of_the_content_are_never_read_as_markdown():
    from pharmacyfirst.api.hooks.cards import _plain

    for words in ("a < b > c", "5 * 3 _x_ [y](z)", "1. first", "- one", "# head", "a | b ~~c~~ `d`", "<script>", "\\*"):
        assert shown(f"- {_plain(words)}") == words
        assert [token.type for token in MarkdownIt("gfm-like", {"linkify": False}).parse(f"- {_plain(words)}")] == [
            "bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close", "bullet_list_close",
        ]  # fmt: skip


# The record of the patient


def test_of_the_record_the_date_of_birth_counts(call):
    card = card_of_call(call, opened(patient("1990-12-23")))
    assert (outcome_of(card), card["indicator"]) == ("need_facts", WARNING)
    child = card_of_call(call, opened(patient("2020-12-23")))
    as_answered = card_of_call(call, answered({"age_years": 5}))
    assert child == as_answered
    assert child["extension"] != card["extension"]


@pytest.mark.parametrize("gender", ["female", "other", "unknown", None])
def test_administrative_gender_answers_no_question(call, gender):
    as_male = card_of_call(call, opened(patient()))
    record = patient() | {"gender": gender}
    if gender is None:
        del record["gender"]
    assert card_of_call(call, opened(record)) == as_male
    assert "urinary_anatomy" in as_male["extension"][OWN]["open"]


def test_the_record_and_the_answers_are_put_together(call):
    both = card_of_call(call, answered({"kidney_pain_or_tenderness": True}, record=patient("1990-12-23")))
    alone = card_of_call(call, answered({"kidney_pain_or_tenderness": True, BORN: "1990-12-23"}))
    assert both == alone


def test_a_record_without_a_whole_date_of_birth_says_so(call):
    card = card_of_call(call, opened(patient("1990-12")))
    assert "no whole date of birth" in card["detail"]
    assert AGE in card["extension"][OWN]["missing"]
    known = card_of_call(call, answered({"age_years": 30}, record=patient("1990-12")))
    assert "no whole date of birth" not in known["detail"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"active": False}, "merged"),
        ({"deceasedBoolean": True}, "died"),
        ({"link": [{"type": "replaced-by"}]}, "merged"),
    ],
)
def test_what_has_to_be_known_of_a_record_stands_on_the_card(call, more, says):
    assert says in card_of_call(call, opened(patient(**more)))["detail"]
    assert says not in card_of_call(call, opened(patient()))["detail"]


def test_nothing_of_whom_it_is_about_stands_on_a_card(call):
    name = [{"family": "Featherstonehaugh", "given": ["Invented"]}]
    reply = call.post(SERVICE, opened(patient(name=name, deceasedBoolean=True)))
    assert "Featherstonehaugh" not in reply.text
    assert "1990" not in reply.text


def test_an_open_record_is_judged_as_of_today_and_a_consultation_as_of_its_day(call):
    assert card_of_call(call, opened(patient()))["extension"][OWN]["as_of"] == DAY
    assert card_of_call(call, answered({}, as_of="2026-11-20"))["extension"][OWN]["as_of"] == "2026-11-20"


def test_each_hook_of_a_condition_is_one_service(call):
    services = call.get("/cds-services").json()["services"]
    assert {(one["id"], one["hook"]) for one in services} == {
        (condition, hook) for condition in library().conditions for hook in (OPENED, ANSWERED)
    }


def test_an_outcome_is_said_in_the_words_that_everybody_else_uses(call):
    for facts in ({}, {"rigors": True}, {"sepsis_suspected": True}):
        assessment = call.post("/v1/assessments", input_object(facts)).json()
        card = card_of_call(call, answered(facts))
        assert assessment["outcome"]["says"] in card["summary"]
        assert card["extension"][OWN]["content_digest"] == assessment["content_digest"]
        assert card["extension"][OWN].get("missing", []) == assessment["missing"]
        so_far, _ = carded(CONDITION, facts)
        assert summary(so_far) == card["summary"]
