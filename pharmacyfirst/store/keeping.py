"""Keeping a store: a copy of it, a copy put back, and whether a copy is whole. Nothing here ever writes over a store or takes one away."""

import os
from contextlib import closing
from pathlib import Path

from pharmacyfirst.ledger import LedgerDamaged, as_text, open_ledger
from pharmacyfirst.ledger.file import copied_beside
from pharmacyfirst.ledger.places import SET_ASIDE, place_in
from pharmacyfirst.store.anchors import Anchor, add_anchor, anchor_of, anchors_in, must_hold
from pharmacyfirst.store.deeds import StoreRefused
from pharmacyfirst.store.kept import Clock, StoreSettings
from pharmacyfirst.store.store import ANCHORS, FILE, FORMAT, NAME, Store, format_of, open_store


def back_up(store: Store, to: Path) -> Anchor:
    """A copy of a store in one new file, gone through whole before this returns; its anchor, to be kept apart from it.

    The store may be in use. Raises ``LedgerUnusable``, ``StoreRefused`` where the file is there already, ``LedgerDamaged`` for a copy that is not whole.
    """
    if to.exists():
        raise StoreRefused("There is something at that place. Name a new file: no copy is ever written over.")
    store.ledger.copy_to(to)
    return must_be_whole(to, as_text(store.now()))


def must_be_whole(copy: Path, at: str) -> Anchor:
    """Go through a copy: the file, the chain, the format; the anchor of its end. Raises ``LedgerDamaged``, ``StoreRefused``."""
    with closing(open_ledger(copy)) as ledger:
        ledger.sound()
        ledger.verify()
        if format_of(ledger) > FORMAT:
            raise StoreRefused(
                "A newer version of the program wrote this store. Use that version: this one could misread it."
            )
        return anchor_of(ledger, at)


def restore(
    copy: Path, folder: Path, clock: Clock, *, older: bool = False, settings: StoreSettings | None = None
) -> Anchor:
    """Put a copy in place of the store of a folder; the anchor of what is there then.

    What was there is set aside under another name, and never deleted. Where the anchors of the folder say that
    more had been written than the copy holds, it is refused unless ``older`` says that this is known: what is missing is lost to this store and
    has to be found in what was set aside. No program may have the store open. Raises ``StoreRefused``, ``LedgerDamaged``.
    """
    if not copy.is_file():
        raise StoreRefused("There is no copy at that place. Nothing was changed.")
    at, anchors = as_text(clock()), (settings or StoreSettings()).anchors or folder / ANCHORS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with copied_beside(copy, folder / FILE) as beside:
        now = must_be_whole(beside, at)
        _not_older(beside, anchors, older)
        number = place_in(folder, NAME).put(beside)
        if older and anchors.exists():
            os.replace(anchors, anchors.with_name(f"{anchors.name}.{SET_ASIDE}-{number}"))
    if older:
        add_anchor(anchors, now)
    with open_store(folder, clock, settings) as store:
        return store.verify().anchor


def _not_older(beside: Path, anchors: Path, older: bool) -> None:
    with closing(open_ledger(beside)) as ledger:
        try:
            for one in () if older else anchors_in(anchors):
                must_hold(ledger, one)
        except LedgerDamaged as damaged:
            raise StoreRefused(
                f"{damaged} Nothing was changed. Take a newer copy; --older puts this one in place all the same."
            ) from None
