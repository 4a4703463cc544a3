"""The supply page: the permit, the product, batch and expiry, the charge, who collects, what was told; then the record of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from starlette.responses import Response

from pharmacyfirst.authority.permit import Permit
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.pgd import Mechanism
from pharmacyfirst.paper.words import begun, day
from pharmacyfirst.record.decision import Decision
from pharmacyfirst.record.examples import actual_product
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.supply import directions_as
from pharmacyfirst.store import ConsultationSoFar, StoreRefused
from pharmacyfirst.web.correcting import corrected_by
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.did import read_duties, told_of
from pharmacyfirst.web.finishing import Done, answer_of, finish, patient_known, pregnancy_asked
from pharmacyfirst.web.frame import drawn, frame, path_of
from pharmacyfirst.web.handed import (
    COLLECTED_BY_PATIENT,
    IDENTITY,
    OTHER_PRODUCT,
    charges,
    held_products,
    read_handed,
    scanned,
)
from pharmacyfirst.web.opened import about, given_back, opened
from pharmacyfirst.web.pages.duties import DutyShown, duties_shown
from pharmacyfirst.web.pages.missing import missing_of, to_fill_in
from pharmacyfirst.web.pages.packs import as_recorded, beside_shown, expiry_as_typed, handed_with, on_the_shelf
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.saved import recorded
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown


@dataclass(frozen=True, slots=True)
class PermitLine:
    """A line of the permit: what holds, or what stands in the way."""

    says: str
    holds: bool


@dataclass(frozen=True, slots=True)
class PermitShown:
    """What the legal half answers; ``may`` is whether this may be recorded as supplied.

    ``otherwise`` says of what is entered from paper how it is kept where it would not have been permitted.
    """

    lines: tuple[PermitLine, ...]
    may: bool
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field of the page as it was filled in, and what is wrong with it."""

    value: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class SupplyPage:
    """What the supply page shows. ``on_paper`` says of which paper form it is entered; ``otherwise`` is where something else is."""

    medicine: str
    path: str
    back: str
    held: ConsultationSoFar
    permit: PermitShown
    products: tuple[ChoiceShown, ...]
    actual: tuple[ChoiceShown, ...]
    actual_code: FieldShown
    actual_name: FieldShown
    quantity: str
    range: str
    quantity_field: FieldShown
    unit: str
    because: FieldShown
    shelf: tuple[ChoiceShown, ...]
    scan: FieldShown
    batch: FieldShown
    expiry: FieldShown
    identity: tuple[ChoiceShown, ...]
    charge: tuple[ChoiceShown, ...]
    charge_wrong: str
    collected: tuple[ChoiceShown, ...]
    collector: FieldShown
    told: tuple[ChoiceShown, ...]
    beside: tuple[ChoiceShown, ...]
    pregnancy: str
    pregnancy_wanted: bool
    incident: bool
    notes: FieldShown
    duties: tuple[DutyShown, ...]
    missing: tuple[Error, ...]
    on_paper: str
    at: FieldShown
    otherwise: str
    finish: str
    errors: tuple[Error, ...]


UNPERMITTED = "It would not have been permitted. It is kept as an incident with these reasons: never claimed, and no supply under a PGD."


def supply(visit: Visit) -> Response:
    """``GET`` and ``POST /c/ID/supply/PGD``."""
    here = opened(visit)
    if isinstance(here, Response):
        return here
    offer = next((one for one in here.conversation.assessment.offers if one.pgd.id == visit.names["pgd"]), None)
    if offer is None:  # an answer changed since: it is offered no more
        return go(path_of(here, "outcome"))
    if visit.method == "GET" and here.held.correcting is not None:
        visit = replace(visit, posted=as_recorded(corrected_by(visit, here), offer))
    return _post(visit, here, offer) if visit.method == "POST" else _show(visit, here, offer)


THEN = (
    "A correction: its permit is kept where nothing that it was given for has changed, and is asked for again as of the hand-over where something "
    "has. Where there was none, it is recorded as an incident."
)


