"""Pathways put together by chance, of every kind of sentence and row, sensible or not: no loader has seen them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from kernel.made_up_pathway import (
    ALL_THE_SYRUP,
    CREAM,
    FIRM,
    ON,
    SIX_TABLETS,
    SYRUP,
    TABLET,
    criterion,
    dose_row,
    fact,
    pathway,
    pgd,
    row,
)  # fmt: skip

from pharmacyfirst import Kind
from pharmacyfirst.kernel.conditions import Above, Count, Defined, Includes, Limits, OneOf, Within
from pharmacyfirst.kernel.dose import Amount, Dose, Pack
from pharmacyfirst.kernel.evidence import Backing, Statement
from pharmacyfirst.kernel.outcome import STOPPING_KINDS
from pharmacyfirst.kernel.pathway import Diagnosis, GatewayPoint
from pharmacyfirst.kernel.pgd import Caution, Clause, Instruction, Period
from pharmacyfirst.kernel.questions import Answer, Choice, Origin

YES_NO = ("life_threatening", "collapse", "sting", "unwell", "visitor", "worse", "bad", "alone", "seen", "tested")
CHOICES = tuple(Choice(name, origins=(Origin("", (), Backing(open=(f"X-{name}",))),)) for name in ("dry", "wet", "raw"))
NAMES = tuple(one.name for one in CHOICES)
NUMBERS = ("weight_kg", "heat")
# Of more digits than a float has, beside a bound.
ABOVE, BELOW = Decimal("37.9000000000000001"), Decimal("37.899999999999993")
WHOLE = ("days", "visits", "weeks")
LISTS = ("medicines", "allergies")
CHOSEN = ("skin", "colour")


class MadeUp:
    """One pathway by chance, with people for it."""

    def __init__(self, seed):
        self.chance = Random(seed)
        self.more = Random(f"{seed} more")  # of its own, so that what was made up before stays as it was

    def sentence(self, deep=3):
        """A sentence of any kind, a few levels deep."""
        chance = self.chance
        kind = chance.choice(
            (
                "yes",
                "one of",
                "within",
                "whole",
                "above",
                "includes",
                *(("count",) * 4 + ("defined",) * 2 if deep else ()),
            )
        )
        match kind:
            case "yes":
                return OneOf(chance.choice(YES_NO), chance.choice(((True,), (True,), (False,), (True, False))))
            case "one of":
                return OneOf(chance.choice(CHOSEN), tuple(chance.sample(NAMES, chance.randint(1, 2))))
            case "within":
                return Within(chance.choice(NUMBERS), self.limits((Decimal("20"), Decimal("37.9"), Decimal("40"))))
            case "whole":
                return Within(chance.choice(WHOLE), self.limits((Decimal(2), Decimal("2.5"), Decimal(5))))
            case "above":
                return Above(*chance.sample(WHOLE, 2))
            case "includes":
                return Includes(chance.choice(LISTS), tuple(chance.sample(NAMES, chance.randint(1, 2))))
            case "defined":
                return Defined("named", self.sentence(deep - 1), chance.random() < 0.5)
            case _:
                items = tuple(self.sentence(deep - 1) for _ in range(chance.randint(1, 4)))
                size = len(items)
                low, high = chance.choice(
                    ((1, size), (size, size), (0, 0), (0, 1), (2, size), (1, 2), (2, 3), (2, 1), (0, size))
                )
                return Count(items, low, high, chance.choice(("", "score")))

    def limits(self, bounds):
        low, high = sorted(self.chance.sample(bounds, 2))
        one_end = self.chance.randint(0, 3)
        above, to_below = self.chance.random() < 0.5, self.chance.random() < 0.5
        return Limits(None if one_end == 0 else low, None if one_end == 1 else high, above, to_below)

    def questions(self):
        """Questions, half of them asked only of some, and not always in an order that makes sense."""
        each = [fact(name) for name in YES_NO]
        each += [fact(name, Answer.ONE_OF, choices=CHOICES) for name in CHOSEN]
        each += [fact(name, Answer.NUMBER, low=Decimal(-2), high=Decimal(300), unit="kg") for name in NUMBERS]
        each += [fact(name, Answer.WHOLE_NUMBER, low=Decimal(0), high=Decimal(9), unit="day") for name in WHOLE]
        each += [fact(name, Answer.ANY_OF, choices=CHOICES) for name in LISTS]
        each.append(fact("born", Answer.DATE))
        self.chance.shuffle(each)
        gated = [one.name for one in self.chance.sample(each, 7) if one.name not in ("life_threatening", "born")]
        gates = {name: self.gate(set(gated[at:])) for at, name in enumerate(gated)}
        closing = {one.name: self.chance.choice((None, None, Kind.REFER_URGENT)) for one in each}
        return {
            one.name: replace(one, asked_when=gates.get(one.name), if_not_answered=closing[one.name]) for one in each
        }

    def gate(self, not_of):
        """A gate that leads back to none of these; it may read a question that stands below it, and may go unasked itself."""
        while not_of & {*(sentence := self.sentence(1)).facts()}:
            pass
        return sentence

    def pathway(self):
        """A pathway of three documents; the last row is for everybody else, as the loader sees to."""
        chance = self.chance
        stopping = tuple(
            criterion(
                f"X-S{at}", kind := chance.choice(STOPPING_KINDS), self.sentence(), chance.choice(("red flags", "entry")),
                must=chance.random() < 0.2, always_999=kind is Kind.EMERGENCY and chance.random() < 0.3,
                within_days=self.more.choice((None, 7, 21)), next=self.more.choice((None, "one", "another")),
            )
            for at in range(chance.choice((0, 0, 1, 2, 4)))
        )  # fmt: skip
        rows = [self.row(at) for at in range(4)]
        return pathway(
            questions=self.questions(),
            stopping=stopping,
            treatment=(*rows, row("X-T9", None, Kind.SELF_CARE, "everyone else")),
            gateways=(
                GatewayPoint(id="X-G1", after=("entry",), sentence=self.sentence(1)),
                GatewayPoint(id="X-G2", after=("red flags", "X-S0")),
                GatewayPoint(id="X-G3", after=("entry",), position_known=False),
            ),
            pgds={name: self.document(name) for name in ("first", "second", "third")},
            diagnosis=Diagnosis(("red flags",), "a cough", chance.choice((None, self.sentence(1)))),
            duties=tuple(
                Statement(
                    "do it", FIRM, f"X-DU{at}", ("everyone", "need facts"), sentence=self.aside(at), who="pharmacist"
                )
                for at in range(self.more.randint(0, 2))
            ),
        )

    def aside(self, at):
        """A sentence that is made up by the other chance, or none."""
        return OneOf(YES_NO[at], (self.more.random() < 0.5,)) if self.more.random() < 0.7 else None

    def row(self, at):
        chance = self.chance
        offers = chance.choice(((), ("first",), ("first",), ("second",), ("first", "second"), ("third", "first")))
        kind = Kind.SUPPLY if offers else chance.choice((Kind.SELF_CARE, Kind.REFER))
        nothing_left = chance.choice((Kind.REFER, Kind.REFER, Kind.REFER_URGENT))
        made = row(
            f"X-T{at}", self.sentence(2), kind, "so", offers, len(offers) > 1 and chance.random() < 0.5, (f"X-O{at}",), nothing_left=nothing_left,
            must=chance.random() < 0.1,
        )  # fmt: skip
        return self.with_more(made)

    def with_more(self, made):
        """The same row, perhaps with what may stand beside ``then``, or with offers that are each judged for themselves."""
        more = self.more
        next = more.choice((None, None, "one", "another"))
        if made.offers:
            each = len(made.offers) > 1 and more.random() < 0.4
            return replace(made, each=each, fallback=made.fallback and not each, next=next)
        if more.random() < 0.3:
            return replace(made, kind=Kind.MEASURE_NEXT, leads_to=more.choice(("one", "another")))
        return replace(made, within_days=more.choice((None, None, 7, 21)), next=next)

    def document(self, name):
        chance = self.chance
        exclusions = tuple(
            Clause(
                id=f"{name}-X{at}", stage=f"{name}: exclusions", sentence=self.sentence(2), backing=FIRM, says="barred", pgd=name,
                must=chance.random() < 0.2,
            )
            for at in range(chance.randint(0, 3))
        )  # fmt: skip
        cautions = tuple(
            Caution(id=f"{name}-C{at}", stage=f"{name}: cautions", sentence=self.sentence(1) if at else None, says="c", action="a", forms=forms)
            for at, forms in enumerate(((), (), ("syrup",), (TABLET.form, "cream")))
        )  # fmt: skip
        packs = chance.choice((SIX_TABLETS, ALL_THE_SYRUP, (*SIX_TABLETS, *ALL_THE_SYRUP), (Pack(CREAM, None),)))
        by_weight = Dose(Amount(Decimal("7.5"), "mg"), for_each_kg=True)
        kilos = Within("weight_kg", self.limits((Decimal("8"), Decimal("20"), Decimal("37.9"))))
        doses = (
            dose_row(f"{name}-D1", kilos, by_weight, ALL_THE_SYRUP, pgd=name),
            replace(dose_row(f"{name}-D2", self.sentence(1), packs=packs, pgd=name), dose=chance.choice((None, Dose(Amount(Decimal(5), "mg"))))),
            dose_row(f"{name}-D3", chance.choice((None, self.sentence(1))), packs=packs, pgd=name, backing=Backing(FIRM.evidence, ("X-O7",))),
        )  # fmt: skip
        made = pgd(name, "bad", doses, exclusions=exclusions, cautions=cautions, products=(TABLET, SYRUP, CREAM))
        made = replace(made, instructions=tuple(
            Instruction(id=f"{name}-I{at}", stage=f"{name}: instructions", sentence=self.aside(at), says=f"so, {at}", backing=FIRM)
            for at in range(self.more.randint(0, 3))
        ))  # fmt: skip
        if chance.random() < 0.15:
            return replace(made, edition=replace(made.edition, in_force=Period(date(2020, 1, 1), date(2020, 12, 31))))
        return made

    def people(self, questions, count):
        """Anybody: from nothing known to everything."""
        chance = self.chance
        fit = {
            Answer.YES_NO: (True, False, False),
            Answer.ONE_OF: NAMES,
            Answer.NUMBER: (
                2,
                -0.0,
                8.0,
                12.5,
                Decimal("20"),
                20.0,
                Decimal("37.9"),
                37.9,
                40,
                37.89,
                150,
                ABOVE,
                BELOW,
            ),
            Answer.WHOLE_NUMBER: (0, 1, 2, 3, 5, 6),
            Answer.ANY_OF: ([], [], ["dry"], ["raw", "wet"], ("wet", "dry")),
            Answer.DATE: ("1990-02-03", date(2000, 1, 1)),
        }
        for _ in range(count):
            share = chance.choice((0.1, 0.5, 0.8, 0.95, 1.0))
            names = [*questions]
            chance.shuffle(names)
            yield {name: chance.choice(fit[questions[name].answer]) for name in names if chance.random() < share}


SEEDS = (*range(43), 76, 102, 104)  # of the last, one has what Python takes for comparisons in a row


def corners(seeds=SEEDS, count=40):
    """Pathways with people, each from its own seed."""
    for seed in seeds:
        made_up = MadeUp(seed)
        made = made_up.pathway()
        yield made, ON, list(made_up.people(made.questions, count))
