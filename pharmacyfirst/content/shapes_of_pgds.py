"""The shapes of a PGD or clinical protocol: its clauses, products, dose rows and particulars."""

from collections.abc import Mapping
from dataclasses import replace

from pharmacyfirst.content.sentence_forms import NAME, NUMBER
from pharmacyfirst.content.shape import Shape, Under, block_of, matching, named, names_of, one_or_list_of
from pharmacyfirst.content.spellings import (
    AMOUNT,
    AMOUNT_OF,
    EDITION,
    EVIDENCE,
    HOW_OFTEN,
    ID,
    IN_FORCE,
    NAMES,
    NO_DOSE,
    ONE_SENTENCE,
    QUANTITY,
    REMARKS,
    SENTENCES,
    SOME_DAYS,
    SOURCE_DOCUMENT,
    STATEMENT,
    WHEN,
    WORDS,
)
from pharmacyfirst.kernel.evidence import READERS
from pharmacyfirst.kernel.pgd import Mechanism


def clause(heading: str, sentences: Mapping[str, Under]) -> Shape:
    """A clause of that heading, judged by one of the sentences, or covered by what the pathway has stopped on."""
    return Shape(
        f"clause of {heading}",
        {"says": WORDS, "evidence": EVIDENCE},
        {**sentences, "covered by": NAMES, "because": WORDS, **REMARKS},
        one_of=(*sentences, "covered by"),
    )


def taken(heading: str) -> Shape:
    """A clause of that heading that takes a bar of the medicine, and says only what is different here."""
    return Shape(
        f"clause of {heading}",
        {"as": matching(NAME, "the name of a bar of the medicine")},
        {"says": WORDS, "covered by": NAMES, "because": WORDS, "evidence": EVIDENCE, **REMARKS},
        key=f"clause of {heading} that takes a bar",
    )


INCLUSION = clause("inclusion", {"must": SENTENCES})
EXCLUSION = clause("exclusions", WHEN)
TAKEN_EXCLUSION = taken("exclusions")
DIFFERENCE = Shape("difference from the medicine", {"because": WORDS, "evidence": EVIDENCE}, REMARKS)

INSTRUCTION = Shape(
    "instruction", {"says": WORDS, "evidence": EVIDENCE}, {**WHEN, **REMARKS}, most_one=ONE_SENTENCE
)  # fmt: skip

_FOR = {"for": names_of(*READERS)}
_FORM = {"form": NAMES}
CAUTION = Shape(
    "caution",
    {**_FOR, "says": WORDS, "action": WORDS, "evidence": EVIDENCE},
    {**_FORM, **WHEN, **REMARKS},
    most_one=ONE_SENTENCE,
)
PRODUCT = Shape(
    "product",
    {"form": WORDS, "strength": WORDS, "codes": NAMES, "evidence": EVIDENCE},
    {"bottle": AMOUNT, **REMARKS},
)
FURTHER_PRODUCT = Shape("further product", {"product": WORDS, "quantity": QUANTITY}, REMARKS)
_SHARED_BY_DOSES = {
    "times a day": HOW_OFTEN, "days": SOME_DAYS, "product": WORDS, "quantity": QUANTITY, "evidence": EVIDENCE, "open": NAMES,
}  # fmt: skip
EACH_DOSE = Shape("block of what all doses share", optional=_SHARED_BY_DOSES)
_MORE_OF_A_DOSE = {
    "who": WORDS,
    **WHEN,
    "or": one_or_list_of(FURTHER_PRODUCT),
    "because": WORDS,
    "rounding": matching(rf"(?:to the nearest|down to) {NUMBER} [A-Za-z]+", "`to the nearest 2.5 mg` or `down to 2.5 mg`"),
    **REMARKS,
}  # fmt: skip
DOSE_ROW = Shape(
    "dose row",
    {
        "dose": matching(
            rf"(?!{NO_DOSE}$){AMOUNT_OF}(?: for each kg|, {NUMBER} [A-Za-z]+ on the first day)?",
            "`500 mg`, `7.5 mg for each kg` or `100 mg, 200 mg on the first day`",
        ),
        "times a day": HOW_OFTEN, "product": WORDS, "quantity": QUANTITY, "evidence": EVIDENCE,
    },
    {"days": SOME_DAYS, **_MORE_OF_A_DOSE},
    most_one=ONE_SENTENCE,
)  # fmt: skip
DOSE_GAP = Shape(
    "dose row",
    {"dose": Under("`none`", {"const": NO_DOSE}), "because": WORDS, "evidence": EVIDENCE},
    {**_MORE_OF_A_DOSE, **_SHARED_BY_DOSES},
    most_one=ONE_SENTENCE,
    key="dose row without a dose",
)

