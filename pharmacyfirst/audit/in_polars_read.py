"""A frame of facts as a plan reads it: the types of its columns, answers that are none, and of sets what is looked for in them.

An answer that does not fit its question is never judged: a misspelt word would be like none of those that stop somebody.
"""

from collections.abc import Iterable

import polars as pl

from pharmacyfirst.audit.plan import FactColumn, Plan
from pharmacyfirst.audit.sentences import value_column
from pharmacyfirst.errors import WrongKind
from pharmacyfirst.kernel.questions import Answer

_WORDS = (pl.String, pl.Enum, pl.Categorical)


def facts_of(frame: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The columns that a plan reads, sets as what is looked for in them. Raises ``WrongKind`` for types and answers that do not fit.

    A fact that there is no column for is known of nobody.
    """
    for name, rows in misfits(frame, plan).items():
        raise WrongKind(
            f"{name}: {rows.sum()} of {frame.height} answers do not fit the question. Set those rows aside first; none was judged."
        )
    schema, each = frame.schema, list[pl.Expr]()
    for name, one in plan.columns.items():
        kind = type_of(one)
        if one.holds is Answer.ANY_OF:
            continue
        if name not in schema or schema[name] == pl.Null:
            each.append(pl.lit(None, dtype=kind).alias(name))
        elif one.holds in (Answer.NUMBER, Answer.ONE_OF) and schema[name] != kind:
            each.append(pl.col(name).cast(kind))
        else:
            each.append(pl.col(name))
    sets: dict[str, list[tuple[str, ...]]] = {}
    for fact, values in plan.included:
        sets.setdefault(fact, []).append(values)
    found = [column for fact, some in sets.items() for column in _included(frame, plan.columns[fact], some)]
    # The row numbers hold the height where everything else is one null for all.
    return frame.select(pl.int_range(pl.len()).alias("_"), *each, *found)


def misfits(frame: pl.DataFrame, plan: Plan) -> dict[str, pl.Series]:
    """The rows, as truths, whose answer does not fit its question, by fact; a fact whose answers all fit is left out.

    Raises ``WrongKind`` for a column of another type than its answers have.
    """
    schema, found = frame.schema, dict[str, pl.Series]()
    tests: dict[str, pl.Expr] = {}
    for name, one in plan.columns.items():
        held = schema.get(name)
        if held is None or held == pl.Null:
            continue
        _refuse_other_type(held, one)
        if isinstance(held, pl.List):
            rows = _lists_with_others(frame[name], one.question.choice_names())
            if rows is not None:
                found[name] = rows
        elif (one.holds is not Answer.YES_NO and held != type_of(one)) or one.holds in (
            Answer.NUMBER,
            Answer.WHOLE_NUMBER,
        ):
            tests[name] = _misfit(pl.col(name), held, one).fill_null(False)
    if tests:
        some = frame.select([test.any().alias(name) for name, test in tests.items()]).row(0, named=True)
        found |= {name: frame.select(tests[name].alias(name))[name] for name, is_there in some.items() if is_there}
    return found


def type_of(column: FactColumn) -> pl.DataType:
    """The type that a column of these answers has."""
    match column.holds:
        case Answer.YES_NO:
            return pl.Boolean()
        case Answer.WHOLE_NUMBER:
            return pl.Int32()
        case Answer.NUMBER:
            return pl.Float64()
        case Answer.ONE_OF:
            return pl.Enum(column.question.choice_names())
        case _:
            return pl.List(pl.Enum(column.question.choice_names()))


def included_column(fact: str, values: Iterable[str]) -> str:
    """The column that says whether a set holds one of these values."""
    return value_column(fact, "__".join(values))


def _refuse_other_type(held: pl.DataType, column: FactColumn) -> None:
    match column.holds:
        case Answer.YES_NO:
            fits = held == pl.Boolean
        case Answer.WHOLE_NUMBER:
            fits = held.is_integer()
        case Answer.NUMBER:
            fits = held == pl.Float64 or held.is_integer()
        case Answer.ONE_OF:
            fits = isinstance(held, _WORDS)
        case _:
            fits = isinstance(held, pl.List) and isinstance(held.inner, (*_WORDS, pl.Null))
    if not fits:
        raise WrongKind(
            f"{column.name}: a column of {column.holds.value} is {type_of(column)}, not {held}. Nothing was judged."
        )


def _misfit(answer: pl.Expr, held: pl.DataType, column: FactColumn) -> pl.Expr:
    """Whether an answer is outside the range, no number, or none of the words; null where it is null."""
    question = column.question
    if column.holds is Answer.ONE_OF:
        return ~answer.cast(pl.String).is_in(question.choice_names())
    outside = answer.is_nan() if held.is_float() else pl.lit(False)
    if question.low is not None:
        outside = outside | (answer < float(question.low))
    if question.high is not None:
        outside = outside | (answer > float(question.high))
    return outside


def _lists_with_others(lists: pl.Series, names: tuple[str, ...]) -> pl.Series | None:
    """The lists that hold a word that is none of these, or no word; None where there are none."""
    held = _held(lists)
    odd = held.filter(~pl.col("value").cast(pl.String).is_in(names).fill_null(False))["row"]
    if not len(odd):
        return None
    return pl.repeat(False, len(lists), dtype=pl.Boolean, eager=True).scatter(odd.unique(), True)


def _held(lists: pl.Series) -> pl.DataFrame:
    """What the lists that hold anything hold, word by word, each with the number of its row."""
    full = (lists.list.len() > 0).arg_true()
    return pl.DataFrame({"row": full, "value": lists.gather(full)}).explode("value")


def _included(frame: pl.DataFrame, column: FactColumn, looked_for: list[tuple[str, ...]]) -> list[pl.Series]:
    """For each of these groups of values whether a set holds one of them.

    Few people have anything in a list, so what the lists hold is looked through, not list by list.
    """
    fact, apart = column.name, column.value_columns
    names = [included_column(fact, values) for values in looked_for]
    if fact not in frame.columns and all(name in frame.columns for name in apart.values()):
        return [
            frame.select(pl.any_horizontal([apart[value] for value in values]).alias(name))[name]
            for name, values in zip(names, looked_for, strict=True)
        ]
    nobody = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    if fact not in frame.columns or not isinstance(frame[fact].dtype, pl.List):
        # One column of a value alone would say nothing of the others.
        return [pl.repeat(None, frame.height, dtype=pl.Boolean, eager=True).alias(name) for name in names]
    lists = frame[fact]
    if lists.null_count():
        nobody = nobody.scatter(lists.is_null().arg_true(), None)
    held = _held(lists)
    rows = (
        held.lazy()
        .select(
            [
                pl.col("row").filter(pl.col("value").is_in(values)).implode().alias(name)
                for name, values in zip(names, looked_for, strict=True)
            ]
        )
        .collect()
    )
    return [nobody.clone().scatter(rows[name][0], True).alias(name) for name in names]
