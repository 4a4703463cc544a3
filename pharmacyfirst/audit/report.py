"""The report of an audit: one page that stands alone, with charts, the numbers behind each as a table, and how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pharmacyfirst.audit import charts
from pharmacyfirst.audit.disagreeing import FindingKind
from pharmacyfirst.audit.in_words import ALL_SHOWN, LEFT_OUT, NO_PROOF, WHY_ASIDE
from pharmacyfirst.audit.numbers import (
    AGAIN,
    CARE_SAID,
    CARED,
    CONDITION,
    FOUND,
    MONTH,
    PHARMACY,
    ROWS,
    SUPPLIED,
    SUPPLY_SAID,
    AuditNumbers,
    NumberKey,
    in_percent,
    shown,
    top,
)
from pharmacyfirst.content.library import Library, templates_folder
from pharmacyfirst.kernel.outcome import KIND_OF_WORD, Kind
from pharmacyfirst.paper.html import Paper
from pharmacyfirst.paper.words import begun

MOST_CRITERIA = 12
ENOUGH_PLACES = 2 / 3
"""The share of pharmacies that have to be drawn: with fewer, those without a finding would stand for all, under a mean of all."""


@dataclass(frozen=True, slots=True)
class HowMade:
    """What the report is of: the file's digest, the program's version, and whether small numbers are shown."""

    digest: str
    program: str
    everything: bool


def report(numbers: AuditNumbers, library: Library, made: HowMade) -> str:
    """The page."""
    titles = {name: _short_title(name, library.newest(name).title) for name in numbers.names[CONDITION]}
    return Paper(templates_folder()).html(
        "audit.html",
        made=made,
        rule=ALL_SHOWN if made.everything else LEFT_OUT,
        no_proof=NO_PROOF,
        tiles=_tiles(numbers),
        findings=_findings(numbers),
        supply=_supply(numbers, titles, SUPPLIED, SUPPLY_SAID, "Supplied"),
        care=_supply(numbers, titles, CARED, CARE_SAID, "Self-care"),
        months=_months(numbers),
        places=_places(numbers),
        by_condition=_by_condition(numbers, titles),
        criteria=_criteria(numbers, library, titles),
        both=_both(numbers),
        aside=[(code, WHY_ASIDE.get(code, code), shown(numbers.of("aside", code))) for code in numbers.names["aside"]],
        remarks=numbers.remarks,
        again=shown(numbers.of(AGAIN)),
        content=_content(library, numbers.names[CONDITION]),
    )


def _short_title(condition: str, title: str) -> str:
    """The id of a condition in words, as there is little room beside a chart; a word that is short for words of its title in capitals."""
    initials = "".join(word[0] for word in title.lower().split())
    words = condition.split("-")
    return begun(" ".join(one.upper() if one in initials and one not in title.lower() else one for one in words))


def _tiles(numbers: AuditNumbers) -> list[tuple[str, str, str]]:
    share = in_percent(numbers.share((FOUND,), (ROWS,)), 2)
    supplied, said = (in_percent(numbers.share((what,), (ROWS,))) for what in (SUPPLIED, SUPPLY_SAID))
    return [
        ("Judged again", shown(numbers.of(ROWS)), f"{shown(numbers.of('aside'))} set aside"),
        ("With a finding", share, f"{shown(numbers.of(FOUND))} consultations"),
        ("Supplied", supplied, f"the pathway says {said}"),
        (
            "Self-care",
            in_percent(numbers.share((CARED,), (ROWS,))),
            f"the pathway says {in_percent(numbers.share((CARE_SAID,), (ROWS,)))}",
        ),
    ]


def _findings(numbers: AuditNumbers) -> dict[str, Any]:
    kinds = [FindingKind(name) for name in numbers.names["finding"]]
    counts = [numbers.of("finding", kind.value) for kind in kinds]
    each = [
        charts.ChartBar(kind.words, count or 0, shown(count), count is None)
        for kind, count in zip(kinds, counts, strict=True)
    ]
    return {
        "chart": charts.bars("How many consultations have each kind of finding", each)
        if any(not one.hatched for one in each)
        else Markup(),
        "rows": [(kind.words, shown(count), kind.says) for kind, count in zip(kinds, counts, strict=True)],
    }


def _supply(numbers: AuditNumbers, titles: Mapping[str, str], what: str, said: str, word: str) -> dict[str, Any]:
    each, rows = [], []
    for name, title in titles.items():
        of: NumberKey = (CONDITION, name)
        shares = [numbers.share((one, *of), (ROWS, *of)) for one in (what, said)]
        told = [in_percent(one) for one in shares]
        each.append(charts.Pair(title, shares[0], shares[1], " / ".join(told)))
        rows.append((title, shown(numbers.of(ROWS, *of)), *told))
    return {
        "word": word,
        "chart": charts.pairs(f"{word}: recorded, and as the pathway says, by condition", each)
        if any(one.recorded is not None or one.says is not None for one in each)
        else Markup(),
        "rows": rows,
    }


def _months(numbers: AuditNumbers) -> dict[str, Any]:
    names = numbers.names[MONTH]
    found = [numbers.share((FOUND, MONTH, name), (ROWS, MONTH, name)) for name in names]
    supplied = [numbers.share((SUPPLIED, MONTH, name), (ROWS, MONTH, name)) for name in names]
    return {
        "chart": charts.months("The share of consultations with a finding, month by month", names, found)
        if any(share is not None for share in found)
        else Markup(),
        "rows": [
            (name, shown(numbers.of(ROWS, MONTH, name)), in_percent(share, 2), in_percent(gave))
            for name, share, gave in zip(names, found, supplied, strict=True)
        ],
    }


def _places(numbers: AuditNumbers) -> dict[str, Any]:
    all_ = numbers.share((FOUND,), (ROWS,))
    places = []
    for name in numbers.names[PHARMACY]:
        many = numbers.of(ROWS, PHARMACY, name)
        share = numbers.share((FOUND, PHARMACY, name), (ROWS, PHARMACY, name))
        if many and share is not None:
            places.append(charts.PharmacyPoint(name, many, share))
    said = {"many": f"{len(numbers.names[PHARMACY]):,}", "shown": f"{len(places):,}"}
    if all_ is None or not places or len(places) < ENOUGH_PLACES * len(numbers.names[PHARMACY]):
        return said | {"chart": Markup(), "rows": [], "out": 0}
    out = {one.name for one in places if one.share > charts.limits(all_, one.many, charts.WIDE)[1]}
    title = "Pharmacies by how many consultations they had and the share with a finding, between the limits of chance"
    rows = [
        (one.name, f"{one.many:,}", in_percent(one.share), "above" if one.name in out else "")
        for one in sorted(places, key=lambda one: (one.name not in out, -one.share, one.name))
    ]
    return said | {"chart": charts.funnel(title, places, all_), "rows": rows, "out": len(out)}


def _by_condition(numbers: AuditNumbers, titles: Mapping[str, str]) -> dict[str, Any]:
    """For each condition and kind the share of its rows; ``depth`` from 0 to 5 is how dark the cell is."""
    rows = []
    for kind in (FindingKind(name) for name in numbers.names["finding"]):
        cells = []
        for name, title in titles.items():
            count = numbers.of("finding", kind.value, CONDITION, name)
            share = numbers.share(("finding", kind.value, CONDITION, name), (ROWS, CONDITION, name))
            depth = 0 if not share else min(5, 1 + int(share * 500))
            cells.append((title, shown(count), depth))
        rows.append((kind.words, cells))
    return {"heads": [*titles.values()], "rows": rows}


def _criteria(numbers: AuditNumbers, library: Library, titles: Mapping[str, str]) -> dict[str, Any]:
    each, rows = [], []
    for key, number in top(numbers, "criteria", MOST_CRITERIA):
        _, finding, condition, criterion = key
        kind = FindingKind(finding)
        each.append(charts.ChartBar(f"{criterion} · {kind.words}", number, f"{number:,}"))
        rows.append((criterion, titles[condition], kind.words, f"{number:,}", _why(library, condition, criterion)))
    chart = charts.bars("The criteria and dose rows that stand behind most findings", each) if each else Markup()
    return {"chart": chart, "rows": rows}


def _why(library: Library, condition: str, criterion: str) -> str:
    """What a criterion says, as it stands in the newest version; empty where that has none of the name."""
    pathway = library.newest(condition)
    for rule in pathway.rules():
        if rule.id == criterion:
            return str(getattr(rule, "because", "") or getattr(rule, "says", "") or getattr(rule, "who", ""))
    return pathway.pgds[criterion].title if criterion in pathway.pgds else ""


def _both(numbers: AuditNumbers) -> dict[str, Any]:
    kinds = [
        kind for kind in Kind if numbers.counted.get(("says", kind.key)) or numbers.counted.get(("recorded", kind.key))
    ]
    recorded = [kind.key for kind in kinds]
    if ("recorded", "not known") in numbers.counted:
        recorded.append("not known")
    words = {kind.key: word for word, kind in KIND_OF_WORD.items()} | {"not known": "not recorded"}
    rows = []
    for kind in kinds:
        cells = [(words[other], shown(numbers.of("both", kind.key, other)), other == kind.key) for other in recorded]
        rows.append((kind.word, shown(numbers.of("says", kind.key)), cells))
    return {"heads": [words[one] for one in recorded], "rows": rows}


def _content(library: Library, conditions: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    return [
        (
            stretch.pathway.title,
            stretch.pathway.edition.version,
            stretch.period.in_words(),
            stretch.pathway.content_digest,
        )
        for condition in conditions
        for stretch in library.stretches[condition]
    ]
