"""A pathway as a Python module: what is generated for speed, from the same objects that the kernel judges by.

A module holds straight-line functions over the answers of one person (``sentences`` spells each sentence), for the days on which the
same PGDs are in force:

* ``judge(facts)``: the whole way, most urgent first, to the first thing that decides. What it cannot settle in one line (a row or a
  clause that is not known, a row with two offers) it leaves to ``run.settle``, which walks the functions below.
* ``answers(facts)``: the answers with ``()`` for what nobody asks this person; the functions below take these.
* ``stops``, ``rows``, ``clauses_and_doses`` for each PGD: verdicts in the order of the file. A table is read down to the first row that is met.
* ``cautions`` for each PGD, ``gateways``, ``diagnosis``: verdicts of what decides nothing.
* ``read(given)``: plain answers checked (``reading``).
* ``NOTES``: beside each criterion, row, clause and dose row what has to be asked while it is not known: the name of the fact, or a function.

The outcome of each end of ``judge`` is known while it is written, so it returns a constant (``Leaf``) with the verdicts that differ.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pharmacyfirst.fast.reading import reading
from pharmacyfirst.fast.run import Leaf, TreatmentRow
from pharmacyfirst.fast.sentences import Function, Three, Words, tuple_of
from pharmacyfirst.kernel.conditions import Above, Condition, Count, Defined
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind
from pharmacyfirst.kernel.pathway import Criterion, Pathway, Row
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.kernel.rule import Judged

Ids = tuple[tuple[str, str], ...]
Reached = list[tuple[Criterion, Three]]

HEAD = """{says!r}

from decimal import Decimal