def permit_of(visit: Visit, here: Talk, offer: Offer) -> PermitShown:
    """May this person supply it here and now? Asked of the adoption as it stands at this moment.

    Of what is entered from paper: might whoever wrote it supply it then?
    """
    if here.held.correcting is not None:
        return PermitShown((PermitLine(THEN, True),), True)
    edition = offer.pgd.edition
    last = f" to {day(edition.in_force.last)}" if edition.in_force.last is not None else ""
    document = "PGD" if offer.pgd.mechanism is Mechanism.PGD else "Clinical protocol"
    lines = [PermitLine(f"{document} {offer.pgd.id} {edition.version} in force{last}", True)]
    in_force = visit.desk.in_force
    practitioner = here.paper.practitioner if here.paper is not None else visit.at_the_desk.person.practitioner
    if in_force.adoption is None:
        lines.append(PermitLine(in_force.trouble or "No adoption is in use: evaluation only", False))
    elif (answer := answer_of(visit, here, offer.pgd.id)) is None:
        lines.append(PermitLine("The patient's details are missing", False))
    else:
        if isinstance(answer, Permit):
            who = "you are" if here.paper is None else f"{practitioner.name} is"
            lines.append(PermitLine(f"Adopted here, and {who} authorised for it", True))
            lines.extend(PermitLine(says, True) for says in answer.warnings)
        else:
            lines.extend(PermitLine(one.says, False) for one in answer.reasons)
    may = here.held.practice or all(one.holds for one in lines)
    if here.paper is not None and not may and patient_known(here):
        return PermitShown(tuple(lines), True, UNPERMITTED)
    if here.held.practice:
        lines.append(PermitLine("A training patient needs no permit: nothing is handed over", True))
    return PermitShown(tuple(lines), may)


def _show(visit: Visit, here: Talk, offer: Offer, wrong: dict[str, str] | None = None, status: int = 200, elsewhere: tuple[Error, ...] = ()) -> Response:  # fmt: skip
    posted, found = visit.posted, wrong or {}
    scan = scanned(visit)
    only = offer.supplied[0].product.name if len(offer.supplied) == 1 else ""
    chosen = posted.one("s-product") or only  # of several none is preset: which is handed over, somebody says
    first = next((one for one in offer.supplied if one.product.name == chosen), offer.supplied[0])

    def field_of(name: str, value: str = "") -> FieldShown:
        return FieldShown(posted.one(f"s-{name}") or value, found.get(name, ""))

    quantity = first.quantity
    view = SupplyPage(
        medicine=offer.pgd.medicine,
        path=path_of(here, f"supply/{offer.pgd.id}"),
        back=path_of(here, "outcome"),
        held=here.held,
        permit=permit_of(visit, here, offer),
        products=tuple(_products(offer, chosen)),
        actual=tuple(_actual(here, offer, posted.one("s-actual"))),
        actual_code=field_of("actual-code"),
        actual_name=field_of("actual-name"),
        quantity=quantity.in_words() if quantity is not None and first.pack is None else "",
        range=first.pack.in_words() if first.pack is not None else "",
        quantity_field=field_of("quantity"),
        unit="in the unit of the product"
        if len(offer.supplied) > 1
        else quantity.unit
        if quantity is not None
        else "mL",
        because=field_of("because"),
        shelf=tuple(on_the_shelf(visit, here, offer)),
        scan=FieldShown("", found.get("scan", "")),
        batch=field_of("batch", (scan.batch or "") if scan else ""),
        expiry=field_of("expiry", expiry_as_typed(scan.expiry) if scan and scan.expiry else ""),
        identity=_choices("s-identity", IDENTITY, visit),
        charge=_choices("s-charge", charges(here), visit),
        charge_wrong=found.get("charge", ""),
        collected=_choices("s-collected", ((COLLECTED_BY_PATIENT, "The patient"), *_relationships()), visit),
        collector=field_of("collector"),
        told=tuple(ChoiceShown(name, says, posted.ticked(name)) for name, says in _told(here)),
        beside=tuple(beside_shown(visit, here, offer)),
        pregnancy=pregnancy_asked(here),
        pregnancy_wanted=posted.ticked("o-pregnancy"),
        incident=here.held.correcting is not None and visit.method == "POST",
        notes=field_of("notes"),
        duties=duties_shown(visit, here),
        missing=missing_of(here),
        on_paper=here.paper.in_words() if here.paper is not None else "",
        at=field_of("at"),
        otherwise=path_of(here, f"handed-over/{offer.pgd.id}"),
        finish=_finish(here),
        errors=(*elsewhere, *(Error(says, f"s-{name}") for name, says in found.items())),
    )
    title = f"Supply {offer.pgd.medicine}"
    return html(drawn("supply.html", f=frame(visit, title, here, ""), v=view), status)


