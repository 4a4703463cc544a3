"""``published.yaml``: the digests of the versions that are published and never change, and the versions that were taken back."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from pharmacyfirst.content.blocks import Form, Tags
from pharmacyfirst.content.files import ContentFolder
from pharmacyfirst.content.shapes_of_cases import PUBLISHED_LIST
from pharmacyfirst.content.spellings import DIGEST, VERSION
from pharmacyfirst.content.text import Block, Mistakes, Text
from pharmacyfirst.kernel.pgd import Withdrawal
from pharmacyfirst.kernel.questions import read_day

HARM_WITHDRAWN = "A version that was taken back could not be told from one that still permits a supply."

_DIGEST = re.compile(DIGEST)
_VERSION_OF = re.compile(rf"([a-z-]+)/([a-z-]+) ({VERSION})")


def read_published(folder: ContentFolder, mistakes: Mistakes) -> tuple[dict[str, Text], tuple[Withdrawal, ...]]:
    """The published digests by the names of their versions, each at its place; and the versions taken back."""
    file = folder.read(folder.published) if folder.published else None
    if file is None:
        return {}, ()
    form = Form(file.block, PUBLISHED_LIST, Tags(), mistakes)
    published = _digests(form)
    return published, tuple(_withdrawn(form, published))


def _withdrawn(form: Form, published: Mapping[str, Text]) -> Iterator[Withdrawal]:
    for name, inner in form.forms("withdrawn"):
        named = _VERSION_OF.fullmatch(name.words)
        if named is None:
            form.mistakes.add(
                name.place,
                "this is not the name of a version",
                "Write the condition, a slash, the document, a blank and its version.",
                "A version that cannot be told from others could be used although it was taken back.",
            )
        if name.words in published:
            form.mistakes.add(
                name.place,
                f"{name.words} is published and withdrawn",
                "Take it out under published:, and leave it here.",
                "A version that was taken back would still permit a supply.",
            )
        digest = inner.parsed("digest", _matched(_DIGEST), '"sha256:" with 64 letters and digits', HARM_WITHDRAWN)
        day = inner.parsed("day", read_day, "a day, for instance 2026-11-29")
        because = inner.text("because")
        if named is not None and digest and day:
            condition, document, version = named.groups()
            yield Withdrawal(condition, document, version, digest, day, because)


def _matched(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda words: words if pattern.fullmatch(words) else None


def _digests(form: Form) -> dict[str, Text]:
    listed = form.node("published")
    if isinstance(listed, Text) and not listed.words:
        return {}
    found = {}
    entries = listed.items if isinstance(listed, Block) else {"": listed} if listed else {}
    for name, node in entries.items():
        if isinstance(listed, Block) and isinstance(node, Text) and _DIGEST.fullmatch(node.words):
            found[name] = Text(node.words, listed.keys[name].place)
        else:
            form.mistakes.add(
                node.place,
                "this is not a published digest",
                'Write the condition, the document, its version, a colon and "sha256:" with 64 letters and digits.',
                "A version whose digest cannot be compared could change in silence.",
            )
    return found


def published_never_change(
    published: Mapping[str, Text], digests: Mapping[str, str], unread: Iterable[str], mistakes: Mistakes
) -> None:
    """A published version is there, byte for byte; one that was withdrawn need not be."""
    for name, signed in published.items():
        if digests.get(name) != signed.words and name.split("/")[0] not in unread:
            what = "has changed since it was published" if name in digests else "was published and is no longer there"
            mistakes.add(
                signed.place,
                f"{name} {what}",
                "Put the published bytes back, under earlier/<version>/ if there is a newer version.",
                "Somebody signed other words than those that would be applied.",
            )
