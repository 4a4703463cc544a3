"""What was handed over: the permit as it was given, the medicine, how much of it, and the directions as the patient is told them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypedDict, Unpack

from pydantic import Field, ValidationInfo, model_validator

from pharmacyfirst.authority import permit as authority
from pharmacyfirst.content.identifier_types import PharmacyODS
from pharmacyfirst.kernel.dose import Amount, Product, Supplied, counted
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.tables import OFFER, SUPPLIED
from pharmacyfirst.record.fields import (
    READ_BACK,
    ByChannel,
    Coded,
    Moment,
    Quantity,
    Recorded,
    RecordRefused,
    Words,
    read_back,
)


class DocumentOnRecord(Recorded):
    """A document behind a supply: condition, document, version, and the digest that was signed."""

    condition: Words
    document: Words
    version: Words
    digest: Words


class PermitOnRecord(Recorded):
    """The kernel's permit as it was given. It cannot be written by hand: ``of`` takes it from the kernel's."""

    documents: tuple[DocumentOnRecord, ...]
    content_digest: Words
    ods_code: PharmacyODS
    gphc_number: Words
    channel: ByChannel
    at: Words
    warnings: tuple[Words, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _only_from_the_kernel(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, dict) and info.context is not READ_BACK:
            raise ValueError("a permit on record is made from the kernel's Permit, never by hand")
        return given

    @classmethod
    def of(cls, permit: authority.Permit) -> "PermitOnRecord":
        """The kernel's permit, written down."""
        if not isinstance(permit, authority.Permit):
            raise RecordRefused("A supply needs the kernel's Permit; there is none, so there is nothing to record.")
        return read_back(
            cls,
            {
                "documents": [
                    {"condition": d.condition, "document": d.document, "version": d.version, "digest": d.digest}
                    for d in permit.documents
                ],
                "content_digest": permit.content_digest,
                "ods_code": permit.ods_code,
                "gphc_number": permit.gphc_number,
                "channel": permit.channel,
                "at": permit.at.isoformat(),
                "warnings": permit.warnings,
            },
        )


class Supply(Recorded):
    """A medicine that was handed over: the actual product, how much, from which batch, under which document.

    Made by ``supplied`` from a permit, or by ``practised`` for a practice patient; ``practice`` then stays true for ever.
    """

    pgd: Words
    pgd_title: Words
    pgd_version: Words
    mechanism: Literal["pgd", "clinical_protocol"]
    medicine: Words
    legal_class: Words
    product: Words
    form: Words
    strength: Words
    route: Words
    amp: Coded
    quantity: Quantity
    dose: Quantity
    first_day_dose: Quantity | None = None
    times_per_day: int
    times_per_day_max: int | None = None
    duration_days: int
    dose_row: Words
    directions: Words
    handed_over_at: Moment
    batch: Words | None = None
    expiry: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$")] | None = None
    practice: bool = False
    permit: PermitOnRecord | None = None

    @model_validator(mode="after")
    def _is_permitted(self) -> Self:
        if self.permit is None and not self.practice:
            raise ValueError("no supply without a Permit")
        if self.quantity.amount <= 0 or self.dose.amount <= 0:
            raise ValueError("a supply has a quantity and a dose above nought")
        return self


class HandedOver(TypedDict, total=False):
    """What only the pharmacist knows of a supply, each by its name or not at all.

    ``product`` counts the products of the offer, from nought; ``quantity`` is the offered one unless given; ``batch`` and ``expiry``
    (YYYY-MM or YYYY-MM-DD) stand on the pack.
    """

    product: int
    quantity: Quantity | None
    batch: str | None
    expiry: str | None


def supplied(
    permit: authority.Permit, amp: Coded, handed_over_at: datetime, *, practice: bool = False, **handed: Unpack[HandedOver]
) -> Supply:  # fmt: skip
    """A supply under the kernel's permit. Raises ``RecordRefused``."""
    written = PermitOnRecord.of(permit)
    return _supply(written, permit.offer, amp, handed_over_at, practice, **handed)


