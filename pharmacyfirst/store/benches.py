"""The sign-off bench of an organisation: who found what of which clause, who confirmed it, the signed documents, and what was adopted of it.

A stream for each condition. Nothing in it is about a patient.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pharmacyfirst.authority.adoption import Adoption
from pharmacyfirst.authority.bench import Bench, BenchAnswer, BenchRefused, BenchSheet, ClauseFound, Confirmation
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import must_be
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.store.deeds import Actor, Deed, StoreEvent, as_written
from pharmacyfirst.store.kept import STORE, Kept

BENCH = f"{STORE}bench/"
MOST_OF_A_DOCUMENT = 5_000_000  # bytes
_PDF = b"%PDF-"


class Benches:
    """What is on the bench. ``Store.benches`` is the one to use. ``key`` is what tells who does something from everybody else."""

    def __init__(self, kept: Kept):
        self._kept = kept

    def of(self, pathway: Pathway) -> Bench:
        """A condition on the bench, with all that was found and confirmed of it so far. Raises ``LedgerDamaged``."""
        answers: dict[tuple[str, str], BenchAnswer] = {}
        confirmed: dict[str, Confirmation] = {}
        for event in self._kept.events(BENCH + pathway.id, attached=False):
            with as_written(event.number):
                told = event.told
                if event.deed is Deed.CLAUSE_FOUND:
                    answers[told["of"], told["clause"]] = _answer(event)
                elif event.deed is Deed.SHEET_CONFIRMED:
                    on = in_england(event.at).date()
                    confirmed[told["of"]] = Confirmation(told["answers"], event.actor.name, on, told["account"])
        return Bench(pathway, Frozen(answers), Frozen(confirmed))

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is put down inside, or nothing."""
        with self._kept.together():
            yield

    def found(
        self, pathway: Pathway, sheet: BenchSheet, clause: str, given: Mapping[str, str], actor: Actor, key: str
    ) -> None:
        """Put down what somebody found of a clause: ``found``, ``where``, ``says``, and the ``digest`` of the words that they saw.

        Raises ``BenchRefused`` where it says too little, where the clause has other words by now, or may not stand.
        """
        must_be(str, clause=clause, key=key)
        now = {one.name: one.digest for one in sheet.clauses}
        if now.get(clause) != given.get("digest"):
            named = clause if clause in now else "This clause"  # any other name may be anybody's words
            raise BenchRefused(f"{named}: its words have changed since the page was shown. Look at it again.")
        try:
            what = ClauseFound(given.get("found", ""))
        except ValueError:
            raise BenchRefused(f"{clause}: choose what you found.") from None
        if what is ClauseFound.STANDS and clause in sheet.must_be_there:
            raise BenchRefused(f"{clause}: it may not stand without the signed document, because it permits something.")
        on = in_england(self._kept.now()).date()
        where, says = given.get("where", "").strip(), given.get("says", "").strip()
        BenchAnswer(given["digest"], what, where, says, actor.name, on, key)  # says whether it says enough
        told = {
            "of": sheet.of,
            "clause": clause,
            "digest": given["digest"],
            "found": what.value,
            "where": where,
            "says": says,
        }
        self._kept.write(BENCH + pathway.id, Deed.CLAUSE_FOUND, actor, {**told, "account": key})

    def confirm(self, pathway: Pathway, of: str, answers: str, actor: Actor, key: str) -> None:
        """Confirm the answers of a sheet as a second person who has seen them: ``answers`` is the digest of those that were shown.

        Raises ``BenchRefused`` where they are others by now, something is open, or who confirms has answered.
        """
        with self._kept.together():
            bench = self.of(pathway)
            sheet = bench.sheet(of)
            made = bench.confirm(sheet, actor.name, in_england(self._kept.now()).date(), key)
            if made.answers != answers:
                raise BenchRefused(
                    "Something was changed since the page was shown. Look at it again. Nothing was confirmed."
                )
            told = {"of": of, "answers": made.answers, "account": key}
            self._kept.write(BENCH + pathway.id, Deed.SHEET_CONFIRMED, actor, told)

    def keep_signed(self, pathway: Pathway, of: str, raw: bytes, actor: Actor) -> str:
        """Keep the signed document of a sheet by its digest, byte for byte; the digest. It goes nowhere. Raises ``BenchRefused``."""
        must_be(bytes, raw=raw)
        if not raw.startswith(_PDF):
            raise BenchRefused("This is no PDF. Nothing was kept.")
        if len(raw) > MOST_OF_A_DOCUMENT:
            raise BenchRefused("The file holds more than 5 MB. Nothing was kept.")
        digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
        if self.signed(pathway, of) != digest:
            self._kept.write(BENCH + pathway.id, Deed.SIGNED_KEPT, actor, {"of": of, "digest": digest}, raw)
        return digest

    def signed(self, pathway: Pathway, of: str) -> str:
        """The digest of the signed document of a sheet that was kept last; empty where none was."""
        kept = self._signed(pathway, of, attached=False)
        return str(kept.told["digest"]) if kept is not None else ""

    def signed_bytes(self, pathway: Pathway, of: str) -> bytes:
        """The signed document of a sheet, as it was given; empty where none was."""
        kept = self._signed(pathway, of, attached=True)
        return kept.attached if kept is not None else b""

    def _signed(self, pathway: Pathway, of: str, attached: bool) -> StoreEvent | None:
        events = self._kept.events(BENCH + pathway.id, attached)
        return next((one for one in reversed(events) if one.deed is Deed.SIGNED_KEPT and one.told["of"] == of), None)

    def adopted(self, pathway: Pathway, adoption: Adoption, record: bytes, actor: Actor) -> None:
        """Put down that a condition was adopted: its documents with their digests, and with it the record, byte for byte."""
        documents: dict[str, Any] = {
            one.in_words(): one.digest for one in adoption.documents if one.condition == pathway.id
        }
        told = {"documents": documents, "record": f"sha256:{hashlib.sha256(record).hexdigest()}"}
        self._kept.write(BENCH + pathway.id, Deed.ADOPTED, actor, told, record)


def _answer(event: StoreEvent) -> BenchAnswer:
    told, on = event.told, in_england(event.at).date()
    found = ClauseFound(told["found"])
    return BenchAnswer(told["digest"], found, told["where"], told["says"], event.actor.name, on, told["account"])
