"""Every line that a patient reads, over all cases, and how hard the sheets are to read; the documentation shows both, tests hold them."""

import re
from collections import defaultdict
from functools import cache

from pharmacyfirst import Kind, load
from pharmacyfirst.record.examples import every_example
from pharmacyfirst.record.papers.label import REACH, labels_of
from pharmacyfirst.record.papers.leaflet import leaflet_of

# The sheet may not become harder to read than this: grades of Flesch and Kincaid, years of an American school.
HARDEST_SHEET, HARDEST_ON_AVERAGE = 10.5, 6.5


@cache
def told_in_every_case():
    """What is told in every case that there is: the documentation shows all of it."""
    return told(every_example(load()))


def told(examples):
    """The record of each example, its labels and its sheet."""
    library, found = load(), []
    for one in examples:
        content = library.in_force(one.record.pathway, one.record.on)
        found.append((one.record, labels_of(one.record, content), leaflet_of(one.record, content)))
    return found


def lines(held):
    """Each part of labels and sheets with its different lines: of each how often it stands there, and in which conditions."""
    found = defaultdict(lambda: defaultdict(list))
    for record, labels, sheet in held:
        for part, words in (*(one for label in labels for one in on_label(label)), *on_sheet(sheet)):
            found[part][words].append(record.pathway)
    return {
        part: {words: (len(of), sorted(set(of))) for words, of in sorted(some.items())} for part, some in found.items()
    }


def on_label(label):
    yield "Label: medicine", f"{label.product}, {label.quantity}"
    yield "Label: directions", label.directions
    yield from (("Label: what else it says", words) for words in (*label.advice, REACH, *label.marks))


def on_sheet(sheet):
    yield "Sheet: title", sheet.title
    if sheet.urgent:
        yield "Sheet: to do at once", sheet.urgent
    yield from (("Sheet: what was done", words) for words in sheet.done)
    yield from (("Sheet: when to get help", words) for words in sheet.safety_netting)
    for medicine in sheet.medicines:
        yield from (("Sheet: about the medicine", words) for words in medicine.advice)
        yield from (("Sheet: unwanted effects", words) for words in medicine.effects)
    advice = "Sheet: what helps" if sheet.what_helps else "Sheet: what to do"
    yield from ((advice, words) for words in sheet.advice)
    yield from (("Sheet: to read", words) for words in sheet.reading)


def lines_page():
    """All of them as a page, sorted, for somebody to read from the first to the last."""
    held = told_in_every_case()
    parts = lines(held)
    many, different = len(held), sum(map(len, parts.values()))
    labelled = sum(bool(labels) for _, labels, _ in held)
    out = [
        "# Every line for patients",
        f"Generated (`make docs`) from the training consultations of all {many:,} cases, {labelled:,} of them with labels: the {different:,} different lines of labels and "
        "sheets, sorted, with how often each occurs. A line is the content's own unless it says what was done. See [records](records.md).",
    ]
    for part, some in parts.items():
        rows = [
            f"| {often:,} | {', '.join(where) if len(where) < 7 else 'all'} | {words.replace('|', '/')} |"
            for words, (often, where) in some.items()
        ]
        out.append("\n".join([f"## {part}", "", "| times | conditions | line |", "|---:|---|---|", *rows]))
    return "\n\n".join(out) + "\n"


# How hard it is to read


def sentences_of(sheet):
    """The sentences of a sheet without its title, the names of products, and the address of the pharmacy."""
    words = [sheet.urgent, *sheet.done, *sheet.safety_netting, *sheet.advice, *sheet.reading]
    for medicine in sheet.medicines:
        words += [medicine.directions, *medicine.advice, *medicine.effects]
    return [one for line in words for one in re.split(r"(?<=[.!?])\s+", line) if one]


def syllables(word):
    """The syllables of an English word, as groups of vowels: by rule, so that it is right for most words and the same for all."""
    word = word.lower()
    silent = re.sub(r"(?<=[^aeiouyl])e$|(?<=[aeiouy][^aeiouytd])ed$|(?<=[^aeiouyscz])es$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", silent)))


def grade(sentences):
    """The grade of Flesch and Kincaid (1975): 0.39 words a sentence + 11.8 syllables a word - 15.59. A number is a word of one syllable."""
    words = [word for one in sentences for word in re.findall(r"[A-Za-z][A-Za-z'’]*|[0-9][0-9.,]*", one)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def grades(held):
    """The grade of each sheet, by condition and outcome."""
    found, known = defaultdict(list), {}
    for record, _, sheet in held:
        sentences = tuple(sentences_of(sheet))
        found[record.pathway, record.kind].append(known.setdefault(sentences, grade(sentences)))
    return dict(found)


def average(some):
    return sum(some) / len(some)


def readability():
    """The average grade of the sheets of each condition and outcome as a table, and the hardest."""
    held = grades(told_in_every_case())
    kinds = [kind for kind in Kind if any(kind is one for _, one in held)]
    rows = [
        f"| condition | {' | '.join(kind.word for kind in kinds)} | hardest |",
        f"|---|{'---:|' * (len(kinds) + 1)}",
    ]
    for condition in sorted({condition for condition, _ in held}):
        cells = [f"{average(held[condition, kind]):.1f}" if (condition, kind) in held else "" for kind in kinds]
        hardest = max(max(some) for (of, _), some in held.items() if of == condition)
        rows.append(f"| {condition} | {' | '.join(cells)} | {hardest:.1f} |")
    everything = [one for some in held.values() for one in some]
    rows.append("")
    rows.append(
        f"All {len(everything):,} sheets: {average(everything):.1f} on average, {max(everything):.1f} the hardest; a test fails above "
        f"{HARDEST_ON_AVERAGE} and {HARDEST_SHEET}."
    )
    return "\n".join(rows) + "\n"
