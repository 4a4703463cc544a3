"""The fields of the patient page, ready to be drawn."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.responses import JSONResponse, Response

from pharmacyfirst.handover.pasted import read_pasted
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.patient import ASKS, IN_APP, Who, choices_of, is_child, viewed_choices
from pharmacyfirst.web.rows import ChoiceShown, stacked


@dataclass(frozen=True, slots=True)
class TextShown:
    """A text field."""

    name: str
    says: str
    value: str
    wrong: str = ""
    size: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ChooseShown:
    """A question of the page that is no question of the pathway, with its answers."""

    name: str
    ask: str
    wrong: str
    choices: tuple[ChoiceShown, ...]
    stacked: bool = False

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"p-{self.name}"


@dataclass(frozen=True, slots=True)
class WhoShown:
    """The patient's part of the page. ``more`` is what most consultations leave blank."""

    texts: tuple[TextShown, ...]
    born: tuple[TextShown, ...]
    born_wrong: str
    choices: tuple[ChooseShown, ...]
    more_title: str
    more: tuple[TextShown, ...]
    selects: tuple[ChooseShown, ...]
    more_open: bool
    told: bool
    paste: bool = True


_FIELDS = (
    ("family", "Family name", "pf-third", ""),
    ("given", "Given names", "pf-third", ""),
    ("nhs_number", "NHS number", "pf-third", ""),
    ("address", "Address, with commas between lines", "pf-third", ""),
    ("postcode", "Postcode", "pf-third", ""),
    ("practice_ods", "GP practice, ODS code", "pf-third", ""),
)
_MORE = (
    ("no_address", "No address, because", "", "No fixed address, for instance"),
    ("no_practice", "No GP practice, because", "", "Not registered, for instance"),
    ("practice_name", "Name of the GP practice", "", ""),
    ("telephone", "Telephone", "", ""),
    ("requirements", "What the patient needs", "", "An interpreter, for instance"),
    ("complaint", "What the patient came with, in their words", "", "The patient can read this"),
    ("not_viewed", "No record was read, because", "", ""),
    ("consenter", "Name of whoever agrees for the patient", "", ""),
)
_MEASURED = (("measured_by", "Who measures, if it is not you", "", "By name, of whoever has no registration too"),)
_SELDOM = (
    "p-measured_by",
    "p-practice_name",
    "p-telephone",
    "p-complaint",
)  # filled in, they are no reason to look at the rest
_MORE_TITLE = "Somebody else agrees, under 16, no address, no practice, needs"


def who_shown(who: Who, here: Talk) -> WhoShown:
    """The patient's part of the page, as it was typed."""
    born = (("born_day", "Day"), ("born_month", "Month"), ("born_year", "Year"))
    measures = any(one.observation for one in here.pathway.questions.values())
    more = tuple(_texts(who, (*_MORE, *(_MEASURED if measures else ()))))
    selects = tuple(_selects(who))
    child = is_child(who, here.on)
    return WhoShown(
        texts=tuple(_with_trace(who, one) for one in _texts(who, _FIELDS)),
        born=tuple(TextShown(f"p-{name}", says, who.get(name)) for name, says in born),
        born_wrong=who.wrong.get("born", ""),
        choices=tuple(_choices(who)),
        more_title=_MORE_TITLE,
        more=more,
        selects=selects,
        more_open=child
        or any((one.value or one.wrong) and one.name not in _SELDOM for one in more)
        or who.get("by") not in ("", "patient"),
        told=bool(who.get("told")),
    )


def _texts(who: Who, fields: Iterable[tuple[str, str, str, str]]) -> Iterable[TextShown]:
    for name, says, size, hint in fields:
        yield TextShown(f"p-{name}", says, who.get(name), who.wrong.get(name, ""), size, hint)


def _with_trace(who: Who, shown: TextShown) -> TextShown:
    """The field of the NHS number says how well the number is known, while the person is the one who was traced."""
    trace = who.trace
    if shown.name != "p-nhs_number" or trace is None:
        return shown
    words = [f"by {trace['by']}"] if "by" in trace else []
    if "at" in trace:
        at = datetime.fromisoformat(trace["at"])
        words.append(f"at {at:%H:%M} on {day(at.date())}")
    traced = f"Traced {' '.join(words)}, s" if words else "S"
    return replace(shown, hint=f"{traced}tatus {trace['status']}")


def _choices(who: Who) -> Iterable[ChooseShown]:
    for name, choices in (*choices_of(who.service).items(), ("viewed", viewed_choices())):
        shown = tuple(
            ChoiceShown(value, says, who.get(name) == value, _key(value, at))
            for at, (value, says) in enumerate(choices, 1)
        )
        yield ChooseShown(name, ASKS[name], who.wrong.get(name, ""), shown, stacked(shown))


def _key(value: str, at: int) -> str:
    return {"yes": "Y", "no": "N", "?": "U"}.get(value, str(at))


def _selects(who: Who) -> Iterable[ChooseShown]:
    contact = (("contact", "How alone the patient may be reached", "contact"),)
    for name, ask, words in (
        ("relationship", "What they are to the patient", "relationship"),
        ("competence", "On what ground they agree", "competence"),
        *(contact if IN_APP in choices_of(who.service) else ()),
    ):
        items = coded_lists()[words].items
        choices = [ChoiceShown("", "Choose", not who.get(name))]
        choices += [
            ChoiceShown(value, f"{says[:1].upper()}{says[1:]}", who.get(name) == value) for value, says in items.items()
        ]
        yield ChooseShown(name, ask, "", tuple(choices))


def paste(visit: Visit) -> Response:
    """``POST /c/ID/paste``: the fields that pasted words fill, by name, and what was left. Nothing is stored, and nothing is answered."""
    taken = read_pasted(visit.posted.one("paste"), visit.today)
    born = taken.birth_date
    found = {
        "family": taken.family or "",
        "given": " ".join(taken.given),
        "nhs_number": taken.nhs_number or "",
        "address": ", ".join(taken.address),
        "postcode": taken.postcode or "",
        "telephone": taken.telephone or "",
        "born_day": str(born.day) if born is not None else "",
        "born_month": str(born.month) if born is not None else "",
        "born_year": str(born.year) if born is not None else "",
    }
    left = (
        f"Not taken, so type it: {len(taken.left)} piece{'s' if len(taken.left) != 1 else ''}"
        if taken.left
        else "All was taken"
    )
    says = "; ".join((f"{left}. Check it with the patient", *taken.doubts))
    return JSONResponse({"fields": {f"p-{name}": value for name, value in found.items() if value}, "says": says})
