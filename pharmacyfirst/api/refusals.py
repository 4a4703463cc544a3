"""What our own rooms refuse, as problems: one table from the error to its code."""

from collections.abc import Callable

from pharmacyfirst.api.calls import refused
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError, Refused
from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable
from pharmacyfirst.paper.pdf import NoPDF
from pharmacyfirst.record.codes import NoServiceCode
from pharmacyfirst.record.fields import RecordRefused
from pharmacyfirst.record.inbound.refusal import InboundRefused
from pharmacyfirst.record.message.envelope import NoMessage, WrongEnvelope
from pharmacyfirst.record.message.rules import NotAMessage
from pharmacyfirst.record.papers.parts import NoPaper
from pharmacyfirst.store import NotThere, StoreRefused


def _of(code: str) -> Callable[[PharmacyFirstError], ApiProblem]:
    return lambda error: ApiProblem(code, str(error))


def _not_taken(error: PharmacyFirstError) -> ApiProblem:
    assert isinstance(error, InboundRefused)
    return ApiProblem("not_taken", str(error), None, reason=error.code, about=error.about)


def _no_message(error: PharmacyFirstError) -> ApiProblem:
    assert isinstance(error, NoMessage)
    return ApiProblem("no_message", str(error), None, reason=error.why.code)


def _refused(error: PharmacyFirstError) -> ApiProblem:
    assert isinstance(error, Refused)
    return refused(error)


# In this order: one that is a kind of another stands before it.
_PROBLEMS: tuple[tuple[type[PharmacyFirstError], Callable[[PharmacyFirstError], ApiProblem]], ...] = (
    (Refused, _refused),
    (RecordRefused, _of("record_refused")),
    (InboundRefused, _not_taken),
    (NoPaper, _of("no_paper")),
    (NoPDF, _of("not_installed")),
    (ExtraMissing, _of("not_installed")),
    (NoMessage, _no_message),
    (WrongEnvelope, _of("no_message")),
    (NoServiceCode, _of("no_message")),
    (NotAMessage, _of("not_a_message")),
    (NotThere, _of("not_there")),
    (StoreRefused, _of("not_stored")),
    (LedgerUnusable, _of("not_readable")),
    (LedgerDamaged, _of("not_readable")),
)


def problem_of(error: PharmacyFirstError) -> ApiProblem | None:
    """The problem that an error of ours is; None where it is a mistake of ours, of which nothing is said but where it was."""
    if isinstance(error, ApiProblem):
        return error
    return next((make(error) for kind, make in _PROBLEMS if isinstance(error, kind)), None)
