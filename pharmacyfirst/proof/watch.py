"""Proving one pathway again whenever somebody saves it: the file's time is looked at, its content checked, then everything proved."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pharmacyfirst.content.files import SERVICES, SHARED
from pharmacyfirst.content.library import load
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.proof.prove import in_words, prove

EVERY_SECONDS = 0.3


def condition_of(watched: Path) -> tuple[Path, str]:
    """The folder of pathways and the condition that a file or a folder belongs to."""
    folder = watched if watched.is_dir() else watched.parent
    return folder.parent, folder.name


def stamps(root: Path, condition: str) -> dict[Path, int]:
    """When each file that the proof reads was last written."""
    beside = ("*.yaml", f"{SHARED}/*.yaml", f"{SERVICES}/*.yaml", f"{condition}/**/*.yaml")
    files = [path for pattern in beside for path in root.glob(pattern)]
    found = {}
    for path in files:
        try:
            found[path] = path.stat().st_mtime_ns
        except OSError:  # an editor may move a file out of the way while it writes it
            continue
    return found


def proved_again(root: Path, condition: str) -> Iterator[str]:
    """One round: the mistakes of the content, or what does not hold and how long it took."""
    start = time.perf_counter()
    try:
        proved = prove(load(root), condition)
    except (ContentRefused, PharmacyFirstError) as refused:
        yield str(refused)
        yield f"  {condition} does not load, so nothing was proved; {time.perf_counter() - start:.1f} s"
        return
    yield from in_words(proved, every=False)
    yield f"  {time.perf_counter() - start:.1f} s from the file to the proof"


def watch(watched: Path, say: Callable[[str], None], rounds: int | None = None) -> None:
    """Prove again after every save, until it is interrupted, or for so many rounds."""
    root, condition = condition_of(watched.resolve())
    before: dict[Path, int] = {}
    while rounds is None or rounds > 0:
        now = stamps(root, condition)
        if now == before:
            time.sleep(EVERY_SECONDS)
            continue
        before = now
        for line in proved_again(root, condition):
            say(line)
        say(f"watching {watched}; stop with Ctrl-C")
        rounds = rounds - 1 if rounds is not None else None
