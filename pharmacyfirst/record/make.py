"""The one way to make a record: from the account of it, by assessing its facts and working out every supply from what was offered.

Whatever a record says beyond the account is the program's. So a record that was written can be judged again by making it once more
(``record.judged``), and there is no second way that could believe what it is given.
"""

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pharmacyfirst.authority.adoption import Adoption, documents_of
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.authority.permit import Afterwards, NoPermit, Permit
from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import as_sentence, taking
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.record.codes import name_of
from pharmacyfirst.record.consultation import Account, Consultation
from pharmacyfirst.record.decision import exemption_fits, is_charged
from pharmacyfirst.record.fields import NOTHING, RecordRefused, read_back
from pharmacyfirst.record.in_words import words_of
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.measured import BLOOD_PRESSURE, KINDS, SITTING, Observation
from pharmacyfirst.record.pressure import recorded_pressure
from pharmacyfirst.record.sense import OBSERVED_FACTS, bound_otherwise, last_day_of
from pharmacyfirst.record.supply import (
    EnteredAfterwards,
    Handed,
    ObstacleOnRecord,
    PermitOnRecord,
    Supply,
    Unpermitted,
    supply_of,
)

NOT_JUDGED = "NOT JUDGED AGAIN: the content that this record names was not at hand, so nobody compared what it says."
NOT_OFFERED = ObstacleOnRecord(code="not_offered", says="the assessment offers nothing like it")
NO_ADOPTION = ObstacleOnRecord(
    code="no_adoption", says="no adoption of the organisation was at hand when it was entered"
)


@taking(account=Account, library=Library, adoption=Adoption | None)
def make_record(
    account: Account, library: Library, *, recorded_at: datetime, adoption: Adoption | None = None
) -> Consultation:
    """The record of a consultation as of the moment it is made, which the caller's clock gives.

    A supply has a permit that was given before (``Handed.permit``), or one is asked for now of ``adoption``: then it is handed over now. A
    late entry is judged as of its hand-over; what would not have been permitted is kept as such. A training patient needs no permit.
    Raises ``RecordRefused`` with where and why; ``Refused`` where the facts cannot be assessed.
    """
    pathway = library.in_force(account.pathway, account.on)
    for wrong in _not_put_on_record(account, pathway):
        raise RecordRefused(f"{as_sentence(wrong)} {NOTHING}")
    return believed(remade(account, pathway, library, in_england(recorded_at, "recorded_at"), Authority(adoption)))


def _not_put_on_record(account: Account, pathway: Pathway) -> Iterator[str]:
    """What no new record may say. One that was written before this was asked says it still, and is read all the same."""
    charge, age = account.charge, account.patient.age_on(account.on)
    if charge is not None and pathway.service is not None and not is_charged(pathway.service):
        yield f"charge: the {pathway.service.title} is free to the patient, so no charge was paid and none was exempt: leave it out"
    if charge is not None and not exemption_fits(charge.exemption, age):
        words = coded_lists()["exemption"].in_words(charge.exemption)
        yield f"charge, exemption: {charge.exemption} ({words}) is not for somebody of the patient's age"
    if account.consent.to_share is not False:
        return
    if account.notice is not None and account.notice.route != "none":
        yield "consent, to_share is no, and notice says that the practice is told: give no notice, or to_share as the patient agreed"
    if account.pregnancy_confirmed is not None:
        yield "consent, to_share is no, and pregnancy_confirmed is for the GP record: leave it out, or give to_share as the patient agreed"


# The records that the program made, or made again and found the same, by identity: a record never changes, and a copy is another object.
_believed: dict[int, "weakref.ref[Consultation]"] = {}


def is_judged(record: Consultation) -> bool:
    """Whether this very record was made by the program, or made again and found the same."""
    held = _believed.get(id(record))
    return held is not None and held() is record


def believed(record: Consultation) -> Consultation:
    """The record, from now on known to be the program's own. For ``make_record`` and ``record.judged`` alone."""
    key = id(record)
    _believed[key] = weakref.ref(record, lambda _: _believed.pop(key, None))
    return record


@dataclass(frozen=True, slots=True)
class Authority:
    """Where permits come from: an organisation's adoption, or none; and what was found not to be permitted when first judged."""

    adoption: Adoption | None = None
    found: tuple[Unpermitted, ...] = ()


