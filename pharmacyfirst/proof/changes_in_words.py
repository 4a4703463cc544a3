"""Changes between two versions in words for a clinical reader, and as JSON holds them: the terminal and the pages say the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pharmacyfirst.kernel.dose import counted
from pharmacyfirst.kernel.explain import value_in_words
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.proof.changes import ChangedClass, ChangedReason, Changes, Shown
from pharmacyfirst.proof.classes import Ending, Fact, Transition
from pharmacyfirst.proof.counterexample import beside_in_words
from pharmacyfirst.proof.rewritten import course_in_words
from pharmacyfirst.proof.versions import Version

MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which people change: from what to what, what else is true of them, one of them, and that one before and now.

    ``before`` and ``now`` hold the outcome first, then why. ``proved`` says of whom it is proved that everybody changes so; empty where of nobody.
    """

    title: str
    further: tuple[str, ...]
    example: str
    before: tuple[str, ...]
    now: tuple[str, ...]
    proved: str = ""


@dataclass(frozen=True, slots=True)
class WaysTogether:
    """Ways of changing that belong together; ``everybody`` is true of all people in it."""

    heading: str
    everybody: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All of it: what the files say differently, what is not carried over, who changes, and that nobody else does."""

    title: str
    versions: str
    rewritten: tuple[str, ...]
    remarks: tuple[str, ...]
    sections: tuple[WaysTogether, ...]
    conclusion: str


def report(changes: Changes, timed: bool = True) -> Report:
    """The changes in words; not ``timed``, the same changes are always the same words."""
    old, new = changes.old, changes.new
    sections = []
    for complete, heading, everybody in (
        (True, "Who changes, with every answer given", changes.everybody),
        (False, "Who changes only while answers are missing", changes.unfinished),
    ):
        ways = tuple(_way(one) for one in changes.classes if one.complete is complete)
        if ways:
            sections.append(WaysTogether(f"{heading}: {_count(len(ways), 'way')}", tuple(_told(everybody)), ways))
    if changes.reasons:
        ways = tuple(_ways_of_reasons(changes.reasons))
        sections.append(WaysTogether("The same outcome for another reason, or with other questions", (), ways))
    return Report(
        new.pathway.title,
        f"{_version(old)} -> {_version(new)}",
        tuple(one.in_words() for one in changes.rewritten),
        tuple(_remarks(changes)),
        tuple(sections),
        _conclusion(changes, timed),
    )


def _version(version: Version) -> str:
    return f"{version.named} on {version.on}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _remarks(changes: Changes) -> Iterator[str]:
    for names, when in ((changes.only_old, "before"), (changes.only_new, "now")):
        if names:
            yield f"Asked only {when}, so that it may be anything in the other version: {', '.join(names)}"
    for one in changes.not_carried:
        yield f"Not carried over: {one.in_words()}"


def _conclusion(changes: Changes, timed: bool) -> str:
    took = f"in {changes.seconds:.1f} s" if timed else "by a solver"
    if changes.reasons is None:
        beside = " What decided and what is asked was not compared (--reasons)."
        compared = "outcome, destination, offers and doses are the same"
    else:
        beside, compared = "", "outcome, destination, offers, doses, what decided and what is asked are the same"
    if not changes.classes and not changes.reasons:
        return f"Proved equal {took}: {compared} for everybody, whatever is known of them.{beside}"
    if not changes.classes:
        return f"Nobody's outcome, destination, offers or doses change, and nobody else's reasons or questions do (proved {took})."
    return f"Nobody else changes (proved {took}).{beside}"


def _told(facts: Iterable[Fact]) -> Iterator[str]:
    """What is true of all, that which is not so of the usual patient in full, the rest counted."""
    listed = list(facts)
    unusual = [one for one in listed if not one.usual]
    yield from (f"{one.words} ({one.asks})" for one in unusual)
    more = len(listed) - len(unusual)
    if more:
        also = "and " if unusual else ""
        yield f"{also}{_as_of_the_usual_patient(more)} too"


def _way(one: ChangedClass) -> Way:
    further = tuple(fact.words for fact in one.further if not fact.usual)
    proved = _everybody_changes_so(sum(fact.usual for fact in one.facts)) if one.whole else ""
    return Way(transition_in_words(one.transition), further, *_shown(one.patient), proved)


def _everybody_changes_so(as_usual: int) -> str:
    """What was proved where everybody of whom the facts are true changes so: those that are so of the usual patient, too, belong to it."""
    if not as_usual:
        return "everybody of whom this is true changes so, whatever else is true of them"
    return f"everybody of whom this and {_as_of_the_usual_patient(as_usual)} are true changes so (the JSON names them)"


def _as_of_the_usual_patient(count: int) -> str:
    return f"{_count(count, 'fact')} that {'is' if count == 1 else 'are'} so of the usual patient"


def transition_in_words(transition: Transition) -> str:
    """What came out and what comes out now; where the same medicines are offered, the doses that changed."""
    before, after = transition.before, transition.after
    doses = (before.outcome, before.pgds) == (after.outcome, after.pgds)
    return " and ".join(_doses(before, after)) if doses else f"{_ending(before)} -> {_ending(after)}"


def _doses(before: Ending, after: Ending) -> Iterator[str]:
    for (pgd, one), (_, other) in zip(before.offers, after.offers, strict=True):
        if one is not None and other is not None:
            yield f"{pgd}: {course_in_words(one)} -> {course_in_words(other)}"


def _ending(this: Ending) -> str:
    offered = f" of {' or '.join(this.pgds)}" if this.offers else ""
    return f"{this.outcome.kind.word}{beside_in_words(this.outcome)}{offered}"


def _shown(patient: Shown) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    given = "; ".join(f"{name} {value_in_words(value)}" for name, value in patient.changes.items())
    nobody = "" if patient.plausible else " (nobody plausible is like this)"
    before, now = (tuple(_assessed(one)) for one in (patient.before, patient.after))
    return (given or "the usual patient") + nobody, before, now


def _assessed(assessment: Assessment) -> Iterator[str]:
    outcome = assessment.outcome
    offers = "; ".join(_offer(offer) for offer in assessment.offers)
    yield f"{outcome.kind.word}{beside_in_words(outcome)}{f' of {offers}' if offers else ''}"
    yield from dict.fromkeys(f"{finding.id}: {finding.item.reason}" for finding in assessment.deciding)
    if not assessment.decided_by and assessment.missing:
        yield f"to ask: {', '.join(_some(assessment.missing))}"


def _offer(offer: Offer) -> str:
    row = offer.row
    first_day = row.dose.first_day if row.dose else None
    day_one = f" ({counted(first_day, offer.dose.unit)} on the first day)" if first_day is not None else ""
    often = f"{row.times_a_day} to {row.times_a_day_most}" if row.times_a_day_most else f"{row.times_a_day}"
    first = offer.supplied[0]
    quantity = f", {first.quantity.in_words()}" if first.quantity else ""
    for_days = f" for {row.days} days" if row.days else ""
    return f"{offer.pgd.id} {offer.dose.in_words()}{day_one} {often} times a day{for_days}{quantity}"


def _some(names: Sequence[str]) -> Iterator[str]:
    yield from names[:MOST_NAMED]
    if len(names) > MOST_NAMED:
        yield f"and {len(names) - MOST_NAMED} more"


def _ways_of_reasons(reasons: Sequence[ChangedReason]) -> Iterator[Way]:
    """Each reason by itself, and questions together: a version that stops earlier asks for everything later."""
    for one in reasons:
        if not one.reason.asks:
            yield Way(one.reason.says, (), *_shown(one.patient))
    for only_old, says in ((True, "no longer asked for"), (False, "asked for now")):
        asked = [one for one in reasons if one.reason.asks and one.reason.only_old is only_old]
        if asked:
            yield Way(f"{says}: {', '.join(_some([one.reason.name for one in asked]))}", (), *_shown(asked[0].patient))


def in_words(changes: Changes) -> Iterator[str]:
    """The changes as the terminal shows them, a line each."""
    said = report(changes)
    yield f"{said.title}: {said.versions}"
    if said.rewritten:
        yield "The files read differently:"
        yield from (f"  {line}" for line in said.rewritten)
    yield from said.remarks
    for section in said.sections:
        yield ""
        yield section.heading
        if section.everybody:
            yield f"  all of them: {section.everybody[0]}"
            yield from (f"               {line}" for line in section.everybody[1:])
        for way in section.ways:
            yield f"  {way.title}"
            if way.further:
                yield f"    all of these: {'; '.join(way.further)}"
            if way.proved:
                yield f"    {way.proved}"
            yield f"    for instance: {way.example}"
            for when, (outcome, *why) in (("before", way.before), ("now", way.now)):
                yield f"      {when + ':':<7} {outcome}"
                yield from (f"              {line}" for line in why)
    if said.sections:
        yield ""
    yield said.conclusion


def as_dict(changes: Changes) -> dict[str, Any]:
    """The changes as JSON holds them; numbers of patients are whole or Decimal."""
    return {
        "condition": changes.new.pathway.id,
        "old": _version_as_dict(changes.old),
        "new": _version_as_dict(changes.new),
        "rewritten": [{"id": one.id, "before": one.before, "after": one.after} for one in changes.rewritten],
        "asked_only_before": list(changes.only_old),
        "asked_only_now": list(changes.only_new),
        "not_carried_over": [
            {"question": one.question, "only": "before" if one.only_old else "now", "what": one.what}
            for one in changes.not_carried
        ],
        "proved_equal": not changes.classes and not changes.reasons,
        "everybody": _facts(changes.everybody),
        "everybody_while_answers_are_missing": _facts(changes.unfinished),
        "classes": [_class(one) for one in changes.classes],
        "reasons": None if changes.reasons is None else [
            {"what": one.reason.says, "patient": _patient(one.patient)} for one in changes.reasons
        ],
        "seconds": Decimal(f"{changes.seconds:.3f}"),
    }  # fmt: skip


def _version_as_dict(version: Version) -> dict[str, Any]:
    pathway = version.pathway
    return {
        "version": pathway.edition.version,
        "as_of": version.on.isoformat(),
        "content_digest": pathway.content_digest,
    }


def _facts(facts: Sequence[Fact]) -> dict[str, Any]:
    """What is true of everybody, and which of it is so of the usual patient too."""
    return {
        "facts": [{"says": one.words, "asks": one.asks} for one in facts if not one.usual],
        "as_usual": [one.words for one in facts if one.usual],
    }


def _class(one: ChangedClass) -> dict[str, Any]:
    return {
        "before": ending_as_dict(one.transition.before),
        "after": ending_as_dict(one.transition.after),
        "with_every_answer_given": one.complete,
        "everybody": _facts(one.facts),
        "everybody_like_this_changes_so": one.whole,
        "patient": _patient(one.patient),
    }


def ending_as_dict(this: Ending) -> dict[str, Any]:
    """What comes out, as JSON holds it."""
    offers = [{"pgd": pgd, "course": None if one is None else course_in_words(one)} for pgd, one in this.offers]
    return {"kind": this.outcome.kind.key, "destination": this.outcome.destination, "offers": offers}


def _patient(patient: Shown) -> dict[str, Any]:
    changed = {name: list(v) if isinstance(v, tuple) else v for name, v in patient.changes.items()}
    shown = ("outcome", "offers", "decided_by", "missing")
    before, after = (one.as_dict() for one in (patient.before, patient.after))
    return {
        "changes": changed,
        "plausible": patient.plausible,
        "before": {name: before[name] for name in shown},
        "after": {name: after[name] for name in shown},
    }
