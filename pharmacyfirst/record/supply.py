"""What was handed over: the permit as it was given, the medicine, how much of it, and the directions as the patient is told them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from pharmacyfirst.content.identifier_types import PharmacyODS
from pharmacyfirst.errors import as_sentence
from pharmacyfirst.kernel.dose import Amount, Strength, Supplied, counted
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.tables import OFFER, SUPPLIED
from pharmacyfirst.record.fields import (
    EXPIRY,
    NOTHING,
    ByChannel,
    Coded,
    Line,
    Moment,
    Quantity,
    Recorded,
    RecordRefused,
    Words,
)
from pharmacyfirst.record.people import Somebody
from pharmacyfirst.record.products import Compared, as_handed, compared

Expiry = Annotated[str, Field(pattern=EXPIRY)]


class DocumentOnRecord(Recorded):
    """A document behind a supply: condition, document, version, and the digest that was signed."""

    condition: Line
    document: Line
    version: Line
    digest: Line


class EnteredAfterwards(Recorded):
    """Who entered a supply afterwards, from paper, and when."""

    entered_by: Line
    entered_at: Moment


class PermitOnRecord(Recorded):
    """The permit as ``authorise`` gave it: for which pathway, PGD (none for a service that supplies nothing), content, facts, person, record, practitioner and moment.

    Nothing is believed because it has this shape: what it is bound to is compared with the record whenever that is read. ``at`` is
    England's clock. ``as_if``: asked for another moment than its own, which only a training patient's record takes. ``afterwards``: the
    supply was entered later, and judged as of its hand-over.
    """

    pathway: Line
    pgd: Line | None = None
    documents: tuple[DocumentOnRecord, ...]
    content_digest: Line
    facts: Line
    record: Line | None
    person: Line | None
    ods_code: PharmacyODS
    gphc_number: Line
    channel: ByChannel
    at: Moment
    as_if: bool = False
    afterwards: EnteredAfterwards | None = None
    warnings: tuple[Words, ...] = ()


class Handed(Recorded):
    """What only the pharmacist knows of a supply; everything else the program works out.

    ``product`` is the name of one of the products offered, without it the first. ``quantity`` is the offered one unless given; another
    needs ``quantity_because``. ``batch`` and ``expiry`` (YYYY-MM or YYYY-MM-DD) stand on the pack. ``collected_by``: who took it, where
    that was not the patient. ``permit`` is what ``authorise --json`` printed before it was handed over. ``directions`` are those that
    were given, only for what was handed over without anything having been offered.
    """

    pgd: Line
    product: Line | None = None
    amp: Coded
    quantity: Quantity | None = None
    quantity_because: Words | None = None
    handed_over_at: Moment | None = None
    batch: Line | None = None
    expiry: Expiry | None = None
    collected_by: Somebody | None = None
    permit: PermitOnRecord | None = None
    directions: Words | None = None


class Supply(Recorded):
    """A medicine that was handed over under a permit: the actual product, how much, from which batch, under which document.

    All but what ``Handed`` has is worked out from the record's own offer. ``practice``: to a training patient, which stays true for ever;
    only then may there be no permit. ``compared``: how the actual product was found to be the one offered.
    """

    pgd: Line
    pgd_title: Words
    pgd_version: Line
    mechanism: Literal["pgd", "clinical_protocol"]
    medicine: Line
    legal_class: Line
    product: Line
    form: Line
    strength: Line
    route: Line
    amp: Coded
    compared: Compared
    quantity: Quantity
    quantity_offered: Quantity | None = None
    quantity_at_least: Quantity | None = None
    quantity_because: Words | None = None
    containers: int | None = None
    dose: Quantity
    first_day_dose: Quantity | None = None
    times_per_day: int
    times_per_day_max: int | None = None
    duration_days: int | None = None
    dose_row: Line
    directions: Words
    handed_over_at: Moment
    batch: Line | None = None
    expiry: Expiry | None = None
    collected_by: Somebody | None = None
    practice: bool = False
    permit: PermitOnRecord | None = None

    def handed(self) -> Handed:
        """What the pharmacist said of it, from which the rest was worked out."""
        return Handed(
            pgd=self.pgd,
            product=self.product,
            amp=self.amp,
            quantity=self.quantity,
            quantity_because=self.quantity_because,
            handed_over_at=self.handed_over_at,
            batch=self.batch,
            expiry=self.expiry,
            collected_by=self.collected_by,
            permit=self.permit,
        )


class ObstacleOnRecord(Recorded):
    """One reason why there was no permit: the code that stays, and its words."""

    code: Line
    says: Words


class Unpermitted(Recorded):
    """A medicine that was handed over and would not have been permitted. It is an incident, never claimed and never coded as authorised."""

    pgd: Line
    amp: Coded
    quantity: Quantity
    directions: Words
    handed_over_at: Moment
    batch: Line | None = None
    expiry: Expiry | None = None
    collected_by: Somebody | None = None
    entered: EnteredAfterwards
    reasons: tuple[ObstacleOnRecord, ...]

    def handed(self) -> Handed:
        """What the pharmacist said of it."""
        return Handed(
            pgd=self.pgd,
            amp=self.amp,
            quantity=self.quantity,
            directions=self.directions,
            handed_over_at=self.handed_over_at,
            batch=self.batch,
            expiry=self.expiry,
            collected_by=self.collected_by,
        )


def supply_of(
    handed: Handed, offer: Offer, others: Iterable[str], handed_over_at: datetime, permit: PermitOnRecord | None, *, practice: bool
) -> Supply:  # fmt: skip
    """A supply as the record holds it. ``others`` are the names of other medicines, which the product must not bear.

    Raises ``RecordRefused`` where what was handed over is not what was offered.
    """
    chosen, named = _chosen(handed, offer), offer.pgd.id
    offered, least = _quantity(chosen.quantity), _least(chosen)
    much = handed.quantity or (offered if chosen.pack is None else None)
    if much is None:
        raise RecordRefused(f"{named}: the document gives no quantity, or the most, so the supply has to. {NOTHING}")
    if wrong := _out_of_range(much, chosen) or _more_than_offered(much, chosen):
        raise RecordRefused(f"{named}: {as_sentence(str(wrong))} {NOTHING}")
    as_offered = much == offered or (least is not None and much.amount >= least.amount)
    if not as_offered and offered is not None and handed.quantity_because is None:
        raise RecordRefused(f"{named}: the quantity is not the one offered: quantity_because has to say why. {NOTHING}")
    try:
        how = compared(handed.amp, chosen.product, offer.pgd.medicine, others)
    except ValueError as wrong:
        raise RecordRefused(f"{named}: {as_sentence(str(wrong))} {NOTHING}") from None
    return Supply(
        **_offered(offer, chosen, handed.amp),
        amp=handed.amp,
        compared=how
        if chosen.product.codes
        else "not compared",  # a product whose code nobody knows is checked by nobody
        quantity=much,
        quantity_offered=offered,
        quantity_at_least=least,
        quantity_because=None if as_offered else handed.quantity_because,
        containers=chosen.bottles if much == offered else None,
        handed_over_at=handed_over_at,
        batch=handed.batch,
        expiry=handed.expiry,
        collected_by=handed.collected_by,
        practice=practice,
        permit=permit,
    )


def _least(chosen: Supplied) -> Quantity | None:
    """From how much on nobody has to say why it is less than the most; None where the document gives one quantity and no range."""
    most, pack = chosen.quantity, chosen.pack
    return _quantity(pack.least or Amount(Decimal(0), most.unit)) if pack is not None and most is not None else None


def _out_of_range(much: Quantity, chosen: Supplied) -> str:
    """Why a quantity is outside the range that the document gives; empty where it is not, or the document gives none."""
    most, pack = chosen.quantity, chosen.pack
    if pack is None or most is None:
        return ""
    if much.unit != most.unit or not 0 < much.amount <= most.amount:
        return f"the document says {pack.in_words()}"
    less = pack.least is not None and much.amount < pack.least.amount and not pack.less_with_reason
    return f"the document says {pack.in_words()}, and not less" if less else ""


def _more_than_offered(much: Quantity, chosen: Supplied) -> str:
    """Why a quantity is more than the document allows, which no reason makes lawful; empty where it is not. Bottles are handed over whole."""
    most, bottle = chosen.quantity, chosen.product.bottle
    if chosen.pack is not None or most is None:
        return ""
    whole = bottle.amount * chosen.bottles if bottle is not None and chosen.bottles else most.amount
    if much.unit == most.unit and much.amount <= max(whole, most.amount):
        return ""
    return f"the document says {most.in_words()}, and not more: what is handed over beyond it is no supply under a PGD"


def _chosen(handed: Handed, offer: Offer) -> Supplied:
    """The product of the offer that was handed over. Raises ``RecordRefused`` where it is none of them."""
    if handed.product is None:
        return offer.supplied[0]
    for one in offer.supplied:
        if one.product.name == handed.product:
            return one
    names = "; ".join(one.product.name for one in offer.supplied)
    raise RecordRefused(f"{offer.pgd.id}: product is none that was offered ({names}). {NOTHING}")


# What stands on record as it stands in the offer, and in the product chosen among those of its dose row.
_OF_OFFER = OFFER.only(
    "pgd", "pgd_version", "mechanism", "medicine", "route", "times_per_day", "times_per_day_max", "duration_days", "dose_row"
)  # fmt: skip
_OF_PRODUCT = SUPPLIED.only("product", "form", "strength")


def _offered(offer: Offer, chosen: Supplied, actual: Coded) -> dict[str, Any]:
    """What a supply takes from the offer, by the names it has on record."""
    first_day = offer.row.dose.first_day if offer.row.dose is not None else None
    return {
        **_OF_OFFER.as_dict(offer),
        **_OF_PRODUCT.as_dict(chosen),
        "pgd_title": offer.pgd.title,
        "legal_class": offer.pgd.legal_class,
        "dose": _quantity(offer.dose),
        "first_day_dose": Quantity(amount=first_day, unit=offer.dose.unit) if first_day is not None else None,
        "directions": directions(offer, chosen, actual),
    }


def _quantity(amount: Amount | None) -> Quantity | None:
    return Quantity(amount=amount.amount, unit=amount.unit) if amount is not None else None


def directions(offer: Offer, chosen: Supplied, actual: Coded) -> str:
    """The dose as the patient is told, exactly as the document's table gives it for this person.

    For instance ``Take 100 mg (1 modified-release capsule) by mouth twice a day for 3 days.`` Where the document has tablets or capsules,
    it is what ``actual``, the product handed over, is.
    """
    return directions_as(offer, chosen, as_handed(chosen.product.form, actual.display))


def directions_as(offer: Offer, chosen: Supplied, form: str) -> str:
    """The same for a form of the product, as a page shows it before anybody has the pack in hand: there ``form`` is the document's."""
    row = offer.row
    start, where = ROUTES.get(offer.pgd.route, ("Use", offer.pgd.route))
    often = _often(row.times_a_day, row.times_a_day_most)
    each = _each(offer.dose, chosen.product.strength, form)
    days = f"{row.days} day{'s' if row.days > 1 else ''}"
    first_day = row.dose.first_day if row.dose is not None else None
    if first_day is None:
        single = row.days == row.times_a_day == 1 and row.times_a_day_most is None
        return f"{start} {each} {where}{_course(often, days, row.days, single)}."
    first = _each(Amount(first_day, offer.dose.unit), chosen.product.strength, form)
    return f"{start} {first} {where} {often} on the first day, then {each} {often}, for {days} in all."


def _course(often: str, days: str, many: int, single: bool) -> str:
    """How often and for how long; of one dose that it is one, and no days where the document gives none."""
    return " once, as one dose" if single else f" {often} for {days}" if many else f" {often}"


# How a route is told to a patient; any other is told in the document's own words.
ROUTES = {
    "oral": ("Take", "by mouth"),
    "nasal": ("Use", "in the nose"),
    "cutaneous": ("Apply", "to the skin"),
}


def _each(dose: Amount, strength: Strength, form: str) -> str:
    content, per = strength.content, strength.per
    told = counted(dose.amount, dose.unit)
    if content is None or per is None or content.unit != dose.unit:
        return told
    count = dose.amount * per.amount / content.amount
    # A number that does not come out even (a third of a tablet) would be read wrongly: then the amount alone is told.
    if count != count.quantize(Decimal("0.01")):
        return told
    unit = form if per.unit in form else per.unit
    return f"{told} ({counted(count, unit)})"


def _often(times: int, most: int | None) -> str:
    if most is not None:
        return f"{times} to {most} times a day"
    return {1: "once a day", 2: "twice a day"}.get(times, f"{times} times a day")
