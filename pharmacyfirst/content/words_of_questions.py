"""The words of a question for whoever answers it: what it is called, the help beside it, the unit of one, and what a moment is counted from."""

from dataclasses import replace

from pharmacyfirst.content.blocks import HARM_MISSING, Form, Headings
from pharmacyfirst.content.sentences import nearest
from pharmacyfirst.content.shapes_of_questions import DAY_ONLY, MOST_CALLED, MOST_HELP, SAME_DAY
from pharmacyfirst.content.text import Block, List, Node, Text
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import Answer, Moment, Question

NUMBERS = (Answer.WHOLE_NUMBER, Answer.NUMBER)
HARM_LONG = "What is cut off or passed over is as good as not written."


def with_words(question: Question, own: Headings, asked: Form, answer_from: Headings) -> Question:
    """The question with its words: those of the condition's ``own`` block before those of the shared one it was ``asked`` in."""
    blocks = (own,) if own is asked else (own, asked)
    notes = [note for form in blocks if (note := form.text("note"))]
    helps = [words for form in blocks if (words := short(form, "help", MOST_HELP))]
    kinds = [kind for form in blocks if (kind := _if_not_answered(form))]
    return replace(
        question,
        called=short(asked, "called", MOST_CALLED),
        help="".join(helps[:1]),
        backing=Backing(note="".join(notes[:1])),
        beside=Backing(note=notes[1]) if len(notes) > 1 else NO_BACKING,
        singular=_singular(question, own if "singular" in own else answer_from),
        if_not_answered=kinds[0] if kinds else None,
        moment=_moment(question, own),
    )


def short(form: Headings, heading: str, most: int) -> str:
    """Words of at most so many characters."""
    words = form.text(heading)
    if len(words) > most:
        what = f'"{heading}" has {len(words)} characters, and at most {most} fit'
        form.refuse(heading, what, "Shorten it.", HARM_LONG)
    return words


def every_answer_has_words(question: Question, form: Headings) -> None:
    """Each answer of a choice or a set is offered in words, never by its name in the file."""
    node = form.node("values")
    blocks = node.items if isinstance(node, Block) else {}
    wordless = [
        f'"{choice.name}"' for choice in question.choices if not choice.says and not _is_noted(blocks.get(choice.name))
    ]
    if wordless:
        one = len(wordless) == 1
        form.refuse(
            "values" if "values" in form else "answer",
            f'the answer{"" if one else "s"} {", ".join(wordless)} of "{question.name}" {"has" if one else "have"} no words',
            f"Write {'it' if one else 'each'} under values, with says: and its words.",
            "An answer whose meaning has to be guessed is given by mistake.",
        )


def one_of_a_unit_reads_right(question: Question, form: Headings) -> None:
    """Where the answer can be 1 and its unit is in the plural, the file says how one reads."""
    in_range = question.low is not None and question.high is not None and question.low <= 1 <= question.high
    if in_range and question.unit.endswith("s") and not question.singular:
        form.refuse(
            "answer",
            f'"{question.name}" can be 1, and its unit is in the plural: {question.unit}',
            f'Write singular: and the unit of one, for instance "{question.unit[:-1]}".',
            "An answer that reads wrongly on a letter is read again, or read as another number.",
        )


def _is_noted(node: Node | None) -> bool:
    """Whether an answer has no words only because what stands under it cannot be read, which is noted there."""
    return isinstance(node, Text | List) or (
        isinstance(node, Block) and any(nearest(one, ("says",)) for one in node.items)
    )


def _singular(question: Question, form: Headings) -> str:
    if "singular" in form and question.answer not in NUMBERS:
        fix, harm = "Take singular out.", "A word without a number is never shown."
        form.refuse("singular", f'"{question.name}" is not answered with a number', fix, harm)
    return form.text("singular")


def _if_not_answered(form: Headings) -> Kind | None:
    """The same day, where the question belongs to a window for treatment that closes (rule 9)."""
    heading = "where it cannot be answered"
    same_day = form.parsed(heading, lambda words: words == SAME_DAY or None, SAME_DAY)
    return Kind.REFER_URGENT if same_day else None


def _moment(question: Question, own: Headings) -> Moment | None:
    inner = own.form_under("hours since a moment") if isinstance(own, Form) else None
    if inner is None:
        return None
    if question.answer not in NUMBERS or question.unit != "hours":
        what, fix = f'"{question.name}" is not answered in hours', "Write answer: number from 0 to ... hours."
        own.refuse("hours since a moment", what, fix, "The hours worked out would be taken for something else.")
    longest = inner.parsed("day only", DAY_ONLY.get, " or ".join(DAY_ONLY), HARM_MISSING)
    return Moment(inner.text("since"), inner.text("until"), longest is not False, inner.backing())
