"""What was made of a card is kept once, as what was said of that very card; nothing of it that does not fit is kept at all."""

import json

import pytest
from calling import CONDITION, Clock, a_key, calling, refused
from hooking import FEEDBACK, answered, card_of_call

from pharmacyfirst.api.hooks.feedback import CARD, HEARD
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.store import open_store

AT = "2026-11-21T14:21:30Z"
CODED = {"code": "cared-for", "system": "https://pharmacyfirst.example/cds-hooks/override-reasons"}
OTHER = "00000000-0000-4000-8000-000000000000"
SECRET = "Featherstonehaugh"


@pytest.fixture
def kept(tmp_path):
    folder = tmp_path / "data"
    with calling(folder, a_key(folder)) as caller:
        yield caller, folder


def events(folder, prefix):
    with open_store(folder, Clock()) as store:
        return [one for stream in store.ledger.streams(prefix) for one in store.ledger.events(stream)]


def overridden(card, **why):
    return {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": AT,
        **({"overrideReason": why} if why else {}),
    }


def accepted(card, *ids):
    ids = ids or [one["uuid"] for one in card["suggestions"]]
    return {
        "card": card["uuid"], "outcome": "accepted", "outcomeTimestamp": AT, "acceptedSuggestions": [{"id": one} for one in ids],
    }  # fmt: skip


def told(caller, *feedback):
    return caller.post(FEEDBACK, {"feedback": [*feedback]})


def test_a_card_is_put_down_once_with_what_decided_and_without_a_fact(kept):
    caller, folder = kept
    card = card_of_call(caller, answered({"kidney_pain_or_tenderness": True}))
    assert card_of_call(caller, answered({"kidney_pain_or_tenderness": True})) == card
    (event,) = events(folder, CARD)
    body = json.loads(event.body)
    assert (body["service"], body["outcome"], body["decided_by"]) == (CONDITION, "refer_urgent", ["UTI-R3"])
    assert body["to"]["name"] == "Our PMR"
    assert "kidney" not in event.body
    assert event.attached == b""


def test_what_was_made_of_cards_is_kept_and_read(kept):
    caller, folder = kept
    first = card_of_call(caller, answered({"kidney_pain_or_tenderness": True}))
    second = card_of_call(caller, answered({"rigors": True}))
    reply = told(caller, accepted(first), overridden(second, reason=CODED, userComment=f"{SECRET} was seen"))
    assert (reply.status_code, reply.json()) == (200, {})
    assert all(SECRET not in event.body for event in events(folder, HEARD))
    read = {one["card"]: one for one in caller.get("/v1/card-feedback").json()["cards"]}
    assert read[first["uuid"]]["outcome"] == "refer_urgent"
    (made,) = read[first["uuid"]]["feedback"]
    assert (made["outcome"], made["suggestions"]) == ("accepted", [first["suggestions"][0]["uuid"]])
    (made,) = read[second["uuid"]]["feedback"]
    assert (made["outcome"], made["reason"]) == ("overridden", [CODED["system"], CODED["code"]])
    assert (made["comment"], made["at"], made["by"]["name"]) == (
        f"{SECRET} was seen",
        "2026-11-21T14:21:30+00:00",
        "Our PMR",
    )


def test_the_same_again_is_kept_once_and_something_else_beside_it(kept):
    caller, folder = kept
    card = card_of_call(caller, answered({"rigors": True}))
    for _ in range(2):
        assert told(caller, overridden(card)).status_code == 200
    assert told(caller, overridden(card, userComment="Seen.")).status_code == 200
    assert told(caller, overridden(card, userComment="Seen already.")).status_code == 200
    assert len(events(folder, HEARD)) == 3


def test_it_is_kept_over_a_restart(kept, tmp_path):
    caller, folder = kept
    card = card_of_call(caller, answered({"rigors": True}))
    with calling(folder, caller.key) as again:
        assert told(again, overridden(card)).status_code == 200
        assert [one["card"] for one in again.get("/v1/card-feedback").json()["cards"]] == [card["uuid"]]


@pytest.mark.parametrize("spoiled", ["card", "suggestion", "service"])
def test_what_was_not_given_here_is_refused_whole(kept, spoiled):
    caller, folder = kept
    card = card_of_call(caller, answered({"kidney_pain_or_tenderness": True}))
    path = "/cds-services/shingles/feedback" if spoiled == "service" else FEEDBACK
    second = (
        accepted(card | {"uuid": OTHER})
        if spoiled == "card"
        else accepted(card, OTHER)
        if spoiled == "suggestion"
        else accepted(card)
    )
    reply = caller.post(path, {"feedback": [overridden(card), second]})
    refused(reply, "not_there", 404)
    assert events(folder, HEARD) == []
    assert told(caller, accepted(card)).status_code == 200


def broken(card):
    good = accepted(card)
    yield {"feedback": []}, "wrong_value"
    yield {}, "missing_key"
    yield {"feedback": good}, "wrong_value"
    yield {"feedback": [good] * 101}, "wrong_value"
    yield {"feedback": [good, SECRET]}, "wrong_value"
    for name in ("card", "outcome", "outcomeTimestamp", "acceptedSuggestions"):
        yield {"feedback": [{key: value for key, value in good.items() if key != name}]}, "missing_key"
    for name, value in (
        ("card", SECRET), ("outcome", "ignored"), ("outcomeTimestamp", "2026-11-21"), ("outcomeTimestamp", "2026-11-21T14:21:30"),
        ("outcomeTimestamp", "2026-11-21T14:21:30+01:00"), ("outcomeTimestamp", 1), ("acceptedSuggestions", [SECRET]), ("acceptedSuggestions", SECRET),
        ("acceptedSuggestions", [{}]), ("overrideReason", {"reason": SECRET}), ("overrideReason", {"reason": {"code": "x"}}),
        ("overrideReason", {"userComment": 1}), ("overrideReason", {"userComment": "x" * 4001}),
    ):  # fmt: skip
        yield {"feedback": [good | {name: value}]}, "wrong_value"
    yield {"feedback": [good | {"acceptedSuggestions": []}]}, "missing_key"
    yield {"feedback": [good | {"overrideReason": {}}]}, "missing_key"


def test_what_does_not_fit_is_refused_and_nothing_of_it_kept(kept):
    caller, folder = kept
    card = card_of_call(caller, answered({"kidney_pain_or_tenderness": True}))
    for given, code in broken(card):
        reply = caller.post(FEEDBACK, given)
        refused(reply, code, 422)
        assert SECRET not in reply.text
    assert events(folder, HEARD) == []


def test_a_server_that_keeps_nothing_says_so():
    with calling() as caller:
        card = card_of_call(caller, answered({"rigors": True}))
        refused(told(caller, overridden(card)), "no_store", 409)
        refused(caller.get("/v1/card-feedback"), "no_store", 409)


def test_what_was_written_about_cards_is_for_who_may_read_records(kept):
    caller, folder = kept
    caller.key = a_key(folder, Scope.ASSESS)
    card = card_of_call(caller, answered({"rigors": True}))
    assert told(caller, overridden(card)).status_code == 200
    refused(caller.get("/v1/card-feedback"), "not_allowed", 403)
