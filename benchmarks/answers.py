"""What every contender answers with, so that the answers can be compared.

Nothing of pharmacyfirst is imported here or by the peers: what they cost to start must be their own.
"""

from typing import NamedTuple


class Supply(NamedTuple):
    """One medicine with its dose, and how much of the first product of its dose row."""

    medicine: str
    dose_row: str
    dose: float
    unit: str
    times_a_day: int
    days: int
    quantity: float
    quantity_unit: str


class Answer(NamedTuple):
    """How a consultation comes out; a supply also says of what."""

    kind: str
    destination: str | None = None
    supply: Supply | None = None


EMERGENCY = Answer("emergency", "emergency_department")
EMERGENCY_999 = Answer("emergency", "999")
REFER_URGENT = Answer("refer_urgent")
NOT_ELIGIBLE = Answer("not_eligible")
REFER = Answer("refer")
DECLINED = Answer("declined")
SELF_CARE = Answer("self_care")

PEN_D1 = Answer("supply", None, Supply("phenoxymethylpenicillin", "ST-PEN-D1", 125, "mg", 4, 5, 100, "mL"))
PEN_D2 = Answer("supply", None, Supply("phenoxymethylpenicillin", "ST-PEN-D2", 250, "mg", 4, 5, 100, "mL"))
PEN_D3 = Answer("supply", None, Supply("phenoxymethylpenicillin", "ST-PEN-D3", 500, "mg", 4, 5, 40, "tablet"))
PEN_D4 = Answer("supply", None, Supply("phenoxymethylpenicillin", "ST-PEN-D4", 500, "mg", 4, 5, 40, "tablet"))
CLA_D1 = Answer("supply", None, Supply("clarithromycin", "ST-CLA-D1", 62.5, "mg", 2, 5, 25, "mL"))
CLA_D2 = Answer("supply", None, Supply("clarithromycin", "ST-CLA-D2", 125, "mg", 2, 5, 50, "mL"))
CLA_D3 = Answer("supply", None, Supply("clarithromycin", "ST-CLA-D3", 187.5, "mg", 2, 5, 37.5, "mL"))
CLA_D4 = Answer("supply", None, Supply("clarithromycin", "ST-CLA-D4", 250, "mg", 2, 5, 50, "mL"))
CLA_D7 = Answer("supply", None, Supply("clarithromycin", "ST-CLA-D7", 250, "mg", 2, 5, 10, "tablet"))
ERY_D1 = Answer("supply", None, Supply("erythromycin", "ST-ERY-D1", 500, "mg", 4, 5, 40, "tablet"))
NIT_D1 = Answer("supply", None, Supply("nitrofurantoin", "UTI-NIT-D1", 100, "mg", 2, 3, 6, "capsule"))
NIT_D2 = Answer("supply", None, Supply("nitrofurantoin", "UTI-NIT-D2", 50, "mg", 4, 3, 12, "tablet or capsule"))

STOPS = (EMERGENCY, EMERGENCY_999, REFER_URGENT, NOT_ELIGIBLE, REFER, DECLINED)
POSSIBLE = {
    "acute-sore-throat": (
        *STOPS, SELF_CARE, PEN_D1, PEN_D2, PEN_D3, PEN_D4, CLA_D1, CLA_D2, CLA_D3, CLA_D4, CLA_D7, ERY_D1,
    ),
    "uncomplicated-uti": (*STOPS, SELF_CARE, NIT_D1, NIT_D2),
}  # fmt: skip


def name_of(answer: Answer) -> str:
    """A name for an answer that a peer can return as text: its dose row, or its destination, or its kind."""
    return answer.supply.dose_row if answer.supply else answer.destination or answer.kind


NAMED = {name_of(answer): answer for answers in POSSIBLE.values() for answer in answers}