from pharmacyfirst.fast.run import Leaf, Generated, TreatmentRow, named, number, settle
"""


def module_of(pathway: Pathway, in_force: frozenset[str]) -> str:
    """The text of the module of a pathway, for days on which these of its PGDs are in force.

    Raises ``TypeError`` for what no loader lets pass, a sentence of a kind that has no spelling for instance: the kernel alone can judge by it.
    """
    if any(one.always_999 and one.kind is not Kind.EMERGENCY for one in pathway.stopping):
        raise TypeError("999 is said by a criterion that is no emergency")
    return _Making(pathway, in_force).text()


class _Making:
    def __init__(self, pathway: Pathway, in_force: frozenset[str]):
        self.pathway, self.in_force = pathway, in_force
        self.words = Words(pathway.questions, frozenset(one.name for one in pathway.gated))
        self.leaves: dict[Leaf, str] = {}
        self.version = f"{pathway.id} {pathway.edition.version}"
        self.notes: list[list[str]] = []

    def text(self) -> str:
        """The whole module."""
        functions = [reading(self.words), self._judge(), self._answers(), self._stops(), self._rows(), self._beside()]
        pgds = self.pathway.pgds.values()
        functions += [self._pgd(at, pgd) for at, pgd in enumerate(pgds)]
        functions += [self._cautions(at, pgd) for at, pgd in enumerate(pgds)]
        noted = [self._note_all(self.pathway.stopping), self._note_all(self.pathway.treatment)]
        noted += [self._note_all((*pgd.judged(), *pgd.doses)) for pgd in pgds]
        says = f"Generated from {self.version} by pharmacyfirst/fast/make.py. Change the content, or the generator."
        lines = [HEAD.format(says=says)]
        lines += [f"FACTS = {self.words.facts!r}"]
        lines += [f"{name} = {words}" for words, name in self.words.pool.items()]
        lines += [f"{name} = {leaf!r}" for leaf, name in self.leaves.items()]
        for function in (*functions, *self.notes):
            lines += ["", "", *function]
        return "\n".join([*lines, "", "", *self._module(noted)]) + "\n"

    def _module(self, noted: list[str]) -> Iterator[str]:
        each = [(repr(pgd.id), at) for at, pgd in enumerate(self.pathway.pgds.values())]
        yield "MODULE = Generated("
        yield f"    version={self.version!r},"
        yield "    facts=FACTS, read=read, judge=judge, answers=answers, stops=stops, rows=rows, beside=beside,"
        yield f"    pgds={{{', '.join(f'{name}: pgd_{at}' for name, at in each)}}},"
        yield f"    cautions={{{', '.join(f'{name}: cautions_{at}' for name, at in each)}}},"
        yield f"    notes=({noted[0]}, {noted[1]}),"
        yield f"    notes_of={{{', '.join(f'{name}: {note}' for (name, _), note in zip(each, noted[2:], strict=True))}}},"
        yield f"    urgency={tuple(one.urgency for one in self.pathway.stopping)!r},"
        yield f"    stop_ids={_ids(self.pathway.stopping)!r},"
        yield "    table=("
        yield from (f"        {self._row(row)!r}," for row in self.pathway.treatment)
        yield "    ),"
        yield f"    in_force=frozenset({tuple(sorted(self.in_force))!r}),"
        yield f"    clauses={ {pgd.id: (_ids(pgd.judged()), _ids(pgd.doses), tuple(row.dose is not None for row in pgd.doses)) for pgd in self.pathway.pgds.values()}!r},"
        yield ")"

    @staticmethod
    def _row(row: Row) -> TreatmentRow:
        return TreatmentRow((row.stage, row.id), row.kind.key, row.offers, row.fallback, row.nothing_left.key)

    # The whole way

    def _judge(self) -> list[str]:
        write = Function(self.words, "judge(facts)", "facts")
        self._gates(write)
        clear: Ids = ()
        for group in _waiting_for_each_other(self.pathway.stopping):
            each = [(one, write.three(one.sentence, one.must)) for one in group]
            with write.clearing([said for _, said in each]) as some:
                if some:
                    self._stopped(write, clear, each)
            clear += _ids(group)
        self._table(write, clear)
        return write.lines()

    def _stopped(self, write: Function, clear: Ids, each: Reached) -> None:
        """Something of these is met or open; the most urgent that is met decides."""
        reached: Reached = []
        for _, group in groupby(each, lambda one: one[0].urgency):
            some = list(group)
            reached = reached + some
            first = some[0][0]
            with write.leaving([said.holds for _, said in some]) as anybody:
                if anybody:
                    self._stop(write, first.kind.key, _destination(first), clear, reached)
        self._stop(write, Kind.NEED_FACTS.key, None, clear, reached)

    def _stop(self, write: Function, kind: str, destination: str | None, clear: Ids, reached: Reached) -> None:
        leaf = Leaf(self.version, kind, destination, clear=clear, reached=_ids(one for one, _ in reached), stopped=True)
        self._return(write, leaf, tuple_of(said.verdict for _, said in reached))

    def _return(self, write: Function, leaf: Leaf, found: str = "()") -> None:
        name = self.leaves.setdefault(leaf, f"L{len(self.leaves)}")
        write.add(f"return {name}, {found}")

    def _table(self, write: Function, clear: Ids) -> None:
        """Row after row down to the first that is met. Every stopping criterion is known and clear here."""
        for row in self.pathway.treatment:
            said = write.three(row.sentence, row.must)
            with write.leaving([said.holds]) as some:
                if some:
                    self._met_row(write, row, clear)
            self._settle_if(write, said)
            clear += _ids([row])
        write.add("return settle(MODULE, facts)")

    def _met_row(self, write: Function, row: Row, clear: Ids) -> None:
        met = _ids([row])
        if not row.offers:
            self._return(write, Leaf(self.version, row.kind.key, clear=clear, met=met, alike=True))
        elif len(row.offers) > 1:
            write.add("return settle(MODULE, facts)")
        elif row.offers[0] not in self.in_force:
            self._return(write, Leaf(self.version, row.nothing_left.key, clear=clear, met=met))
        else:
            self._only_offer(write, row, self.pathway.pgds[row.offers[0]], clear, met)

    def _only_offer(self, write: Function, row: Row, pgd: PGD, clear: Ids, met: Ids) -> None:
        clauses = pgd.judged()
        each = [write.three(one.sentence, one.must) for one in clauses]
        excluded = Leaf(self.version, row.nothing_left.key, clear=clear, met=met, reached=_ids(clauses))
        with write.clearing(each) as some:
            if some:
                with write.leaving([one.holds for one in each]) as anybody:
                    if anybody:
                        self._return(write, excluded, tuple_of(one.verdict for one in each))
                write.add("return settle(MODULE, facts)")
        clear += _ids(clauses)
        for dose in pgd.doses:
            said = write.three(dose.sentence, dose.must)
            offers = ((pgd.id, dose.id),) if dose.dose is not None else ()
            kind = Kind.SUPPLY if offers else row.nothing_left
            with write.leaving([said.holds]) as some:
                if some:
                    leaf = Leaf(self.version, kind.key, None, offers, clear, met + _ids([dose]), alike=True)
                    self._return(write, leaf)
            self._settle_if(write, said)
            clear += _ids([dose])
        self._return(write, Leaf(self.version, row.nothing_left.key, clear=clear, met=met))  # no row for this person

    @staticmethod
    def _settle_if(write: Function, said: Three) -> None:
        with write.leaving([said.open]) as some:
            if some:
                write.add("return settle(MODULE, facts)")

    # Its parts, one by one

    def _gates(self, write: Function) -> None:
        """Who is not asked, in the order of the file: a gate may read a question that is not always asked either."""
        for question in self.pathway.gated:
            answer = write.answer(question.name)
            with write.block(f"if {answer} is None:"):
                fails = write.three(question.asked_when).fails if question.asked_when is not None else "True"
                with write.block(f"if {fails}:"):
                    write.add(f"{answer} = ()")

    def _answers(self) -> list[str]:
        write = Function(self.words, "answers(facts)", "facts")
        self._gates(write)
        write.add(f"return {tuple_of(write.answer(name) for name in self.words.facts)}")
        return write.lines()

    def _verdicts(self, name: str, items: Iterable[tuple[Condition | None, bool]]) -> list[str]:
        """A function that gives the verdicts on all of these."""
        write = Function(self.words, f"{name}(answers)", "answers")
        each = [write.three(sentence, must).verdict for sentence, must in items]
        write.add(f"return {tuple_of(each)}")
        return write.lines()

    def _stops(self) -> list[str]:
        return self._verdicts("stops", ((one.sentence, one.must) for one in self.pathway.stopping))

    def _beside(self) -> list[str]:
        diagnosis = self.pathway.diagnosis.sentence if self.pathway.diagnosis is not None else None
        return self._verdicts(
            "beside", ((one, False) for one in (*(g.sentence for g in self.pathway.gateways), diagnosis))
        )

    def _cautions(self, at: int, pgd: PGD) -> list[str]:
        return self._verdicts(f"cautions_{at}", ((one.sentence, False) for one in pgd.cautions))

    def _rows(self) -> list[str]:
        write = Function(self.words, "rows(answers)", "answers")
        self._read_down(write, self.pathway.treatment, "")
        return write.lines()

    def _pgd(self, at: int, pgd: PGD) -> list[str]:
        """Its clauses, then, where none is met, its dose table."""
        write = Function(self.words, f"pgd_{at}(answers)", "answers")
        each = [write.three(one.sentence, one.must) for one in pgd.judged()]
        write.add(f"clauses = {tuple_of(one.verdict for one in each)}")
        with write.leaving([one.holds for one in each]) as some:
            if some:
                write.add("return clauses, ()")
        self._read_down(write, pgd.doses, "clauses, ")
        return write.lines()

    @staticmethod
    def _read_down(write: Function, table: Sequence[Judged], before: str) -> None:
        read: list[str] = []
        for item in table:
            said = write.three(item.sentence, item.must)
            with write.leaving([said.holds]) as some:
                if some:
                    write.add(f"return {before}{tuple_of([*read, 'True'])}")
            read.append(said.verdict)
        write.add(f"return {before}{tuple_of(read)}")

    # What to ask

    def _note_all(self, items: Iterable[Judged]) -> str:
        return tuple_of([self._note(one.sentence) for one in items])

    def _note(self, sentence: Condition | None) -> str:
        """What stands in ``NOTES`` for a sentence: the fact, where it reads one that everybody is asked, else the name of a function."""
        if sentence is None:
            return "None"
        facts = sentence.facts()
        if len(facts) == 1 and facts[0] not in self.words.gated:
            return repr(facts[0])
        name = f"note_{len(self.notes)}"
        write = Function(self.words, f"{name}(answers, names)", "answers")
        self._ask(write, sentence)
        self.notes.append(write.lines())
        return name

    def _ask(self, write: Function, sentence: Condition) -> None:
        """While it is not known: the facts that keep it so, in reading order, each after what its gate has to know."""
        match sentence:
            case Defined(_, body):
                self._ask(write, body)
            case Count(items):
                with write.block(f"if {write.three(sentence).open}:"):
                    for item in items:
                        self._ask(write, item)
            case Above():
                with write.block(f"if {write.three(sentence).open}:"):
                    self._ask_each(write, sentence.facts())
            case _:
                self._ask_each(write, sentence.facts())

    def _ask_each(self, write: Function, facts: Iterable[str]) -> None:
        for fact in facts:
            with write.block(f"if {write.answer(fact)} is None:"):
                question: Question = self.pathway.questions[fact]
                if question.asked_when is not None:
                    self._ask(write, question.asked_when)
                write.add(f"names[{fact!r}] = None")


def _waiting_for_each_other(stopping: Iterable[Criterion]) -> Iterator[list[Criterion]]:
    """The criteria by urgency. Those that decide whatever else is open stand together; of the others each group waits for the last."""
    by_urgency = sorted(stopping, key=lambda one: one.urgency)
    for _, group in groupby(by_urgency, lambda one: max(one.kind, Kind.REFER_URGENT)):
        yield list(group)


def _destination(criterion: Criterion) -> str | None:
    if criterion.kind is not Kind.EMERGENCY:
        return None
    return EMERGENCY_999 if criterion.always_999 else EMERGENCY_DEPARTMENT


def _ids(items: Iterable[Judged]) -> Ids:
    return tuple((one.stage, one.id) for one in items)
