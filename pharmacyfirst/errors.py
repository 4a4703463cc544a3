"""The one base of all that this package raises, and the refusal that every way in shares.

Whoever embeds the package catches ``PharmacyFirstError`` and has caught everything of ours. Each room adds the errors of its own
work beside what raises them; docs/stability.md lists them all. No message carries a patient's identity or answers.
"""

NOTHING_ASSESSED = "Nothing was assessed: this is no all-clear."


class PharmacyFirstError(Exception):
    """Something that this package will not or cannot do; the message says where, what, and what to do about it."""


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


def shown(name: object) -> str:
    """A name that is safe to repeat, in small letters as facts are; a vendor's mistake may put an identity where a name should be."""
    safe = isinstance(name, str) and len(name) <= 60 and name.isidentifier() and name.isascii() and name.islower()
    if safe and sum(letter.isdigit() for letter in str(name)) < 6:
        return str(name)
    return "(a name that no fact has)"