def practised(offer: Offer, amp: Coded, handed_over_at: datetime, **handed: Unpack[HandedOver]) -> Supply:
    """A supply to a practice patient, without a permit; it can stand in no record of anybody else. Raises ``RecordRefused``."""
    return _supply(None, offer, amp, handed_over_at, True, **handed)


def _supply(
    permit: PermitOnRecord | None, offer: Offer, amp: Coded, at: datetime, practice: bool, *,
    product: int = 0, quantity: Quantity | None = None, batch: str | None = None, expiry: str | None = None,
) -> Supply:  # fmt: skip
    chosen = offer.supplied[product]
    much = quantity or _quantity(chosen.quantity)
    if much is None:
        raise RecordRefused("The document gives no quantity, so the supply has to. Nothing was recorded.")
    return Supply(
        **_offered(offer, chosen),
        amp=amp,
        quantity=much,
        handed_over_at=at,
        batch=batch,
        expiry=expiry,
        practice=practice,
        permit=permit,
    )


# What stands on record as it stands in the offer, and in the product chosen among those of its dose row.
_OF_OFFER = OFFER.only(
    "pgd", "pgd_version", "mechanism", "medicine", "route", "times_per_day", "times_per_day_max", "duration_days", "dose_row"
)  # fmt: skip
_OF_PRODUCT = SUPPLIED.only("product", "form", "strength")


def _offered(offer: Offer, chosen: Supplied) -> dict[str, Any]:
    """What a supply takes from the offer, by the names it has on record."""
    first_day = offer.row.dose.first_day if offer.row.dose is not None else None
    return {
        **_OF_OFFER.as_dict(offer),
        **_OF_PRODUCT.as_dict(chosen),
        "pgd_title": offer.pgd.title,
        "legal_class": offer.pgd.legal_class,
        "dose": _quantity(offer.dose),
        "first_day_dose": Quantity(amount=first_day, unit=offer.dose.unit) if first_day is not None else None,
        "directions": directions(offer, chosen),
    }


def _quantity(amount: Amount | None) -> Quantity | None:
    return Quantity(amount=amount.amount, unit=amount.unit) if amount is not None else None


def directions(offer: Offer, chosen: Supplied) -> str:
    """The dose as the patient is told, exactly as the document's table gives it for this person.

    For instance ``Take 100 mg (1 modified-release capsule) by mouth twice a day for 3 days.``
    """
    row = offer.row
    start, where = ROUTES.get(offer.pgd.route, ("Use", offer.pgd.route))
    often = _often(row.times_a_day, row.times_a_day_most)
    each = _each(offer.dose, chosen.product)
    days = f"{row.days} day{'s' if row.days > 1 else ''}"
    first_day = row.dose.first_day if row.dose is not None else None
    if first_day is None:
        return f"{start} {each} {where} {often} for {days}."
    first = _each(Amount(first_day, offer.dose.unit), chosen.product)
    return f"{start} {first} {where} {often} on the first day, then {each} {often}, for {days} in all."


# How a route is told to a patient; any other is told in the document's own words.
ROUTES = {
    "oral": ("Take", "by mouth"),
    "nasal": ("Use", "in the nose"),
    "cutaneous": ("Apply", "to the skin"),
}


def _each(dose: Amount, product: Product) -> str:
    content, per = product.strength.content, product.strength.per
    told = counted(dose.amount, dose.unit)
    if content is None or per is None or content.unit != dose.unit:
        return told
    count = dose.amount * per.amount / content.amount
    # A number that does not come out even (a third of a tablet) would be read wrongly: then the amount alone is told.
    if count != count.quantize(Decimal("0.01")):
        return told
    unit = product.form if per.unit in product.form else per.unit
    return f"{told} ({counted(count, unit)})"


def _often(times: int, most: int | None) -> str:
    if most is not None:
        return f"{times} to {most} times a day"
    return {1: "once a day", 2: "twice a day"}.get(times, f"{times} times a day")
