"""The start page: what the patient is here about, training patients to try, and what there is to do."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.contract.typed_answers import day_of
from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.examples import practice_nhs_number
from pharmacyfirst.sending.for_person import ForPerson
from pharmacyfirst.store import CameIn, ConsultationSoFar, ConsultationState, Sought, WorkList
from pharmacyfirst.store.take_in import ABOUT, CANCELLED
from pharmacyfirst.web.arrived import may_see, moment_in_words
from pharmacyfirst.web.desk import PATIENT_PAGE, Visit, who_of
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.patient import Who
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown
from pharmacyfirst.web.who_may import may


@dataclass(frozen=True, slots=True)
class ConditionShown:
    """A condition to choose, and the key that chooses it; ``why_not`` where none of its versions is in force today."""

    id: str
    title: str
    who: str
    key: str
    why_not: str


@dataclass(frozen=True, slots=True)
class ServiceShown:
    """A service with its pathways to choose from; its title is empty where the content names none."""

    title: str
    conditions: tuple[ConditionShown, ...]


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something on the work list, with where to go on with it."""

    says: str
    path: str


@dataclass(frozen=True, slots=True)
class Doing:
    """One list of the work list."""

    title: str
    items: tuple[ToDo, ...]


@dataclass(frozen=True, slots=True)
class StartPage:
    """What the start page shows. ``practice`` are a real patient and the training patients; ``none_in_force`` says in words that no medicine
    may be supplied today, and what to do.
    """

    services: tuple[ServiceShown, ...]
    practice: tuple[ChoiceShown, ...]
    lists: tuple[Doing, ...]
    none_in_force: str


# Invented people of every age the pathways tell apart; nothing of a condition is in them.
PRACTICE: tuple[tuple[str, str, str, int, str], ...] = (
    ("1", "Charlie", "a woman of 30", 30, "female"),
    ("2", "Dana", "a man of 45", 45, "male"),
    ("3", "Eden", "a child of 8", 8, "female"),
    ("4", "Gale", "a woman of 72", 72, "female"),
)


def start(visit: Visit) -> Response:
    """``GET /``. Whoever trains goes on with the same training patient, and sees it, until they choose a real one."""
    services, practises_with = services_shown(visit), visit.at_the_desk.practises_with
    view = StartPage(
        services=services,
        practice=practice_shown(practises_with),
        lists=tuple(_lists(visit)),
        none_in_force=_none_in_force(visit, tuple(one for each in services for one in each.conditions)),
    )
    shown = frame(visit, "Start")
    return html(drawn("start.html", f=replace(shown, practice=PRACTISES) if practises_with else shown, v=view))


PRACTISES = "TRAINING PATIENT: what is begun here is training, until a real patient is chosen"


def services_shown(visit: Visit) -> tuple[ServiceShown, ...]:
    """Every service with its pathways; without services, the conditions alone."""
    shown = {one.id: one for one in conditions_shown(visit)}
    found = [
        ServiceShown(one.title, tuple(shown.pop(name) for name in one.pathways if name in shown))
        for one in visit.desk.library.services_in_order
    ]
    return (*found, *([ServiceShown("", tuple(shown.values()))] if shown else []))


def conditions_shown(visit: Visit) -> tuple[ConditionShown, ...]:
    """Every condition of the content, service by service, with whether it may be chosen today."""
    library = visit.desk.library
    found = []
    services = library.services_in_order
    in_services = (name for service in services for name in service.pathways if name in library.stretches)
    for at, condition in enumerate(dict.fromkeys((*in_services, *library.conditions)), 1):
        newest = library.newest(condition)
        title, _, who = newest.title.partition(", ")
        try:
            library.in_force(condition, visit.today)
            why_not = ""
        except Refused:
            why_not = f"No version is in force on {day(visit.today)}"
        found.append(ConditionShown(condition, title, who, str(at) if at < 10 else "", why_not))
    return tuple(found)


def _none_in_force(visit: Visit, conditions: tuple[ConditionShown, ...]) -> str:
    """That no PGD is in force today, in words, with what to do; nothing where one is."""
    last: list[date] = []
    for one in conditions:
        if one.why_not:
            continue
        for pgd in visit.desk.library.in_force(one.id, visit.today).pgds.values():
            if visit.today in pgd.edition.in_force:
                return ""
            if pgd.edition.in_force.last is not None:
                last.append(pgd.edition.in_force.last)
    over = f" The last day of the newest was {day(max(last))}." if last else ""
    return (
        f"No PGD is in force today.{over} Nothing may be supplied: assess, advise and refer as usual, and install a newer "
        "version of the content when your organisation has adopted one."
    )


