"""What was handed over, read from a supply page: product, pack, quantity, batch, expiry, time, charge, who took it away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from pharmacyfirst.errors import Refused
from pharmacyfirst.handover.scan import PackCode, ScanRefused, split_scan
from pharmacyfirst.kernel.dose import Supplied
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.record.decision import Charge, exemption_fits, is_charged
from pharmacyfirst.record.examples import actual_product
from pharmacyfirst.record.fields import Coded, Quantity, RecordRefused
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.people import Somebody
from pharmacyfirst.record.products import actual_products
from pharmacyfirst.record.sense import last_day_of
from pharmacyfirst.record.supply import Handed
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.on_paper import moment_on

PAID, OTHER_PRODUCT, COLLECTED_BY_PATIENT = "0001", "other", "patient"
IDENTITY = (
    ("name and date of birth", "Name and date of birth"),
    ("photo identification", "Photo ID"),
    ("known to the pharmacy", "Known to the pharmacy"),
)
_EXPIRY = re.compile(r"(0?[1-9]|1[0-2])[ /.-]?(20[0-9]{2})")


@dataclass(frozen=True, slots=True)
class HandedRead:
    """What was posted, as far as it fits, and what does not by field."""

    handed: Handed | None = field(default=None, repr=False)
    charge: Charge | None = None
    wrong: dict[str, str] = field(default_factory=dict)


def held_products(offer: Offer) -> dict[str, Coded]:
    """The actual products that we hold of those offered, by code."""
    codes = (code for one in offer.supplied for code in one.product.codes)
    return {actual_products()[code].code: actual_products()[code] for code in codes if code in actual_products()}


def charges(here: Talk) -> tuple[tuple[str, str], ...]:
    """Why no prescription charge is paid, or that it was, by its code; without what the patient's age rules out, and none where none is due."""
    if not is_charged(here.pathway.service):
        return ()
    age = here.who.age_on(here.on)
    return tuple(
        (code, f"{says[:1].upper()}{says[1:]} ({code})")
        for code, says in coded_lists()["exemption"].items.items()
        if age is None or exemption_fits(code, age)
    )


def scanned(visit: Visit) -> PackCode | None:
    """What a scanner put into its field; None where nothing stands there, or nothing that can be read."""
    try:
        return split_scan(visit.posted.one("s-scan"), visit.today) if visit.posted.one("s-scan") else None
    except ScanRefused:
        return None


def read_handed(visit: Visit, here: Talk, offer: Offer) -> HandedRead:
    """What was posted of a medicine that was offered. What a paper form does not say of it may stay blank."""
    posted, on_paper = visit.posted, here.paper is not None
    wrong: dict[str, str] = {}
    chosen = next((one for one in offer.supplied if one.product.name == posted.one("s-product")), None)
    if chosen is None:
        wrong["product"] = "Product: choose what is handed over"
    actual = _product_posted(visit, here, offer, wrong)
    batch, expiry = _batch(visit)
    if not on_paper:
        wrong |= dict(_lacking_now(visit, here, batch, expiry))
    elif posted.one("s-expiry") and expiry is None:
        wrong["expiry"] = EXPIRY
    at = handed_at(visit, here, wrong)
    fitting = {value for value, _ in charges(here)}
    if fitting and posted.one("s-charge") and posted.one("s-charge") not in fitting:
        wrong["charge"] = "Charge: this is not for somebody of the patient's age; say whether it was paid, or why not"
    if not posted.one("s-collected"):
        wrong["collected"] = "Collected: say who takes it away"
    much = _quantity(posted.one("s-quantity"), chosen, wrong) if chosen is not None else None
    if wrong or chosen is None or actual is None:
        return HandedRead(wrong=wrong)
    try:
        handed = Handed(
            pgd=offer.pgd.id,
            product=chosen.product.name,
            amp=actual,
            quantity=much,
            quantity_because=posted.one("s-because") or None
            if much is not None and chosen.quantity is not None
            else None,
            handed_over_at=at,
            batch=batch or None,
            expiry=expiry,
            collected_by=collected_by(visit),
        )
        return HandedRead(handed, charge_of(visit, here))
    except RecordRefused as refused:
        return HandedRead(wrong={"product": str(refused)})


EXPIRY = "Expiry: give month and year on the pack, for example 05 2028"


def _batch(visit: Visit) -> tuple[str, str | None]:
    """Batch and expiry, as they were typed, else as they were chosen among those of today."""
    posted = visit.posted
    batch, expiry = posted.one("s-batch"), expiry_of(posted.one("s-expiry"))
    if not batch and posted.one("s-shelf"):
        expiry, _, batch = posted.one("s-shelf").partition(" ")
        expiry = expiry if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])(-[0-9]{2})?", expiry) else None
    return batch, expiry


def _lacking_now(visit: Visit, here: Talk, batch: str, expiry: str | None) -> Iterator[tuple[str, str]]:
    """What has to be known before it is handed over."""
    posted = visit.posted
    if not batch:
        yield "batch", "Batch: give the number on the pack"
    if expiry is None:
        yield "expiry", EXPIRY
    elif last_day_of(expiry) < here.on:
        yield "expiry", "Expiry: this pack has expired"
    if posted.one("s-identity") not in {value for value, _ in IDENTITY}:
        yield "identity", "Identity: say how you confirmed who the patient is"
    if charges(here) and not posted.one("s-charge"):
        yield "charge", "Charge: say whether it was paid, or why not"


def handed_at(visit: Visit, here: Talk, wrong: dict[str, str]) -> datetime | None:
    """When it was handed over, as the paper says; None where that is now. What does not fit is put among what is wrong."""
    if here.paper is None:
        return None
    try:
        at = moment_on(here.on, visit.posted.one("s-at"))
    except (Refused, ValueError):
        wrong["at"] = "Handed over at: give the time on the paper, for instance 10:40"
        return None
    if not here.paper.began <= at <= visit.now:
        wrong["at"] = "Handed over at: this is before the consultation began, or still to come"
    return at


def collected_by(visit: Visit) -> Somebody | None:
    """Who took it away, where that was not the patient. Raises ``RecordRefused``."""
    collected = visit.posted.one("s-collected")
    if collected == COLLECTED_BY_PATIENT:
        return None
    return Somebody(relationship=collected, name=visit.posted.one("s-collector") or None)


def charge_of(visit: Visit, here: Talk) -> Charge | None:
    """The prescription charge; None where none is due, or a paper form does not say. Raises ``RecordRefused``."""
    code = visit.posted.one("s-charge")
    if not code or not charges(here):
        return None
    return charged(code, True if visit.posted.ticked("s-evidence") else None)


def charged(code: str, seen: bool | None) -> Charge:
    """The charge of one item by its code, and whether evidence of an exemption was seen. Raises ``RecordRefused``."""
    return Charge(exemption=code, evidence_seen=seen, taken=1 if code == PAID else 0)


def _product_posted(visit: Visit, here: Talk, offer: Offer, wrong: dict[str, str]) -> Coded | None:
    posted = visit.posted
    code = posted.one("s-actual")
    held = held_products(offer).get(code)
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


def expiry_of(words: str) -> str | None:
    """The expiry as it is kept, of month and year as they are typed; None for anything else."""
    match = _EXPIRY.fullmatch(words)
    return f"{match.group(2)}-{int(match.group(1)):02}" if match else None
