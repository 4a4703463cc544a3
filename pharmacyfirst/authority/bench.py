"""The sign-off bench: an organisation puts our documents beside the signed ones and says of each clause whether it agrees.

One person answers, another confirms. An answer is bound to the words that it was given to, by their digest: to other words it is none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from pharmacyfirst.authority.adoption import Checked, DocumentVersion, documents_to_adopt, drafts_of
from pharmacyfirst.authority.clauses import AgreedClause, clauses_of, never_beside
from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.errors import PharmacyFirstError, must_be, taking
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import refuse_no_day

OPEN_ITEMS = "open items"


class BenchRefused(PharmacyFirstError, ValueError):
    """What is on the bench cannot be answered, confirmed or adopted so; says why and what to do, and nothing was written."""


class ClauseFound(Enum):
    """What somebody found of a clause in the signed document."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_THERE = "not in the document"
    STANDS = "not in the document, may stand"

    @property
    def is_agreed(self) -> bool:
        """Whether the organisation takes the clause as it is."""
        return self in (ClauseFound.AGREES, ClauseFound.STANDS)


@dataclass(frozen=True, slots=True)
class BenchAnswer:
    """What was found of one clause: ``where`` in the signed document it was looked for, what that ``says``, by whom, when.

    ``digest`` is that of the words that were looked at. ``key`` tells two people of one name apart where people sign in. Raises
    ``BenchRefused`` where it does not say enough to be answered for.
    """

    digest: str
    found: ClauseFound
    where: str
    says: str
    by: str
    on: date
    key: str = ""

    def __post_init__(self) -> None:
        must_be(str, digest=self.digest, where=self.where, says=self.says, by=self.by, key=self.key)
        must_be(ClauseFound, found=self.found)
        refuse_no_day(self.on)
        if wrong := lacks(self.found, self.where, self.says, self.by):
            raise BenchRefused(f"{wrong} Nothing was written.")

    @property
    def how(self) -> str:
        """How it was seen, in the words of an adoption record."""
        return f"{self.found.value}: {self.where}{f'; {self.says}' if self.says else ''}"


