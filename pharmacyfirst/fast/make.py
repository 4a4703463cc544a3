"""A pathway as a Python module: what is generated for speed, from the same objects that the kernel judges by.

A module holds straight-line functions over the answers of one person (``sentences`` spells each sentence), for the days on which the
same PGDs are in force:

* ``judge(facts)``: the whole way, most urgent first, to the first thing that decides. What it cannot settle in one line (a row or a
  clause that is not known, a row with two offers) it leaves to ``run.settle``, which walks the functions below (``table``).
* ``answers(facts)``: the answers with ``()`` for what nobody asks this person; the functions below take these.
* ``stops``, ``rows``, ``pgd`` for each PGD: verdicts in the order of the file. A table is read down to the first row that is met.
* ``cautions`` for each PGD, ``gateways``, ``diagnosis``: verdicts of what decides nothing.
* ``read(given)``: plain answers checked (``reading``).
* ``note_stops``, ``note_rows``, ``note_pgd`` for each PGD: the facts that keep any of these not known, in the order to ask them.

The outcome of each end of ``judge`` is known while it is written, so it returns a constant (``Leaf``) with the verdicts that differ.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from pharmacyfirst.fast.reading import reading
from pharmacyfirst.fast.run import Leaf, TreatmentRow
from pharmacyfirst.fast.sentences import Function, Three, Words, either, tuple_of
from pharmacyfirst.kernel.conditions import Above, Condition, Count, Defined
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind
from pharmacyfirst.kernel.pathway import Criterion, Pathway, Row
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.rule import Judged

Ids = tuple[tuple[str, str], ...]
Reached = list[tuple[Criterion, Three]]

HEAD = """{says!r}

