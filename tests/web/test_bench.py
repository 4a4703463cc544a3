"""The sign-off bench in the form: from a transcription to a supply that is permitted, and what keeps it from being so."""

import re
import shutil

import pytest
from test_every_outcome import supplied
from test_real_patients import recorded, to_the_outcome
from two_reviewers import (
    ADOPTS,
    CONDITION,
    PARTS,
    SIGNED,
    answer_all,
    answer_page,
    confirm,
    fields_of,
    reviewers,
    signed_in,
)
from visiting import Clock, open_form

from pharmacyfirst import load
from pharmacyfirst.authority.adoption import NOT_PERMITTED_BY_A_DRAFT
from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.store import open_store
from pharmacyfirst.store.benches import BENCH
from pharmacyfirst.store.deeds import read_event
from pharmacyfirst.web.pharmacy import read_pharmacy


@pytest.fixture
def form(tmp_path):
    reviewers(tmp_path, Clock())
    with open_form(tmp_path) as client:
        signed_in(client, "robin")
        yield client, tmp_path


def events(folder):
    with open_store(folder, Clock()) as store:
        return [read_event(one) for one in store.ledger.events(BENCH + CONDITION)]


def test_two_reviewers_carry_a_condition_to_a_supply_that_is_permitted(form):
    client, folder = form
    rev = signed_in(client, "rev")
    assert "/bench" in rev.go("/account").words
    for part in PARTS:
        answer_all(rev, part)
    rev.go(f"/bench/{CONDITION}/pathway/confirm")
    assert "a second person has to" in rev.page.words
    with open_store(folder, Clock()) as store:
        laid = store.benches.of(load().newest(CONDITION))
    shown = {
        "token": rev.page.forms["/leave"]["token"],
        "sure": "yes",
        "answers": laid.digest_of_answers(laid.sheets[0]),
    }
    rev.post(f"/bench/{CONDITION}/pathway/confirm", shown)
    assert (rev.reply.status_code, "a second person has to" in rev.page.words) == (422, True)
    assert f"/bench/{CONDITION}/adopt" not in rev.go("/bench").words

    kim = signed_in(client, "kim")
    for part in PARTS:
        assert confirm(kim, part).title == "Documents beside the signed ones", kim.page.words
    kim.go(f"/bench/{CONDITION}/adopt")
    documents = re.findall(r'name="document" value="([^"]+)"', kim.page.words)
    others = ["sha256:" + "0" * 64, *documents[1:]]
    kim.send(f"/bench/{CONDITION}/adopt", **ADOPTS, document=others)
    assert "have changed since the page was shown" in kim.page.words
    assert not (folder / "adoptions").exists()
    kim.send(f"/bench/{CONDITION}/adopt", **ADOPTS, document=documents)
    assert "Adopted" in kim.page.words, kim.page.words

    (record,) = (folder / "adoptions").iterdir()
    adoption = read_adoption(record)
    assert (adoption.signed_by, adoption.ods_code, len(adoption.checked)) == ("Kim Second", "FZZ99", 16)
    assert {one.by for one in adoption.checked} == {"Rev Viewer"}
    done = events(folder)
    assert done[-1].attached == record.read_bytes()
    assert {(one.deed.value, one.actor.name) for one in done} == {
        ("clause found in the signed document", "Rev Viewer"),
        ("what was found confirmed", "Kim Second"),
        ("adopted", "Kim Second"),
    }
    assert all(one.told["digest"].startswith("sha256:") for one in done if "clause" in one.told)

    robin = signed_in(client, "robin")
    id = to_the_outcome(robin)
    supplied(robin)
    assert robin.page.title == "Saved: supplied nitrofurantoin", robin.page.words
    assert recorded(folder, id)[0].supplies[0].permit is not None


def test_whoever_is_no_reviewer_sees_nothing_of_it(form):
    robin = signed_in(form[0], "robin")
    for path in ("/bench", f"/bench/{CONDITION}/pathway/1", f"/bench/{CONDITION}/adopt"):
        assert robin.go(path).title == "Not for your role"
    assert robin.post(f"/bench/{CONDITION}/pathway/1", {"c0-found": "agrees"}).title == "Not for your role"
    assert events(form[1]) == []


def test_an_answer_to_other_words_than_are_there_now_is_not_put_down(form):
    rev = signed_in(form[0], "rev")
    rev.go(f"/bench/{CONDITION}/pathway/1")
    answer_page(rev, **{"c3-digest": "sha256:" + "0" * 64})
    assert rev.reply.status_code == 422
    assert "its words have changed since the page was shown" in rev.page.words
    assert events(form[1]) == []  # nothing of the page


