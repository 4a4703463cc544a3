"""The answers of one person straight from JSON to what a generated module judges by, where every answer is plain and fits.

Strict reading (``exact.read``) makes a list of pairs of every object and a decimal of every number, because what is recorded must be what was
written. Whoever wants verdicts alone needs neither. Here a number is a float, and a text is let through only where that comes to the same:

* **No key twice.** Each key has one colon of its own, so a text with no more colons than there are answers has no key twice. A text with a
  colon anywhere else is left to the strict reader.
* **Decimals as they are.** A number of at most ``MOST_DIGITS`` signs and without an exponent lies to each bound as its float does (``run.as_float``).
* **Everything else** (no JSON, another type, a name or an answer that is none of ours, a byte order mark, a date of birth) is left to the strict
  reader too, which alone refuses, and words refusals.

With msgspec installed (extra ``fast``) it reads the JSON, in a third of the time; without it the standard library does. Both are compared with
the strict reader on damaged texts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pharmacyfirst.exact import MOST_BYTES
from pharmacyfirst.fast.run import MOST_DIGITS, named, number
from pharmacyfirst.kernel.questions import Answer, Question

if TYPE_CHECKING:
    from pharmacyfirst.fast.run import Answers, Generated

    Read = Callable[[bytes], Answers | None]
    JSONReader = Callable[[Generated, Mapping[str, Question]], Read]


def reader_of(module: Generated, questions: Mapping[str, Question]) -> Read:
    """What reads the facts of one person from a JSON object for this module; it gives None where they have to be read strictly."""
    try:
        import msgspec
    except ImportError:
        return reader_without_msgspec(module, questions)
    by_names = _by_names(module.read, msgspec.json.Decoder(float_hook=_float).decode)
    each = [questions[name] for name in module.facts]
    return by_names if any(one.answer is Answer.DATE for one in each) else _in_order(each, by_names)


def reader_without_msgspec(module: Generated, questions: Mapping[str, Question]) -> Read:
    """The same by the standard library alone."""
    return _by_names(module.read, by_the_standard_library)


def _by_names(read: Callable[[dict[str, Any]], Answers | None], scan: Callable[[bytes], Any]) -> Read:
    """Anybody, by the check of the generated module."""

    def read_json(words: bytes) -> Answers | None:
        if len(words) > MOST_BYTES:
            return None
        try:
            given = scan(words)
        except (ValueError, RecursionError):
            return None
        if type(given) is not dict or words.count(b":") != len(given):
            return None
        return read(given)

    return read_json


class _NotPlain:
    """Stands for a number that is left to the strict reader: no question takes it."""


_NOT_PLAIN = _NotPlain()


def _float(words: str) -> Any:
    return float(words) if len(words) <= MOST_DIGITS and "e" not in words and "E" not in words else _NOT_PLAIN


_raw_decode = json.JSONDecoder(parse_float=_float, parse_constant=lambda _: _NOT_PLAIN).raw_decode


def by_the_standard_library(words: bytes) -> Any:
    """The value of a JSON text, a number with a point as a float where that is exact enough. Raises ``ValueError``."""
    text = words.decode()
    value, end = _raw_decode(text)
    if end != len(text) and text[end:].strip(" \t\r\n"):
        raise ValueError("there is more than one value")
    return value


# With msgspec


def _in_order(questions: list[Question], otherwise: Read) -> Read:
    """Anybody none of whose answers is null, straight to the order of the questions; whoever else is read otherwise."""
    import msgspec

    size = len(questions)
    decode_all, decode_some = (_decoder(questions, **default) for default in ({}, {"default": None}))
    in_order = msgspec.structs.astuple
    numbers = [(at, *_range(one)) for at, one in enumerate(questions) if one.answer is Answer.NUMBER]
    lists = [(at, one.choice_names()) for at, one in enumerate(questions) if one.answer is Answer.ANY_OF]

    def read_json(words: bytes) -> Answers | None:
        keys = words.count(b":")
        if keys > size or len(words) > MOST_BYTES:
            return otherwise(words)
        try:
            facts = list(in_order((decode_all if keys == size else decode_some)(words)))
        except (ValueError, RecursionError):
            return None
        if keys != size and size - facts.count(None) != keys:
            return otherwise(words)  # a null, or a key given twice
        for at, low, high in numbers:
            held = facts[at]
            if held is not None and (type(held) is not float or not low <= held <= high):
                held = facts[at] = number(held, low, high)
                if held is None:
                    return None
        for at, choices in lists:
            if facts[at]:
                facts[at] = named(facts[at], choices)
        return tuple(facts)

    return read_json


def _decoder(questions: list[Question], **default: Any) -> Callable[[bytes], Any]:
    """What reads the answers to these questions; without a default it must find every one of them, which of as many keys finds each once."""
    import msgspec

    names = [f"f{at}" for at in range(len(questions))]
    fields = [
        (name, _type(question), *([msgspec.field(**default)] if default else []))
        for name, question in zip(names, questions, strict=True)
    ]
    rename = dict(zip(names, [question.name for question in questions], strict=True))
    person = msgspec.defstruct("Person", fields, rename=rename, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(person, float_hook=_float).decode


def _type(question: Question) -> Any:
    """What fits a question, as msgspec takes it; a number is looked at afterwards, as it may be one that no float holds."""
    import msgspec

    match question.answer:
        case Answer.YES_NO:
            return bool | None
        case Answer.WHOLE_NUMBER:
            low, high = (None if one is None else int(one) for one in (question.low, question.high))
            return Annotated[int, msgspec.Meta(ge=low, le=high)] | None
        case Answer.ONE_OF:
            return Literal[question.choice_names()] | None
        case Answer.ANY_OF:
            return tuple.__class_getitem__((Literal[question.choice_names()], ...)) | None
        case _:
            return Any


def _range(question: Question) -> tuple[float, float]:
    low, high = question.low, question.high
    return -math.inf if low is None else float(low), math.inf if high is None else float(high)