from pharmacyfirst.fast.run import EXCLUDED, NO_ROW, OFFERED, UNDECIDED, Leaf, Generated, TreatmentRow, named, number, picked, settle
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

    def text(self) -> str:
        """The whole module."""
        functions = [reading(self.words), self._judge(), self._answers(), self._stops(), self._rows(), self._beside()]
        pgds = self.pathway.pgds.values()
        functions += [self._pgd(at, pgd) for at, pgd in enumerate(pgds)]
        functions += [self._cautions(at, pgd) for at, pgd in enumerate(pgds)]
        functions += [self._note_stops(), self._note_table("rows", (), self.pathway.treatment)]
        functions += [self._note_table(f"pgd_{at}", pgd.judged(), pgd.doses) for at, pgd in enumerate(pgds)]
        says = f"Generated from {self.version} by pharmacyfirst/fast/make.py. Change the content, or the generator."
        lines = [HEAD.format(says=says)]
        lines += [f"FACTS = {self.words.facts!r}"]
        lines += [f"{name} = {words}" for words, name in self.words.pool.items()]
        lines += [f"{name} = {leaf!r}" for leaf, name in self.leaves.items()]
        for function in functions:
            lines += ["", "", *function]
        return "\n".join([*lines, "", "", *self._module()]) + "\n"

    def _module(self) -> Iterator[str]:
        each = [(repr(pgd.id), at) for at, pgd in enumerate(self.pathway.pgds.values())]
        yield "MODULE = Generated("
        yield f"    version={self.version!r},"
        yield "    facts=FACTS, read=read, judge=judge, answers=answers, stops=stops, rows=rows, beside=beside,"
        yield f"    pgds={{{', '.join(f'{name}: pgd_{at}' for name, at in each)}}},"
        yield f"    cautions={{{', '.join(f'{name}: cautions_{at}' for name, at in each)}}},"
        yield f"    note_stops=note_stops, note_rows=note_rows, note_pgds={{{', '.join(f'{name}: note_pgd_{at}' for name, at in each)}}},"
        yield f"    urgency={tuple(one.urgency for one in self.pathway.stopping)!r},"
        yield f"    stop_ids={_ids(self.pathway.stopping)!r},"
        yield "    table=("
        yield from (f"        {self._row(row)!r}," for row in self.pathway.treatment)
        yield "    ),"
        yield f"    in_force=frozenset({tuple(sorted(self.in_force))!r}),"
        yield f"    clauses={ {pgd.id: (_ids(pgd.judged()), _ids(pgd.doses)) for pgd in self.pathway.pgds.values()}!r},"
        yield ")"

    @staticmethod
    def _row(row: Row) -> TreatmentRow:
        beside = row.leads_to, row.within_days, row.next
        return TreatmentRow(
            (row.stage, row.id), row.kind.key, row.offers, row.fallback, row.nothing_left.key, row.each, beside
        )

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
            self._return(write, Leaf(self.version, row.kind.key, row.leads_to, clear=clear, met=met, alike=True))
        elif len(row.offers) > 1:
            write.add("return settle(MODULE, facts)")
        elif row.offers[0] not in self.in_force:
            self._return(write, Leaf(self.version, row.nothing_left.key, clear=clear, met=met))
        else:
            self._only_offer(write, row, self.pathway.pgds[row.offers[0]], clear, met)

    def _only_offer(self, write: Function, row: Row, pgd: PGD, clear: Ids, met: Ids) -> None:
        clauses = pgd.judged()
        each = [write.three(one.sentence, one.must) for one in clauses]
        excluded = Leaf(self.version, row.nothing_left.key, clear=clear, met=met, reached=_ids(clauses), alike=True)
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
        head, *lines = write.lines()
        gated = (f"facts[{self.words.at(question.name)}] is not None" for question in self.pathway.gated)
        return [
            head,
            f"    if {' and '.join(gated) or 'True'}:",
            "        return facts  # of somebody who answered all",
            *lines,
        ]

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
        read: list[str] = []
        for row in self.pathway.treatment:
            said = write.three(row.sentence, row.must)
            with write.leaving([said.holds]) as some:
                if some:
                    write.add(f"return {tuple_of([*read, 'True'])}")
            read.append(said.verdict)
        write.add(f"return {tuple_of(read)}")
        return write.lines()

    def _pgd(self, at: int, pgd: PGD) -> list[str]:
        """How it stands, its clauses, and, where none of them is met, its dose table read down to the first row that is."""
        write = Function(self.words, f"pgd_{at}(answers)", "answers")
        each = [write.three(one.sentence, one.must) for one in pgd.judged()]
        write.add(f"clauses = {tuple_of(one.verdict for one in each)}")
        with write.leaving([one.holds for one in each]) as some:
            if some:
                write.add("return EXCLUDED, clauses, ()")
        open_ = [one.open for one in each]
        read: list[str] = []
        for dose in pgd.doses:
            said = write.three(dose.sentence, dose.must)
            with write.leaving([said.holds]) as some:
                if some:
                    stands = _unless_open(open_, "OFFERED" if dose.dose is not None else "EXCLUDED")
                    write.add(f"return {stands}, clauses, {tuple_of([*read, 'True'])}")
            read.append(said.verdict)
            open_.append(said.open)
        write.add(f"return {_unless_open(open_, 'NO_ROW')}, clauses, {tuple_of(read)}")
        return write.lines()

    # What to ask

    def _note_stops(self) -> list[str]:
        """Rule 6: of the criteria more urgent than ``below``, the most urgent first, then as they stand in the file."""
        write = Function(self.words, "note_stops(answers, names, below)", "answers")
        for urgency, group in groupby(sorted(self.pathway.stopping, key=_urgency), _urgency):
            with write.block(f"if below <= {urgency}:"):
                write.add("return")
            for one in group:
                self._ask(write, one.sentence)
        write.add("return")
        return write.lines()

    def _note_table(self, name: str, clauses: Iterable[Judged], table: Iterable[Judged]) -> list[str]:
        write = Function(self.words, f"note_{name}(answers, names)", "answers")
        for one in clauses:
            self._ask(write, one.sentence)
        for row in table:
            with write.leaving([write.three(row.sentence, row.must).holds]) as some:
                if some:
                    write.add("return")
            self._ask(write, row.sentence)
        write.add("return")
        return write.lines()

    def _ask(self, write: Function, sentence: Condition | None) -> None:
        """While it is not known: the facts that keep it so, in reading order, each after what its gate has to know."""
        match sentence:
            case None:
                pass
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
                question = self.pathway.questions.get(fact)
                if question is not None:
                    self._ask(write, question.asked_when)
                write.add(f"names[{fact!r}] = None")


def _unless_open(open_: Iterable[str], stands: str) -> str:
    """How a PGD stands, unless one of these is open."""
    some = either(open_)
    return stands if some == "False" else f"UNDECIDED if {some} else {stands}"


def _urgency(criterion: Criterion) -> int:
    return criterion.urgency


def _waiting_for_each_other(stopping: Iterable[Criterion]) -> Iterator[list[Criterion]]:
    """The criteria by urgency. Those that decide whatever else is open stand together; of the others each group waits for the last."""
    by_urgency = sorted(stopping, key=_urgency)
    for _, group in groupby(by_urgency, lambda one: max(one.kind, Kind.REFER_URGENT)):
        yield list(group)


def _destination(criterion: Criterion) -> str | None:
    if criterion.kind is not Kind.EMERGENCY:
        return None
    return EMERGENCY_999 if criterion.always_999 else EMERGENCY_DEPARTMENT


def _ids(items: Iterable[Judged]) -> Ids:
    return tuple((one.stage, one.id) for one in items)