def _lists(visit: Visit) -> list[Doing]:
    work = visit.desk.store.work_list()
    people = tuple(ToDo(f"{whom(visit, one)}{one.says}{_then(one)}", record_path(visit, one)) for one in work.people)
    emergencies = tuple(
        ToDo(title_of(visit, one, "details missing"), f"/c/{one.id}/{PATIENT_PAGE}") for one in work.emergencies
    )
    drafts = tuple(ToDo(title_of(visit, one, _whose(visit, one)), f"/c/{one.id}/outcome") for one in work.drafts)
    claims = tuple(ToDo(title_of(visit, one, f"claim by {one.claim_due}"), f"/r/{one.id}/claim") for one in work.claims)
    trouble = tuple(ToDo(one, "") for one in work.trouble)
    lists = (
        Doing("Do now", (*trouble, *people, *emergencies, *duties_left(visit, work).items)),
        Doing("Came in", tuple(_came_in(visit, work.referrals))),
        Doing("Drafts", drafts),
        Doing("Paper consultations to enter", tuple(_papers(visit, work))),
        Doing("Claims", claims),
        Doing(
            "Done otherwise on paper, for the superintendent",
            tuple(ToDo(title_of(visit, one, "to look at"), f"/looked-at/{one.id}") for one in work.differing),
        ),
        Doing(
            "Incidents",
            tuple(ToDo(title_of(visit, one, "to look at"), f"/r/{one.id}/incident") for one in work.incidents),
        ),
    )
    return [one for one in lists if one.items]


URGENCY = {
    "stat": "at once",
    "asap": "as soon as possible",
    "urgent": "urgent",
    "routine": "routine",
}  # of FHIR, the most urgent first


def _came_in(visit: Visit, waiting: tuple[CameIn, ...]) -> list[ToDo]:
    """What came in and waits: the most urgent first, then by when contact is to be made."""
    urgencies = [*URGENCY]

    def order(one: CameIn) -> tuple[bool, int, str, datetime]:
        held, urgency = one.summary, str(one.summary.get("urgency") or "")
        place = urgencies.index(urgency) if urgency in urgencies else urgencies.index("routine")
        return not held.get(CANCELLED), place, str(held.get("contact_by") or "9"), one.at

    mine = sorted((one for one in waiting if may_see(visit, one)), key=order)
    return [ToDo("; ".join(filter(None, _says(visit, one))), f"/in/{one.id}") for one in mine]


def _says(visit: Visit, came: CameIn) -> Iterator[str]:
    held = came.summary
    urgency = str(held.get("urgency") or "")
    kind = f"cancelled {came.kind}" if held.get(CANCELLED) else came.kind
    yield f"{kind[:1].upper()}{kind[1:]}{f', {held[ABOUT]}' if held.get(ABOUT) else ''}"
    yield URGENCY.get(urgency, urgency)
    if held.get("organisation") or held.get("ods"):
        yield f"from {held.get('organisation') or 'somebody not named'} ({held.get('ods') or 'no ODS code'})"
    yield next(iter(held.get("asks") or ()), "").partition("\n")[0]
    yield from (f"needs: {one}" for one in held.get("individual_requirements") or ())
    if held.get("contact_by"):
        yield f"contact by {moment_in_words(str(held['contact_by'])).replace(f'on {day(visit.today)}', 'today')}"
    if len(visit.desk.store.inbound.versions(came.request)) > 1 and not held.get(CANCELLED):
        yield "a newer version"


def _papers(visit: Visit, work: WorkList) -> Iterator[ToDo]:
    """The paper forms that wait, with the draft that one is being entered in."""
    under_way = {one.paper: one for one in (*work.drafts, *work.emergencies) if one.paper}
    for form in work.paper:
        title = visit.library.newest(form.condition).title_for_patients
        says = f"{title}, {day(form.on)}{', training' if form.practice else ''}"
        held = under_way.get(form.id)
        if held is not None:
            yield ToDo(f"{says}: being entered, {_whose(visit, held)}", f"/c/{held.id}/outcome")
        else:
            yield ToDo(says, f"/paper/{form.id}")


def _then(one: ForPerson) -> str:
    """What to do about it, where its own page does not say so."""
    return ": send the letter, and say so" if one.record_id else f": {one.then}"


def record_path(visit: Visit, one: ForPerson) -> str:
    """The page on which something that a person has to look at is dealt with; nothing where it is about no record."""
    if one.record_id:
        return f"/r/{one.record_id}/told"
    try:
        return f"/r/{visit.desk.store.outbox.record_of(one.bundle_id)}/message" if one.bundle_id else ""
    except PharmacyFirstError:  # what is stored of it is not what was written, which its own line says
        return ""


def whom(visit: Visit, one: ForPerson) -> str:
    """Of whom something is, at the beginning of a line; nothing where nobody can tell."""
    id = record_path(visit, one).removeprefix("/r/").partition("/")[0]
    try:
        return title_of(visit, visit.desk.store.drafts.get(id), "") if id else ""
    except PharmacyFirstError:
        return ""


def duties_left(visit: Visit, work: WorkList) -> Doing:
    """What an emergency did not wait for: the safeguarding lead is told afterwards, and that is put down by a correction."""
    left = tuple(
        ToDo(title_of(visit, one, "a duty is open: do it, and correct the record"), f"/r/{one.id}")
        for one in work.duties
    )
    return Doing("Duties that an emergency left open: do them, and correct the record", left)


