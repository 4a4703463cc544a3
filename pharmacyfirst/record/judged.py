"""A record is believed where the program, given the same account and the same content, makes the same record again, and nowhere else.

``read_record`` judges whatever it reads. Every output (papers, message, claim row) asks ``make.is_judged``: a record that was made or
changed by hand in Python is no more believed than one that was edited in a file.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.authority.adoption import Adoption
from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import NOTHING_ASSESSED, Refused, taking
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.record.consultation import Account, Consultation
from pharmacyfirst.record.fields import RecordRefused, as_json_holds, read_back
from pharmacyfirst.record.make import Authority, believed, is_judged, remade


@taking(record=Consultation, library=Library, adoption=Adoption | None)
def judge(record: Consultation, library: Library, adoption: Adoption | None = None) -> bool:
    """Judge a record again, with the content that it names. False where that is not at hand: then it is as it was, and nothing is known.

    With ``adoption`` what was permitted is asked again too. Raises ``RecordRefused`` where the record is not what the program makes of
    its own account; the message names the fields that differ, and nothing of what they hold.
    """
    if is_judged(record):
        return True
    pathway = content_of(record, library)
    if pathway is None:
        return False
    differing = list(_differences(record, pathway, library, adoption))
    if differing:
        raise RecordRefused(
            f"The record is not what its own account comes to: {'; '.join(differing)}. Nothing was read."
        )
    believed(record)
    return True


def content_of(record: Consultation, library: Library) -> Pathway | None:
    """The content that the record names, by its digest, where the library has it in force on the day of the consultation."""
    try:
        pathway = library.in_force(record.pathway, record.on)
    except Refused:
        return None
    return pathway if pathway.content_digest == record.content_digest else None


CHANGED = "The record was changed after the program made it: its seal is that of another. A correction is a record of its own."
MOST_SHOWN = 6


def _differences(record: Consultation, pathway: Pathway, library: Library, adoption: Adoption | None) -> Iterator[str]:
    again = remade(record.account(), pathway, library, record.recorded_at, Authority(adoption, record.unpermitted))
    held, made = (as_json_holds({**one.as_dict(), "seal": ""}) for one in (record, again))
    found = list(_paths(held, made, ()))
    yield from found[:MOST_SHOWN]
    if len(found) > MOST_SHOWN:
        yield f"and {len(found) - MOST_SHOWN} more"


def _paths(one: Any, other: Any, at: tuple[str, ...]) -> Iterator[str]:
    """Where a JSON value differs from the ``other``, which the program made: its names are ours, and any else may be somebody's."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in {**other, **one}:
            here = (*at, name if name in other else "(a name that is none of ours)")
            if name in one and name in other:
                yield from _paths(one[name], other[name], here)
            else:
                yield ", ".join(here)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (here, there) in enumerate(zip(one, other, strict=True), 1):
            yield from _paths(here, there, (*at, str(number)))
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        yield ", ".join(at)


def read_account(words: str | bytes) -> Account:
    """An account in JSON, to make a record of. Raises ``RecordRefused`` with where and why, and nothing of what it holds."""
    return read_back(Account, _object(words))


@taking(library=Library | None, adoption=Adoption | None)
def read_record(words: str | bytes, library: Library | None = None, adoption: Adoption | None = None) -> Consultation:
    """A record that was written, judged again where ``library`` has the content that it names.

    Without it the record is read and not judged, which every paper of it says. Raises ``RecordRefused`` with where and why, and nothing of
    what it holds.
    """
    record = read_back(Consultation, _object(words))
    if library is not None:
        try:
            judge(record, library, adoption)
        except Refused as refused:
            raise RecordRefused(f"Its facts cannot be assessed: {refused} Nothing was read.") from None
    if record.seal != record.right_seal:  # last, because whatever else is wrong says more
        raise RecordRefused(f"{CHANGED} Nothing was read.")
    return record


def _object(words: str | bytes) -> dict[str, Any]:
    try:
        held = exact.read(words)
    except Refused as refused:
        raise RecordRefused(f"{str(refused).removesuffix(NOTHING_ASSESSED)}Nothing was read.") from None
    if not isinstance(held, dict):
        raise RecordRefused("A record is one JSON object. Nothing was read.")
    return held