def remade(
    account: Account, pathway: Pathway, library: Library, recorded_at: datetime, authority: Authority
) -> Consultation:
    """The record that the program makes of an account with this content at this moment. Raises as ``make_record``."""
    facts = dict(account.facts)
    assessment = assess(pathway, facts, account.on)
    handed = _Handed(account, pathway, assessment, recorded_at, _medicines(library))
    if account.permit is not None:
        handed.stands(account.permit, None, authority.adoption)
    supplies: list[Supply] = []
    unpermitted: list[Unpermitted] = []
    for one in account.supplies:
        made = handed.recorded(one, authority)
        (supplies if isinstance(made, Supply) else unpermitted).append(made)  # type: ignore[arg-type]
    seen, observations = observed(account, assessment), account.observations
    for wrong in _measured_otherwise(account, seen):
        raise RecordRefused(f"{as_sentence(wrong)} {NOTHING}")
    held = {name: getattr(account, name) for name in Account.model_fields} | {
        "service": _service(account, pathway),
        "recorded_at": recorded_at,
        "assessment": assessment.as_dict(),
        "in_words": words_of(assessment, facts),
        "observations": observations if observations is not None else seen,
        "supplies": tuple(supplies),
        "unpermitted": tuple(unpermitted),
    }
    return Consultation(**held).sealed()


def _service(account: Account, pathway: Pathway) -> str | None:
    """The service that the pathway belongs to, as records call it. Raises ``RecordRefused`` where the account names another."""
    name = name_of(pathway.service) if pathway.service is not None else account.service
    if account.service not in (None, name):
        raise RecordRefused(f"service: {pathway.id} belongs to {name}; leave it out. {NOTHING}")
    return name


def _medicines(library: Library) -> frozenset[str]:
    """The names of every medicine that any pathway offers, so that a product of another one is known by its words."""
    return frozenset(pgd.medicine for pathway in library.newest_all() for pgd in pathway.pgds.values())


def observed(account: Account, assessment: Assessment) -> tuple[Observation, ...]:
    """The measurements that stand among the facts: those that the pathway calls so, and the two that every pathway names alike."""
    known, held = assessment.known, dict[tuple[str, str], dict[str, Any]]()
    for fact, kind in OBSERVED_FACTS.items():
        if fact in known:
            held[kind, ""] = {"value": known[fact]}
    for question in assessment.pathway.questions.values():
        if question.observation and question.name in known:
            kind, *more = question.observation.split(", ")
            if kind not in KINDS:  # what a GP record takes as no number stands among the answers
                continue
            part = more.pop() if kind == BLOOD_PRESSURE else "value"
            held.setdefault((kind, ", ".join(more)), {})[part] = known[question.name]
    arms: dict[tuple[Any, Any], str | None] = {
        (one.systolic, one.diastolic): one.arm for one in account.readings or () if one.counted
    }
    found = []
    for (kind, setting), parts in held.items():
        said = {"setting": setting} if setting else {}
        where = {"arm": arms.get((parts.get("systolic"), parts.get("diastolic")))} if setting == SITTING else {}
        # Half a pressure is none, nor is one whose upper figure is not the higher: what was answered stands among the answers.
        pair = parts.keys() == {"systolic", "diastolic"} and parts["systolic"] > parts["diastolic"]
        if pair or parts.keys() == {"value"}:
            found.append(Observation(**{"kind": kind, "at": account.started_at, **said, **where, **parts}))
    return tuple(found)


def _measured_otherwise(account: Account, seen: tuple[Observation, ...]) -> Iterator[str]:
    """What was measured, by the account, and is not what was assessed: somebody would be judged by a figure that nobody found."""
    for one in seen:
        alike = [o for o in account.observations or () if (o.kind, o.setting) == (one.kind, one.setting)]
        if alike and _figures(one) not in map(_figures, alike):
            yield f"observations: the {one.kind} is not the one that was assessed"
        if not alike and account.observations is not None and one.kind == BLOOD_PRESSURE:
            yield "observations: the blood pressure that was assessed is not among them; leave observations out, and it is put down"
        if one.setting == SITTING and account.readings and recorded_pressure(account.readings) != _figures(one)[1:]:
            yield "readings: the blood pressure that was assessed is not the one they come to, or more has to be measured"


