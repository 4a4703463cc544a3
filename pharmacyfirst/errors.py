"""The one base of all that this package raises, and the refusal that every way in shares.

Whoever embeds the package catches ``PharmacyFirstError`` and has caught everything of ours. Each room adds the errors of its own
work beside what raises them; docs/stability.md lists them all. No message carries a patient's identity or answers.
"""

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")

LONGEST_NAME = 60  # what is longer is no slip of the pen, and would take long to compare
NOTHING_ASSESSED = "Nothing was assessed: this is no all-clear."


class PharmacyFirstError(Exception):
    """Something that this package will not or cannot do; the message says where, what, and what to do about it."""


class WrongKind(PharmacyFirstError, TypeError):
    """What was given is not of the kind that is taken there, so nothing was done; names its type alone."""


def must_be(kind: type | UnionType, /, **given: object) -> None:
    """Raises ``WrongKind`` unless all that is given, by name, is of a kind, and text can be written as UTF-8.

    Yes and no are no numbers.
    """
    for name, value in given.items():
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise WrongKind(f"{name} has to be {_named(kind)}, not {type(value).__name__}. Nothing was done.")
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError:
                raise WrongKind(f"{name} is text that holds half a character. Nothing was done.") from None


def _named(kind: type | UnionType) -> str:
    if isinstance(kind, UnionType):
        return " or ".join("None" if one is NoneType else one.__name__ for one in kind.__args__)
    return kind.__name__


def taking(**kinds: type | UnionType) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """For a public function: what it is given under these names is looked at before it begins, as ``must_be`` does.

    Whoever embeds the package and gives None, or what was not yet read, is told so by the argument's name, and not by an error of
    Python's from somewhere within, which would be taken for a fault of ours.
    """

    def looking(function: Callable[Given, Made]) -> Callable[Given, Made]:
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]

        @wraps(function)
        def looked(*args: Given.args, **kwargs: Given.kwargs) -> Made:
            for name, value in (*zip(names, args, strict=False), *kwargs.items()):
                if name in kinds:
                    must_be(kinds[name], **{name: value})
            return function(*args, **kwargs)

        return looked

    return looking


def as_sentence(sentence: str) -> str:
    """A sentence with the mark at its end: a full stop, where it has none of its own."""
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


class Refused(PharmacyFirstError, ValueError):
    """The input cannot be assessed, so nothing was. Never carries a patient's identity or answers.

    ``code`` is one of the contract's: ``not_json``, ``missing_key``, ``unknown_pathway``, ``not_in_force``,
    ``unknown_fact``, ``wrong_value``, ``facts_disagree``. ``fact`` names the fact, or is None.
    """

    def __init__(self, code: str, message: str, fact: str | None = None):
        super().__init__(f"{message} {NOTHING_ASSESSED}")
        self.code = code
        self.fact = fact

    # Exceptions are copied and pickled by calling the class with ``args``, which is the finished message alone.
    def __reduce__(self) -> "tuple[type[Refused], tuple[str, str, str | None]]":
        return type(self), (self.code, str(self).removesuffix(f" {NOTHING_ASSESSED}"), self.fact)


def shown(name: object, ours: Iterable[str]) -> str:
    """A name that is like one of ours, as it was given; of any other only that it is none.

    A vendor's mistake may put an identity, or a whole record, where a name should be. What is near one of our names, in small letters
    and without digits that ours has not, is a slip of the pen and may be repeated.
    """
    near = nearest(name, ours)
    if not near or not isinstance(name, str) or not (name.isidentifier() and name.isascii() and name.islower()):
        return "(a name that no fact has)"
    return name if _digits(name) <= _digits(near) else "(a name that no fact has)"


def nearest(name: object, ours: Iterable[str]) -> str:
    """The one of our names that is most like what was given; nothing where none is."""
    from difflib import get_close_matches  # only a refusal needs it; starting up should not pay for it

    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        return ""
    return next(iter(get_close_matches(name, tuple(ours), n=1, cutoff=0.75)), "")


def _digits(name: str) -> int:
    return sum(letter.isdigit() for letter in name)


class ExtraMissing(PharmacyFirstError, ImportError):
    """Packages of an extra are needed and not installed; the message names the command that installs them.

    ``extra`` is the extra's name in pyproject.toml; ``needed_for`` says what cannot be done, as the subject of a sentence:
    ``ExtraMissing("record", "a GP message")``. ``unusable``: they are there, in part or damaged, and cannot be loaded.
    """

    def __init__(self, extra: str, needed_for: str, unusable: bool = False):
        self.extra = extra
        self.needed_for = needed_for
        self.unusable = unusable
        super().__init__(
            f"{needed_for[:1].upper()}{needed_for[1:]} needs packages that are not installed"
            f"{' or cannot be used' if unusable else ''}. {how_to_install(extra)}"
        )

    def __reduce__(self) -> "tuple[type[ExtraMissing], tuple[str, str, bool]]":
        return type(self), (self.extra, self.needed_for, self.unusable)


def how_to_install(extra: str) -> str:
    """A sentence with the command that installs an extra: in a checkout from the checkout, elsewhere the packages by name.

    The package is on no index, so its own name followed by an extra would install nothing.
    """
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "pyproject.toml").is_file():
        return f'Install them: {sys.executable} -m pip install -e ".[{extra}]" (in {checkout})'
    packages = " ".join(f'"{one}"' for one in packages_of(extra))
    return f"Install them: {sys.executable} -m pip install {packages}"


def packages_of(extra: str) -> list[str]:
    """What an extra of the installed package declares, as pip takes it: ``lxml<7,>=6.1``."""
    from importlib.metadata import requires

    declared = (one.partition(";") for one in requires("pharmacyfirst") or ())
    return [package.strip() for package, _, when in declared if when.replace('"', "'").strip() == f"extra == '{extra}'"]


def places(error: BaseException) -> str:
    """Where an error of ours came from, file and line alone: what it says may be about somebody."""
    import traceback  # asked for once something went wrong, and not at every start

    return "; ".join(
        f"{one.filename.rpartition('/')[2]}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-4:]
    )
