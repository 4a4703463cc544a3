"""The accounts of a pharmacy: a ledger of their own in the data folder, never changed and never deleted, for its owner alone.

They stand beside the store and not in it: an export or evidence of consultations takes no password along, and an older copy of the store
that is put back brings nobody back who was disabled since.
"""

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from pharmacyfirst import exact
from pharmacyfirst.errors import Refused, must_be
from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerEvent, open_ledger
from pharmacyfirst.ledger.file import copied_beside, private_folder
from pharmacyfirst.ledger.places import place_in
from pharmacyfirst.people import passwords, second_factor
from pharmacyfirst.people.colleague import (
    Colleague,
    NewColleague,
    PeopleDeed,
    PeopleRefused,
    added,
    after,
    at_sites,
    everything,
    folded,
    number_that_fits,
    told_of,
)
from pharmacyfirst.people.roles import Role

NAME = "people"
ONE_TIME_LASTS = timedelta(hours=24)
_ACCOUNTS, _SIGNED = "people/account/", "people/signed-in/"
LAST_ADMINISTRATOR = "This is the last administrator who can sign in: nobody could look after the accounts any more. Make another one first."


@dataclass(frozen=True, slots=True)
class Told:
    """What was done to an account: what, when (UTC), to whom, by whom, and more in words. It holds no secret."""

    at: datetime
    deed: PeopleDeed
    of: str
    by: str
    more: str


@dataclass(frozen=True, slots=True)
class Lock:
    """That a word waits: how often it was tried wrongly in a row, and until when (UTC). ``mark`` tells words apart and says none of them."""

    mark: str
    times: int
    until: datetime