def title_of(visit: Visit, held: ConsultationSoFar, more: str) -> str:
    """Who a consultation is of and what it is about, with something more about it."""
    name = who_of(held).name or "New patient"
    practice = "training, " if held.practice else ""
    title = visit.library.newest(held.condition).title_for_patients
    return f"{name}, {title}: {practice}{more}"


def _whose(visit: Visit, held: ConsultationSoFar) -> str:
    state = "expired, " if held.state is ConsultationState.EXPIRED else ""
    return f"{state}{'yours' if held.owner.is_(visit.actor) else held.owner.name}"


def begin(visit: Visit) -> Response:
    """``POST /begin``: a consultation about a condition, with a training patient where one was chosen."""
    condition = visit.posted.one("condition")
    library, drafts = visit.desk.library, visit.desk.store.drafts
    if condition not in library.conditions:
        return said(visit, "Choose a condition", "There is no such pathway.", status=422)
    if not practice_said(visit, "practice"):
        return said(visit, "It cannot be begun", NOT_SAID, status=422)
    practice = next((one for one in PRACTICE if one[0] == visit.posted.one("practice")), None)
    words = visit.posted.one("as_of")
    as_of = day_of(words) if words else None
    if words and (practice is None or as_of is None):
        return said(
            visit,
            "It cannot be begun",
            "Another day, written as day/month/year, is for training patients alone.",
            status=422,
        )
    try:
        pathway = library.in_force(condition, as_of or visit.today)
        held = drafts.begin(pathway, visit.actor, practice=practice is not None, as_of=as_of)
        if practice is not None:
            who = practice_who(practice, as_of or visit.today)
            drafts.who(held.id, visit.actor, held.revision, held.patient_mark, who.as_patient())
    except PharmacyFirstError as refused:
        return said(visit, "It cannot be begun", str(refused))
    visit.at_the_desk.practises_with = practice[0] if practice is not None else ""
    return go(f"/c/{held.id}/{PATIENT_PAGE}")


NOT_SAID = "Say first whether it is a real patient or which training patient it is: neither is taken for the other."


def practice_said(visit: Visit, name: str) -> bool:
    """Whether it was posted in this field that it is a real patient (blank), or which training patient; nothing else is taken for either."""
    return visit.posted.ticked(name) and visit.posted.one(name) in ("", *(one[0] for one in PRACTICE))


def practice_shown(chosen: str) -> tuple[ChoiceShown, ...]:
    """A real patient, and the training patients, to choose from."""
    each = [(value, f"{name} Practice, {says}") for value, name, says, _, _ in PRACTICE]
    return tuple(ChoiceShown(value, says, value == chosen) for value, says in (("", "A real patient"), *each))


def practice_who(practice: tuple[str, str, str, int, str], today: date) -> Who:
    """The patient page of an invented patient: who it is, and nothing that was said, agreed to, seen or read."""
    seed, given, _, age, gender = practice
    return Who(
        {
            "family": "Training", "given": given, "nhs_number": practice_nhs_number(int(seed)), "address": "2 Example Street, Exampleton",
            "postcode": "ZZ99 3WZ", "practice_ods": "Y99999", "practice_name": "Example Surgery", "gender": gender, "born_day": "2",
            "born_month": "1", "born_year": str(today.year - age),
        },
        practice=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundPage:
    """The consultations that were found, newest first. ``begins``: to somebody who may begin a new one."""

    items: tuple["FoundShown", ...]
    begins: bool


@dataclass(frozen=True, slots=True)
class FoundShown:
    """A consultation that was found, and the way to a new one for the same patient."""

    found: ToDo
    who: str = field(repr=False)
    again: str


def find(visit: Visit) -> Response:
    """``POST /find``: consultations by name, date of birth, NHS number or batch; who searched is put down, by what kind of thing alone."""
    records = visit.desk.store.records
    try:
        by = [records.find(sought, visit.actor) for sought in _sought(visit.posted.one("find"))]
    except PharmacyFirstError as refused:
        return said(visit, "Nothing was looked for", str(refused), status=422)
    found = {one.id: one for each in by for one in each}
    items = tuple(
        FoundShown(
            ToDo(title_of(visit, one, f"{one.state.value}, {day(in_england(one.begun_at).date())}"), _way_to(one)),
            who_of(one).name or "this patient",
            f"/again/{one.id}",
        )
        for one in found.values()
    )
    begins = may("/begin", "POST", visit.at_the_desk.person.roles)
    return html(drawn("found.html", f=frame(visit, "Found"), v=FoundPage(items, begins)))


def _sought(words: str) -> list[Sought]:
    """What the words may be: a date is a date of birth, digits an NHS number or a batch, others a name or a batch."""
    born = day_of(words)
    if born is not None:
        return [Sought(born=born)]
    if words.replace(" ", "").isdecimal():
        return [Sought(nhs_number=words), Sought(batch=words)]
    return [Sought(name=words), Sought(batch=words)]


def _way_to(held: ConsultationSoFar) -> str:
    return f"/r/{held.id}" if held.state is ConsultationState.FINISHED else f"/c/{held.id}/outcome"
