"""May this pharmacist, here and now, supply what the facts lead to? Three layers have to hold (service.md 4.3).

A service that supplies nothing is asked about in the same way, by its pathway alone. The document is in force and complete, the organisation has adopted this very version, and this practitioner is authorised for it. The
answer is a ``Permit``, or every reason why there is none.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from pharmacyfirst.authority.adoption import Adoption, DocumentVersion, Practitioner, documents_of
from pharmacyfirst.authority.clauses import digest_of_item
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.authority.digests import digest_of_facts, is_digest
from pharmacyfirst.authority.permit import (
    ALLOWED,
    DISTANCE_SELLING,
    REMOTE_ONLY,
    Afterwards,
    Channel,
    NoPermit,
    Obstacle,
    Permit,
)
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.assess import assess, refuse_other_types
from pharmacyfirst.kernel.evidence import OpenItem
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD, Edition
from pharmacyfirst.kernel.trace import Assessment

WARN_BEFORE_EXPIRY = timedelta(days=30)

_RECORD_ID = re.compile("[A-Za-z0-9-]{1,64}")


def authorise(
    pathway: Pathway, facts: Mapping[str, Any], adoption: Adoption, gphc_number: str, channel: Channel, at: datetime, *,
    record: str = "", person: str = "", pgd: str | None = None, as_if: bool = False, afterwards: Afterwards | None = None,
) -> Permit | NoPermit:  # fmt: skip
    """Whether this practitioner may supply what these facts lead to, to this person, at this moment.

    The facts are assessed here, on the day that England's clock shows at the moment ``at`` (``clock.in_england`` says how it is read); the
    practitioner is looked up in the adoption by GPhC number. ``pgd`` chooses among several offers; without it the first is meant. Of a pathway
    without medicines it is asked whether the service may be provided, whatever the facts lead to.

    ``record`` is the id of the record that the permit is for (letters, digits and hyphens) and ``person`` the digest of who it is for;
    without both no record accepts it. ``as_if`` says that it is asked for another moment than now. ``afterwards`` is a late entry: ``at``
    is then its hand-over, and ``pathway`` and ``adoption`` are those of that moment.

    Raises ``Refused`` where the facts do not fit or the pathway is not in force on the day, as ``assess`` does, and for anything of another
    type.
    """
    _refuse_other_types(adoption, gphc_number, channel, record, person, pgd, as_if, afterwards)
    moment = in_england(at)
    refuse_other_types(pathway, facts, moment.date())
    facts = dict(facts)  # what is assessed and what the permit is bound to are read once
    if afterwards is not None and afterwards.entered_at < moment:
        raise Refused("wrong_value", "afterwards: it was entered before it was handed over.")
    assessment = assess(pathway, facts, moment.date())
    offer = next((one for one in assessment.offers if pgd in (None, one.pgd.id)), None)
    if offer is None and (pathway.pgds or pgd is not None):
        return NoPermit((_nothing_offered(assessment, pgd),))
    asked = _Asked(assessment, offer, adoption, channel, moment)
    number = "".join(gphc_number.split())
    reasons = (
        *_of_documents(asked), *_of_adoption(asked), *_of_halted(asked), *_of_open_items(asked),
        *_of_practitioner(asked, number), *_of_channel(asked),
    )  # fmt: skip
    if reasons:
        return NoPermit(reasons)
    return Permit(
        offer=offer,
        pathway=pathway.id,
        pgd=asked.pgd.id if asked.pgd is not None else "",
        documents=documents_of(pathway, asked.pgd),
        content_digest=pathway.content_digest,
        facts=digest_of_facts(facts),
        record=record,
        person=person,
        ods_code=adoption.ods_code,
        gphc_number=number,
        channel=channel,
        at=moment,
        as_if=as_if,
        afterwards=afterwards,
        warnings=tuple(_expiring(asked)),
    )


class _Asked(NamedTuple):
    """What is asked about: an offer of an assessment, under an adoption, by a channel, at a moment of England's clock.

    No offer: the service itself, of a pathway without medicines.
    """

    assessment: Assessment
    offer: Offer | None
    adoption: Adoption
    channel: Channel
    at: datetime

    @property
    def pathway(self) -> Pathway:
        return self.assessment.pathway

    @property
    def day(self) -> date:
        return self.at.date()

    def editions(self) -> Iterator[tuple[DocumentVersion, Edition]]:
        """The documents, each as an adoption names it and as it says of itself."""
        editions = (self.pathway.edition, *((self.pgd.edition,) if self.pgd is not None else ()))
        return zip(documents_of(self.pathway, self.pgd), editions, strict=True)

    @property
    def pgd(self) -> PGD | None:
        return self.offer.pgd if self.offer is not None else None


def _refuse_other_types(
    adoption: Any, gphc_number: Any, channel: Any, record: Any, person: Any, pgd: Any, as_if: Any, afterwards: Any
) -> None:
    for name, given, wanted in (
        ("adoption", adoption, Adoption), ("gphc_number", gphc_number, str), ("channel", channel, Channel),
        ("record", record, str), ("person", person, str), ("pgd", pgd, str | None), ("as_if", as_if, bool),
        ("afterwards", afterwards, Afterwards | None),
    ):  # fmt: skip
        if not isinstance(given, wanted):
            raise Refused(
                "wrong_value", f"{name}: give {getattr(wanted, '__name__', wanted)}. Nothing may be supplied."
            )
    if record and not _RECORD_ID.fullmatch(record):
        raise Refused("wrong_value", "record: give the id of the record: letters, digits and hyphens, at most 64.")
    if person and not is_digest(person):  # a name or a number would go wherever the permit goes
        raise Refused("wrong_value", "person: give the digest of who it is for, never a name or a number.")
    if bool(record) != bool(person):
        raise Refused(
            "wrong_value",
            "record and person are given together or not at all: a permit is for one record of one person.",
        )
    if as_if and afterwards is not None:
        raise Refused("wrong_value", "as_if and afterwards: a late entry is for a hand-over that took place.")


def _nothing_offered(assessment: Assessment, pgd: str | None) -> Obstacle:
    for finding in assessment.findings:  # an expired document is the reason people ask about, so it is named
        if finding.id in assessment.decided_by and finding.item.stage.endswith(": in force"):
            return Obstacle("not_in_force", finding.item.because)
    if assessment.outcome.kind is Kind.SUPPLY:
        return Obstacle("not_offered", "the PGD that was named is not among the offers of this assessment")
    return Obstacle("not_offered", f"the assessment ends in {assessment.outcome.kind.word}: nothing is offered")


def _of_documents(asked: _Asked) -> Iterator[Obstacle]:
    for document, edition in asked.editions():
        if edition.withdrawn is not None:
            yield Obstacle("withdrawn", edition.withdrawn.in_words())
        elif edition.draft:
            yield Obstacle("draft", f"{document.in_words()} is a draft: its digest is not published")


def _of_adoption(asked: _Asked) -> Iterator[Obstacle]:
    adoption, day = asked.adoption, asked.day
    if day < adoption.signed_on:
        yield Obstacle("adoption_not_signed", f"the adoption was signed on {adoption.signed_on}, which is after {day}")
    if day not in adoption.period:
        yield Obstacle("adoption_not_in_force", f"the adoption holds {adoption.period.in_words()}, not on {day}")
    for document, _ in asked.editions():
        if document in adoption.documents:
            continue
        yield from _of_withdrawn(asked, document)
        if any(one.names(document) for one in adoption.documents):
            says = f"{document.in_words()} is not word for word what the organisation adopted: its digest differs"
            yield Obstacle("digest_differs", says)
        else:
            says = f"{document.in_words()} is not among the documents the organisation has adopted"
            yield Obstacle("not_adopted", says)


def _of_withdrawn(asked: _Asked, document: DocumentVersion) -> Iterator[Obstacle]:
    """What the organisation adopted in place of the document, where that was taken back."""
    adopted = {one.digest for one in asked.adoption.documents}
    for one in asked.pathway.withdrawn:
        if one.document == document.document and one.digest in adopted:
            yield Obstacle("withdrawn", one.in_words())


def _of_halted(asked: _Asked) -> Iterator[Obstacle]:
    """What the organisation itself has stopped, or found to be wrong."""
    for document, _ in asked.editions():
        for halted in asked.adoption.halted:
            if halted.document.names(document) and halted.holds(asked.at):
                yield Obstacle("withdrawn_here" if halted.for_good else "suspended", halted.in_words())
        for one in asked.adoption.disagreements:
            if one.document.names(document):
                says = f"{one.clause} of {document.in_words()} does not agree with the signed document ({one.by}, {one.on}): {one.how}"
                yield Obstacle("clause_disagrees", says)


def _of_open_items(asked: _Asked) -> Iterator[Obstacle]:
    checked = {one.item: one for one in asked.adoption.checked}
    for item in asked.pathway.open_items.values():
        one = checked.get(item.id)
        if one is None:
            yield _open(item, "has not been checked")
        elif one.digest != digest_of_item(item):
            yield _open(item, "was checked in other words than it now has")
        elif one.on > asked.day:
            yield _open(item, f"was checked on {one.on} only")
        elif not one.agrees:
            says = f"the open item {item.id} was checked and does not agree ({one.by}, {one.on}): {one.how}"
            yield Obstacle("open_item_disagrees", says)


def _open(item: OpenItem, why: str) -> Obstacle:
    return Obstacle("open_item", f"the open item {item.id} {why}: {item.says}")


def _of_practitioner(asked: _Asked, number: str) -> Iterator[Obstacle]:
    found = next((one for one in asked.adoption.practitioners if one.gphc_number == number), None)
    if found is None:
        yield Obstacle("practitioner_not_known", "no practitioner of the adoption has this GPhC number")
    else:
        yield from _of_known(asked, found)


def _of_known(asked: _Asked, practitioner: Practitioner) -> Iterator[Obstacle]:
    until, day = practitioner.until, asked.day
    if until is not None and day > until:
        yield Obstacle("practitioner_expired", f"the practitioner is authorised until {until}, not on {day}")
    for document, _ in asked.editions():
        if document not in practitioner.authorised_for:
            says = f"the practitioner has not been authorised for {document.in_words()} as it now stands"
            yield Obstacle("practitioner_not_authorised", says)
    title, professions = _whose(asked)
    if practitioner.profession not in professions:
        allowed = ", ".join(professions) or "nobody, as far as is known"
        yield Obstacle("profession", f"{title} may be used by: {allowed}; not by a {practitioner.profession}")


def _whose(asked: _Asked) -> tuple[str, tuple[str, ...]]:
    """What is used, and which professions may use it: of a service that supplies nothing, those by which it is provided."""
    if asked.pgd is not None:
        return asked.pgd.title, asked.pgd.professions
    service = asked.pathway.service
    return asked.pathway.title, service.provided_by if service is not None else ()


def _of_channel(asked: _Asked) -> Iterator[Obstacle]:
    pathway, channel = asked.pathway, asked.channel
    known = {one.name: one.allowed for one in pathway.channels}
    allowed = known.get(channel.value, "not known")
    if allowed != ALLOWED:
        how = "not allowed" if allowed == "no" else "not known to be allowed"
        yield Obstacle("channel", f"a consultation for {pathway.id} by {channel.value} is {how}")
    if not asked.adoption.distance_selling:
        return
    allowed = known.get(DISTANCE_SELLING, "not known")
    if allowed != REMOTE_ONLY:
        how = "does not offer" if allowed == "no" else "is not known to offer"
        yield Obstacle("distance_selling", f"a distance-selling pharmacy {how} {pathway.id}")
    elif channel is Channel.IN_PERSON:
        says = "a distance-selling pharmacy may hold this consultation remotely only, not in person"
        yield Obstacle("distance_selling", says)


def _expiring(asked: _Asked) -> Iterator[str]:
    for document, edition in asked.editions():
        last = edition.in_force.last
        if last is not None and last - asked.day < WARN_BEFORE_EXPIRY:
            left = (last - asked.day).days
            when = "today is its last day" if left == 0 else f"{left} day{'s' if left > 1 else ''} left"
            yield f"{document.in_words()} expires on {last}: {when}"
