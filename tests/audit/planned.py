"""A plan and the kernel on the same people: verdicts, outcome, what decided, and every offer with its dose and quantity, row by row."""

from decimal import Decimal

import duckdb
import polars as pl
from audit.plain_python import PlainPython
from fast.agreeing import SAID

from pharmacyfirst import assess
from pharmacyfirst.audit.doses import from_parts
from pharmacyfirst.audit.plan import OFFER_COLUMNS, judged
from pharmacyfirst.audit.words import HARDLY
from pharmacyfirst.fast.run import as_float
from pharmacyfirst.kernel.dose import WEIGHT
from pharmacyfirst.kernel.questions import BORN, Answer
from pharmacyfirst.kernel.trace import NotInForce

TYPES = {Answer.YES_NO: pl.Boolean, Answer.WHOLE_NUMBER: pl.Int32, Answer.NUMBER: pl.Float64, Answer.ONE_OF: pl.String}


def frame_of(pathway, known):
    """What is known of some people as a table: every fact of the pathway, sets as lists, and the number of the row."""
    columns = {"row": pl.Series(range(len(known)), dtype=pl.Int32)}
    for name, question in pathway.questions.items():
        answers = [facts.get(name) for facts in known]
        if question.answer is Answer.ANY_OF:
            lists = [None if one is None else list(one) for one in answers]
            columns[name] = pl.Series(lists, dtype=pl.List(pl.String))
        elif question.answer is Answer.NUMBER:
            columns[name] = pl.Series(
                [None if one is None else as_float(Decimal(one)) for one in answers], dtype=pl.Float64
            )
        elif name != BORN and question.answer is not Answer.DATE:
            columns[name] = pl.Series(answers, dtype=TYPES[question.answer])
    return pl.DataFrame(columns)


def on_polars(plan, frame):
    return judged(frame, plan)


def on_duckdb(plan, frame):
    with duckdb.connect() as connection:
        connection.register("consultations", frame.to_arrow())
        return connection.sql(plan.query("consultations", keep=["row"])).pl().sort("row").drop("row")


def row_by_row(plan, frame):
    """The plan's own terms, said in plain Python for each row."""
    plain = PlainPython()
    return [plain.row(plan.wanted, facts) for facts in frame.iter_rows(named=True)]


def said(assessment):
    """What the kernel says, by the columns of a plan."""
    found = {
        f"{finding.item.pgd}/{finding.id}" if finding.item.pgd else finding.id: SAID[finding.verdict]
        for finding in assessment.findings
        if not isinstance(finding.item, NotInForce)
    }
    found |= {
        "outcome": assessment.outcome.kind.key,
        "destination": assessment.outcome.destination,
        "decided_by": assessment.decided_by[0] if assessment.decided_by else None,
    }
    for at, offer in enumerate(assessment.offers, 1):
        each = (offer.pgd.id, offer.row.id, *amounts(offer, assessment.known))
        found |= {f"offer_{at}{name}": value for name, value in zip(OFFER_COLUMNS, each, strict=True)}
    return found


def amounts(offer, known):
    """Amount, times, days, quantity and the least of it of an offer. A dose by weight goes by whole grams; where the weight is none, there is none."""
    row, dose, supplied = offer.row, offer.dose, offer.supplied
    if row.dose.for_each_kg:
        grams = (known[WEIGHT] * 1000).to_integral_value()
        if abs(known[WEIGHT] * 1000 - grams) >= Decimal(HARDLY):
            return None, row.times_a_day, row.days or None, None, None
        weighed = {WEIGHT: grams / 1000}
        dose, supplied = row.dose.for_person(weighed), row.supplied(weighed)
    quantity = supplied[0].quantity if supplied else None
    much = quantity.amount if quantity is not None else None
    return dose.amount, row.times_a_day, row.days or None, much, least(supplied[0].pack, much) if supplied else None


def least(pack, much):
    """The least of a quantity that the document allows; ``pack`` is there where it gives a range."""
    if pack is None or much is None:
        return much
    return Decimal(0) if pack.least is None or pack.less_with_reason else pack.least.amount


def read(name, value):
    """What stands in a column of a plan, as the kernel would say it."""
    return (
        from_parts(value) if value is not None and name.endswith(("_amount", "_quantity", "_quantity_least")) else value
    )


def differences(plan, assessments, found):
    """Where the rows that a plan gives differ from the assessments of the same people: the row, the column, both values."""
    offers = [name for name in plan.outcome if name.startswith("offer_")]
    rows = found.iter_rows(named=True) if isinstance(found, pl.DataFrame) else found
    for at, (row, assessment) in enumerate(zip(rows, assessments, strict=True)):
        ours = dict.fromkeys(offers) | said(assessment)
        for name, value in ours.items():
            theirs = read(name, row[name])
            if theirs != value or type(theirs) is not type(value):
                yield at, name, value, theirs


def assessed(pathway, people, on):
    """The assessments of some people, and the table of what is known of them."""
    assessments = [assess(pathway, facts, on) for facts in people]
    return assessments, frame_of(pathway, [one.known for one in assessments])
