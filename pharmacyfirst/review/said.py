"""What is said to patients: by outcome at one look, then each statement with whom it is for, and what the pharmacist is reminded of."""

from collections.abc import Iterable, Iterator, Mapping

from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.outcome import KIND_OF_WORD, Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.kernel.trace import EVERYONE, NOT_TODAY, NOTHING_LEFT, TODAY
from pharmacyfirst.review.judged import Judging, prompts
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, line, lines, named
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.who_goes_where import OUTCOMES, has_outcome, outcomes_of

# Whom words for everyone do not reach, unless they say so: who has to go now, and of whom nothing is decided yet.
_SAVE = {Kind.EMERGENCY: "in an emergency", Kind.NEED_FACTS: "while it is not decided"}
_WHOM = {
    NOTHING_LEFT: "where a medicine is right and every one offered is ruled out",
    TODAY: "not decided, and to be seen the same day",
    NOT_TODAY: "not decided, and not urgent",
}
SAFETY_NETTING = "When to get help (safety-netting)"
ADVICE = "Advice"


class WhatIsSaid:
    """The tables of what one pathway says to people."""

    def __init__(self, pathway: Pathway, notes: Notes):
        self.pathway, self.notes, self.judging = pathway, notes, Judging(pathway, notes)
        self.leads_to = dict(self._deciders())
        self.rows = {rule.id: rule.id for rule in (*pathway.stopping, *pathway.treatment)} | {
            clause.id: f"short-{clause.id}"
            for pgd in pathway.pgds.values()
            for clause in (*pgd.inclusion, *pgd.exclusions)
        }

    def tables(self) -> Iterator[Table]:
        """By outcome; then every statement, safety-netting first."""
        yield self._by_outcome()
        for title, statements in ((SAFETY_NETTING, self.pathway.safety_netting), (ADVICE, self.pathway.advice)):
            if statements:
                columns = Part("Id", "id"), Part("What is said", "wide"), Part("To whom", "named")
                yield Table(title, columns, tuple(map(self._statement, statements)))

    def _deciders(self) -> Iterator[tuple[str, tuple[Outcome, ...]]]:
        """The outcomes of each thing that advice can be for by its id."""
        left = tuple(dict.fromkeys(outcomes_of(row)[1] for row in self.pathway.treatment if row.offers))
        yield NOTHING_LEFT, left
        for rule in (*self.pathway.stopping, *self.pathway.treatment):
            yield rule.id, outcomes_of(rule)
        for pgd in self.pathway.pgds.values():
            yield pgd.id, (Outcome(Kind.SUPPLY),)
            yield from ((clause.id, left) for clause in (*pgd.every_medicine, *pgd.inclusion, *pgd.exclusions))
            yield from ((dose.id, (Outcome(Kind.SUPPLY), *left)) for dose in pgd.doses)

    def _by_outcome(self) -> Table:
        columns = Part("Outcome", "name"), Part("When to get help", "wide"), Part("Advice", "wide")
        rows = []
        for outcome in OUTCOMES:
            cells = tuple(
                tuple(self._at(outcome, statements))
                for statements in (self.pathway.safety_netting, self.pathway.advice)
            )
            prompted = tuple(prompts(self.pathway, outcome.kind.word, self.notes))
            if has_outcome(self.pathway, outcome) or prompted:
                shown = tuple(cell or (line("nothing", "note"),) for cell in cells)
                rows.append(TableRow(anchor_of_said(outcome), (line(in_words(outcome), "grade"),), shown, prompted))
        return Table("By outcome, each statement by its id", columns, tuple(rows), "close outcomes")

    def _at(self, outcome: Outcome, statements: tuple[Statement, ...]) -> Iterator[Line]:
        """The statements of an outcome: those for all who have it, then those for some."""
        for_all: list[str] = []
        for_some: list[str] = []
        for one in statements:
            whole, part = self._reaches(one, outcome)
            if whole or part:
                (for_all if whole and one.sentence is None else for_some).append(one.id)
        if for_all:
            yield Line(tuple(_in_a_row(for_all)))
        if for_some:
            yield Line((Part("some: ", "note"), *_in_a_row(for_some)))

    def _reaches(self, said: Statement, outcome: Outcome) -> tuple[bool, bool]:
        """Whether a statement is for all who have the outcome, and whether for some of them."""
        whole = outcome.kind.word in said.audience
        if EVERYONE in said.audience:
            whole = whole or outcome.kind not in _SAVE
        undecided = outcome.kind is Kind.NEED_FACTS and not {TODAY, NOT_TODAY}.isdisjoint(said.audience)
        part = any(outcome in self.leads_to.get(name, ()) for name in said.audience)
        return whole, part or undecided

    def _whom(self, name: str) -> str:
        """One word of whom advice is for, as people say it; empty for an id."""
        if name in self.pathway.pgds:
            return f"where {self.pathway.pgds[name].medicine} may be supplied"
        return every(KIND_OF_WORD[name]) if name in KIND_OF_WORD else _WHOM.get(name, "")

    def _statement(self, said: Statement) -> TableRow:
        words = (
            Line((Part(said.says),), self.notes.marks(said.backing.evidence)),
            *self.notes.remark(said.backing.note),
        )
        only: tuple[Line, ...] = ()
        if said.sentence is not None:
            only = (line("only when:", "grade"), *self.judging.sentence(said.sentence))
        return TableRow(said.id, named(said.id, said.backing.open), (words, (*self._to_whom(said), *only)))

    def _to_whom(self, said: Statement) -> Iterator[Line]:
        everybody = everyone(said.audience)
        others = (name for name in said.audience if not everybody or name not in (EVERYONE, *KIND_OF_WORD))
        yield from lines("; ".join(filter(None, (everybody, *map(self._whom, others)))))
        known = (EVERYONE, *_WHOM, *KIND_OF_WORD, *self.pathway.pgds)
        deciders = [name for name in said.audience if name not in known]
        if deciders:
            of_these = "where one of these decided: " if len(deciders) > 1 else "where this decided: "
            yield Line((Part(of_these), *_in_a_row(deciders, self.rows)))


def anchor_of_said(outcome: Outcome) -> str:
    """The id of the row that says what people with an outcome are told."""
    return f"said-{outcome.kind.key}-{outcome.destination or ''}"


def everyone(audience: Iterable[str]) -> str:
    """Whom a statement for everyone reaches, as people say it: every kind of outcome but those it leaves out; empty for any other."""
    if EVERYONE not in audience:
        return ""
    saved = " or ".join(words for kind, words in _SAVE.items() if kind.word not in audience)
    return f"everybody, save {saved}" if saved else "everybody"


def every(kind: Kind) -> str:
    """Everybody with an outcome of the kind, whatever the destination of an emergency."""
    return "every emergency" if kind is Kind.EMERGENCY else in_words(Outcome(kind))


def _in_a_row(names: Iterable[str], to: Mapping[str, str] | None = None) -> Iterator[Part]:
    """Ids with blanks between them, each leading to its row; where ``to`` is given, to the row it names, if any."""
    for number, name in enumerate(names):
        if number:
            yield Part(" ")
        yield Part(name, "ident", name if to is None else to.get(name, ""))
