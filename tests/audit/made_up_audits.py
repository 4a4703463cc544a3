"""Audits made up by chance, counted as a run counts them: nobody's, small and large, with rows set aside."""

from datetime import date
from random import Random

import polars as pl

from pharmacyfirst.audit.counts import counts_of
from pharmacyfirst.audit.judging import FINDINGS_SCHEMA, JudgedRows
from pharmacyfirst.audit.reading import ASIDE_SCHEMA
from pharmacyfirst.audit.run import Audited

CONDITIONS, PHARMACIES = ("shingles", "impetigo"), ("A", "B", "C")
OUTCOMES = ("supply", "self_care", "refer")
KINDS = ("wrong_dose", "facts_missing", "other_outcome")
SIZES = (1, 2, 3, 6, 10, 13, 40, 41, 150, 700)
ROWS = {
    "pathway": pl.String,
    "as_of": pl.Date,
    "pharmacy": pl.String,
    "recorded_outcome": pl.String,
    "outcome": pl.String,
    "found": pl.Boolean,
}


def audited(rows, findings=(), aside=(), again=0):
    """What a run of these comes to. ``rows`` as tuples of ``ROWS``, ``findings`` as (row, kind, criterion), ``aside`` as codes."""
    frame = pl.DataFrame(rows, schema=ROWS, orient="row")
    found = [
        {
            "line": at, "row": f"r{at}", "pathway": rows[at][0], "as_of": rows[at][1], "pharmacy": rows[at][2],
            "finding": kind, "recorded": "", "pathway_says": "", "criteria": [criterion], "facts": [],
        }
        for at, kind, criterion in findings
    ]  # fmt: skip
    lost = [{"line": at, "row": None, "code": code, "column": None} for at, code in enumerate(aside)]
    judged = JudgedRows(
        frame, pl.DataFrame(found, schema=FINDINGS_SCHEMA), pl.DataFrame(lost, schema=ASIDE_SCHEMA), again
    )
    return Audited(counts_of(judged), len(rows), len(aside), ())


def by_chance(seed):
    """Some rows, most of them as the pathway says, of a few conditions, months and pharmacies; and some set aside."""
    chance = Random(seed)
    size, share = chance.choice(SIZES), chance.choice((0, 0.01, 0.1, 0.4))
    rows, findings = [], []
    for at in range(size):
        says = chance.choice(OUTCOMES)
        finds = chance.random() < share
        recorded = chance.choice(OUTCOMES) if finds else says
        on = date(2026, chance.choice((10, 11)), 5)
        rows.append((chance.choice(CONDITIONS), on, chance.choice(PHARMACIES), recorded, says, finds))
        if finds:
            findings += [(at, kind, f"Q-{kind}") for kind in chance.sample(KINDS, chance.choice((1, 1, 1, 2)))]
    codes = chance.choices(("wrong_value", "not_json", "not_in_force"), k=chance.choice((0, 0, 1, 2, 7, 9, 30)))
    again = chance.randint(0, sum(not row[5] for row in rows))
    return audited(rows, findings, codes, again)
