"""The supply page filled in: the batches of the day, and what a record that is corrected says was handed over."""

from collections.abc import Iterator

from pharmacyfirst import exact
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.supply import Handed, Supply, Unpermitted
from pharmacyfirst.web.correcting import before_of, corrected_by, handed_over
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.handed import COLLECTED_BY_PATIENT, OTHER_PRODUCT, held_products
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.rows import ChoiceShown

MOST_LOOKED_AT, MOST_BYTES = 20, 20_000_000


def as_recorded(old: Consultation, offer: Offer) -> Posted:
    """The page filled in as the record has it that is corrected; blank where that has nothing of this document."""
    before = before_of(old, offer.pgd.id)
    if before is None:
        return Posted()
    handed, told, charge, by = before.handed(), old.decision.told, old.charge, before.collected_by
    held = before.amp.code in held_products(offer) or old.practice
    others = tuple(one.pgd for one in handed_over(old) if one.pgd != offer.pgd.id)
    filled = {
        "s-product": handed.product or "",
        "s-actual": before.amp.code if held else OTHER_PRODUCT,
        "s-actual-code": "" if held else before.amp.code,
        "s-actual-name": "" if held else before.amp.display,
        "s-quantity": plain(before.quantity.amount) if handed.quantity_because else "",
        "s-because": handed.quantity_because or "",
        "s-batch": before.batch or "",
        "s-expiry": expiry_as_typed(before.expiry) if before.expiry else "",
        "s-identity": old.identity_checked or "",
        "s-charge": charge.exemption if charge is not None else "",
        "s-evidence": "yes" if charge is not None and charge.evidence_seen else "",
        "s-collected": by.relationship if by is not None else COLLECTED_BY_PATIENT,
        "s-collector": (by.name or "") if by is not None else "",
        "s-notes": old.decision.notes or "",
        "o-told-medicine": "yes" if told is not None and told.about_the_medicine else "",
        "o-told-netting": "yes" if told is not None and told.safety_netting else "",
        "o-told-leaflet": "yes" if told is not None and told.leaflet else "",
        "o-pregnancy": "yes" if old.pregnancy_confirmed else "",
    }
    return Posted({name: (value,) for name, value in filled.items() if value} | {BESIDE: others})


BESIDE = "s-beside"  # the field of what else was handed over, by PGD


def handed_beside(visit: Visit, here: Talk, offer: Offer) -> tuple[Supply | Unpermitted, ...]:
    """What the record that is corrected says was handed over beside this medicine; nothing where none is corrected."""
    if here.held.correcting is None:
        return ()
    return tuple(one for one in handed_over(corrected_by(visit, here)) if one.pgd != offer.pgd.id)


def beside_shown(visit: Visit, here: Talk, offer: Offer) -> Iterator[ChoiceShown]:
    """Those to tick: they stay on record as they are."""
    for one in handed_beside(visit, here, offer):
        yield ChoiceShown(one.pgd, f"{one.amp.display}, {one.quantity.in_words()}", one.pgd in visit.posted.all(BESIDE))


def handed_with(visit: Visit, here: Talk, offer: Offer, handed: Handed) -> tuple[Handed, ...]:
    """This medicine as the page says, with the others that were ticked, in the order of the record."""
    kept = [one.handed() for one in handed_beside(visit, here, offer) if one.pgd in visit.posted.all(BESIDE)]
    old = [one.pgd for one in handed_over(corrected_by(visit, here))] if kept else []
    return tuple(sorted((handed, *kept), key=lambda one: old.index(one.pgd) if one.pgd in old else len(old)))


def on_the_shelf(visit: Visit, here: Talk, offer: Offer) -> Iterator[ChoiceShown]:
    """The batches of this medicine that were handed over that day, newest first, so that they are picked and not typed."""
    store, seen = visit.desk.store, set()
    today = [one for one in store.records.finished(MOST_LOOKED_AT) if one.summary.get("on") == here.on.isoformat()]
    for one in (one for one in today if offer.pgd.id in one.summary.get("supplied", ())):
        for handed in exact.read(store.records.written(one.id), MOST_BYTES)["supplies"]:
            batch, expiry = handed.get("batch"), handed.get("expiry")
            if handed["pgd"] == offer.pgd.id and batch and expiry and (batch, expiry) not in seen and not one.practice:
                seen.add((batch, expiry))
                yield ChoiceShown(
                    f"{expiry} {batch}",
                    f"{batch}, {expiry_as_typed(expiry)}",
                    visit.posted.one("s-shelf") == f"{expiry} {batch}",
                    str(len(seen)),
                )


def expiry_as_typed(expiry: str) -> str:
    """An expiry on record as it is typed: month and year."""
    year, month = expiry.split("-")[:2]
    return f"{month} {year}"
