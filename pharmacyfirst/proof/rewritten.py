"""What two versions of a condition's files say differently, rule by rule, of that which decides: for a reader, and for no proof."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.dose import DoseRow, counted
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Criterion, GatewayPoint, Named, Pathway, Row
from pharmacyfirst.kernel.pgd import Caution, Clause, Instruction
from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.kernel.rule import Judged, Rule
from pharmacyfirst.proof.differences import Course


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A rule or question that reads differently. ``before`` and ``after`` are its words, empty where it is not there.

    ``old`` and ``new`` are its sentences, where it has one that is another.
    """

    id: str
    before: str
    after: str
    old: Condition | None = None
    new: Condition | None = None

    def in_words(self) -> str:
        """What was written and what is."""
        if not self.before:
            return f"{self.id}, new: {self.after}"
        if not self.after:
            return f"{self.id}, taken out: {self.before}"
        return f"{self.id}: {self.before} -> {self.after}"


def rewritten(old: Pathway, new: Pathway, renamed: Mapping[str, str]) -> Iterator[Rewritten]:
    """The rules and questions that read differently, in the order of the new files, those taken out last.

    ``renamed`` gives the old name of each question that both ask.
    """
    before, after = _rules(old), _rules(new)
    for key, rule in after.items():
        was = before.get(key)
        words, now = (_words(was) if was else ""), _words(rule)
        if words != now:
            changed = was is None or was.sentence != rule.sentence
            yield Rewritten(key[1], words, now, *((was and was.sentence, rule.sentence) if changed else ()))
    for key, rule in before.items():
        if key not in after:
            yield Rewritten(key[1], _words(rule), "", rule.sentence)
    asked, asks = ({q.name: _question(q) for q in one.questions.values()} for one in (old, new))
    for name in {**asks, **asked}:
        if name in renamed and renamed[name] != name:
            yield Rewritten(f"question {renamed[name]}", asked[renamed[name]], f"{name}, {asks[name]}")
        elif name not in renamed.values() and asked.get(name) != asks.get(name):
            yield Rewritten(f"question {name}", asked.get(name, ""), asks.get(name, ""))
        elif renamed.get(name) == name and asked[name] != asks[name]:
            yield Rewritten(f"question {name}", asked[name], asks[name])


def _rules(pathway: Pathway) -> dict[tuple[str, str], Rule]:
    """Every rule that decides, by the heading it stands under and its id; an exclusion of every medicine once."""
    found: dict[tuple[str, str], Rule] = {}
    for rule in pathway.rules():
        if not isinstance(rule, GatewayPoint | Caution):
            name = rule.in_words() if isinstance(rule, Named) else rule.id
            found.setdefault((rule.stage, name), rule)
    return found


def _words(rule: Rule) -> str:
    if isinstance(rule, Named):
        return rule.sentence.in_words() if not rule.points else _points(rule.sentence)
    if isinstance(rule, Clause) and rule.covered_by:
        return f"{rule.says}, covered by {', '.join(rule.covered_by)}"
    said = rule.in_words() if isinstance(rule, Judged) else ""
    if isinstance(rule, Criterion):
        always = ", always 999" if rule.always_999 else ""
        return f"{said}, then {rule.kind.word}{always}{_beside(rule)}"
    if isinstance(rule, Row):
        joined = ", or where that is excluded " if rule.fallback else ", each by itself, " if rule.each else " and "
        left = f"; {rule.nothing_left.word} when nothing is left" if rule.nothing_left is not Kind.REFER else ""
        return f"{said}, then {f'offer {joined.join(rule.offers)}' if rule.kind is Kind.SUPPLY else rule.kind.word}{left}{_beside(rule)}"
    if isinstance(rule, Instruction):
        return f"{rule.sentence.in_words() if rule.sentence is not None else 'everybody'}: {rule.says}"
    return f"{said}, then {course_in_words(Course.of(rule))}" if isinstance(rule, DoseRow) else said


def _beside(rule: Criterion | Row) -> str:
    """What is said beside the kind: by which pathway somebody is measured, by when, what may follow."""
    said = {"led to": getattr(rule, "leads_to", None), "within": rule.within_days, "next": rule.next}
    return "".join(f", {what} {value}{' days' if what == 'within' else ''}" for what, value in said.items() if value)


def _points(sentence: Condition) -> str:
    return "; ".join(one.in_words() for one in sentence.inner())


def course_in_words(course: Course) -> str:
    """The dose, how often, for how long, and what is supplied."""
    dose = course.dose
    if dose is None:
        return "no dose"
    each = dose.each.in_words() + (" for each kg" if dose.for_each_kg else "")
    rounding = dose.rounding
    if rounding is not None:
        each += f" ({'down to' if rounding.down else 'to the nearest'} {rounding.step} {dose.each.unit})"
    if dose.first_day is not None:
        each += f" ({counted(dose.first_day, dose.each.unit)} on the first day)"
    often = f"{course.times_a_day} to {course.times_a_day_most}" if course.times_a_day_most else course.times_a_day
    packs = " or ".join(
        f"{one.at_most or one.quantity.in_words() if one.quantity else 'the quantity worked out' if one.strength else 'a quantity not stated'}"
        f" of {one.product}"
        for one in course.supplies
    )
    for_days = f" for {course.days} days" if course.days else ""
    return f"{each} {often} times a day{for_days}, {packs}"


def _question(question: Question) -> str:
    said = question.answer.value
    if question.choices:
        said += f" {', '.join(question.choice_names())}"
    elif question.unit:
        said += f" from {question.low} to {question.high} {question.unit}"
    if question.asked_after:
        said += f", asked after {', '.join(question.asked_after)}"
    if question.asked_when is not None:
        said += f", asked when {question.asked_when.in_words()}"
    return f"{said}, the same day where it cannot be answered" if question.if_not_answered is not None else said
