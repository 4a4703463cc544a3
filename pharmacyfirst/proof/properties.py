"""What must hold of every pathway whatever it is about: nine properties, each with its words for a clinical reader."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.proof.agreement import consultations
from pharmacyfirst.proof.alone import everything_decides
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.beside import gateway, if_not_answered
from pharmacyfirst.proof.dose_tables import doses_are_whole
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.proof import Failure, Proof
from pharmacyfirst.proof.solver import FALSE, Formula, Solver, at_least, both, either, if_then, no

LESSER = tuple(kind for kind in Kind if Kind.REFER_URGENT < kind < Kind.NEED_FACTS)

Claims = Iterable[tuple[str, Formula]]


def no_supply_while_open(proof: Proof) -> Iterator[Failure]:
    """a. Nothing is offered while something that stops it is met or not known."""
    encoding = proof.encoding
    supply = encoding.kinds[Kind.SUPPLY]

    def against() -> Claims:
        for criterion, judged in encoding.stops:
            yield f"{criterion.id} is met or not known, and a medicine is offered", both((supply, judged.may_be))
        for pgd, looked in encoding.looked.items():
            offered = encoding.offered[pgd]
            for clause, judged in looked.clauses:
                yield f"{clause.id} is met or not known, and {pgd} is offered", both((offered, judged.may_be))
            yield f"{pgd} is offered without a dose", both((offered, no(looked.offered)))
        for name, one in encoding.person.unsettled.items():
            for choice in one.question.choices:
                for bar in choice.bars:
                    given = both((one.known, one.is_one_of([choice.name])))
                    offer = encoding.offered.get(bar.pgd, FALSE)
                    yield f"{name} {choice.name} bars {bar.pgd}, which is offered", both((given, offer))

    yield from proof.never(against())


def answers_only_settle(proof: Proof) -> Iterator[Failure]:
    """b. An answer taken away never opens a medicine, and what is once decided stays decided."""
    more = proof.encoding
    fewer_person = Anybody(proof.pathway.questions.values(), "fewer ", like=more.person)
    fewer = Encoding(proof.pathway, fewer_person, proof.on)
    names = list(more.person.unsettled)
    solver = Solver([more.person.fits()])
    solver.say(if_then(fewer_person.known(name), more.person.known(name)) for name in names)
    in_place = [
        if_then(both((more.person.known(name), shut)), fewer_person.known(name))
        for name, shut in more.gate_closed.items()
    ]
    # A threat to life that is not known reads as no (rule 2), so that answer too may be taken away only from whom it does not stop.
    never_missing = [name for name in more.not_asked if name not in more.gate_closed]
    in_place += [if_then(more.person.known(name), fewer_person.known(name)) for name in never_missing]

    def against() -> Claims:
        for pgd in more.pathway.pgds:
            what = f"{pgd} is offered once an answer is taken away"
            yield what, both((fewer.offered[pgd], no(more.offered[pgd])))
        for key, offered in fewer.offered_by_row.items():
            yield f"another answer changes the dose of {key[0]}", both((offered, no(more.offered_by_row[key])))
        for kind in LESSER:
            yield f"another answer changes {kind.word}", both((fewer.kinds[kind], no(more.kinds[kind])))
        hidden = both((fewer.kinds[Kind.EMERGENCY], no(more.kinds[Kind.EMERGENCY])))
        yield "another answer hides an emergency", either((hidden, both((fewer.dial_999, no(more.dial_999)))))
        urgent = either((more.kinds[Kind.EMERGENCY], more.kinds[Kind.REFER_URGENT]))
        yield "another answer makes a same-day referral less urgent", both((fewer.kinds[Kind.REFER_URGENT], no(urgent)))

    with solver.for_now(in_place):
        yield from proof.never_of_two(solver, more, fewer, against())
    # Rule 7 allows it of an answer that nobody asks this person for: such an answer can only stop.
    opened = either(both((fewer.offered[pgd], no(more.offered[pgd]))) for pgd in more.pathway.pgds)
    for name, shut in more.gate_closed.items():
        only = [if_then(more.person.known(one), fewer_person.known(one)) for one in names if one != name]
        if solver.find(*only, both((more.person.known(name), shut)), no(fewer_person.known(name)), opened) is not None:
            proof.remark(f"given out of place, {name} may stop a supply that opens when it is taken away (rule 7)")


def one_outcome(proof: Proof) -> Iterator[Failure]:
    """c. There is always exactly one outcome, and with every answer known it is never that answers are missing."""
    encoding = proof.encoding
    kinds = list(encoding.kinds.values())
    yield from proof.never(
        [
            ("the treatment table has no row for this person", both((encoding.clear, no(encoding.table_ends)))),
            ("there is no outcome", no(either(kinds))),
            ("there are two outcomes", at_least(2, kinds)),
            (
                "every answer is known, and answers are missing",
                both((encoding.complete, encoding.kinds[Kind.NEED_FACTS])),
            ),
        ]
    )


def gateways_change_nothing(proof: Proof) -> Iterator[Failure]:
    """f. Gateway points decide payment and nothing else, and none is reached or open for somebody not eligible or who does not consent."""
    # No formula of an outcome speaks of them, which agrees with the kernel on everybody compared; here the kernel does without them.
    without = replace(proof.pathway, gateways=())
    people = [proof.looking.baseline]
    for facts in consultations(proof.pathway, people, seed=6, count=200):
        one, other = assess(proof.pathway, facts, proof.on), assess(without, facts, proof.on)
        if replace(one, pathway=without, gateways=(), gateways_not_known=()) != other:
            yield Failure("without its gateway points the outcome is another", ())
            return
    yield from proof.never(_paid_for_nobody(proof.encoding))


def _paid_for_nobody(encoding: Encoding) -> Claims:
    """Rule 5: whatever stands under a heading of eligibility or consent closes every point, whatever its kind."""
    closing = {stop.stage for stop, _ in encoding.stops if stop.kind in (Kind.NOT_ELIGIBLE, Kind.DECLINED)}
    for stop, judged in encoding.stops:
        for point in encoding.pathway.gateways if stop.stage in closing else ():
            what = f"{stop.id} is met, and {point.id} is reached or open"
            yield what, both((judged.met, gateway(encoding, point).may_be))


def asking_ends(proof: Proof) -> Iterator[Failure]:
    """g. While answers are missing it says which, and never one that is known or not asked: so asking ends."""
    encoding = proof.encoding
    missing = proof.missing

    def against() -> Claims:
        yield (
            "an answer is missing, and none is named",
            both((encoding.kinds[Kind.NEED_FACTS], no(either(missing.values())))),
        )
        for name, when in missing.items():
            settled = either((encoding.person.known(name), encoding.not_asked.get(name, FALSE)))
            yield f"{name} is asked for though it is known or not asked", both((when, settled))

    yield from proof.never(against())


def emergencies_show(proof: Proof) -> Iterator[Failure]:
    """h. An emergency that is met is always the outcome, and one not known leaves nothing less than a referral the same day."""
    encoding = proof.encoding
    emergency, urgent, waiting = (encoding.kinds[k] for k in (Kind.EMERGENCY, Kind.REFER_URGENT, Kind.NEED_FACTS))
    lesser = either(encoding.kinds[kind] for kind in LESSER)

    def against() -> Claims:
        for criterion, judged in encoding.stops:
            if criterion.kind is not Kind.EMERGENCY:
                continue
            yield f"{criterion.id} is met, and the outcome is no emergency", both((judged.met, no(emergency)))
            if criterion.always_999:
                yield f"{criterion.id} is met, and it does not say 999", both((judged.met, no(encoding.dial_999)))
            yield f"{criterion.id} is not known, and the outcome is less", both((judged.not_known, lesser))
            asks = either(proof.missing[name] for name in criterion.sentence.facts() if name in proof.missing)
            open_ = both((judged.not_known, either((urgent, waiting)), no(asks)))
            yield f"{criterion.id} is not known, and nothing of it is asked for", open_
        yield (
            "a threat to life, and not 999",
            both((encoding.life_threatening, no(encoding.dial_999))),
        )

    yield from proof.never(against())


def unanswered_are_sent(proof: Proof) -> Iterator[Failure]:
    """i. While answers are missing it says how to refer: the same day wherever an emergency or a same-day reason is not known."""
    encoding, waiting = proof.encoding, proof.encoding.kinds[Kind.NEED_FACTS]
    said = if_not_answered(encoding, proof.missing)
    today, later = said[Kind.REFER_URGENT], said[Kind.REFER]

    def against() -> Claims:
        yield "answers are missing, and it does not say how to refer", both((waiting, no(either((today, later)))))
        yield "it says both, the same day and not", both((today, later))
        yield "nothing is missing, and it says how to refer", both((either((today, later)), no(waiting)))
        for stop, judged in encoding.stops:
            if stop.kind <= Kind.REFER_URGENT:
                yield f"{stop.id} is not known, and it can wait", both((judged.not_known, later))
        for name, when in proof.missing.items():
            if encoding.pathway.questions[name].if_not_answered is not None:
                yield f"{name} belongs to a window that closes, and it can wait", both((when, later))

    yield from proof.never(against())


Look = Callable[[Proof], Iterator[Failure]]

PROPERTIES: tuple[Look, ...] = (
    no_supply_while_open, answers_only_settle, one_outcome, everything_decides, doses_are_whole,
    gateways_change_nothing, asking_ends, emergencies_show, unanswered_are_sent,
)  # fmt: skip


def words_of(look: Look) -> tuple[str, str]:
    """The letter of a property and its words for a clinical reader: the first line of what its function says of itself."""
    letter, _, words = (look.__doc__ or "").partition("\n")[0].partition(". ")
    return letter, words
