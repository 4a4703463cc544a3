"""A small made-up pathway, where each corner of the rules can be seen."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from pharmacyfirst import Kind
from pharmacyfirst.kernel.conditions import OneOf
from pharmacyfirst.kernel.dose import Amount, Dose, DoseRow, Pack, Product, Strength
from pharmacyfirst.kernel.evidence import Backing, Evidence, Grade, OpenItem, Statement
from pharmacyfirst.kernel.pathway import Criterion, GatewayPoint, Pathway, Row
from pharmacyfirst.kernel.pgd import PGD, Clause, Edition, Mechanism, Period, SourceDocument
from pharmacyfirst.kernel.questions import Answer, Choice, Origin, Question

ON = date(2026, 11, 21)
FIRM = Backing((Evidence(Grade.PRIMARY, ("S1",)),))
EDITION = Edition("2026.1", "made up", Period(date(2026, 1, 1), date(2026, 12, 31)))
SYRUP = Product(
    "syrup 25 mg/mL",
    "syrup",
    Strength("25 mg/mL", Amount(Decimal(25), "mg"), Amount(Decimal(1), "mL")),
    ("1",),
    Amount(Decimal(70), "mL"),
)
TABLET = Product(
    "tablet 100 mg", "tablet", Strength("100 mg", Amount(Decimal(100), "mg"), Amount(Decimal(1), "")), ("2",)
)
CREAM = Product("cream", "cream", Strength("1%"), ("3",))


def yes(fact):
    return OneOf(fact, (True,))


def fact(name, answer=Answer.YES_NO, **more):
    return Question(name, f"{name}?", answer, **more)


FACTS = {
    one.name: one
    for one in (
        fact("life_threatening"), fact("collapse"), fact("sting"), fact("unwell"), fact("visitor"), fact("worse"), fact("bad"),
        fact("first_barred"), fact("second_barred"), fact("test_done"), fact("result_positive", asked_when=yes("test_done")),
        fact("weight_kg", Answer.NUMBER, unit="kg", low=Decimal(2), high=Decimal(300)),
        fact("medicines", Answer.ANY_OF, choices=(Choice("aspirin", origins=(Origin("", (), Backing(open=("X-O2",))),)), Choice("zinc"))),
        fact("skin", Answer.ONE_OF, choices=(Choice("dry"), Choice("wet"))),
    )
}  # fmt: skip


def criterion(id, kind, condition, stage="red flags", **more):
    because = f"because of {id}"
    return Criterion(id=id, stage=stage, sentence=condition, backing=FIRM, because=because, kind=kind, **more)


def row(id, sentence, kind, because, offers=(), fallback=False, open=(), **more):
    backing = Backing(FIRM.evidence, open)
    return Row(
        id=id, sentence=sentence, kind=kind, because=because, offers=offers, fallback=fallback, backing=backing, **more
    )


SIX_TABLETS = (Pack(TABLET, Amount(Decimal(6), "tablet")),)
ALL_THE_SYRUP = (Pack(SYRUP, None, worked_out=True),)


def dose_row(id="X-D1", sentence=None, dose=None, packs=SIX_TABLETS, **more):
    each = Dose(Amount(Decimal(100), "mg")) if dose is None else dose
    rest = {"who": "", "times_a_day": 2, "days": 3, "backing": FIRM} | more
    return DoseRow(id=id, stage="doses", sentence=sentence, dose=each, packs=packs, **rest)


def pgd(id, barred_by, doses=None, **more):
    sentence = yes(barred_by)
    clause = Clause(id=f"{id}-X1", stage=f"{id}: exclusions", sentence=sentence, backing=FIRM, says="barred")
    document = SourceDocument("t", "r", "e", FIRM)
    rest = {"inclusion": (), "exclusions": (clause,), "cautions": (), "products": (TABLET,), "particulars": {}} | more
    return PGD(
        id,
        f"the {id} document",
        EDITION,
        Mechanism.PGD,
        id,
        "pom",
        "oral",
        document,
        ("pharmacist",),
        doses=doses or (dose_row(),),
        **rest,
    )


FIRST, SECOND = pgd("first", "first_barred"), pgd("second", "second_barred")


def pathway(**changes):
    made = Pathway(
        id="made-up",
        title="Made up",
        edition=EDITION,
        questions=FACTS,
        stopping=(
            criterion("X-V1", Kind.NOT_ELIGIBLE, yes("visitor"), "entry", where_to="the GP"),
            criterion("X-R1", Kind.EMERGENCY, yes("collapse")),
            criterion("X-R2", Kind.EMERGENCY, yes("sting"), always_999=True),
            criterion("X-R3", Kind.EMERGENCY, yes("life_threatening"), always_999=True),
            criterion("X-U1", Kind.REFER_URGENT, yes("unwell"), "same day"),
            criterion("X-E1", Kind.REFER, yes("result_positive"), "entry"),
        ),
        treatment=(
            row("X-T1", yes("worse"), Kind.SUPPLY, "worse", ("first",), open=("X-O1",)),
            row("X-T2", None, Kind.SELF_CARE, "everyone else"),
        ),
        gateways=(
            GatewayPoint(id="X-G1", after=("red flags", "X-V1")),
            GatewayPoint(id="X-G2", after=("X-V1",), sentence=yes("bad")),
            GatewayPoint(id="X-G3", after=("X-V1",), position_known=False),
        ),
        pgds={"first": FIRST, "second": SECOND},
        advice=(
            Statement("for all", FIRM, audience=("everyone",)),
            Statement("for all whose skin is wet", FIRM, audience=("everyone",), sentence=OneOf("skin", ("wet",))),
            Statement("see somebody today", FIRM, audience=("need facts today",)),
            Statement("see somebody", FIRM, audience=("need facts not today",)),
            Statement("ring today", FIRM, audience=("nothing left",)),
            Statement("for self-care", FIRM, audience=("self-care",)),
            Statement("for the first", FIRM, audience=("first",)),
            Statement("for X-T2", FIRM, audience=("X-T2",)),
        ),
        safety_netting=(Statement("come back", FIRM, audience=("supply", "emergency")),),
        open_items={name: OpenItem(name, f"{name} is open", "wait") for name in ("X-O1", "X-O2")},
        content_digest="sha256:0",
    )  # fmt: skip
    return replace(made, **changes)


CLEAR = {"collapse": False, "sting": False, "unwell": False, "visitor": False, "test_done": False}
