"""A consultation that was held on paper: put down so that it is not forgotten, entered page by page, and looked at where it was done otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.paper.words import begun, day
from pharmacyfirst.store import ConsultationSoFar, OnPaperForm, StoreRefused
from pharmacyfirst.web.desk import PATIENT_PAGE, Talk, Visit, talk
from pharmacyfirst.web.frame import drawn, frame, go_on, path_of
from pharmacyfirst.web.on_paper import (
    ON_PAPER,
    SOMEBODY_ELSE,
    PaperSaid,
    PaperTyped,
    day_of_paper,
    long_ago,
    paper_in,
    read_paper,
)
from pharmacyfirst.web.opened import about, given_back, opened, said
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.start import NOT_SAID, PRACTICE, practice_said, practice_shown, practice_who
from pharmacyfirst.web.people import professions
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown

LATER, NEVER = "later", "never"
CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class PaperField:
    """A field about the paper as it was typed, and what is wrong with it."""

    value: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class PaperPage:
    """What the page about a paper form shows. ``form``: it waits on the work list; ``draft``: it is being entered, and is looked at again.

    ``sure`` are things that are believable but odd, to be confirmed before it goes on.
    """

    path: str
    title: str
    about: str
    conditions: tuple[ChoiceShown, ...]
    practice: tuple[ChoiceShown, ...]
    day: PaperField
    began: PaperField
    ended: PaperField
    people: tuple[ChoiceShown, ...]
    by_wrong: str
    family: PaperField
    given: PaperField
    gphc: PaperField
    professions: tuple[ChoiceShown, ...]
    profession_wrong: str
    because: PaperField
    sure: tuple[str, ...]
    errors: tuple[Error, ...]
    form: bool = False
    held: ConsultationSoFar | None = None


@dataclass(frozen=True, slots=True)
class _AboutForm:
    """What a paper form is about, as far as it fits: condition, day, and the invented patient where it is training."""

    condition: str
    on: date | None
    practice: str
    wrong: dict[str, str]


# Entered, or put down for later


def enter(visit: Visit) -> Response:
    """``GET`` and ``POST /paper`` and ``/paper/FORM``: a paper consultation to enter, new or among those that wait."""
    form = None
    if "form" in visit.names:
        try:
            form = visit.desk.store.paper.get(visit.names["form"])
        except StoreRefused as refused:
            return said(visit, "There is no such paper form", str(refused), status=404)
        if form.entered_as:
            return said(visit, "This paper form waits no more", "It was entered, or is not to be entered.")
        if form.condition not in visit.desk.library.conditions:
            return said(
                visit, "There is no such pathway", "The content that is installed has no pathway of this condition."
            )
    if visit.method != "POST":
        return _page(
            visit, form, _AboutForm(form.condition if form else "", form.on if form else None, "", {}), PaperTyped()
        )
    asked = _asked(visit, form)
    do = visit.posted.one("do")
    try:
        if do == NEVER and form is not None:
            return _never(visit, form, asked)
        if do == LATER and form is None:
            return _later(visit, asked)
        return _entered(visit, form, asked)
    except PharmacyFirstError as refused:
        return _page(
            visit,
            form,
            _AboutForm(asked.condition, asked.on, asked.practice, {"condition": str(refused)}),
            _typed(visit, asked),
        )


def _asked(visit: Visit, form: OnPaperForm | None) -> _AboutForm:
    posted, wrong = visit.posted, {}
    practice = posted.one("w-practice")
    if form is not None:
        if form.practice and not (practice and practice_said(visit, "w-practice")):
            wrong["practice"] = "Training patient: choose which"
        return _AboutForm(form.condition, form.on, practice if form.practice else "", wrong)
    if not practice_said(visit, "w-practice"):
        wrong["practice"] = NOT_SAID
    condition, on = posted.one("w-condition"), day_of_paper(posted.one("w-day"), visit.now)
    if condition not in visit.desk.library.conditions:
        wrong["condition"] = "Condition: choose what the form is for"
    if isinstance(on, str):
        wrong["day"] = on
    return _AboutForm(condition, on if isinstance(on, date) else None, practice, wrong)


def _later(visit: Visit, asked: _AboutForm) -> Response:
    if asked.wrong or asked.on is None:
        return _page(visit, None, asked, _typed(visit, asked))
    visit.desk.store.paper.held(asked.condition, asked.on, visit.actor, practice=bool(asked.practice))
    return go_on(visit, "/", "The paper consultation is put down: it waits on the work list.")


def _never(visit: Visit, form: OnPaperForm, asked: _AboutForm) -> Response:
    because = visit.posted.one("w-never")
    if not because:
        wrong = asked.wrong | {"never": "Not to be entered: say why, naming no patient"}
        return _page(visit, form, _AboutForm(asked.condition, asked.on, asked.practice, wrong), PaperTyped())
    visit.desk.store.paper.entered(form.id, visit.actor, because=because)
    return go_on(visit, "/", "The paper consultation is taken off the work list, with the reason.")


def _entered(visit: Visit, form: OnPaperForm | None, asked: _AboutForm) -> Response:
    """Begin the consultation, once all that is asked of the paper fits and what is odd was confirmed."""
    typed = _typed(visit, asked)
    if asked.wrong or asked.on is None or typed.paper is None:
        return _page(visit, form, asked, typed)
    sure = tuple(_odd(visit, asked.on, typed.paper, bool(asked.practice)))
    if sure and not visit.posted.ticked("w-sure"):
        return _page(visit, form, asked, typed, sure)
    pathway = visit.desk.library.in_force(asked.condition, asked.on)
    held = _begun(visit, pathway, asked, form, dict(typed.typed) | {CONFIRMED: list(sure)})
    return go(f"/c/{held.id}/{PATIENT_PAGE}")


def _begun(
    visit: Visit, pathway: Pathway, asked: _AboutForm, form: OnPaperForm | None, kept: dict[str, object]
) -> ConsultationSoFar:
    """The consultation, begun with what the paper says of itself; the form waits on the work list until it is finished."""
    store, actor = visit.desk.store, visit.actor
    assert asked.on is not None  # nothing is begun without a day
    waits = form or store.paper.held(pathway.id, asked.on, actor, practice=bool(asked.practice))
    held = store.drafts.begin(pathway, actor, practice=bool(asked.practice), as_of=asked.on, paper=waits.id)
    held = store.drafts.post(held.id, actor, held.revision, held.patient_mark, ON_PAPER, {}, fields=kept)
    practice = next((one for one in PRACTICE if one[0] == asked.practice), None)
    if practice is not None:
        who = practice_who(practice, asked.on)
        held = store.drafts.who(held.id, actor, held.revision, held.patient_mark, who.as_patient())
    return held


def _odd(visit: Visit, on: date, paper: PaperSaid, practice: bool, but: str = "") -> Iterator[str]:
    """What is believable and odd about a paper form, in words that name nobody. ``but`` is the consultation itself."""
    if ago := long_ago(on, visit.now):
        yield ago
    number = paper.practitioner.gphc_number
    for one in visit.desk.store.records.at_that_time(number, paper.began, paper.ended, practice):
        yield f"{_title(visit, one.condition)} by the same person is on record at that time"
    for one in visit.desk.store.drafts.under_way():
        other = paper_in(one) if one.paper else None
        if one.id == but or other is None or one.practice is not practice:
            continue
        if other.practitioner.gphc_number == number and other.began <= paper.ended and other.ended >= paper.began:
            yield f"{_title(visit, one.condition)} by the same person at that time is being entered"


def _title(visit: Visit, condition: str) -> str:
    return begun(visit.desk.library.newest(condition).title_for_patients)


def _typed(visit: Visit, asked: _AboutForm) -> PaperTyped:
    """What was typed of the paper; looked at as of today where its day does not fit, so that the rest is looked at too."""
    return read_paper(visit.posted, asked.on or visit.today, visit.now, visit.desk.practitioners)


# While it is being entered


def of_draft(visit: Visit) -> Response:
    """``GET`` and ``POST /c/ID/paper``: what the paper says of itself, looked at again while its answers are entered."""
    desk = visit.desk
    try:
        held = desk.store.drafts.look_again(visit.names["id"], visit.actor, desk.library)
    except PharmacyFirstError as refused:
        return about(visit, refused)
    if not held.paper or not held.under_way or not held.owner.is_(visit.actor):
        here = opened(visit)  # which says whose it is, or that it is finished
        return here if isinstance(here, Response) else go(path_of(here, PATIENT_PAGE))
    asked = _AboutForm(held.condition, date.fromisoformat(held.as_of), "", {})
    kept = {str(name): str(value) for name, value in (held.fields.get(ON_PAPER) or {}).items()}
    if visit.method != "POST":
        return _page(visit, None, asked, PaperTyped(kept), held=held)
    typed = _typed(visit, asked)
    if typed.paper is None or asked.on is None:
        return _page(visit, None, asked, typed, held=held)
    sure = tuple(_odd(visit, asked.on, typed.paper, held.practice, held.id))
    before = (held.fields.get(ON_PAPER) or {}).get(CONFIRMED) or ()
    if set(sure) - set(before) and not visit.posted.ticked("w-sure"):
        return _page(visit, None, asked, typed, sure, held)
    revision, mark = given_back(visit)
    try:
        fields = dict(typed.typed) | {CONFIRMED: list(sure)}
        held = desk.store.drafts.post(held.id, visit.actor, revision, mark, ON_PAPER, {}, fields=fields)
        return go(path_of(talk(desk, held, visit.now), PATIENT_PAGE))
    except PharmacyFirstError as refused:
        return about(visit, refused)


# Shown


def _page(
    visit: Visit, form: OnPaperForm | None, asked: _AboutForm, typed: PaperTyped, sure: tuple[str, ...] = (), held: ConsultationSoFar | None = None
) -> Response:  # fmt: skip
    posted, wrong = visit.posted, {**typed.wrong, **asked.wrong}
    here: Talk | None = _here(visit, held)

    def field(name: str) -> PaperField:
        return PaperField(typed.typed.get(name, ""), wrong.get(name, ""))

    by = typed.typed.get("by")  # never preset: whoever types may not be who held it
    people = [
        ChoiceShown(one.gphc_number, f"{one.name}, GPhC {one.gphc_number}", one.gphc_number == by)
        for one in visit.desk.practitioners
    ]
    people.append(ChoiceShown(SOMEBODY_ELSE, "Somebody else", by == SOMEBODY_ELSE))
    chosen = asked.condition or posted.one("w-condition")
    view = PaperPage(
        path=path_of(here, "paper") if here is not None else visit.path,
        title="On paper" if held is not None else "Enter a paper consultation",
        about=_about(visit, asked) if form is not None or held is not None else "",
        conditions=tuple(
            ChoiceShown(one, _title(visit, one), one == chosen) for one in visit.desk.library.conditions
        ) if form is None and held is None else (),
        practice=_who_it_is(posted, form) if held is None and (form is None or form.practice) else (),
        day=PaperField(posted.one("w-day"), wrong.get("day", "")),
        began=field("began"), ended=field("ended"), people=tuple(people), by_wrong=wrong.get("by", ""),
        family=field("family"), given=field("given"), gphc=field("gphc"), professions=professions(typed.typed.get("profession", "")), profession_wrong=wrong.get("profession", ""),
        because=field("because"), sure=sure,
        errors=tuple(Error(says, f"w-{name}") for name, says in wrong.items()),
        form=form is not None, held=held,
    )  # fmt: skip
    path = path_of(here, "paper") if here is not None else ""
    status = 422 if wrong or sure else 200
    return html(drawn("paper.html", f=frame(visit, view.title, here, path), v=view), status)


def _who_it_is(posted: Posted, form: OnPaperForm | None) -> tuple[ChoiceShown, ...]:
    """Whom to choose from; of a form that waits and is training no real patient."""
    return tuple(
        ChoiceShown("", "Choose", one.chosen) if form is not None and not one.value else one
        for one in practice_shown(posted.one("w-practice"))
    )


def _here(visit: Visit, held: ConsultationSoFar | None) -> Talk | None:
    """The consultation, for the bar and the steps around the page; none before it is begun."""
    return talk(visit.desk, held, visit.now) if held is not None else None


def _about(visit: Visit, asked: _AboutForm) -> str:
    """What a form that is known already is about."""
    on = f", {day(asked.on)}" if asked.on is not None else ""
    return f"{_title(visit, asked.condition)}{on}. Judged by the pathway of that day."


# Done otherwise


@dataclass(frozen=True, slots=True)
class LookedAtPage:
    """What was done otherwise than the assessment says, for whoever answers for it."""

    path: str
    record: str
    condition: str
    lines: tuple[str, ...]
    because: PaperField
    errors: tuple[Error, ...]


def looked_at(visit: Visit) -> Response:
    """``GET`` and ``POST /looked-at/ID``: a record entered late that says that something else was done, and what was found about that."""
    id, records = visit.names["id"], visit.desk.store.records
    try:
        records.read(id, visit.actor, "done otherwise")
        record = records.record(id, visit.desk.library)
        because = visit.posted.one("l-because")
        if visit.method == "POST" and because:
            records.answered_for(id, visit.actor, because)
            return go_on(visit, "/", "What you found is put down: the work list shows it no more.")
    except PharmacyFirstError as refused:
        return said(visit, "The record cannot be shown", str(refused), status=404)
    wrong = "Say what you found and did about it" if visit.method == "POST" else ""
    lines = [
        f"Held on paper on {day(record.on)}, by {record.practitioner.name}.",
        f"The assessment: {in_words(record.outcome)}. Done: {record.decision.done}.",
    ]
    lines += [f"Because: {record.decision.because}"] if record.decision.because else []
    lines += [f"Handed over without a permit: {reason.says}." for one in record.unpermitted for reason in one.reasons]
    view = LookedAtPage(
        visit.path, f"/r/{id}", record.in_words.title, tuple(lines), PaperField(because, wrong),
        (Error(wrong, "l-because"),) if wrong else (),
    )  # fmt: skip
    return html(drawn("looked-at.html", f=frame(visit, "Done otherwise on paper"), v=view), 422 if wrong else 200)