class People:
    """The accounts. ``open_people`` opens them. Used by the thread that opened them; several processes may have them open."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]):
        self._ledger, self._clock = ledger, clock
        self._writer = ledger.reserve("people/")
        self._read_at, self._all = -1, dict[str, Colleague]()

    def close(self) -> None:
        """Close them."""
        self._ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def now(self) -> datetime:
        """What the clock says, in UTC."""
        return self._clock().astimezone(UTC)

    # Reading

    @property
    def are_there(self) -> bool:
        """Whether there is anybody, so that signing in is demanded."""
        return bool(self._known())

    @property
    def can_sign_in(self) -> bool:
        """Whether anybody has a way in at this moment."""
        return any(one.active and (one.password or one.subject) for one in self._known().values())

    def all(self) -> tuple[Colleague, ...]:
        """Everybody, by the word they sign in with, the disabled too."""
        return tuple(sorted(self._known().values(), key=lambda one: one.signs_in_as))

    def get(self, id: str) -> Colleague:
        """Somebody by the id of the account. Raises ``PeopleRefused``."""
        found = self._known().get(id)
        if found is None:
            raise PeopleRefused("Nobody has this account.")
        return found

    def who_signs_in_as(self, word: str) -> Colleague | None:
        """Whoever signs in with this word; None where nobody does."""
        return next((one for one in self._known().values() if one.signs_in_as == folded(word)), None)

    def who_is(self, subject: str) -> Colleague | None:
        """Whoever the provider knows by this subject."""
        return next((one for one in self._known().values() if subject and one.subject == subject), None)

    def stands(self, id: str, stamp: int) -> bool:
        """Whether a session that was begun with this stamp still holds: the account is there, active, and as it was then."""
        found = self._known().get(id)
        return found is not None and found.active and found.stamp == stamp

    def history(self, id: str = "") -> tuple[Told, ...]:
        """All that was done to one account, or to all of them, newest first; nothing of it is secret."""
        names = {one.id: one.name for one in self.all()} | {"nobody": "(no such person)"}
        found = [
            (event.position, Told(event.at, PeopleDeed(event.kind), names.get(of, of), *_by(event)))
            for stream in self._ledger.streams("people/")
            if (of := stream.rpartition("/")[2]) and (not id or of == id)
            for event in self._ledger.events(stream, attached=False)
        ]
        return tuple(told for _, told in sorted(found, key=lambda one: -one[0]))

    def last_step(self, id: str) -> int:
        """The half minute of the last code of the second factor that let somebody in; -1 where there was none."""
        for event in reversed(self._ledger.events(_SIGNED + id, attached=False)):
            step = _body(event)["told"].get("step")
            if step is not None:
                return int(step)
        return -1

    def locks(self) -> tuple[Lock, ...]:
        """The last lock of each word, but of those with which somebody has signed in since."""
        found: dict[str, Lock] = {}
        for stream in self._ledger.streams(_SIGNED):
            here: dict[str, Lock] = {}
            for event in self._ledger.events(stream, attached=False):
                told = _body(event)["told"]
                if event.kind == PeopleDeed.SIGNED_IN.value:
                    here = {}
                elif "word" in told:
                    until = datetime.fromisoformat(str(told["until"]))
                    here[str(told["word"])] = Lock(str(told["word"]), int(told["times"]), until)
            found |= here
        return tuple(found.values())

    def copy_to(self, file: Path) -> None:
        """A copy of the accounts in a new file. It holds what proves people: keep it as the folder itself is kept."""
        self._ledger.copy_to(file)

    def verify(self) -> int:
        """Go through every event, its digest and what it comes to; how many there are. Raises ``LedgerDamaged``."""
        self._ledger.sound()
        many = self._ledger.verify()
        self._read_at = -1
        self._known()
        return many

    def _known(self) -> Mapping[str, Colleague]:
        """Everybody as the events on disk come to; read again only after something was written, by whatever process."""
        length = self._ledger.length
        if length != self._read_at:
            ids = [one.removeprefix(_ACCOUNTS) for one in self._ledger.streams(_ACCOUNTS)]
            self._all = {id: _folded(id, self._ledger.events(_ACCOUNTS + id)) for id in ids}
            self._read_at = length
        return self._all

    # Writing

    def add(self, who: NewColleague, by: str) -> Colleague:
        """Add somebody, who cannot sign in before there is a password, or the provider knows them. The first is an administrator.

        Raises ``PeopleRefused``.
        """
        must_be(NewColleague, who=who)
        id = str(uuid4())
        with self._ledger.transaction():
            if not self.are_there and Role.ADMINISTRATOR not in who.roles:
                raise PeopleRefused(
                    "The first person has to be an administrator: somebody has to look after the accounts."
                )
            for one in self._known().values():
                if one.signs_in_as == who.signs_in_as:
                    raise PeopleRefused("Somebody signs in with this word, or did: choose another one.")
                if who.gphc_number and one.gphc_number == who.gphc_number:
                    raise PeopleRefused(
                        "Somebody has this GPhC number here, or had: enable that account, or put the number right."
                    )
                if not who.gphc_number and one.name == " ".join((*who.given, who.family)):
                    raise PeopleRefused(
                        "Somebody has this name here, or had: add a name that tells them apart on what they do."
                    )
            self._write(id, PeopleDeed.ADDED, by, who.told())
        return self.get(id)

    def choose_password(self, id: str, password: str, by: str) -> Colleague:
        """The password that somebody chose for themselves. Raises ``PeopleRefused`` for one that would be guessed."""
        one = self.get(id)
        passwords.must_be_good(password, (one.signs_in_as, one.family, *one.given))
        if one.password and passwords.is_right(one.password, password):
            raise PeopleRefused("Password: this is the one that there is. Choose another one.")
        return self._write(id, PeopleDeed.PASSWORD, by, secret=passwords.digest_of(password))

    def one_time_password(self, id: str, by: str) -> str:
        """A password that opens the door once, made here and told to whoever asked; good for a day, and then no more."""
        made = passwords.one_time_password()
        until = {"until": (self.now() + ONE_TIME_LASTS).isoformat()}
        self._write(id, PeopleDeed.PASSWORD, by, until, passwords.digest_of(made))
        return made

    def choose_pin(self, id: str, pin: str, by: str) -> Colleague:
        """The PIN that shows the patient again after quiet minutes."""
        passwords.must_be_a_pin(pin)
        return self._write(id, PeopleDeed.PIN, by, secret=passwords.digest_of(pin))

    def set_up_second_factor(self, id: str, seed: str, code: str, by: str) -> Colleague:
        """Keep the seed of an authenticator, once a code of it was shown to be right. Raises ``PeopleRefused``."""
        step = second_factor.step_of(seed, code, self.now())
        if step is None:
            raise PeopleRefused(
                "Code: this is not what the authenticator shows now. Look whether its clock is right, and give the next one."
            )
        with self._ledger.transaction():
            self._write(id, PeopleDeed.SECOND_FACTOR, by, secret=seed)
            self._signed(id, PeopleDeed.SIGNED_IN, {"step": step, "how": "the first code of a new second factor"})
        return self.get(id)

    def take_second_factor_away(self, id: str, by: str) -> Colleague:
        """Somebody has lost their authenticator, and sets another one up."""
        return self._write(id, PeopleDeed.NO_SECOND_FACTOR, by)

    def set_roles(
        self,
        id: str,
        roles: AbstractSet[Role],
        gphc_number: str,
        by: str,
        at: Mapping[str, AbstractSet[Role]] | None = None,
    ) -> Colleague:
        """What somebody is from now on, and ``at`` which single sites. Raises ``PeopleRefused``, for the last administrator too."""
        sites = at_sites(at or {})
        with self._ledger.transaction():
            one, number = self.get(id), number_that_fits(everything(roles, sites), gphc_number)
            if one.gphc_number and number not in ("", one.gphc_number):
                raise PeopleRefused("A GPhC number is a person's for ever: add another account for somebody else.")
            if Role.ADMINISTRATOR not in roles:
                self._not_the_last(one)
            if any(other.gphc_number == number and other.id != id for other in self._known().values() if number):
                raise PeopleRefused("Somebody else has this GPhC number.")
            return self._write(id, PeopleDeed.ROLES, by, told_of(roles, sites) | {"gphc_number": number})

    def keep_to_site(self, site: str, by: str) -> int:
        """Whoever was something in the one pharmacy that there was is it at this site alone from now on, administrators aside; how many.

        It is done before a second site is there, whose records are not theirs.
        """
        found = [one for one in self._known().values() if one.roles - {Role.ADMINISTRATOR}]
        with self._ledger.transaction():
            for one in found:
                roles, rest = one.roles & {Role.ADMINISTRATOR}, one.roles - {Role.ADMINISTRATOR}
                at = dict(one.at) | {site: one.at.get(site, frozenset()) | rest}
                self.set_roles(one.id, roles, one.gphc_number, by, at)
        return len(found)

    def disable(self, id: str, by: str) -> Colleague:
        """Let somebody in no more; what they are in the middle of ends with their next request. Raises ``PeopleRefused``."""
        with self._ledger.transaction():
            self._not_the_last(self.get(id))
            return self._write(id, PeopleDeed.DISABLED, by)

    def enable(self, id: str, by: str) -> Colleague:
        """Let somebody in again."""
        return self._write(id, PeopleDeed.ENABLED, by)

    def link(self, id: str, subject: str, by: str) -> Colleague:
        """From now on the provider knows somebody by this subject. Raises ``PeopleRefused`` where it knows another one by it."""
        with self._ledger.transaction():
            known = self.who_is(subject)
            if known is not None and known.id != id:
                raise PeopleRefused("The provider knows somebody else here by this subject.")
            return self._write(id, PeopleDeed.LINKED, by, {"subject": subject})

    def signed_in(self, id: str, how: str, step: int | None = None) -> None:
        """Put down that somebody signed in, and with which code of the second factor."""
        self._signed(id, PeopleDeed.SIGNED_IN, {"how": how} | ({"step": step} if step is not None else {}))

    def locked(self, id: str, lock: Lock) -> None:
        """Put down that nobody is let in with a word until then; ``id`` is empty where nobody signs in with it."""
        minutes = -(-int((lock.until - self.now()).total_seconds()) // 60)
        told = {"minutes": minutes, "word": lock.mark, "times": lock.times, "until": lock.until.isoformat()}
        self._signed(id or "nobody", PeopleDeed.LOCKED, told)

    def _not_the_last(self, one: Colleague) -> None:
        able = [other for other in self._known().values() if other.active and Role.ADMINISTRATOR in other.roles]
        if able == [one]:
            raise PeopleRefused(LAST_ADMINISTRATOR)

    def _write(
        self, id: str, deed: PeopleDeed, by: str, told: Mapping[str, Any] | None = None, secret: str = ""
    ) -> Colleague:
        must_be(str, by=by, secret=secret)
        if not by.strip():
            raise PeopleRefused("Say who does it.")
        if deed is not PeopleDeed.ADDED:
            self.get(id)
        body = exact.write({"by": by, "told": dict(told or {})})
        self._writer.append(_ACCOUNTS + id, deed.value, body, self.now(), secret.encode())
        return self.get(id)

    def _signed(self, id: str, deed: PeopleDeed, told: Mapping[str, Any]) -> None:
        self._writer.append(_SIGNED + id, deed.value, exact.write({"by": "", "told": dict(told)}), self.now())


def _folded(id: str, events: tuple[LedgerEvent, ...]) -> Colleague:
    now: Colleague | None = None
    try:
        for event in events:
            deed, told = PeopleDeed(event.kind), _body(event)["told"]
            if now is None:
                now = added(id, told, event.position)
            else:
                now = after(now, deed, told, event.attached.decode(), event.position)
    except (KeyError, TypeError, ValueError):
        now = None
    if now is None:
        raise LedgerDamaged("An account is not what was written. Put a copy of the accounts back, and find out why.")
    return now


def _body(event: LedgerEvent) -> dict[str, Any]:
    try:
        body = exact.read(event.body)
        if isinstance(body, dict) and isinstance(body["told"], dict):
            return body
    except (KeyError, Refused, json.JSONDecodeError):
        pass
    raise LedgerDamaged(f"Event {event.position} of the accounts is not what was written.")


def _by(event: LedgerEvent) -> tuple[str, str]:
    body = _body(event)
    told = body["told"]
    sites = (f"{word} at {site}" for site, words in dict(told.get("at") or {}).items() for word in words)
    more = (
        ", ".join((*told.get("roles", ()), *sites))
        or str(told.get("how", ""))
        or (f"for {told['minutes']} minutes" if "minutes" in told else "good for one day" if "until" in told else "")
    )
    return str(body["by"]), more


def open_people(folder: Path, clock: Callable[[], datetime]) -> People:
    """The accounts in a folder; a ledger without anybody is made where there is none. Raises ``LedgerUnusable``."""
    must_be(Path, folder=folder)
    private_folder(folder)
    return People(place_in(folder, NAME).open(), clock)


def put_back(copy: Path, folder: Path) -> int:
    """Put a copy in place of the accounts of a folder, once it was gone through; how many events it has.

    What was there is set aside under another name. Raises ``LedgerDamaged``, ``LedgerUnusable``, ``PeopleRefused`` where there is no copy.
    """
    if not copy.is_file():
        raise PeopleRefused("There is no copy at that place. Nothing was changed.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with copied_beside(copy, folder / f"{NAME}.sqlite") as beside:
        with closing(open_ledger(beside)) as ledger:
            many = People(ledger, lambda: datetime.now(UTC)).verify()
        place_in(folder, NAME).put(beside)
    return many


def accounts_are_in(folder: Path) -> bool:
    """Whether a folder has accounts, in a file or in PostgreSQL. Raises ``LedgerUnusable`` where that cannot be found out."""
    return place_in(folder, NAME).exists()
