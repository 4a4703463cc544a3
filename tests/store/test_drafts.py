"""A consultation under way: nothing is written over, by two tabs or by two people, and what is acknowledged is there."""

import pytest
from a_store import ROBIN, Clock, an_account, begun, finished, opened

from pharmacyfirst.store import ConsultationState


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    with opened(tmp_path / "data", clock) as one:
        yield one


def test_a_consultation_is_what_was_posted(store):
    account = an_account()
    now = begun(store, account)
    assert now.answers == dict(account.facts)
    assert set(now.origins.values()) == {"typed"}
    assert (now.state, now.revision, now.owner) == (ConsultationState.OPEN, 4, ROBIN)
    assert store.drafts.get(now.id) == now


def test_a_finished_consultation_is_its_record(store):
    account = an_account()
    now = finished(store, account)
    assert now.state is ConsultationState.FINISHED
    assert store.records.record(now.id).seal == now.summary["seal"]
