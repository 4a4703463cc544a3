"""The sign-off bench: every document with what is open, a document clause by clause beside the signed one, and the signed one itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from pharmacyfirst.authority.adoption import NOT_PERMITTED_BY_A_DRAFT
from pharmacyfirst.authority.bench import OPEN_ITEMS, Bench, BenchAnswer, BenchRefused, BenchSheet, ClauseFound
from pharmacyfirst.authority.clauses import AgreedClause, backings_of
from pharmacyfirst.content.bench import sources
from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.kernel.evidence import Backing
from pharmacyfirst.paper.words import begun, day
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame, go_on
from pharmacyfirst.web.opened import WayOn, said
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.replies import html
from pharmacyfirst.web.rows import ChoiceShown
from pharmacyfirst.web.who_may import may

ON_A_PAGE = 10  # clauses: a screenful that is answered together
TO_THE_BENCH = (WayOn("To the documents", "/bench"),)
FIELDS = ("found", "where", "says", "digest")


@dataclass(frozen=True, slots=True)
class SheetShown:
    """A document in the list: whether it is a draft, what is open, what does not agree, who confirmed it."""

    says: str
    draft: bool
    path: str
    answered: str
    not_agreed: int
    confirmed: str
    to_confirm: str


@dataclass(frozen=True, slots=True)
class ConditionOnTheBench:
    """A condition in the list; ``adopt`` is where it can be adopted, empty while anything keeps it from that.

    ``of_drafts`` says what a draft is good for, empty where none of its documents is one.
    """

    title: str
    sheets: tuple[SheetShown, ...]
    adopted: bool
    adopt: str
    differs: bool
    of_drafts: str


@dataclass(frozen=True, slots=True)
class BenchesPage:
    """The list of what is on the bench."""

    conditions: tuple[ConditionOnTheBench, ...]


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """A clause with what was found of it: our words, where they come from, the choices, and by whom and when it was answered."""

    id: str
    name: str
    lines: tuple[str, ...]
    sources: tuple[str, ...]
    digest: str
    choices: tuple[ChoiceShown, ...]
    where: str
    says: str
    by: str
    wrong: str


@dataclass(frozen=True, slots=True)
class ClausesPage:
    """A screenful of clauses. ``signed`` says whether the signed document is kept here; ``answers`` whether whoever looks may answer.

    ``of_draft`` says what a draft is good for, empty where it is none.
    """

    title: str
    of_draft: str
    path: str
    pages: tuple[WayOn, ...]
    here: str
    signed: str
    upload: str
    clauses: tuple[ClauseShown, ...]
    answers: bool
    errors: tuple[Error, ...]


def benches(visit: Visit) -> Response:
    """``GET /bench``: every document of today with what is open."""
    view = BenchesPage(tuple(_conditions(visit)))
    return html(drawn("benches.html", f=frame(visit, "Documents beside the signed ones"), v=view))


def _conditions(visit: Visit) -> Iterator[ConditionOnTheBench]:
    held, does = visit.desk.in_force, may("/bench/{condition}/adopt", "POST", visit.at_the_desk.person.roles)
    for condition in held.library.conditions:
        try:
            pathway = held.library.in_force(condition, visit.today)
        except Refused:
            continue  # no version is in force today: there is nothing to adopt
        laid = visit.desk.store.benches.of(pathway)
        adopted = held.adoption is not None and all(
            sheet.document is None or sheet.document in held.adoption.documents for sheet in laid.sheets
        )
        ready = does and not laid.why_not and not adopted
        shown = tuple(_sheet_shown(laid, one) for one in laid.sheets if one.clauses)
        adopt = f"/bench/{condition}/adopt" if ready else ""
        differs, of_drafts = any(one.not_agreed for one in shown), any(one.draft for one in shown)
        yield ConditionOnTheBench(
            pathway.title, shown, adopted, adopt, differs, NOT_PERMITTED_BY_A_DRAFT if of_drafts else ""
        )


def _sheet_shown(laid: Bench, sheet: BenchSheet) -> SheetShown:
    left, held = len(laid.open(sheet)), laid.confirmed.get(sheet.of)
    why = laid.why_not_confirmed(sheet)
    path = path_of(laid, sheet)
    return SheetShown(
        sheet.named,
        laid.is_draft(sheet),
        f"{path}/1",
        f"{len(sheet.clauses) - left} of {len(sheet.clauses)} answered",
        len(laid.differing(sheet)),
        f"confirmed by {held.by} on {day(held.on)}" if held is not None and not why else "",
        f"{path}/confirm" if why and not left else "",
    )


def path_of(laid: Bench, sheet: BenchSheet) -> str:
    """The path of a document on the bench."""
    return f"/bench/{laid.pathway.id}/{sheet.of.removeprefix(f'{laid.pathway.id} ').replace(' ', '-')}"


def laid_out(visit: Visit) -> tuple[Bench, BenchSheet]:
    """The condition and the document that the path names, as they stand today. Raises ``BenchRefused``, ``Refused``."""
    condition, part = visit.names["condition"], visit.names["part"]
    laid = visit.desk.store.benches.of(visit.desk.library.in_force(condition, visit.today))
    return laid, laid.sheet(f"{condition} {OPEN_ITEMS if part == OPEN_ITEMS.replace(' ', '-') else part}")


def in_words(sheet: BenchSheet, clause: AgreedClause) -> tuple[str, ...]:
    """The words of a clause as a page shows them; of an open item what holds until it is known is named so."""
    if sheet.document is not None:
        return clause.lines
    says, until_then = clause.lines
    return (says, f"until then: {until_then}")


def not_there(visit: Visit, refused: PharmacyFirstError) -> Response:
    """What is answered where the path names no document, or something is refused."""
    return said(visit, "Not done", str(refused), ways=TO_THE_BENCH, status=404 if visit.method == "GET" else 422)


def clauses(visit: Visit) -> Response:
    """``GET`` and ``POST /bench/CONDITION/PART/NUMBER``: a screenful of clauses, answered one at a time or together."""
    try:
        laid, sheet = laid_out(visit)
    except PharmacyFirstError as refused:
        return not_there(visit, refused)
    number = visit.names["number"]
    pages = -(-len(sheet.clauses) // ON_A_PAGE)
    at = int(number) if number.isdecimal() and len(number) < 5 else 0
    if not 1 <= at <= pages:
        return not_there(visit, BenchRefused("There is no such page of this document."))
    shown = sheet.clauses[(at - 1) * ON_A_PAGE : at * ON_A_PAGE]
    errors: dict[str, str] = {}
    if visit.method == "POST":
        errors = _put_down(visit, laid, sheet, shown)
        if not errors:
            on = f"{path_of(laid, sheet)}/{at + 1}" if at < pages else "/bench"
            return go_on(visit, on, "Put down.")
    view = _page(visit, laid, sheet, shown, at, pages, errors)
    return html(drawn("bench.html", f=frame(visit, sheet.named), v=view), 422 if errors else 200)


def _put_down(visit: Visit, laid: Bench, sheet: BenchSheet, shown: tuple[AgreedClause, ...]) -> dict[str, str]:
    """Put down what was answered of a screenful, all of it or, where something does not fit, nothing; what is wrong, by field."""
    errors: dict[str, str] = {}
    everywhere = visit.posted.one("where")
    store = visit.desk.store.benches
    try:
        with store.together():
            for at, clause in enumerate(shown):
                given = {name: visit.posted.one(f"c{at}-{name}") for name in FIELDS}
                given["where"] = given["where"] or everywhere
                if not given["found"] or _as_it_was(laid.answer(sheet, clause), given):
                    continue
                try:
                    store.found(laid.pathway, sheet, clause.name, given, visit.actor, visit.at_the_desk.person.key)
                except BenchRefused as refused:
                    errors[f"c{at}"] = str(refused).removesuffix(" Nothing was written.")
            if errors:
                raise BenchRefused("nothing of the page is put down")
    except BenchRefused:
        pass
    return errors


def _as_it_was(held: BenchAnswer | None, given: dict[str, str]) -> bool:
    """Whether an answer stands already, so that whoever posts the page again does not become the one who gave it."""
    if held is None:
        return False
    return (held.found.value, held.where, held.says, held.digest) == tuple(given[name] for name in FIELDS)


def _page(
    visit: Visit, laid: Bench, sheet: BenchSheet, shown: tuple[AgreedClause, ...], at: int, pages: int, errors: dict[str, str]
) -> ClausesPage:  # fmt: skip
    path = path_of(laid, sheet)
    behind = backings_of(laid.pathway)[sheet.document] if sheet.document is not None else _of_items(laid)
    does = may("/bench/{condition}/{part}/{number}", "POST", visit.at_the_desk.person.roles)
    return ClausesPage(
        title=sheet.named,
        of_draft=NOT_PERMITTED_BY_A_DRAFT if laid.is_draft(sheet) else "",
        path=f"{path}/{at}",
        pages=tuple(WayOn(str(number), f"{path}/{number}") for number in range(1, pages + 1)),
        here=str(at),
        signed=f"{path}/signed" if visit.desk.store.benches.signed(laid.pathway, sheet.of) else "",
        upload=f"{path}/signed" if does else "",
        clauses=tuple(
            _clause(visit, laid, sheet, one, f"c{number}", behind.get(one.name, ()), errors)
            for number, one in enumerate(shown)
        ),
        answers=does,
        errors=tuple(Error(says, f"{field}-found-0") for field, says in errors.items()),
    )


def _of_items(laid: Bench) -> dict[str, tuple[Backing, ...]]:
    return {name: (one.backing,) for name, one in laid.pathway.open_items.items()}


def _clause(
    visit: Visit, laid: Bench, sheet: BenchSheet, clause: AgreedClause, id: str, behind: tuple[Backing, ...], errors: dict[str, str]
) -> ClauseShown:  # fmt: skip
    held = laid.answer(sheet, clause)
    typed = {name: visit.posted.one(f"{id}-{name}") for name in FIELDS} if visit.method == "POST" else None
    found, where, says = (held.found.value, held.where, held.says) if held is not None else ("", "", "")
    if typed is not None:
        found, where, says = typed["found"], typed["where"], typed["says"]
    stands = [one for one in ClauseFound if one is not ClauseFound.STANDS or clause.name not in sheet.must_be_there]
    return ClauseShown(
        id,
        clause.name,
        in_words(sheet, clause),
        tuple(sources(behind)),
        clause.digest,
        tuple(ChoiceShown(one.value, begun(one.value), one.value == found) for one in stands),
        where,
        says,
        f"{held.by}, {day(held.on)}" if held is not None else "",
        errors.get(id, ""),
    )


def signed(visit: Visit) -> Response:
    """``GET`` and ``POST /bench/CONDITION/PART/signed``: the signed document as it was given, and giving it."""
    store = visit.desk.store.benches
    try:
        laid, sheet = laid_out(visit)
        if visit.method == "POST":
            store.keep_signed(laid.pathway, sheet.of, visit.posted.file, visit.actor)
            return go_on(visit, f"{path_of(laid, sheet)}/1", "Kept here. It is sent nowhere.")
        raw = store.signed_bytes(laid.pathway, sheet.of)
        if not raw:
            raise BenchRefused("No signed document is kept here.")
    except PharmacyFirstError as refused:
        return not_there(visit, refused)
    return Response(raw, media_type="application/pdf", headers={"content-disposition": 'inline; filename="signed.pdf"'})