PROSE = (
    "clinical situation", "seek advice", "quantity limits", "warnings", "label", "counselling", "adverse effects", "storage",
    "licence", "leaflets", "follow-up", "referral", "records",
)  # fmt: skip
SAID_TO = ("warnings", "label", "counselling", "adverse effects", "storage", "leaflets", "follow-up")
"""The headings under which a statement says for whom it is."""
STATEMENTS = one_or_list_of(STATEMENT)
STATEMENT_TO = Shape(
    "statement",
    {**_FOR, "says": WORDS, "evidence": EVIDENCE},
    {**_FORM, **REMARKS},
    key="statement for somebody",
)
_WITH_PROFESSIONS = {"type": "object", "required": ["professions"]}
USERS = replace(
    STATEMENTS,
    words="a block, or a list of them, one with `professions`: statement",
    schema={
        "allOf": [
            STATEMENTS.schema,
            {"anyOf": [_WITH_PROFESSIONS, {"type": "array", "contains": _WITH_PROFESSIONS}]},
        ]
    },
)


def _under(heading: str) -> Under:
    return one_or_list_of(STATEMENT_TO if heading in SAID_TO else STATEMENT)


_PARTICULARS = {
    "in force": IN_FORCE, "medicine": WORDS, "clinical situation": STATEMENTS, "quantity limits": STATEMENTS,
    "inclusion": named(INCLUSION, called="inclusion", names=ID),
    "exclusions": named(EXCLUSION, TAKEN_EXCLUSION, called="exclusion", names=ID),
    "seek advice": STATEMENTS, "products": named(PRODUCT), "doses": named(DOSE_ROW, DOSE_GAP, names=ID), "route": WORDS,
    "warnings": _under("warnings"), "follow-up": _under("follow-up"), "referral": STATEMENTS, "records": STATEMENTS,
}  # fmt: skip
_FREE = ("label", "counselling", "adverse effects", "storage", "licence", "leaflets")


def _of_a_pgd(mechanism: Mechanism, *need_not: str) -> Shape:
    identity = {
        "pgd": WORDS, **EDITION, "mechanism": Under(f"`{mechanism.value}`", {"const": mechanism.value}), "legal class": WORDS,
        "source document": block_of(SOURCE_DOCUMENT), "who may use it": USERS,
    }  # fmt: skip
    optional = {
        "differs": named(DIFFERENCE, names=NAME),
        "cautions": named(CAUTION, names=ID),
        "instructions": named(INSTRUCTION, names=ID),
        "document": matching("[A-Za-z0-9_-]+", "the name of the signed document"),
        "each dose": block_of(EACH_DOSE),
        **{heading: _under(heading) for heading in _FREE},
        **REMARKS,
    }
    shape = Shape(
        "PGD file",
        identity | _PARTICULARS,
        optional,
        key="" if mechanism is Mechanism.PGD else f"{mechanism.value} file",
    )
    return shape.need_not(need_not)


PGD_FILE = _of_a_pgd(Mechanism.PGD)
# Schedule 16 binds PGDs; a clinical protocol need not say when a doctor or dentist is asked.
PROTOCOL_FILE = _of_a_pgd(Mechanism.CLINICAL_PROTOCOL, "seek advice")
