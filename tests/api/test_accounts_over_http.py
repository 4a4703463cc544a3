"""Whatever stands at a place of an account that is sent: a record or a problem, never a failure of ours, and nothing that was given."""

from itertools import count

import pytest
from calling import AS_IF, a_key, calling, refused
from places_of_accounts import (
    SOMEBODY,
    accounts,
    holds_planted,
    says_of_python,
    with_other_shapes,
    with_somebody,
    written,
)

MADE = "/v1/made-records"
KEPT = "/v1/consultations"
SENT = count(1)  # each is a thing of its own to write


def wrong_with(reply):
    """What is wrong with a reply; nothing where the record was made, or is refused in words that repeat nothing."""
    if reply.status_code in (200, 201):
        return ""
    if reply.status_code >= 500:
        return reply.text
    detail = reply.json()["detail"]
    return detail if holds_planted(reply.text) or says_of_python(detail) else ""


def sent(pharmacy, path, account):
    return pharmacy.post(path, written(account), once=f"account-{next(SENT)}" if path == KEPT else "", at=AS_IF)


@pytest.fixture(params=[MADE, KEPT])
def wrong(request, tmp_path):
    """What is wrong with the reply to an account, at each of the two calls that take one."""
    data = tmp_path / "data"
    with calling(data, a_key(data)) as pharmacy:
        yield lambda account: wrong_with(sent(pharmacy, request.param, account))


def test_no_problem_repeats_a_name_at_any_place_of_an_account(wrong):
    found = [(place, said) for place, held in with_somebody(accounts()[:1], SOMEBODY[:1]) if (said := wrong(held))]

    assert found == []


def test_whatever_stands_at_a_place_is_made_or_refused_in_our_own_words(wrong):
    shapes = ({}, [], None, "", 10**6000, "1e400")
    found = [
        (place, value, said) for place, value, held in with_other_shapes(accounts(), shapes) if (said := wrong(held))
    ]

    assert found == []


def test_a_pgd_or_a_channel_that_there_is_not_is_a_problem_that_says_what_fits():
    sound = accounts()[0]
    named = sound | {"supplies": [sound["supplies"][0] | {"pgd": SOMEBODY[0]}]}
    with calling() as pharmacy:
        for account, says in (
            (named, "supplies, 0, pgd: a supply was not among the offers of the assessment. Nothing was recorded."),
            (sound | {"channel": {}}, "channel: choose one of: in person, video, telephone. Nothing was recorded."),
        ):
            assert refused(sent(pharmacy, MADE, account), "record_refused", 422)["detail"] == says
