"""Mistakes planted in a loaded pathway, past the loader, and what of `prove` catches each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pharmacyfirst.kernel.conditions import Limits, OneOf, Within, all_of
from pharmacyfirst.kernel.dose import Rounding
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway


@dataclass(frozen=True)
class Planted:
    """A mistake by name: where it is planted, what changes, and the properties or invariants that must catch it with a patient."""

    name: str
    condition: str
    plant: Callable[[Pathway], Pathway]
    caught_by: tuple[str, ...]


def without(things: tuple[Any, ...], id_: str) -> tuple[Any, ...]:
    kept = tuple(one for one in things if one.id != id_)
    assert len(kept) == len(things) - 1, f"nothing is called {id_}"
    return kept


def changed(things: tuple[Any, ...], id_: str, **to: Any) -> tuple[Any, ...]:
    assert any(one.id == id_ for one in things), f"nothing is called {id_}"
    return tuple(replace(one, **to) if one.id == id_ else one for one in things)


def of_pgd(pathway: Pathway, pgd: str, **to: Any) -> Pathway:
    return replace(pathway, pgds=Frozen({**pathway.pgds, pgd: replace(pathway.pgds[pgd], **to)}))


def stop(pathway: Pathway, id_: str, **to: Any) -> Pathway:
    return replace(pathway, stopping=changed(pathway.stopping, id_, **to))


def ages(low: int | None, high: int | None) -> Within:
    return Within("age_years", Limits(*(None if one is None else Decimal(one) for one in (low, high))))


def deleted_band(pathway):
    return of_pgd(pathway, "clarithromycin", doses=without(pathway.pgds["clarithromycin"].doses, "AOM-CLA-D3"))


def overlapping_bands(pathway):
    doses = pathway.pgds["phenoxymethylpenicillin"].doses
    return of_pgd(pathway, "phenoxymethylpenicillin", doses=changed(doses, "ST-PEN-D2", sentence=ages(5, 11)))


def capped_last_band(pathway):
    doses = pathway.pgds["phenoxymethylpenicillin"].doses
    return of_pgd(pathway, "phenoxymethylpenicillin", doses=changed(doses, "ST-PEN-D4", sentence=ages(18, 64)))


def lost_exclusion(pathway):
    exclusions = without(pathway.pgds["nitrofurantoin"].exclusions, "UTI-NIT-X5")
    return of_pgd(pathway, "nitrofurantoin", exclusions=exclusions)


def age_typo_wide(pathway):
    return stop(pathway, "UTI-E2", sentence=ages(16, 94))


def age_typo_narrow(pathway):
    return stop(pathway, "UTI-E2", sentence=ages(16, 46))


def branch_gap(pathway):
    return replace(pathway, treatment=pathway.treatment[:-1])


def duplicate_gate(pathway):
    (first,) = (one for one in pathway.stopping if one.id == "SHI-R1")
    return replace(pathway, stopping=(*pathway.stopping, replace(first, id="SHI-R99")))


def impossible_gate(pathway):
    never = all_of((OneOf("stridor", (True,)), OneOf("stridor", (False,))))
    return stop(pathway, "ST-R6", sentence=never)


def swapped_outcome(pathway):
    offers = next(row for row in pathway.treatment if row.id == "UTI-T2")
    rows = changed(pathway.treatment, "UTI-T3", kind=offers.kind, offers=offers.offers)
    return replace(pathway, treatment=changed(rows, "UTI-T2", kind=Kind.SELF_CARE, offers=()))


def unit_swap(pathway):
    (row, *others) = pathway.pgds["flucloxacillin"].doses
    dose = replace(row.dose, each=replace(row.dose.each, unit="g"))
    return of_pgd(pathway, "flucloxacillin", doses=(replace(row, dose=dose), *others))


def large_first_day(pathway):
    (row, *others) = pathway.pgds["amoxicillin"].doses
    packs = tuple(replace(pack, quantity=None) for pack in row.packs)
    dose = replace(row.dose, first_day=Decimal(2000))
    return of_pgd(pathway, "amoxicillin", doses=(replace(row, dose=dose, packs=packs), *others))


def every_day_as_the_first(pathway):
    (row,) = pathway.pgds["doxycycline"].doses
    dose = replace(row.dose, each=replace(row.dose.each, amount=row.dose.first_day), first_day=None)
    return of_pgd(pathway, "doxycycline", doses=(replace(row, dose=dose),))


def large_first_day_of_doxycycline(pathway):
    (row,) = pathway.pgds["doxycycline"].doses
    return of_pgd(pathway, "doxycycline", doses=(replace(row, dose=replace(row.dose, first_day=Decimal(300))),))


def dose_rounded_to_nothing(pathway):
    (row, *others) = pathway.pgds["clarithromycin"].doses
    dose = replace(row.dose, rounding=Rounding(Decimal(100)))
    return of_pgd(pathway, "clarithromycin", doses=(replace(row, dose=dose), *others))


def limit_in_another_unit(pathway):
    """An eGFR in mL a second, where mL a minute are asked for."""
    seconds = Within("egfr_ml_min", Limits(high=Decimal("0.5"), to_below=True))
    exclusions = changed(pathway.pgds["erythromycin"].exclusions, "IMP-ERY-X5", sentence=seconds)
    return of_pgd(pathway, "erythromycin", exclusions=exclusions)


def emergency_weakened(pathway):
    return stop(pathway, "SIN-R1", kind=Kind.REFER)


def gate_that_skips_an_unknown(pathway):
    asked = replace(pathway.questions["severe_beta_lactam_reaction"], asked_when=OneOf("penicillin_allergy", (True,)))
    return replace(pathway, questions=Frozen({**pathway.questions, asked.name: asked}))


def paid_without_consent(pathway):
    gateways = changed(pathway.gateways, "IMP-G1", after=("red flags", "entry"))
    return replace(pathway, gateways=gateways)


def open_pregnancy_taken_for_certain(pathway):
    possible = OneOf("pregnancy", ("pregnant", "possible"))
    not_pregnant = OneOf("pregnancy", ("not_pregnant",))
    exclusions = changed(pathway.pgds["erythromycin"].exclusions, "IMP-ERY-X2", sentence=not_pregnant)
    rows = changed(pathway.treatment, "IMP-S5", sentence=possible)
    return of_pgd(replace(pathway, treatment=rows), "erythromycin", exclusions=exclusions)


def life_threat_lost(pathway):
    return replace(pathway, stopping=without(pathway.stopping, "SHI-R19"))


def referral_that_waits(pathway):
    return replace(pathway, treatment=changed(pathway.treatment, "SHI-T6", nothing_left=Kind.REFER))


PLANTED = (
    Planted("deleted band", "acute-otitis-media", deleted_band, ("e",)),
    Planted("overlapping bands", "acute-sore-throat", overlapping_bands, ("e",)),
    Planted("capped last band", "acute-sore-throat", capped_last_band, ("e",)),
    Planted("lost exclusion", "uncomplicated-uti", lost_exclusion, ("Nobody up to 55 who may be breastfeeding is offered nitrofurantoin.",)),
    Planted("age typo, too wide", "uncomplicated-uti", age_typo_wide, ("Nobody of 65 or over is offered nitrofurantoin.",)),
    Planted("age typo, too narrow", "uncomplicated-uti", age_typo_narrow, ("A woman of 64 can be offered nitrofurantoin.",)),
    Planted("branch gap", "acute-sinusitis", branch_gap, ("c",)),
    Planted("duplicate gate", "shingles", duplicate_gate, ("d",)),
    Planted(
        "impossible gate", "acute-sore-throat", impossible_gate,
        ("d", "A sore throat with stridor, dehydration, an abscess or signs of epiglottitis is always an emergency."),
    ),
    Planted(
        "swapped outcome", "uncomplicated-uti", swapped_outcome,
        ("Mild urinary symptoms on a first visit get no antibiotic.", "Mild urinary symptoms that came back can be treated."),
    ),
    Planted("unit swap, of a dose", "impetigo", unit_swap, ("e",)),
    Planted(
        "first day of another dose", "acute-otitis-media", large_first_day,
        ("Nobody is offered more amoxicillin than 1500 mg a day.", "e"),
    ),
    Planted(
        "first day of another dose, for all days", "acute-sinusitis", every_day_as_the_first,
        ("Nobody is offered more doxycycline than 100 mg a day after the first day.",),
    ),
    Planted(
        "first day of another dose, above the reference", "acute-sinusitis", large_first_day_of_doxycycline,
        ("Nobody is offered more doxycycline than 200 mg on any day.",),
    ),
    Planted("dose rounded to nothing", "acute-otitis-media", dose_rounded_to_nothing, ("e",)),
    Planted(
        "unit swap, of a limit", "impetigo", limit_in_another_unit,
        ("Nobody is offered a macrolide with a kidney function that may be under 30.",),
    ),
    Planted(
        "emergency weakened to refer", "acute-sinusitis", emergency_weakened,
        ("Sinusitis that reaches the eye, the bone or the brain is always an emergency.",),
    ),
    Planted(
        "gate that skips an unknown", "acute-sinusitis", gate_that_skips_an_unknown,
        ("Nobody who may have had a severe reaction to another beta-lactam is offered a penicillin.",),
    ),
    Planted("payment without consent", "impetigo", paid_without_consent, ("f",)),
    Planted(
        "uncertain answer that opens more", "impetigo", open_pregnancy_taken_for_certain,
        ("Erythromycin is for a pregnancy that is known, or that a positive test shows, and not for one that is only possible.",),
    ),
    Planted(
        "lost emergency", "shingles", life_threat_lost, ("h", "An immediate threat to life is an emergency, and 999 is dialled."),
    ),
    Planted("referral that waits", "shingles", referral_that_waits, ("Nobody with shingles gets a referral that can wait.",)),
)  # fmt: skip
