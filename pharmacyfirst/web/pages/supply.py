"""The supply page: the permit, the product, batch and expiry, the charge, who collects, what was told; then the record of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from starlette.responses import Response

from pharmacyfirst import exact
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.permit import Channel, Permit
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.handover.scan import PackCode, ScanRefused, split_scan
from pharmacyfirst.kernel.dose import Supplied
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.pgd import Mechanism
from pharmacyfirst.paper.words import begun, day
from pharmacyfirst.record.decision import Charge, Decision
from pharmacyfirst.record.examples import actual_product
from pharmacyfirst.record.fields import Coded, Quantity, RecordRefused
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.people import Somebody
from pharmacyfirst.record.products import actual_products
from pharmacyfirst.record.sense import last_day_of
from pharmacyfirst.record.supply import Handed, directions_as
from pharmacyfirst.store import ConsultationSoFar, StoreRefused
from pharmacyfirst.web.desk import PATIENT_PAGE, Talk, Visit
from pharmacyfirst.web.did import told_of
from pharmacyfirst.web.finishing import Done, finish, patient_known, pregnancy_asked
from pharmacyfirst.web.frame import drawn, frame, path_of
from pharmacyfirst.web.opened import about, given_back, opened
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.patient import patient_of
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown

PAID, OTHER_PRODUCT, COLLECTED_BY_PATIENT = "0001", "other", "patient"
IDENTITY = (
    ("name and date of birth", "Name and date of birth"),
    ("photo identification", "Photo ID"),
    ("known to the pharmacy", "Known to the pharmacy"),
)
MOST_LOOKED_AT, MOST_BYTES = 20, 20_000_000
_EXPIRY = re.compile(r"(0?[1-9]|1[0-2])[ /.-]?(20[0-9]{2})")


@dataclass(frozen=True, slots=True)
class PermitLine:
    """A line of the permit: what holds, or what stands in the way."""

    says: str
    holds: bool


@dataclass(frozen=True, slots=True)
class PermitShown:
    """What the legal half answers; ``may`` is whether this may be recorded as supplied."""

    lines: tuple[PermitLine, ...]
    may: bool


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field of the page as it was filled in, and what is wrong with it."""

    value: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class SupplyPage:
    """What the supply page shows."""

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
    pregnancy: str
    pregnancy_wanted: bool
    notes: FieldShown
    patient: str
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What was posted, as far as it fits, and what does not by field."""

    handed: Handed | None = field(default=None, repr=False)
    charge: Charge | None = None
    wrong: dict[str, str] = field(default_factory=dict)


def supply(visit: Visit) -> Response:
    """``GET`` and ``POST /c/ID/supply/PGD``."""
    here = opened(visit)
    if isinstance(here, Response):
        return here
    offer = next((one for one in here.conversation.assessment.offers if one.pgd.id == visit.names["pgd"]), None)
    if offer is None:  # an answer changed since: it is offered no more
        return go(path_of(here, "outcome"))
    return _post(visit, here, offer) if visit.method == "POST" else _show(visit, here, offer)


def permit_of(visit: Visit, here: Talk, offer: Offer) -> PermitShown:
    """May this person supply it here and now? Asked of the adoption as it stands at this moment."""
    edition = offer.pgd.edition
    last = f" to {day(edition.in_force.last)}" if edition.in_force.last is not None else ""
    document = "PGD" if offer.pgd.mechanism is Mechanism.PGD else "Clinical protocol"
    lines = [PermitLine(f"{document} {offer.pgd.id} {edition.version} in force{last}", True)]
    in_force = visit.desk.in_force
    if in_force.adoption is None:
        lines.append(PermitLine(in_force.trouble or "No adoption is in use: evaluation only", False))
    elif not patient_known(here):
        lines.append(PermitLine("The patient's details are missing", False))
    else:
        answer = authorise(
            here.pathway, here.conversation.given, in_force.adoption, visit.at_the_desk.person.practitioner.gphc_number,
            Channel(here.who.get("channel")), here.now, record=here.held.id, person=patient_of(here.who).digest, pgd=offer.pgd.id,
        )  # fmt: skip
        if isinstance(answer, Permit):
            lines.append(PermitLine("Adopted here, and you are authorised for it", True))
            lines.extend(PermitLine(says, True) for says in answer.warnings)
        else:
            lines.extend(PermitLine(one.says, False) for one in answer.reasons)
    may = here.held.practice or all(one.holds for one in lines)
    if here.held.practice:
        lines.append(PermitLine("A practice patient needs no permit: nothing is handed over", True))
    return PermitShown(tuple(lines), may)


def _show(visit: Visit, here: Talk, offer: Offer, wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    posted, found = visit.posted, wrong or {}
    scan = _scan(visit)
    chosen = posted.one("s-product") or offer.supplied[0].product.name
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
        quantity=quantity.in_words() if quantity is not None else "",
        quantity_field=field_of("quantity"),
        unit="in the unit of the product"
        if len(offer.supplied) > 1
        else quantity.unit
        if quantity is not None
        else "mL",
        because=field_of("because"),
        shelf=tuple(_shelf(visit, offer)),
        scan=FieldShown("", found.get("scan", "")),
        batch=field_of("batch", (scan.batch or "") if scan else ""),
        expiry=field_of("expiry", _as_typed(scan.expiry) if scan and scan.expiry else ""),
        identity=_choices("s-identity", IDENTITY, visit),
        charge=_choices("s-charge", _charges(), visit),
        charge_wrong=found.get("charge", ""),
        collected=_choices("s-collected", ((COLLECTED_BY_PATIENT, "The patient"), *_relationships()), visit),
        collector=field_of("collector"),
        told=tuple(ChoiceShown(name, says, posted.ticked(name)) for name, says in _TOLD),
        pregnancy=pregnancy_asked(here),
        pregnancy_wanted=posted.ticked("o-pregnancy"),
        notes=field_of("notes"),
        patient="" if patient_known(here) else path_of(here, PATIENT_PAGE),
        errors=tuple(Error(says, f"s-{name}") for name, says in found.items()),
    )
    title = f"Supply {offer.pgd.medicine}"
    return html(drawn("supply.html", f=frame(visit, title, here, ""), v=view), status)


_TOLD = (
    ("s-evidence", "Evidence of the exemption seen"),
    ("o-told-medicine", "How to take it, and what to watch for"),
    ("o-told-netting", "When to get help"),
    ("o-told-leaflet", "The leaflet"),
)


def _products(offer: Offer, chosen: str) -> Iterator[ChoiceShown]:
    """Each product with its own directions, so that none is read beside those of another."""
    for at, one in enumerate(offer.supplied, 1):
        much = f", {one.quantity.in_words()}" if one.quantity is not None else ""
        words = f"{begun(one.product.name)}{much}: {directions_as(offer, one, one.product.form)}"
        yield ChoiceShown(one.product.name, words, one.product.name == chosen, str(at))


def _shelf(visit: Visit, offer: Offer) -> Iterator[ChoiceShown]:
    """The batches of this medicine that were handed over today, newest first, so that they are picked and not typed."""
    store, seen = visit.desk.store, set()
    today = [one for one in store.records.finished(MOST_LOOKED_AT) if one.summary.get("on") == visit.today.isoformat()]
    for one in (one for one in today if offer.pgd.id in one.summary.get("supplied", ())):
        for handed in exact.read(store.records.written(one.id), MOST_BYTES)["supplies"]:
            batch, expiry = handed.get("batch"), handed.get("expiry")
            if handed["pgd"] == offer.pgd.id and batch and expiry and (batch, expiry) not in seen and not one.practice:
                seen.add((batch, expiry))
                yield ChoiceShown(
                    f"{expiry} {batch}",
                    f"{batch}, {_as_typed(expiry)}",
                    visit.posted.one("s-shelf") == f"{expiry} {batch}",
                    str(len(seen)),
                )


def _held(offer: Offer) -> dict[str, Coded]:
    """The actual products that we hold of those offered, by code."""
    codes = (code for one in offer.supplied for code in one.product.codes)
    return {actual_products()[code].code: actual_products()[code] for code in codes if code in actual_products()}


def _actual(here: Talk, offer: Offer, chosen: str) -> Iterator[ChoiceShown]:
    known = _held(offer)
    if here.held.practice and not known:
        made = actual_product(offer)
        known = {made.code: made}
    for code, one in known.items():
        yield ChoiceShown(code, one.display, chosen == code or (not chosen and len(known) == 1))
    yield ChoiceShown(OTHER_PRODUCT, "Another product, by its dm+d code", chosen == OTHER_PRODUCT)


def _charges() -> tuple[tuple[str, str], ...]:
    return tuple(
        (code, f"{says[:1].upper()}{says[1:]} ({code})") for code, says in coded_lists()["exemption"].items.items()
    )


def _relationships() -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{says[:1].upper()}{says[1:]}") for name, says in coded_lists()["relationship"].items.items())


def _choices(name: str, choices: tuple[tuple[str, str], ...], visit: Visit) -> tuple[ChoiceShown, ...]:
    return tuple(
        ChoiceShown(value, says, visit.posted.one(name) == value, str(at) if at < 10 else "")
        for at, (value, says) in enumerate(choices, 1)
    )


def _as_typed(expiry: str) -> str:
    year, month = expiry.split("-")[:2]
    return f"{month} {year}"


def _scan(visit: Visit) -> PackCode | None:
    """What a scanner put into its field; None where nothing stands there, or nothing that can be read."""
    try:
        return split_scan(visit.posted.one("s-scan"), visit.today) if visit.posted.one("s-scan") else None
    except ScanRefused:
        return None


# Posted


def _post(visit: Visit, here: Talk, offer: Offer) -> Response:
    posted = visit.posted
    if posted.one("s-scan") and not posted.one("s-batch"):
        scan = _scan(visit)
        doubts = "; ".join(scan.doubts) if scan is not None else "this is no code of a pack that can be read"
        wrong = {"scan": f"Scan: {doubts}. Type what is missing"} if doubts else {}
        return _show(visit, here, offer, wrong, 422 if wrong else 200)
    if not patient_known(here):
        return _show(
            visit, here, offer, {"patient": "The patient's details are missing: fill in the patient page"}, 422
        )
    if not permit_of(visit, here, offer).may:
        return _show(
            visit,
            here,
            offer,
            {"permit": "There is no permit, so nothing may be handed over: finish without a supply"},
            422,
        )
    read = _read(visit, here, offer)
    if read.handed is None:
        return _show(visit, here, offer, read.wrong, 422)
    revision, mark = given_back(visit)
    as_shown = replace(here, held=replace(here.held, revision=revision, patient_mark=mark))
    decision = Decision(done="supplied", told=told_of(posted), notes=posted.one("s-notes") or None)
    try:
        finish(
            visit,
            as_shown,
            Done(decision, read.handed, read.charge, posted.one("s-identity"), pregnancy=posted.ticked("o-pregnancy")),
        )
    except StoreRefused as refused:
        return about(visit, refused)
    except PharmacyFirstError as refused:
        return _show(visit, here, offer, {"permit": str(refused)}, 422)
    return go(f"/r/{here.held.id}")


def _read(visit: Visit, here: Talk, offer: Offer) -> Read:
    posted = visit.posted
    wrong: dict[str, str] = {}
    chosen = next((one for one in offer.supplied if one.product.name == posted.one("s-product")), None)
    if chosen is None:
        wrong["product"] = "Product: choose what is handed over"
    actual = _product_posted(visit, here, offer, wrong)
    batch, expiry = posted.one("s-batch"), _expiry(posted.one("s-expiry"))
    if not batch and posted.one("s-shelf"):
        expiry, _, batch = posted.one("s-shelf").partition(" ")
        expiry = expiry if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])(-[0-9]{2})?", expiry) else None
    if not batch:
        wrong["batch"] = "Batch: give the number on the pack"
    if expiry is None:
        wrong["expiry"] = "Expiry: give month and year on the pack, for example 05 2028"
    elif last_day_of(expiry) < here.on:
        wrong["expiry"] = "Expiry: this pack has expired"
    if posted.one("s-identity") not in {value for value, _ in IDENTITY}:
        wrong["identity"] = "Identity: say how you confirmed who the patient is"
    if posted.one("s-charge") not in {value for value, _ in _charges()}:
        wrong["charge"] = "Charge: say whether it was paid, or why not"
    collected = posted.one("s-collected")
    if not collected:
        wrong["collected"] = "Collected: say who takes it away"
    much = _quantity(posted.one("s-quantity"), chosen, wrong) if chosen is not None else None
    if wrong or chosen is None or actual is None:
        return Read(wrong=wrong)
    try:
        handed = Handed(
            pgd=offer.pgd.id,
            product=chosen.product.name,
            amp=actual,
            quantity=much,
            quantity_because=posted.one("s-because") or None
            if much is not None and chosen.quantity is not None
            else None,
            batch=batch,
            expiry=expiry,
            collected_by=Somebody(relationship=collected, name=posted.one("s-collector") or None)
            if collected != COLLECTED_BY_PATIENT
            else None,
        )
        code = posted.one("s-charge")
        charge = Charge(
            exemption=code, evidence_seen=True if posted.ticked("s-evidence") else None, taken=1 if code == PAID else 0
        )
    except RecordRefused as refused:
        return Read(wrong={"product": str(refused)})
    return Read(handed, charge)


def _product_posted(visit: Visit, here: Talk, offer: Offer, wrong: dict[str, str]) -> Coded | None:
    posted = visit.posted
    code = posted.one("s-actual")
    held = _held(offer).get(code)
    if held is not None:
        return held
    if here.held.practice and code and code == actual_product(offer).code:
        return actual_product(offer)
    try:
        if code == OTHER_PRODUCT:
            return Coded(code=posted.one("s-actual-code"), display=posted.one("s-actual-name"))
    except RecordRefused:
        pass
    wrong["actual"] = "Pack: choose the product in your hand, or give its dm+d code and name"
    return None


def _quantity(words: str, chosen: Supplied, wrong: dict[str, str]) -> Quantity | None:
    if not words:
        if chosen.quantity is None:
            wrong["quantity"] = "Quantity: the document gives none, so say how much is handed over"
        return None
    try:
        amount = Decimal(words)
    except InvalidOperation:
        amount = Decimal(0)
    if not 0 < amount < 100_000:
        wrong["quantity"] = "Quantity: give a number above nought"
        return None
    return Quantity(amount=amount, unit=chosen.quantity.unit if chosen.quantity is not None else "mL")


def _expiry(words: str) -> str | None:
    match = _EXPIRY.fullmatch(words)
    return f"{match.group(2)}-{int(match.group(1)):02}" if match else None
