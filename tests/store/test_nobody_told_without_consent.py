"""Nothing about a consultation of a service reaches a GP practice without consent, whoever is under 16 included: not by any of the ways there are.

A message, a letter, and a notice that somebody has to send are all that tells a practice; whatever makes one of them is named here.
"""

import re
from pathlib import Path

import pytest
from a_store import ROBIN, Clock, begun, made, opened
from click.testing import CliRunner
from sound_records import account_for, case_named, library

import pharmacyfirst
from pharmacyfirst.cli.main import main
from pharmacyfirst.record import Consent, RecordRefused, make_record, update_record, write_record
from pharmacyfirst.record.decision import Notice
from pharmacyfirst.record.examples import MAILBOX
from pharmacyfirst.record.message.envelope import NoMessage, envelope_of
from pharmacyfirst.record.papers.letter import letter_html, letter_pdf, letter_text
from pharmacyfirst.record.papers.parts import NoPaper
from pharmacyfirst.sending.on_paper import NoticeKind
from pharmacyfirst.store import StoreRefused
from pharmacyfirst.store.news import news_of

PACKAGE = Path(pharmacyfirst.__file__).parent
# Whom each case is about: three of 12, and an adult with a high pressure.
PEOPLE = {
    "emergency-contraception": "ehc-own-053",
    "oral-contraception-start": "ocs-own-067",
    "oral-contraception-continue": "occ-own-069",
    "blood-pressure-check": "bpc-012",
}
ANSWERS = {False: "the patient did not agree", None: "nobody asked"}


def account(condition, share):
    case = case_named(condition, PEOPLE[condition])
    young = case.facts["age_years"] < 16
    consent = Consent(to_treat=True, to_share=share, competence="competent under 16" if young else None)
    return account_for(case, consent=consent)


@pytest.fixture(scope="module", params=[(one, share) for one in PEOPLE for share in ANSWERS], ids=str)
def told_of(request):
    """A record whose patient did not agree, or was not asked."""
    held = account(*request.param)
    return make_record(held, library(), recorded_at=held.ended_at)


def test_no_message_and_no_letter_is_made(told_of):
    why = ANSWERS[told_of.consent.to_share]
    with pytest.raises(NoMessage, match=f"No message: {why}"):
        update_record(told_of, envelope_of(told_of, MAILBOX, told_of.ended_at))
    for letter in (letter_text, letter_html, letter_pdf):
        with pytest.raises(NoPaper, match=f"No letter: {why}"):
            letter(told_of)


def test_the_news_says_why_there_is_none_whether_or_not_the_pharmacy_has_a_mailbox(told_of):
    for mailbox in ("", MAILBOX):
        news = news_of(told_of, mailbox)
        assert (news.message, news.notice) == (None, None)
        assert news.because.startswith(ANSWERS[told_of.consent.to_share])


@pytest.mark.parametrize("share", ANSWERS)
def test_no_command_makes_one_and_nothing_is_put_down(share, tmp_path):
    held = account("emergency-contraception", share)
    told_of = make_record(held, library(), recorded_at=held.ended_at)
    file, to, outbox = tmp_path / "one.json", tmp_path / "letter.html", tmp_path / "outbox.sqlite"
    file.write_text(write_record(told_of), encoding="utf-8")
    for words in (
        ("message", "--mailbox", MAILBOX, "--to", str(to)),
        ("letter", "--to", str(to)),
        ("notice", "--as", "letter", "--outbox", str(outbox)),
        ("notice", "--as", "pdf", "--outbox", str(outbox)),
    ):
        ran = CliRunner().invoke(main, ["record", words[0], str(file), *words[1:]])
        assert ran.exit_code == 1, ran.output
        assert not to.exists()
    assert CliRunner().invoke(main, ["record", "status", "--outbox", str(outbox)]).output == "The outbox is empty.\n"


@pytest.mark.parametrize("share", ANSWERS)
def test_the_store_takes_no_notice_of_it_and_nothing_is_due_to_anybody(tmp_path, share):
    held = account("oral-contraception-start", share)
    with opened(tmp_path / "data", Clock(held.ended_at)) as store:
        now = begun(store, held)
        for kind in NoticeKind:
            with pytest.raises(StoreRefused, match="nobody agreed that the practice is told"):
                store.drafts.finish(now.id, ROBIN, now.revision, made(store, held), notice=kind)
        now = store.drafts.finish(
            now.id, ROBIN, now.revision, made(store, held), not_told_because="the patient did not agree"
        )
        assert now.summary["not_told_because"] == "the patient did not agree"
        assert (store.work_list().people, sum(store.outbox.counts().values())) == ((), 0)


def test_a_record_does_not_say_that_the_practice_is_told_of_whom_did_not_agree():
    held = account("emergency-contraception", False)
    with pytest.raises(RecordRefused, match="to_share is no, and notice says that the practice is told"):
        make_record(held.model_copy(update={"notice": Notice(route="letter")}), library(), recorded_at=held.ended_at)


# Each thing by which a practice is told, and the modules that use it; each of them asks for consent, or stands behind one that does.
WAYS = {
    r"import update_record$": {"api/of_records.py", "cli/message.py", "record/__init__.py", "store/news.py"},
    r"letter_of\(": {"record/papers/letter.py"},
    r"notices\.due\(": {"cli/outbox.py", "store/finishing.py"},
}


def test_nothing_else_tells_a_practice():
    modules = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}

    found = {way: {at for at, words in modules.items() if re.search(way, words, re.MULTILINE)} for way in WAYS}

    assert found == WAYS
