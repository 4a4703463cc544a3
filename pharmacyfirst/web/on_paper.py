"""What a paper form says of itself beside its answers: day, times, who wrote it, why it was on paper; as it is typed, and as a record takes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.contract.typed_answers import day_of
from pharmacyfirst.errors import Refused
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.decision import Late
from pharmacyfirst.record.fields import RecordRefused, read_back
from pharmacyfirst.record.people import PractitionerOnRecord
from pharmacyfirst.store import ConsultationSoFar
from pharmacyfirst.web.posted import Posted

ON_PAPER = "on paper"  # the page of the store that holds it
SOMEBODY_ELSE = "else"
ASKED_ABOUT_AFTER = timedelta(days=14)  # a paper form that lay longer is more often a wrong day than a late one
REFUSED_AFTER = timedelta(days=366)  # in January the year is written wrongly
TEXTS = ("began", "ended", "by", "family", "given", "gphc", "profession", "because")
_LACKING = {
    "began": "Began: give the time on the paper as hours and minutes, for instance 10:30",
    "ended": "Ended: give the time on the paper as hours and minutes, for instance 10:42",
    "because": "Why it was on paper: say it in a few words",
}


@dataclass(frozen=True, slots=True)
class PaperSaid:
    """A consultation on paper: when it began and ended, who held it, and why on paper. Nothing of the patient is in it."""

    began: datetime
    ended: datetime
    practitioner: PractitionerOnRecord
    because: str

    @property
    def late(self) -> Late:
        """That it is entered late, and when the paper was written."""
        return Late(because=self.because, paper_at=self.ended)

    def in_words(self) -> str:
        """For instance ``20 November 2026, 10:30 to 10:42, by Robin Sample, GPhC 2999999``."""
        when = f"{day(self.began.date())}, {self.began:%H:%M} to {self.ended:%H:%M}"
        return f"{when}, by {self.practitioner.name}, GPhC {self.practitioner.gphc_number}"


@dataclass(frozen=True, slots=True)
class PaperTyped:
    """What was typed of a paper form by field, what of it does not fit, and what it comes to where all of it fits."""

    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    paper: PaperSaid | None = None


def read_paper(posted: Posted, on: date, now: datetime, people: tuple[PractitionerOnRecord, ...]) -> PaperTyped:
    """What was posted of a paper form of a day. ``people`` are those at the desk, who need not be typed."""
    typed = {name: posted.one(f"w-{name}") for name in TEXTS}
    if (held := next((one for one in people if one.gphc_number == typed["by"]), None)) is not None:
        typed |= {
            "family": held.family,
            "given": " ".join(held.given),
            "gphc": held.gphc_number,
            "profession": held.profession,
        }
    return paper_of(typed, on, now)


def paper_of(typed: Mapping[str, str], on: date, now: datetime) -> PaperTyped:
    """What these fields come to on a day, looked at now."""
    wrong: dict[str, str] = {name: says for name, says in _LACKING.items() if not typed.get(name)}
    times = {}
    for name in ("began", "ended"):
        try:
            times[name] = moment_on(on, typed.get(name, ""))
        except (Refused, ValueError):
            wrong[name] = _LACKING[name]
    wrong |= dict(_wrong_times(times, now))
    who = _who(typed, wrong)
    if wrong or who is None:
        return PaperTyped(typed, wrong)
    return PaperTyped(typed, wrong, PaperSaid(times["began"], times["ended"], who, typed["because"]))


def moment_on(on: date, words: str) -> datetime:
    """A time of a day as it was written, such as ``14:30``.

    Raises ``Refused`` for an hour that the clocks leave out or go through twice, ``ValueError`` for what is no time.
    """
    hours, _, minutes = words.replace(".", ":").partition(":")
    return in_england(datetime.combine(on, time(int(hours), int(minutes))))


def _wrong_times(times: Mapping[str, datetime], now: datetime) -> Iterator[tuple[str, str]]:
    began, ended = times.get("began"), times.get("ended")
    if began is not None and ended is not None and ended < began:
        yield "ended", "Ended: this is before it began; look at both times on the paper"
    elif ended is not None and ended > now:
        yield "ended", "Ended: this is still to come; look at the day and the time on the paper"


def _who(typed: Mapping[str, str], wrong: dict[str, str]) -> PractitionerOnRecord | None:
    """Who wrote it, by name and GPhC number."""
    if not typed.get("gphc") or not typed.get("family"):
        wrong["by"] = "Written by: choose who held the consultation, or give their name and GPhC number"
        return None
    if not typed.get("profession"):
        wrong["profession"] = "Profession: choose what whoever wrote it is"
        return None
    try:
        return read_back(
            PractitionerOnRecord,
            {
                "gphc_number": typed["gphc"],
                "family": typed["family"],
                "given": typed.get("given", "").split(),
                "profession": typed["profession"],
            },
        )
    except RecordRefused as refused:
        wrong["by"] = f"Written by: {str(refused).removesuffix(' Nothing was recorded.')}"
        return None


def day_of_paper(words: str, now: datetime) -> date | str:
    """The day that is written on the paper; else, in words, why it cannot be that day."""
    on = day_of(words)
    if on is None:
        return "Day: give the day on the paper as day/month/year"
    if on > now.date():
        return "Day: this is still to come; look at the day on the paper"
    if now.date() - on > REFUSED_AFTER:
        return "Day: this is more than a year ago; look at the year on the paper"
    return on


def long_ago(on: date, now: datetime) -> str:
    """That the day lies so far back that it has to be confirmed; nothing where it does not."""
    passed = now.date() - on
    return f"{day(on)} is {passed.days} days ago" if passed > ASKED_ABOUT_AFTER else ""


def paper_in(held: ConsultationSoFar) -> PaperSaid | None:
    """What was said of the paper that a consultation is entered from; None where it is entered from none, or nothing was said yet."""
    page = held.pages.get(ON_PAPER)
    if page is None:
        return None
    typed: dict[str, Any] = dict(page.fields)
    on = date.fromisoformat(held.as_of)
    return paper_of({name: str(typed.get(name) or "") for name in TEXTS}, on, in_england(page.at)).paper
