"""NHS numbers in the cells of a table: a row that holds one is set aside, and the number is kept nowhere.

No column that tells who somebody is is read, but what stands in ``row`` or ``pharmacy`` goes into the findings. Ten digits with the right
check digit are taken for an NHS number wherever they stand; about one in eleven numbers of ten digits of another kind has it too.
"""

import re

import polars as pl

from pharmacyfirst.audit.reading import ASIDE_SCHEMA, LINE
from pharmacyfirst.audit.table import WHAT_WAS_RECORDED, WHICH, Holds
from pharmacyfirst.kernel.identifiers import WrongIdentifier, nhs_number

NHS_NUMBER = "nhs_number"
"""Why a row is set aside of which a text is an NHS number; beside the codes of the JSON contract."""

_TEXTS = tuple(one.name for one in (*WHICH, *WHAT_WAS_RECORDED) if one.holds is Holds.TEXT)
_LIKE_ONE = r"[0-9]{3}[ \u00a0.-]?[0-9]{3}[ \u00a0.-]?[0-9]{4}"
_ONE = re.compile(rf"(?<![0-9a-fA-F]){_LIKE_ONE}(?![0-9a-fA-F])")  # not within a longer number, nor an id of hex digits


def holds_nhs_number(text: str) -> bool:
    """Whether ten digits with the right check digit stand in a text, in one piece or as they are printed."""
    return any(_is_one(found.group()) for found in _ONE.finditer(text))


def _is_one(digits: str) -> bool:
    try:
        nhs_number(re.sub("[^0-9]", "", digits))
    except WrongIdentifier:
        return False
    return True


def _holding(texts: pl.Series) -> pl.Series:
    """Of each text whether it holds one."""
    like = texts.str.contains(_LIKE_ONE.replace(r"\u00a0", r"\x{a0}")).fill_null(value=False)
    if not like.any():
        return like
    return pl.Series([one and holds_nhs_number(text) for one, text in zip(like, texts, strict=True)], dtype=pl.Boolean)


def without_nhs_numbers(frame: pl.DataFrame, aside: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows without one; and those set aside, with the rows that hold one added and no id that does."""
    if aside.height:
        aside = aside.with_columns(pl.when(~_holding(aside["row"])).then("row").alias("row"))
    holding = {name: _holding(frame[name]) for name in _TEXTS if name in frame.columns}
    holding = {name: wrong for name, wrong in holding.items() if wrong.any()}
    if not holding:
        return frame, aside
    column = pl.coalesce(pl.when(wrong).then(pl.lit(name)) for name, wrong in holding.items())
    told = frame.select(
        pl.col(LINE).alias("line"), "row", pl.lit(NHS_NUMBER).alias("code"), column.alias("column")
    ).with_columns(pl.when(pl.col("column") != "row").then("row").alias("row"))
    wrong_rows = told["column"].is_not_null()
    return frame.filter(~wrong_rows), pl.concat([aside, told.filter(wrong_rows).cast(dict(ASIDE_SCHEMA))])  # type: ignore[arg-type]
