"""A medicine that may be supplied, as the outcome page shows it: dose, how much, what to weigh, how this patient begins, what is not known."""

from dataclasses import dataclass

from pharmacyfirst.kernel.offer import Arises, Offer
from pharmacyfirst.record.supply import directions_as
from pharmacyfirst.web.desk import Talk
from pharmacyfirst.web.frame import path_of


@dataclass(frozen=True, slots=True)
class CautionShown:
    """A caution that comes with an offer."""

    id: str
    says: str
    action: str


@dataclass(frozen=True, slots=True)
class OfferShown:
    """A medicine that may be supplied."""

    title: str
    directions: str
    quantity: str
    path: str
    applies: tuple[CautionShown, ...]
    ask: tuple[CautionShown, ...]
    always: tuple[CautionShown, ...]
    begins: tuple[str, ...]
    not_known: tuple[str, ...]


def offer_shown(here: Talk, offer: Offer) -> OfferShown:
    """An offer, with the way to its supply page."""
    first = offer.supplied[0]
    cautions = {
        arises: tuple(
            CautionShown(one.caution.id, one.caution.says, one.caution.action)
            for one in offer.cautions
            if one.arises is arises
        )
        for arises in Arises
    }
    items = here.pathway.open_items
    name = first.product.name
    return OfferShown(
        title=f"{name[:1].upper()}{name[1:]}",
        directions=directions_as(offer, first, first.product.form),
        quantity=first.pack.in_words()
        if first.pack
        else first.quantity.in_words()
        if first.quantity is not None
        else "The document gives no quantity",
        path=path_of(here, f"supply/{offer.pgd.id}"),
        applies=cautions[Arises.APPLIES],
        ask=cautions[Arises.ASK],
        always=cautions[Arises.ALWAYS],
        begins=tuple(f"{one.says} ({one.why})" if one.arises is Arises.ASK else one.says for one in offer.instructions),
        not_known=tuple(items[id].says for id in offer.open_items if id in items),
    )