@pytest.mark.parametrize(
    ("found", "where", "says"),
    [
        ("differs", "page 3", "write what the signed document says"),
        ("agrees", "", "name the page"),
        ("maybe", "1", "choose"),
    ],
)
def test_an_answer_that_says_too_little_is_not_put_down(form, found, where, says):
    rev = signed_in(form[0], "rev")
    rev.go(f"/bench/{CONDITION}/pathway/1")
    answer_page(rev, found, where)
    assert rev.reply.status_code == 422
    assert says in rev.page.words
    assert events(form[1]) == []


def test_the_title_of_a_document_never_stands_without_the_signed_one(form):
    rev = signed_in(form[0], "rev")
    rev.go(f"/bench/{CONDITION}/pathway/1")
    fields = fields_of(rev) | {"c0-found": "not in the document, may stand", "c0-where": "all", "c0-says": "ours"}
    rev.post(rev.path, fields)
    assert "it may not stand without the signed document" in rev.page.words


def test_one_clause_can_be_answered_alone_and_posting_it_again_puts_nothing_down(form):
    rev = signed_in(form[0], "rev")
    for _ in range(2):
        rev.go(f"/bench/{CONDITION}/pathway/1")
        rev.post(rev.path, fields_of(rev) | {"c2-found": "agrees", "c2-where": "page 4"})
    (one,) = events(form[1])
    assert (one.told["where"], one.told["found"]) == ("page 4", "agrees")
    kim = signed_in(form[0], "kim")
    kim.go(f"/bench/{CONDITION}/pathway/1")
    kim.post(kim.path, fields_of(kim))  # as it stands: it stays Rev's
    assert [each.actor.name for each in events(form[1])] == ["Rev Viewer"]


def test_the_signed_document_stays_here_and_comes_back_byte_for_byte(form):
    client, folder = form
    rev = signed_in(client, "rev")
    rev.go(f"/bench/{CONDITION}/nitrofurantoin/1")
    path = f"/bench/{CONDITION}/nitrofurantoin/signed"
    token = rev.page.forms[path]["token"][0]
    rev.post_file(path, {"token": token}, b"no pdf")
    assert "This is no PDF" in rev.page.words
    rev.post_file(path, {"token": token}, SIGNED)
    assert "Kept here" in rev.page.words
    reply = client.get(path)
    assert (reply.content, reply.headers["content-type"]) == (SIGNED, "application/pdf")
    assert reply.headers["content-disposition"].startswith("inline")
    (kept,) = events(folder)
    assert kept.attached == SIGNED
    assert kept.told["of"] == f"{CONDITION} nitrofurantoin"


def test_nothing_is_confirmed_that_was_changed_since_it_was_shown(form):
    client, _ = form
    rev = signed_in(client, "rev")
    answer_all(rev, "open-items")
    kim = signed_in(client, "kim")
    confirm(kim, "open-items", answers="sha256:" + "0" * 64)
    assert "changed since the page was shown" in kim.page.words
    kim.go(f"/bench/{CONDITION}/open-items/confirm")
    kim.send(f"/bench/{CONDITION}/open-items/confirm")
    assert "Say that you have gone through each" in kim.page.words


def test_nothing_can_be_adopted_while_anything_is_open(form):
    rev = signed_in(form[0], "rev")
    page = rev.go(f"/bench/{CONDITION}/adopt")
    assert rev.reply.status_code == 404
    assert "It cannot be adopted yet" in page.words
    rev.post(f"/bench/{CONDITION}/adopt", ADOPTS)
    assert not (form[1] / "adoptions").exists()


@pytest.mark.parametrize(
    "path", ["yawning/pathway/1", f"{CONDITION}/aspirin/1", f"{CONDITION}/pathway/99", f"{CONDITION}/pathway/x"]
)
def test_what_is_not_there_is_said_plainly(form, path):
    rev = signed_in(form[0], "rev")
    rev.go(f"/bench/{path}")
    assert rev.reply.status_code == 404


def test_the_record_that_the_bench_wrote_moves_with_the_folder(form):
    client, folder = form
    desk = client.app.app.state.desk if hasattr(client.app, "app") else client.app.state.desk
    (folder / "adoptions").mkdir()
    record = (folder / "adoptions" / "one.yaml").absolute()
    record.write_text("a record")
    desk.go_by(record)
    shutil.copytree(folder, folder.with_name("moved"))
    assert (
        read_pharmacy(folder.with_name("moved") / "pharmacy.json").adoption
        == folder.with_name("moved") / "adoptions" / "one.yaml"
    )


def test_a_draft_is_called_one_in_the_list_and_above_its_clauses(form):
    rev = signed_in(form[0], "rev")
    for path in ("/bench", "/bench/blood-pressure-check/pathway/1"):
        assert NOT_PERMITTED_BY_A_DRAFT in rev.go(path).words
    assert NOT_PERMITTED_BY_A_DRAFT not in rev.go(f"/bench/{CONDITION}/pathway/1").words
    assert "(draft)" in rev.go("/bench").words