def lacks(found: ClauseFound, where: str, says: str, by: str) -> str:
    """What is missing of an answer, and what to do; empty where nothing is."""
    if not by.strip():
        return "by: say who found it."
    if not where.strip():
        return "where: name the page or section of the signed document, or what was looked through."
    if found in (ClauseFound.DIFFERS, ClauseFound.STANDS) and not says.strip():
        return "says: write what the signed document says, or why the clause may stand without it."
    return ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A second person has gone through the answers of a sheet, ``answers`` being their digest."""

    answers: str
    by: str
    on: date
    key: str = ""

    def __post_init__(self) -> None:
        must_be(str, answers=self.answers, by=self.by, key=self.key)
        refuse_no_day(self.on)

    def is_of(self, answer: BenchAnswer) -> bool:
        """Whether the same person gave the answer: nobody confirms what they found themselves."""
        return one_name(self.by, answer.by) or bool(self.key and self.key == answer.key)


def one_name(name: str, other: str) -> bool:
    """Whether two names are the same but for capitals and blanks: what one has done, a second person of another name has to confirm."""
    return " ".join(name.split()).casefold() == " ".join(other.split()).casefold()


@dataclass(frozen=True, slots=True)
class BenchSheet:
    """What is signed together: a document with its clauses, or the open items of the condition.

    ``of`` is its name whatever the version, ``named`` with the version. ``must_be_there`` are the clauses that may not stand without the
    signed document, because they permit something.
    """

    of: str
    named: str
    clauses: tuple[AgreedClause, ...]
    must_be_there: frozenset[str]
    document: DocumentVersion | None = None


@dataclass(frozen=True, slots=True)
class StillOpen:
    """A clause of which nobody has said anything that holds, and why."""

    sheet: BenchSheet
    clause: AgreedClause
    why: str


Answers = Mapping[tuple[str, str], BenchAnswer]


@dataclass(frozen=True, slots=True)
class Bench:
    """A condition on the bench. ``answers`` are by sheet and clause, ``confirmed`` by sheet, both whatever the version.

    ``sheets`` are its documents, and last its open items.
    """

    pathway: Pathway
    answers: Answers = field(default=Frozen())
    confirmed: Mapping[str, Confirmation] = field(default=Frozen())
    sheets: tuple[BenchSheet, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sheets", sheets_of(self.pathway))

    def sheet(self, of: str) -> BenchSheet:
        """The sheet of a name. Raises ``BenchRefused``."""
        for one in self.sheets:
            if one.of == of:
                return one
        raise BenchRefused("There is no such document of this condition.")

    def answer(self, sheet: BenchSheet, clause: AgreedClause) -> BenchAnswer | None:
        """What was found of a clause in these very words; None where nobody has said."""
        found = self.answers.get((sheet.of, clause.name))
        return found if found is not None and self._why_open(sheet, clause) == "" else None

    def _why_open(self, sheet: BenchSheet, clause: AgreedClause) -> str:
        found = self.answers.get((sheet.of, clause.name))
        if found is None:
            return "not answered"
        if found.digest != clause.digest:
            return "its words have changed since it was answered"
        if found.found is ClauseFound.STANDS and clause.name in sheet.must_be_there:
            return "it may not stand without the signed document: answer agrees, differs, or not in the document"
        return ""

    def open(self, sheet: BenchSheet) -> tuple[StillOpen, ...]:
        """What is not answered of a sheet."""
        each = ((clause, self._why_open(sheet, clause)) for clause in sheet.clauses)
        return tuple(StillOpen(sheet, clause, why) for clause, why in each if why)

    def differing(self, sheet: BenchSheet) -> tuple[tuple[AgreedClause, BenchAnswer], ...]:
        """What the signed document says otherwise, or does not say."""
        each = ((clause, self.answer(sheet, clause)) for clause in sheet.clauses)
        return tuple((clause, found) for clause, found in each if found is not None and not found.found.is_agreed)

    def digest_of_answers(self, sheet: BenchSheet) -> str:
        """SHA-256 over the sheet with its answers: what a second person confirms."""
        return digest_of([sheet.named, *(_parts(clause, self.answer(sheet, clause)) for clause in sheet.clauses)])

    def is_confirmed(self, sheet: BenchSheet) -> bool:
        """Whether a second person confirmed the answers of a sheet as they stand."""
        return not self.why_not_confirmed(sheet)

    def why_not_confirmed(self, sheet: BenchSheet) -> str:
        """Why nothing is confirmed of a sheet; empty where it is."""
        held = self.confirmed.get(sheet.of)
        if held is None:
            return "nobody has confirmed it"
        if held.answers != self.digest_of_answers(sheet):
            return "it was changed since it was confirmed"
        return _same_person(held, self._given(sheet))

    def confirm(self, sheet: BenchSheet, by: str, on: date, key: str = "") -> Confirmation:
        """The confirmation of a second person. Raises ``BenchRefused`` where something is open, or who confirms has answered."""
        if left := self.open(sheet):
            raise BenchRefused(
                f"{sheet.named}: {len(left)} of {len(sheet.clauses)} are not answered. Nothing was confirmed."
            )
        if not by.strip():
            raise BenchRefused("by: say who confirms it. Nothing was confirmed.")
        made = Confirmation(self.digest_of_answers(sheet), by.strip(), on, key)
        if wrong := _same_person(made, self._given(sheet)):
            raise BenchRefused(f"{sheet.named}: {wrong}. Nothing was confirmed.")
        return made

    def _given(self, sheet: BenchSheet) -> Iterator[BenchAnswer]:
        return (one for clause in sheet.clauses if (one := self.answer(sheet, clause)) is not None)

    @property
    def why_not(self) -> tuple[str, ...]:
        """Everything that keeps the condition from being adopted, in words; nothing where it may be."""
        return self.why_not_of(self.sheets)

    def why_not_of(self, sheets: Iterable[BenchSheet]) -> tuple[str, ...]:
        """The same of some of its sheets."""
        return tuple(why for sheet in sheets for why in self._why_not(sheet))

    def _why_not(self, sheet: BenchSheet) -> Iterator[str]:
        if not sheet.clauses:
            return  # a condition without open items has nothing to be agreed to there
        if self.is_draft(sheet):
            yield f"{sheet.named}: it is a draft, or was taken back, and would permit nothing"
        left = self.open(sheet)
        yield from (f"{sheet.named}: {one.clause.name}: {one.why}" for one in left)
        yield from (f"{sheet.named}: {clause.name}: {found.found.value}" for clause, found in self.differing(sheet))
        if not left and (why := self.why_not_confirmed(sheet)):
            yield f"{sheet.named}: {why}"

    def is_draft(self, sheet: BenchSheet) -> bool:
        """Whether a sheet is of a draft, which may be answered for and permits nothing."""
        return sheet.document in drafts_of(self.pathway)

    def checked(self, signed_on: date) -> tuple[Checked, ...]:
        """The open items as an adoption that is signed on a day keeps them. Raises ``BenchRefused`` where anything keeps it from being adopted."""
        if wrong := self.why_not:
            more = f" ({len(wrong)} in all)" if len(wrong) > 1 else ""
            raise BenchRefused(f"It cannot be adopted yet. {wrong[0]}{more}. Nothing was written.")
        days = [found.on for sheet in self.sheets for found in self._given(sheet)]
        if max((*days, *(self.confirmed[sheet.of].on for sheet in self.sheets if sheet.clauses))) > signed_on:
            raise BenchRefused(
                "Something was answered or confirmed after the day on which it is to be signed. Nothing was written."
            )
        items = self.sheets[-1]
        return tuple(
            Checked(clause.name, clause.digest, found.found.is_agreed, found.how, found.by, found.on)
            for clause in items.clauses
            if (found := self.answer(items, clause)) is not None
        )


def _same_person(held: Confirmation, answers: Iterable[BenchAnswer]) -> str:
    same = any(held.is_of(one) for one in answers)
    return "whoever answered cannot confirm it: a second person has to" if same else ""


def _parts(clause: AgreedClause, found: BenchAnswer | None) -> list[str]:
    given = [] if found is None else [found.found.value, found.where, found.says, found.by, str(found.on), found.key]
    return [clause.name, clause.digest, *given]


@taking(pathway=Pathway)
def sheets_of(pathway: Pathway) -> tuple[BenchSheet, ...]:
    """What of a condition is laid on the bench: its documents in their order, and last its open items."""
    clauses, needed = clauses_of(pathway), never_beside(pathway)
    documents = tuple(
        BenchSheet(one.of(), one.in_words(), clauses[one], needed[one], one) for one in documents_to_adopt(pathway)
    )
    # The digest of such a clause is that of the item (``clauses.digest_of_item``): both are over the id and the two lines.
    items = tuple(AgreedClause(one.id, (one.says, one.until_then)) for one in pathway.open_items.values())
    every = frozenset(one.name for one in items)
    return (*documents, BenchSheet(f"{pathway.id} {OPEN_ITEMS}", f"{pathway.id} {OPEN_ITEMS}", items, every))


@taking(bench=Bench, only=Collection)
def carried_over(bench: Bench, only: Collection[str]) -> Bench:
    """The bench with those answers alone that were given to the words as they now stand, of the sheets named; all others are asked again."""
    wanted = {*only}
    kept = {
        (sheet.of, clause.name): found
        for sheet in bench.sheets
        if sheet.of in wanted
        for clause in sheet.clauses
        if (found := bench.answer(sheet, clause)) is not None
    }
    holds = {sheet.of: bench.confirmed[sheet.of] for sheet in bench.sheets if bench.is_confirmed(sheet)}
    return Bench(bench.pathway, Frozen(kept), Frozen(holds))
