"""Reads what stands once in ``pathways/shared/`` as its files write it."""

from collections.abc import Iterable

from pharmacyfirst.content.blocks import HARM_MISSING, Form, identified, plain_name
from pharmacyfirst.content.for_people import readers
from pharmacyfirst.content.sentences import Vocabulary
from pharmacyfirst.content.spellings import ONE_SENTENCE
from pharmacyfirst.content.text import List, Text
from pharmacyfirst.content.written import Written
from pharmacyfirst.kernel.evidence import Backing


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
