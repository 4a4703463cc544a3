"""`record make` with something else at a place of the account: a record or a refusal, and nothing that was given in what it says."""

from places_of_accounts import (
    MADE_AT,
    SOMEBODY,
    accounts,
    holds_planted,
    says_of_python,
    with_other_shapes,
    with_somebody,
    written,
)
from the_program import run


def said(account, file):
    """What is said on standard error of an account."""
    file.write_text(written(account), encoding="utf-8")
    ran = run("record", "make", file, "--at", MADE_AT)
    assert ran.exit_code in (0, 2)
    return ran.stderr


def test_no_name_at_any_place_of_an_account_is_repeated(tmp_path):
    planted = with_somebody(accounts()[:1], SOMEBODY[:1])

    assert [place for place, held in planted if holds_planted(said(held, tmp_path / "account.json"))] == []


def test_whatever_stands_at_a_place_is_made_or_refused_in_our_own_words(tmp_path):
    changed = with_other_shapes(accounts(), ({}, [], 10**6000))

    assert [place for place, _, held in changed if says_of_python(said(held, tmp_path / "account.json"))] == []
