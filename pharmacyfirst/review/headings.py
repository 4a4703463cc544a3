"""The headings of a PGD, in the order and words of Schedule 16, and those of a clinical protocol, which the Schedule does not bind."""

from pharmacyfirst.content.pgds import SCHEDULE_16
from pharmacyfirst.kernel.pgd import PGD, Mechanism

# The seventeen particulars of the Human Medicines Regulations 2012, Schedule 16, Part 1, in the short words of service.md 4.1.
PARTICULARS = {
    1: "Period during which the direction has effect",
    2: "Description or class of medicinal product",
    3: "Clinical situations in which it may be used",
    4: "Restrictions on the quantity supplied on one occasion",
    5: "Clinical criteria under which a person is eligible",
    6: "Classes of person excluded",
    7: "Circumstances in which further advice is sought from a doctor or dentist",
    8: "Pharmaceutical form or forms",
    9: "Strength, or maximum strength",
    10: "Dosage, or maximum dosage",
    11: "Route of administration",
    12: "Frequency of administration",
    13: "Minimum or maximum period of administration",
    14: "Relevant warnings",
    15: "Follow-up action, in what circumstances",
    16: "Arrangements for referral for medical advice",
    17: "Records to be kept of supply or administration",
}

# What a document says besides, and after which of our headings it stands.
BESIDES = {
    "exclusions": ("cautions", "instructions"),
    "warnings": ("label", "counselling", "adverse effects", "storage", "licence", "leaflets"),
}

TITLES = {
    "in force": "In force",
    "medicine": "Medicine",
    "clinical situation": "When it may be supplied",
    "quantity limits": "Limits on the quantity",
    "inclusion": "Who may have it",
    "exclusions": "Who may not have it",
    "cautions": "Cautions",
    "instructions": "How to begin and to take it",
    "seek advice": "When to seek advice",
    "products": "Products",
    "doses": "Doses",
    "route": "Route",
    "warnings": "Warnings",
    "label": "Label",
    "counselling": "Counselling",
    "adverse effects": "Adverse effects",
    "storage": "Storage",
    "licence": "Inside or outside the licence",
    "leaflets": "Leaflets",
    "follow-up": "Follow-up",
    "referral": "Referral",
    "records": "Records",
}


def headings(pgd: PGD) -> tuple[tuple[int, str, str], ...]:
    """Number (0 for none), title, and the heading of ours that it stands for, in the order of the document."""
    if pgd.mechanism is Mechanism.PGD:
        found = [(number, PARTICULARS[number], heading) for number, heading in SCHEDULE_16.items()]
    else:
        found = [(0, TITLES[heading], heading) for heading in dict.fromkeys(SCHEDULE_16.values())]
    shown = []
    for number, title, heading in found:
        shown.append((number, title, heading))
        shown.extend((0, TITLES[other], other) for other in BESIDES.get(heading, ()))
    return tuple(one for one in shown if one[0] or _has(pgd, one[2]))


def _has(pgd: PGD, heading: str) -> bool:
    """Whether a document has something to say under a heading it could do without."""
    if heading in ("cautions", "instructions"):
        return bool(getattr(pgd, heading))
    return heading in pgd.particulars or heading not in (*BESIDES["warnings"], "seek advice")