def _finish(here: Talk) -> str:
    """What the last button does."""
    if here.held.correcting is not None:
        return "Finish the correction"
    return "Record the supply" if here.paper is None else "Record what was handed over"


def _told(here: Talk) -> tuple[tuple[str, str], ...]:
    """What is ticked once it was told, given or seen; evidence only where a charge is due."""
    return ((("s-evidence", "Evidence of the exemption seen"),) if charges(here) else ()) + _TOLD


_TOLD = (
    ("o-told-medicine", "How to take it, and what to watch for"),
    ("o-told-netting", "When to get help"),
    ("o-told-leaflet", "The leaflet"),
)


def _products(offer: Offer, chosen: str) -> Iterator[ChoiceShown]:
    """Each product with its own directions, so that none is read beside those of another."""
    for at, one in enumerate(offer.supplied, 1):
        much = f", {one.pack.in_words() if one.pack else one.quantity.in_words()}" if one.quantity is not None else ""
        words = f"{begun(one.product.name)}{much}: {directions_as(offer, one, one.product.form)}"
        yield ChoiceShown(one.product.name, words, one.product.name == chosen, str(at))


def _actual(here: Talk, offer: Offer, chosen: str) -> Iterator[ChoiceShown]:
    known = held_products(offer)
    if here.held.practice and not known:
        made = actual_product(offer)
        known = {made.code: made}
    for at, (code, one) in enumerate(known.items(), 1):
        yield ChoiceShown(code, one.display, chosen == code, str(at) if at < 10 else "")
    yield ChoiceShown(OTHER_PRODUCT, "Another product, by its dm+d code", chosen == OTHER_PRODUCT)


def _relationships() -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{says[:1].upper()}{says[1:]}") for name, says in coded_lists()["relationship"].items.items())


def _choices(name: str, choices: tuple[tuple[str, str], ...], visit: Visit) -> tuple[ChoiceShown, ...]:
    return tuple(
        ChoiceShown(value, says, visit.posted.one(name) == value, str(at) if at < 10 else "")
        for at, (value, says) in enumerate(choices, 1)
    )


# Posted


def _post(visit: Visit, here: Talk, offer: Offer) -> Response:
    posted = visit.posted
    if posted.one("s-scan") and not posted.one("s-batch"):
        scan = scanned(visit)
        doubts = "; ".join(scan.doubts) if scan is not None else "this is no code of a pack that can be read"
        wrong = {"scan": f"Scan: {doubts}. Type what is missing"} if doubts else {}
        return _show(visit, here, offer, wrong, 422 if wrong else 200)
    if not patient_known(here):
        return _show(visit, here, offer, {}, 422, to_fill_in(here))
    if not permit_of(visit, here, offer).may:
        return _show(
            visit,
            here,
            offer,
            {"permit": "There is no permit, so nothing may be handed over: finish without a supply"},
            422,
        )
    read = read_handed(visit, here, offer)
    if read.handed is None:
        return _show(visit, here, offer, read.wrong, 422)
    revision, mark = given_back(visit)
    as_shown = replace(here, held=replace(here.held, revision=revision, patient_mark=mark))
    decision = Decision(done="supplied", told=told_of(posted), notes=posted.one("s-notes") or None)
    pregnancy, incident = posted.ticked("o-pregnancy"), posted.ticked("b-incident")
    identity, handed = posted.one("s-identity"), handed_with(visit, here, offer, read.handed)
    charge = read.charge.for_items(len(handed)) if read.charge is not None else None
    try:
        duties = read_duties(posted, here.conversation.assessment)
        finish(
            visit,
            as_shown,
            Done(decision, handed, charge, identity, pregnancy=pregnancy, incident=incident, duties=duties),
        )
    except StoreRefused as refused:
        return about(visit, refused)
    except PharmacyFirstError as refused:
        return _show(visit, here, offer, {"permit": str(refused)}, 422)
    return recorded(visit, here)
