"""What stands once in ``pathways/shared/`` as its files write it, whether or not a pathway uses it: for whoever reads or reviews it.

What anybody is judged by is in the pathways and PGDs that use it.
"""

from dataclasses import dataclass

from pharmacyfirst.content.blocks import Form
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


def written(name: str, form: Form) -> Written:
    """A bar, a caution or a definition as it stands."""
    node = next((form.block.items[one] for one in ("when", "any of") if one in form.block.items), None)
    texts = node.items if isinstance(node, List) else [node]
    return Written(
        name,
        says=form.text("says") or form.text("means"),
        sentences=tuple(" ".join(one.words.split()) for one in texts if isinstance(one, Text)),
        any_of="any of" in form,
        because=form.text("because"),
        action=form.text("action"),
        audience=tuple(one.words for one in form.names("for")),
        forms=tuple(one.words for one in form.names("form")),
        backing=Backing(form.evidence(), note=form.text("note")),
    )
