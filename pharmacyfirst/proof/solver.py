"""The one module that speaks to z3: formulas, numbers, a solver that can be asked again and again, and what it answers.

z3 has no types of its own; everything here has. Raises ``ExtraMissing`` when it is imported where z3 is not installed, or
cannot be loaded.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any, NewType

from pharmacyfirst.errors import ExtraMissing

try:
    import z3
except ImportError:
    raise ExtraMissing("proof", "a proof") from None
except (
    Exception
):  # whatever z3 meets while it looks for its library; a damaged one raises errors of several kinds, and its own
    raise ExtraMissing("proof", "a proof", unusable=True) from None

Formula = NewType("Formula", object)
"""A sentence of z3 that is true or false of a person."""

Number = NewType("Number", object)
"""A number of z3: a whole number or a rational, always exact."""

# z3 keeps each term once, so that what is built twice is one thing at one place, and its place is its number.
_CONTEXT = z3.main_ctx()
_OneTerm = z3.Ast * 1
TRUE: Formula = z3.BoolVal(True)
FALSE: Formula = z3.BoolVal(False)


def _id(term: Any) -> int:
    number: int = term.ast.value
    return number


_TRUE_ID, _FALSE_ID = _id(TRUE), _id(FALSE)


def truth(name: str) -> Formula:
    """A free yes or no."""
    return Formula(z3.Bool(name))


def whole_number(name: str) -> Number:
    """A free whole number."""
    return Number(z3.Int(name))


def rational(name: str) -> Number:
    """A free rational number."""
    return Number(z3.Real(name))


def both(formulas: Iterable[Formula]) -> Formula:
    """All of them hold; of none it is true."""
    return _joined(formulas, _TRUE_ID, _FALSE_ID, FALSE, TRUE, z3.Z3_mk_and)


def either(formulas: Iterable[Formula]) -> Formula:
    """At least one of them holds; of none it is false."""
    return _joined(formulas, _FALSE_ID, _TRUE_ID, TRUE, FALSE, z3.Z3_mk_or)


def _joined(
    formulas: Iterable[Formula], idle: int, deciding: int, decided: Formula, empty: Formula, join: Any
) -> Formula:
    kept: dict[int, Any] = {}
    for formula in formulas:
        number = _id(formula)
        if number == deciding:
            return decided
        if number != idle:
            kept[number] = formula
    terms = list(kept.values())
    if len(terms) < 2:
        return terms[0] if terms else empty
    # Past z3's own And and Or, which check of each term again that it is a formula: half of the time of a proof.
    given = (z3.Ast * len(terms))(*(term.ast for term in terms))
    return Formula(z3.BoolRef(join(_CONTEXT.ref(), len(terms), given), _CONTEXT))


def no(formula: Formula) -> Formula:
    """It does not hold."""
    term: Any = formula
    if _id(term) in (_TRUE_ID, _FALSE_ID):
        return FALSE if _id(term) == _TRUE_ID else TRUE
    if z3.is_not(term):
        return Formula(term.arg(0))
    return Formula(z3.BoolRef(z3.Z3_mk_not(_CONTEXT.ref(), term.ast), _CONTEXT))


def if_then(condition: Formula, consequence: Formula) -> Formula:
    """Where the first holds, so does the second."""
    return either((no(condition), consequence))


def differ(one: Formula, other: Formula) -> Formula:
    """One of the two holds and the other does not."""
    if _id(one) == _id(other):
        return FALSE
    return either((both((one, no(other))), both((no(one), other))))


def at_least(count: int, formulas: Sequence[Formula]) -> Formula:
    """So many of them hold, or more."""
    # Written out: the counts of content are short, and a formula without arithmetic is settled faster than one with.
    reached = [TRUE] + [FALSE] * max(count, 0)
    for formula in formulas:
        for step in range(count, 0, -1):
            reached[step] = either((reached[step], both((reached[step - 1], formula))))
    return reached[count] if count > 0 else TRUE


def at_most(count: int, formulas: Sequence[Formula]) -> Formula:
    """So many of them hold, or fewer."""
    return no(at_least(count + 1, formulas))


def fewer_than_all(count: int, formulas: Sequence[Formula]) -> Formula:
    """At most ``count`` of many hold, for long lists such as every answer of a consultation."""
    return Formula(z3.PbLe([(formula, 1) for formula in formulas], count))


def exact(value: Decimal | int | Fraction) -> Number:
    """A number that stands for itself."""
    number = Fraction(value)
    if number.denominator == 1:
        return Number(z3.IntVal(number.numerator))
    return Number(z3.RealVal(f"{number.numerator}/{number.denominator}"))


def times(number: Number, factor: Decimal | int) -> Number:
    """A multiple of a number."""
    term: Any = number
    fraction = Fraction(factor)
    if z3.is_int(term) and fraction.denominator == 1:
        return Number(term * fraction.numerator)
    real = z3.ToReal(term) if z3.is_int(term) else term
    return Number(real * z3.RealVal(f"{fraction.numerator}/{fraction.denominator}"))


def plus(number: Number, more: Decimal) -> Number:
    """A number and so much more."""
    term: Any = number
    return Number((z3.ToReal(term) if z3.is_int(term) else term) + z3.RealVal(str(more)))


def floor(number: Number, name: str) -> tuple[Number, Formula]:
    """A whole number of this name, and that it is the number rounded down."""
    term: Any = z3.Int(name)
    given: Any = number
    return Number(term), Formula(z3.And(z3.ToReal(term) <= given, given < z3.ToReal(term) + 1))


def below(one: Any, other: Any) -> Formula:
    """The first number is smaller."""
    return Formula(one < other)


def at_or_below(one: Any, other: Any) -> Formula:
    """The first number is smaller, or they are equal."""
    return Formula(one <= other)


def equal(one: Any, other: Any) -> Formula:
    """The numbers are equal."""
    return Formula(one == other)


def same(one: Formula, other: Formula) -> bool:
    """Whether the two are one formula, so that there is nothing to prove."""
    return _id(one) == _id(other)


class Found:
    """Somebody the solver found."""

    def __init__(self, model: Any):
        self._model = model

    def holds(self, formula: Formula) -> bool:
        """Whether a formula holds of them."""
        # What ``is_true(model.eval(...))`` asks, without an expression of Python for each answer, which takes several times as long.
        term: Any = formula
        value = _OneTerm()
        z3.Z3_model_eval(_CONTEXT.ref(), self._model.model, term.ast, True, value)
        return bool(z3.Z3_get_bool_value(_CONTEXT.ref(), value[0]) == z3.Z3_L_TRUE)

    def number(self, number: Number) -> Fraction:
        """The value of a number of theirs."""
        value = self._model.eval(number, model_completion=True)
        return Fraction(value.as_long()) if z3.is_int_value(value) else Fraction(value.as_fraction())


class Solver:
    """Finds somebody for whom formulas hold, or proves that there is nobody. What was said once stays said."""

    def __init__(self, said: Iterable[Formula] = ()):
        # SimpleSolver answers these questions 12 to 40 times as fast as z3's choice of its own.
        self._solver = z3.SimpleSolver()
        self.say(said)
        self.asked = 0

    def say(self, formulas: Iterable[Formula]) -> None:
        """Hold these true from now on, or until the end of ``for_now``."""
        self._solver.add([formula for formula in formulas if _id(formula) != _TRUE_ID])

    @contextmanager
    def for_now(self, formulas: Iterable[Formula] = ()) -> Iterator[None]:
        """Hold these true for a while."""
        self._solver.push()
        try:
            self.say(formulas)
            yield
        finally:
            self._solver.pop()

    def find(self, *formulas: Formula) -> Found | None:
        """Somebody for whom all of these hold too; None is the proof that there is nobody."""
        if any(_id(formula) == _FALSE_ID for formula in formulas):
            return None
        self.asked += 1
        with self.for_now(formulas):
            answer = self._solver.check()
            if answer == z3.sat:
                return Found(self._solver.model())
        if answer == z3.unsat:
            return None
        raise RuntimeError(f"z3 gave up: {self._solver.reason_unknown()}")  # no formula of ours is beyond it


AND, OR, NOT, CONSTANT, VARIABLE, COMPARISON, NUMERIC = (
    "and",
    "or",
    "not",
    "constant",
    "variable",
    "comparison",
    "numeric",
)


class Terms:
    """The terms of some formulas, each once, the inner before the outer: what the solver is really given, for a second opinion."""

    def __init__(self, formulas: Iterable[Formula]):
        self.places: dict[int, int] = {}
        self.terms: list[tuple[str, Any, tuple[int, ...]]] = []
        for formula in formulas:
            self._add(formula)

    def place(self, term: Formula | Number) -> int | None:
        """Where a formula or number stands in ``terms``; None where nothing uses it."""
        return self.places.get(_id(term))

    def _add(self, formula: Any) -> None:
        waiting = [formula]
        while waiting:
            term = waiting[-1]
            if _id(term) in self.places:
                waiting.pop()
                continue
            inner = [one for one in term.children() if _id(one) not in self.places]
            if inner:
                waiting.extend(inner)
                continue
            waiting.pop()
            self.places[_id(term)] = len(self.terms)
            self.terms.append((*_told(term), tuple(self.places[_id(one)] for one in term.children())))


_COMPARISONS = {
    z3.Z3_OP_LE: lambda a, b: a <= b, z3.Z3_OP_LT: lambda a, b: a < b,
    z3.Z3_OP_GE: lambda a, b: a >= b, z3.Z3_OP_GT: lambda a, b: a > b, z3.Z3_OP_EQ: lambda a, b: a == b,
}  # fmt: skip
_SUMS = {z3.Z3_OP_MUL: lambda a, b: a * b, z3.Z3_OP_ADD: lambda a, b: a + b, z3.Z3_OP_TO_REAL: lambda a: a}


def _told(term: Any) -> tuple[str, Any]:
    """What a term is, with its value, its name or the function it stands for."""
    kind = term.decl().kind()
    if z3.is_true(term) or z3.is_false(term):
        return CONSTANT, z3.is_true(term)
    if z3.is_int_value(term) or z3.is_rational_value(term):
        return CONSTANT, Fraction(str(term.as_fraction()) if z3.is_rational_value(term) else term.as_long())
    if kind == z3.Z3_OP_UNINTERPRETED:
        return VARIABLE, term.decl().name()
    if kind in (z3.Z3_OP_AND, z3.Z3_OP_OR, z3.Z3_OP_NOT):
        return {z3.Z3_OP_AND: AND, z3.Z3_OP_OR: OR, z3.Z3_OP_NOT: NOT}[kind], None
    if kind in _COMPARISONS and not z3.is_bool(term.arg(0)):
        return COMPARISON, _COMPARISONS[kind]
    if kind in _SUMS:
        return NUMERIC, _SUMS[kind]
    raise RuntimeError(f"no second opinion on {term.decl().name()}")
