"""The kernel and what is generated on the same people: everything that an assessment holds, and every verdict of the short way."""

import math
from collections import UserDict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from shipped import cases_of

from pharmacyfirst import Refused, Verdict, assess, load
from pharmacyfirst.exact import write
from pharmacyfirst.fast.run import Verdicts
from pharmacyfirst.proof.agreement import consultations

LIBRARY = load()
ON = date(2026, 11, 21)
EXPIRED = date(2027, 2, 15)  # the pathways are in force, and no PGD is
SAID = {Verdict.MET: True, Verdict.NOT_MET: False, Verdict.NOT_KNOWN: None}


def people(condition, count, seed):
    """Made-up consultations of a condition, unknown answers and people near a supply among them."""
    cases = [dict(case.facts) for case in cases_of(LIBRARY, condition)]
    coming_out = {case.expected.kind.key for case in cases_of(LIBRARY, condition)}
    most = "supply" if "supply" in coming_out else "measure_next"  # as far as this pathway goes
    near = [
        facts for case, facts in zip(cases_of(LIBRARY, condition), cases, strict=True) if case.expected.kind.key == most
    ]
    chance = Random(seed)
    for facts in consultations(LIBRARY.in_force(condition, ON), cases, seed, count - count // 4):
        yield facts
    for _ in range(count // 4):  # a supply with a few answers taken away: what opens rows, clauses and dose rows
        facts = dict(chance.choice(near))
        for name in chance.sample(sorted(facts), chance.randint(0, 4)):
            del facts[name]
        yield facts


def answered(run, facts, on):
    """An assessment, or how it was refused."""
    try:
        return run(facts, on)
    except Refused as refused:
        return refused.code, refused.fact, str(refused)


def by_the_kernel(pathway, facts, on):
    """What the kernel says."""
    return answered(lambda facts, on: assess(pathway, facts, on), facts, on)


def difference(pathway, assessor, facts, on, ours=None):
    """In what the generated module differs from the kernel for one person; nothing where they agree."""
    ours = ours or by_the_kernel(pathway, facts, on)
    theirs = answered(assessor.assess, facts, on)
    if isinstance(ours, tuple) or isinstance(theirs, tuple):
        return "" if ours == theirs == answered(assessor.verdicts, facts, on) else f"{ours} and {theirs}"
    if ours != theirs:
        return next(name for name in ours.__dataclass_fields__ if getattr(ours, name) != getattr(theirs, name))
    if repr(ours.known) != repr(theirs.known):  # 0 and -0 are equal, as text and more than text is
        return "what is known"
    return short_way(ours, assessor.verdicts(facts, on))


def short_way(ours, verdicts: Verdicts):
    """In what the verdicts of the short way differ from those of an assessment."""
    leaf = verdicts.leaf
    if (leaf.kind, leaf.destination) != (ours.outcome.kind.key, ours.outcome.destination):
        return "the outcome of the short way"
    if leaf.offers != tuple((offer.pgd.id, offer.row.id) for offer in ours.offers):
        return "the offers of the short way"
    found = {(finding.item.stage, finding.id): SAID[finding.verdict] for finding in ours.findings if finding.item.reads}
    each = {item: verdict for item, verdict in verdicts.by_item().items() if item in found}
    if any(found[item] is not verdict for item, verdict in each.items()):
        return "a verdict of the short way"
    if leaf.stopped:  # what is less urgent than what decided is not reached
        last = urgency_reached(ours)
        reached = {(one.stage, one.id) for one in ours.pathway.stopping if one.urgency <= last}
        return "" if reached <= each.keys() else "a criterion that was not reached"
    return "" if found.keys() == each.keys() else "a finding that was not reached"


def urgency_reached(ours):
    """How far down the criteria are reached of somebody who is stopped."""
    if ours.decided_by:
        (first, *_) = [one for one in ours.pathway.stopping if one.id == ours.decided_by[0]]
        return 2 * first.kind - (ours.outcome.destination == "999")
    open_ = [one.item.urgency for one in ours.findings if one.verdict is Verdict.NOT_KNOWN]
    return min(open_)


class Word(str):
    """Text that is more than text."""

    __slots__ = ()

    def __repr__(self):
        return f"Word({super().__repr__()})"


class OfTheirOwn(dict):
    """A dict of somebody else's."""


ODD = (
    None, "yes", "no", "", "none", 0, 1, -1, 1.0, 0.0, -0.0, 37.9, 37.89999999999999, 10**50, 10**400, math.nan, math.inf, True, False,
    Decimal("37.89999999999999999999"), Decimal("37.900000000000000000001"), Decimal("37.899999999999993"), Decimal("37.9000000000000001"),
    Decimal("37.90"), Decimal("-0"), Decimal("NaN"), [], (), {"warfarin"}, frozenset(), [None],
    ["nothing of ours"], {}, b"yes", date(1990, 2, 3), "1990-02-03", "1990-02-30",
)  # fmt: skip


HARDLY = Decimal("1e-20")


def odd(question, chance):
    """An answer that may not fit the question, near those that do."""
    near = []
    if question.low is not None:
        near = [
            question.low - 1,
            question.high + 1,
            int(question.low) - 1,
            int(question.high) + 1,
            True,
            float(question.low),
            question.low,
        ]
        near += [question.high + HARDLY, question.low - HARDLY, question.high - HARDLY, 10**400, math.nan]
    elif question.choices:
        name = chance.choice(question.choice_names())
        near = [name, [name], [name, name], [name.upper()], {name}, (name,), Word(name), [Word(name)], [[name]]]
    return chance.choice((*near, *near, *ODD))


def text_of_facts(facts):
    """The facts as JSON."""
    return write({name: str(value) if isinstance(value, date) else value for name, value in facts.items()}).encode()


# Spliced into a text: values that another reader might take for something else, and pieces of JSON.
PIECES = (
    b'"', b"{", b"}", b"[", b"]", b":", b",", b" ", b"\n", b"\x0b", b"\xef\xbb\xbf", b"\xff", b"\\u0061", b"\\ud800", b"null", b"true", b"1",
    b"-0", b"-0.0", b"0.0", b"1e0", b"37.89999999999999999999", b"37.9", b"3.79E1", b"1e400", b"1e-400", b"9007199254740993", b"NaN", b"-Infinity",
    b"01", b"1.", b"+1", b'"yes"', b"[]", b"{}", b'["warfarin", "warfarin"]', b'"a:b"', b"1" * 45, b"/*x*/",
)  # fmt: skip


def damaged_text(words, pathway, chance):
    """The JSON of one person with something in it, twice, or gone, that makes it another, no JSON, or the same."""
    match chance.randrange(6):
        case 0:
            at = chance.randrange(len(words) + 1)
            return words[:at] + chance.choice(PIECES) + words[at:]
        case 1:
            at = chance.randrange(len(words))
            return words[:at] + words[at + chance.randint(1, 4) :]
        case 2:  # an answer once more, the same or another
            name = chance.choice([*pathway.questions])
            again = b'%s, "%s": %s}' % (words.rstrip(b"}"), name.encode(), chance.choice(PIECES))
            return again.replace(b"{, ", b"{")
        case 3:
            return chance.choice(PIECES) + words if chance.random() < 0.5 else words + chance.choice(PIECES)
        case 4:  # a value in place of another
            parts = words.split(b": ")
            at = chance.randrange(len(parts))
            value, comma, rest = parts[at].partition(b", ")
            parts[at] = chance.choice(PIECES) + comma + rest if comma else value
            return b": ".join(parts)
        case _:
            return words.replace(b", ", chance.choice((b",", b" ,\t", b", \r\n")))


def damaged(pathway, facts, chance):
    """The same person with an answer that may not fit, a name that is none, or in another kind of mapping."""
    changed = dict(facts)
    what = chance.randrange(8)
    if what == 0:
        changed[chance.choice(("no_such_fact", "rigor", 5, None, "date_of_birth"))] = chance.choice(ODD)
    elif what == 1:
        changed["date_of_birth"] = ON - timedelta(days=chance.randint(-10, 40_000))
    elif what == 2:
        return chance.choice((OfTheirOwn, UserDict))(changed)
    for _ in range(chance.randint(1, 2)):
        question = chance.choice(list(pathway.questions.values()))
        changed[question.name] = odd(question, chance)
    return changed
