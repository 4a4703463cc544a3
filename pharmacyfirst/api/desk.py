"""What the running API stands on: content, adoption, store, keys, the pharmacy's mailbox, and the two clocks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from pharmacyfirst.api.buckets import Buckets
from pharmacyfirst.api.keys import Keys
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.store import InForceNow, Store, Watch

if TYPE_CHECKING:
    from pharmacyfirst.api.hooks.clients import CDSClients
    from pharmacyfirst.api.hooks.feedback import CardsGiven
    from pharmacyfirst.api.once import Once

LOOK_EVERY = 1.0  # seconds between two looks at the files of the content, for calls that permit nothing


Made = TypeVar("Made")


class MadeOnce(Generic[Made]):
    """Something that is made of the content, and made anew where that has become another."""

    def __init__(self, make: Callable[[Library], Made]):
        self._make = make
        self._held: tuple[Library, Made] | None = None

    def of(self, library: Library) -> Made:
        """What is made of this content."""
        if self._held is None or self._held[0] is not library:
            self._held = (library, self._make(library))
        return self._held[1]


@dataclass(slots=True)
class ApiDesk:
    """The API of one pharmacy, or of none. ``clock`` gives the time with its distance from UTC, ``ticks`` seconds that only go forward.

    Without ``store`` nothing is kept and there are no keys: such a server answers its own machine alone. ``mailbox`` is the pharmacy's own
    in MESH, empty where it has none. ``url`` is the address at which others reach this server, empty where that is not known; ``cards`` and
    ``clients`` are those of CDS Hooks.
    """

    watch: Watch
    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    buckets: Buckets
    store: Store | None = None
    keys: Keys | None = None
    once: "Once | None" = None
    mailbox: str = ""
    url: str = ""
    cards: "CardsGiven | None" = None
    clients: "CDSClients | None" = None
    _looked: tuple[float, InForceNow] | None = None

    def now(self) -> datetime:
        """This moment, by England's clock."""
        return in_england(self.clock())

    @property
    def in_force(self) -> InForceNow:
        """The content and the adoption as they stand on disk at this moment, so that a suspension holds at once. Raises ``ApiProblem``."""
        return self._readable(self.watch.now())

    @property
    def library(self) -> Library:
        """The content, as it stood on disk within the last second. Raises ``ApiProblem`` where it cannot be read any more."""
        at = self.ticks()
        if self._looked is None or at - self._looked[0] >= LOOK_EVERY:
            self._looked = (at, self.watch.now())
        return self._readable(self._looked[1]).library

    def _readable(self, held: InForceNow) -> InForceNow:
        if held.trouble:
            raise ApiProblem("not_readable", held.trouble)
        return held

    def trouble(self) -> Iterator[str]:
        """What cannot be read or used now, in words; nothing where the server is ready."""
        try:
            yield from filter(None, [self.watch.now().trouble])
            if self.store is not None:
                yield from self.store.trouble()
        except (PharmacyFirstError, OSError) as error:
            yield (
                str(error)
                if isinstance(error, PharmacyFirstError)
                else "A file that this server stands on cannot be read."
            )
