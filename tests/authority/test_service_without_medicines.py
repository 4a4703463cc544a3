"""A service that supplies nothing passes the same gate: its pathway adopted, in force, and a profession by which its service is provided."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from shipped import cases_of

from pharmacyfirst import NoPermit, Permit, authorise, load
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.record.examples import PRACTITIONER, example_adoption

AT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
LIBRARY = load()
CHECK = LIBRARY.newest("blood-pressure-check")
PUBLISHED = replace(CHECK, edition=replace(CHECK.edition, draft=False))
FACTS = dict(next(iter(cases_of(LIBRARY, "blood-pressure-check"))).facts)


def asked(pathway, adoption=None):
    adoption = adoption or example_adoption(pathway)
    return authorise(pathway, FACTS, adoption, PRACTITIONER.gphc_number, Channel.IN_PERSON, AT)


def codes(answer):
    assert isinstance(answer, NoPermit)
    return {one.code for one in answer.reasons}


def test_it_is_permitted_where_its_pathway_is_adopted_and_names_no_document_of_a_medicine():
    answer = asked(PUBLISHED)
    assert isinstance(answer, Permit)
    assert (answer.pgd, [one.document for one in answer.documents]) == ("", ["pathway"])


def test_a_draft_permits_nothing():
    assert not isinstance(asked(CHECK), Permit)


@pytest.mark.parametrize(
    "service", [replace(PUBLISHED.service, provided_by=()), replace(PUBLISHED.service, provided_by=("nurse",)), None]
)
def test_nobody_provides_what_their_profession_is_not_known_to_provide(service):
    assert "profession" in codes(asked(replace(PUBLISHED, service=service)))
