"""No message, log, error or line of sending tells who a patient is: a canary stands wherever one could, and nothing that is said holds it."""

import json
import logging

import pytest
from click.testing import CliRunner
from practice_system import an_acknowledgement
from test_poison import ACK, Mesh  # the MESH that says what it is told to

from pharmacyfirst.cli.main import main
from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.record import Account, envelope_of, make_record, update_record, write_record
from pharmacyfirst.record.examples import MAILBOX, examples
from pharmacyfirst.sending.prepare import message_of

CANARY = "Canaryname"
BY = "A Pharmacist"


@pytest.fixture(scope="module")
def record():
    one = next(iter(examples(shipped_library()))).record
    account = one.account()
    patient = account.patient.model_copy(update={"family": CANARY, "given": (CANARY,)})
    supplies = tuple(
        supply.model_copy(update={"permit": None}) for supply in account.supplies
    )  # it names another person
    held = {name: getattr(account, name) for name in Account.model_fields} | {"patient": patient, "supplies": supplies}
    return make_record(Account(**held), shipped_library(), recorded_at=one.recorded_at)


@pytest.fixture
def identities(record):
    """Whatever could tell who it is."""
    patient = record.patient
    known = [
        CANARY,
        patient.nhs_number,
        patient.birth_date.isoformat(),
        f"{patient.birth_date:%Y%m%d}",
        patient.postcode,
    ]
    return [one for one in known if one]


@pytest.fixture
def server():
    one = Mesh()
    yield one
    one.close()


@pytest.fixture
def said(tmp_path, server, caplog):
    """Runs a command and keeps all that it said: output, errors and logs, at their most talkative."""
    caplog.set_level(logging.DEBUG)
    environment = {
        "PHARMACYFIRST_OUTBOX": str(tmp_path / "outbox.db"),
        "PHARMACYFIRST_MESH_URL": f"http://127.0.0.1:{server.server.server_address[1]}",
        "PHARMACYFIRST_MESH_MAILBOX": "FZZ99OT001",
        "PHARMACYFIRST_MESH_PASSWORD": "password",
        "PHARMACYFIRST_MESH_SHARED_KEY": "key",
    }
    everything = []

    def run(*words):
        ran = CliRunner().invoke(main, ["record", *map(str, words)], env=environment)
        everything.append(ran.output + repr(ran.exception) + caplog.text)
        return ran

    run.everything = everything
    return run


def test_no_command_of_sending_names_anybody(said, server, record, identities, tmp_path):
    consultation, message = tmp_path / f"{CANARY}.json", tmp_path / f"{CANARY}.xml"
    consultation.write_text(write_record(record), encoding="utf-8")
    xml = update_record(record, envelope_of(record, MAILBOX, record.ended_at))
    message.write_bytes(xml)
    broken = tmp_path / f"{CANARY}-broken.xml"
    broken.write_bytes(xml.replace(b"ITK014M", CANARY.encode()))
    ours = message_of(xml)
    server.waiting |= {
        "ACK": (200, ACK, an_acknowledgement(ours.header_id, "20009")),
        "POISON": (200, ACK | {f"Mex-{CANARY}": CANARY}, f"<Bundle {CANARY}".encode()),
        "REFUSED": (500, {}, CANARY.encode()),
        "GZIP": (200, ACK | {"Content-Encoding": "gzip"}, CANARY.encode()),
    }

    assert "queued" in said("send", message, broken, tmp_path / CANARY).output
    assert said("notice", consultation, "--as", "letter").exit_code == 0
    assert said("notice", message, "--as", "letter").exit_code == 2
    for words in ((), ("--json",), ("--at", "2027-01-01T00:00:00+00:00"), (CANARY,), ("--at", CANARY)):
        said("status", *words)
    for id in (ours.bundle_id, record.id, "POISON", "REFUSED", CANARY):
        for how in ("again", "letter", "pdf", "void", "seen"):
            for words in (
                (),
                ("--why", CANARY),
                ("--to", "nhsmail"),
                ("--to", "nhsmail", "--mailbox", CANARY),
                ("--to", CANARY),
            ):
                said("resolve", id, "--as", how, "--by", BY, *words)
    said("send")
    said("status")

    assert len(said.everything) > 120
    found = [(one, words) for words in said.everything for one in identities if one in words]
    assert found == []
    shown = json.loads(said("status", "--json").output)
    assert shown["states"]["void"] + shown["states"]["fallback_sent"] + shown["states"]["inf_failed"] == 1
