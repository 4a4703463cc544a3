"""What stands once in ``pathways/shared/`` as its files write it, whether or not a pathway uses it: for whoever reads or reviews it.

What anybody is judged by is in the pathways and PGDs that use it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pharmacyfirst.content.blocks import HARM_MISSING, Form, identified, plain_name
from pharmacyfirst.content.for_people import readers
from pharmacyfirst.content.sentences import Vocabulary
from pharmacyfirst.content.spellings import ONE_SENTENCE
from pharmacyfirst.content.text import List, Text
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing


@dataclass(frozen=True, slots=True)
class Written:
    """A bar, a caution or a definition: its words, its sentences as they are spelt, and what stands behind it.

    ``any_of``: one of the sentences is enough. ``audience`` and ``forms`` are those of a caution.
    """

    name: str
    says: str
    sentences: tuple[str, ...] = ()
    any_of: bool = False
    because: str = ""
    action: str = ""
    audience: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class SharedMedicine:
    """One medicine: what bars it wherever it is offered, and what to weigh or tell."""

    id: str
    title: str
    bars: tuple[Written, ...]
    cautions: tuple[Written, ...]


def written(name: Text, form: Form, pgds: Iterable[str] = ()) -> Written:
    """A bar, a caution or a definition as it stands. What its sentences speak of, only a pathway that uses it knows."""
    if "action" in form.shape.headings:
        identified(name, form.mistakes, {})
    else:
        plain_name(name, form.mistakes)
    one_of = form.shape.one_of
    if one_of and not any(one in form or one in form.misspelt for one in one_of):
        what, fix = f'"{name.words}" has no sentence', f"Write {' or '.join(one_of)}."
        form.mistakes.add(name.place, what, fix, HARM_MISSING)
    # Without questions a sentence is read as far as its form goes.
    Vocabulary({}, form.mistakes, declared=None, exclusions=dict.fromkeys(pgds, ())).condition(form.block)
    node = next((form.block.items[one] for one in ONE_SENTENCE if one in form.block.items), None)
    texts = node.items if isinstance(node, List) else [node]
    return Written(
        name.words,
        says=form.text("says") or form.text("means"),
        sentences=tuple(" ".join(one.words.split()) for one in texts if isinstance(one, Text)),
        any_of="any of" in form,
        because=form.text("because"),
        action=form.text("action"),
        audience=readers(form),
        forms=tuple(one.words for one in form.names("form")),
        backing=Backing(form.evidence(), note=form.text("note")),
    )