def _figures(one: Observation) -> tuple[Any, Any, Any]:
    return one.value, one.systolic, one.diastolic


@dataclass(frozen=True, slots=True)
class _Handed:
    """What was handed over in one consultation, to be put on record."""

    account: Account
    pathway: Pathway
    assessment: Assessment
    recorded_at: datetime
    medicines: frozenset[str]

    def recorded(self, handed: Handed, authority: Authority) -> Supply | Unpermitted:
        at = handed.handed_over_at or self.recorded_at
        offer = next((one for one in self.assessment.offers if one.pgd.id == handed.pgd), None)
        if handed.permit is not None:
            permitted = self._offered(handed, offer)
            self.stands(handed.permit, permitted.pgd, authority.adoption)
            return self._supply(handed, permitted, at, handed.permit)
        if self.account.patient.practice_patient and authority.adoption is None:
            return self._practice(handed, offer, at)
        return self._asked(handed, offer, at, authority)

    def named(self, handed: Handed) -> str:
        """The PGD of a supply by its name, where the pathway has one of that name; else its place, as anything may have been written there."""
        if handed.pgd in self.pathway.pgds:
            return handed.pgd
        return f"supplies, {self.account.supplies.index(handed)}, pgd"

    def stands(self, permit: PermitOnRecord, pgd: PGD | None, adoption: Adoption | None) -> None:
        """Raises ``RecordRefused`` where the permit is for something else, or would not be given by the adoption at hand."""
        named = pgd.id if pgd is not None else self.pathway.id
        documents = tuple((one.condition, one.document, one.version, one.digest) for one in permit.documents)
        ours = tuple((one.condition, one.document, one.version, one.digest) for one in documents_of(self.pathway, pgd))
        if documents != ours:
            raise RecordRefused(
                f"{named}: the permit is for other documents than those that were assessed by. {NOTHING}"
            )
        for edition in (self.pathway.edition, *((pgd.edition,) if pgd is not None else ())):
            if permit.at.date() not in edition.in_force or edition.withdrawn is not None or edition.draft:
                raise RecordRefused(
                    f"{named}: a document of the permit was not in force, withdrawn or a draft. {NOTHING}"
                )
        for wrong in bound_otherwise(
            self.account, permit, pgd.id if pgd is not None else None, self.pathway.content_digest
        ):
            raise RecordRefused(f"{named}: {wrong}. {NOTHING}")
        if adoption is not None:
            again = self._answer(permit.pgd, permit.at, adoption, permit.afterwards, permit)
            if not isinstance(again, Permit) or permit_on_record(again) != permit:
                raise RecordRefused(f"{named}: the adoption at hand does not give this permit. {NOTHING}")

    def _asked(self, handed: Handed, offer: Offer | None, at: datetime, authority: Authority) -> Supply | Unpermitted:
        """A supply for which the permit is asked now: for a hand-over that is now, or was on paper."""
        known = next(
            (one for one in authority.found if one.handed().pgd == handed.pgd and one.handed_over_at == at), None
        )
        if known is not None and authority.adoption is None:
            return self._unpermitted(handed, offer, at, known.reasons)
        late = self.account.late is not None
        if authority.adoption is None:
            if late:
                return self._unpermitted(handed, offer, at, (NO_ADOPTION,))
            raise RecordRefused(
                f"{self.named(handed)}: no supply without a permit: ask for one before it is handed over. {NOTHING}"
            )
        if at < self.recorded_at and not late:
            raise RecordRefused(
                f"{self.named(handed)}: it was handed over before a permit was asked for: give the permit, or enter it late. {NOTHING}"
            )
        answer = self._answer(handed.pgd, at, authority.adoption, self._entered() if late else None)
        if isinstance(answer, Permit):
            return self._permitted(handed, self._offered(handed, offer), at, permit_on_record(answer), late)
        reasons = tuple(ObstacleOnRecord(code=one.code, says=one.says) for one in answer.reasons)
        if late:
            return self._unpermitted(handed, offer, at, reasons)
        says = "; ".join(one.says for one in reasons)
        raise RecordRefused(f"{self.named(handed)}: there is no permit: {as_sentence(says)} {NOTHING}")

    def _practice(self, handed: Handed, offer: Offer | None, at: datetime) -> Supply | Unpermitted:
        """To a training patient, who needs no permit. On paper it may have been something that is not offered, as with anybody else."""
        late = self.account.late is not None
        if offer is None and late and handed.directions is not None:
            return self._unpermitted(handed, None, at, (NOT_OFFERED,))
        return self._permitted(handed, self._offered(handed, offer), at, None, late)

    def _permitted(
        self, handed: Handed, offer: Offer, at: datetime, permit: PermitOnRecord | None, late: bool
    ) -> Supply | Unpermitted:
        """A supply of what was permitted. What was handed over on paper and was something else happened all the same: it is kept as that."""
        last = at.date() + timedelta(days=(offer.row.days or 1) - 1)
        if late and handed.expiry is not None and last_day_of(handed.expiry) < last:
            says = f"{offer.pgd.id}: the pack expired before the last dose"
            return self._unpermitted(handed, offer, at, (ObstacleOnRecord(code="other_than_offered", says=says),))
        says = f"{offer.pgd.id}: the directions that were given are not those offered"
        try:
            made = self._supply(handed, offer, at, permit)
            if not late or handed.directions in (None, made.directions):
                return made
        except RecordRefused as refused:
            if not late or handed.directions is None:
                raise
            says = str(refused).removesuffix(f" {NOTHING}")
        return self._unpermitted(handed, None, at, (ObstacleOnRecord(code="other_than_offered", says=says),))

    def _answer(
        self,
        pgd: str | None,
        at: datetime,
        adoption: Adoption,
        entered: EnteredAfterwards | None,
        given: PermitOnRecord | None = None,
    ) -> Permit | NoPermit:
        """What the adoption says of a hand-over, asked for this record; ``given``: asked again, as that permit was."""
        account = self.account
        # A correction keeps the permit of the record that its chain began with.
        first = given is not None and given.record == account.opened_by
        return authorise(
            self.pathway,
            dict(account.facts),
            adoption,
            account.practitioner.gphc_number,
            account.channel,
            at,
            record=account.opened_by if first else account.id,
            person=account.patient.digest,
            pgd=pgd,
            as_if=given is not None and given.as_if,
            afterwards=Afterwards(entered.entered_by, entered.entered_at) if entered is not None else None,
        )

    def _entered(self) -> EnteredAfterwards:
        typist = self.account.entered_by
        if typist is None:
            raise RecordRefused(f"a late entry names who entered it: entered_by. {NOTHING}")
        return EnteredAfterwards(entered_by=typist.name, entered_at=self.recorded_at)

    def _offered(self, handed: Handed, offer: Offer | None) -> Offer:
        if offer is None:
            raise RecordRefused(f"{self.named(handed)}: a supply was not among the offers of the assessment. {NOTHING}")
        return offer

    def _supply(self, handed: Handed, offer: Offer, at: datetime, permit: PermitOnRecord | None) -> Supply:
        others = self.medicines - {offer.pgd.medicine}
        return supply_of(handed, offer, others, at, permit, practice=self.account.patient.practice_patient)

    def _unpermitted(
        self, handed: Handed, offer: Offer | None, at: datetime, reasons: tuple[ObstacleOnRecord, ...]
    ) -> Unpermitted:
        supply = self._supply(handed, offer, at, None) if offer is not None and handed.directions is None else None
        quantity = handed.quantity or (supply.quantity if supply is not None else None)
        directions = handed.directions or (supply.directions if supply is not None else None)
        if quantity is None or directions is None:
            raise RecordRefused(
                f"{self.named(handed)}: nothing like it was offered, so quantity and directions have to say what was handed over. {NOTHING}"
            )
        return Unpermitted(
            pgd=handed.pgd, amp=handed.amp, quantity=quantity, directions=directions, handed_over_at=at, batch=handed.batch,
            expiry=handed.expiry, collected_by=handed.collected_by,
            entered=self._entered(), reasons=reasons,
        )  # fmt: skip


def permit_on_record(permit: Permit) -> PermitOnRecord:
    """The permit as a record holds it."""
    return read_back(PermitOnRecord, permit.as_dict())
