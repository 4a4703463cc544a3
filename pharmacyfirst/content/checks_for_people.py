"""What can be wrong with what a pathway says to people: pages that leave a question out or ask it too late, and names that mean nothing."""

from collections.abc import Collection, Iterable, Iterator

from pharmacyfirst.content.blocks import Headings, Tags, split
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.shapes import HAS_IT, MOST_A_PAGE
from pharmacyfirst.content.text import Block, List, Mistakes, Node, Place, Text
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING, Question

HARM_NOT_ASKED = "What stands on no page is never asked, and what stands on two is asked twice."
_HARM_DIAGNOSIS = "A record would say of everybody, or of nobody, that they have it."
HARM_LATE = "An emergency would be found late, after questions that can wait."
HARM_NOT_SAID = "What is for nobody and stands nowhere is never shown."


def check_for_people(
    block: Block, pathway: Pathway, pgds: Collection[str], mistakes: Mistakes, whole: bool = True
) -> None:
    """Pages, prompts, duties of the record, the diagnosis and what cannot be, each against the rest of the pathway.

    Where the pathway could not be read ``whole``, only names that are nowhere in its file are looked at.
    """
    questions, pages = block.items.get("questions"), block.items.get("pages")
    if isinstance(questions, Block) and isinstance(pages, Block):
        _Pages(questions, pages, pathway, mistakes).check(whole)
    _names_are_known(block, pathway, pgds, mistakes)
    _contradictions_are_not_eligible(block, pathway, mistakes, whole)
    _who_has_it_is_said(block, mistakes)


class _Pages:
    """The pages as they are written, with the place of every question on them."""

    def __init__(self, questions: Block, pages: Block, pathway: Pathway, mistakes: Mistakes):
        self.questions, self.pages, self.pathway, self.mistakes = questions, pages, pathway, mistakes
        self.placed = [(title, name) for title, node in pages.items.items() for name in _names(node)]
        self.order: dict[str, int] = {}
        for at, (_, name) in enumerate(self.placed):
            self.order.setdefault(name.words, at)

    def check(self, whole: bool) -> None:
        """Each question once, no page too long, and, where all questions are known, everything in the order to ask it."""
        self._every_question_once()
        self._not_too_long()
        if whole and set(self.order) == set(self.questions.items):
            self._who_comes_first()
            self._emergencies_come_before_others()
            self._gates_come_before_what_they_guard()

    def _every_question_once(self) -> None:
        for at, (_, name) in enumerate(self.placed):
            if name.words not in self.questions.items:
                fix = suggest(name.words, self.questions.items, "Write the question under questions.")
                self._add(name.place, f'"{name.words}" is not a question of this file', fix, HARM_NOT_ASKED)
            elif self.order[name.words] != at:
                self._add(name.place, f'"{name.words}" stands on the pages twice', "Keep it once.", HARM_NOT_ASKED)
        for missing in self.questions.items:
            if missing not in self.order:
                place = self.questions.keys[missing].place
                fix = "Write it under pages, where it is to be asked."
                self._add(place, f'"{missing}" stands on no page', fix, HARM_NOT_ASKED)

    def _not_too_long(self) -> None:
        for title, node in self.pages.items.items():
            number = len(_names(node))
            if number > MOST_A_PAGE:
                what = f'the page "{title}" has {number} questions, and at most {MOST_A_PAGE} fit'
                self._add(
                    self.pages.keys[title].place,
                    what,
                    "Make two pages of it.",
                    "Questions at the end of a long page are passed over.",
                )

    def _who_comes_first(self) -> None:
        wanted = [name for name in (BORN, AGE) if name in self.order]
        for at, name in enumerate(wanted):
            if self.order[name] != at:
                place = self.placed[self.order[name]][1].place
                what = f'"{name}" is question {self.order[name] + 1} of the pages, and must be question {at + 1}'
                self._add(
                    place,
                    what,
                    f"Begin the first page with {', '.join(wanted)}.",
                    "Who is too young or too old for a question would be asked it.",
                )
                return

    def _emergencies_come_before_others(self) -> None:
        titles = list(self.pages.items)
        first = {name.words for title, name in self.placed if title == titles[0]}
        if LIFE_THREATENING in self.order:
            second = [name.words for title, name in self.placed if titles[1:2] == [title]]
            if second[:1] != [LIFE_THREATENING]:
                place = self.placed[self.order[LIFE_THREATENING]][1].place
                what = f'"{LIFE_THREATENING}" does not head the second page'
                fix = "Put it first on the page after the one that asks who the patient is."
                self._add(place, what, fix, HARM_LATE)
                return
        urgent = self._read_by_emergencies() - first
        before: str | None = None  # the first question on the way that can wait
        for _, name in self.placed:
            if name.words in first:
                continue
            if name.words not in urgent:
                before = before or name.words
            elif before is not None:
                what = f'"{name.words}" can show an emergency, and stands after "{before}", which cannot'
                fix = "Put it before every question that no emergency reads, those of the first page apart."
                self._add(name.place, what, fix, HARM_LATE)

    def _read_by_emergencies(self) -> set[str]:
        emergencies = (one for one in self.pathway.stopping if one.kind is Kind.EMERGENCY)
        urgent = {LIFE_THREATENING, *(name for one in emergencies for name in one.sentence.facts())}
        # One that waits for headings stands after all that these read, which is looked at with the gates.
        urgent = {name for name in urgent if name not in self._waiting()}
        return urgent | {name for fact in urgent for name in _gate_of(self.pathway.questions.get(fact))}

    def _waiting(self) -> set[str]:
        return {question.name for question in self.pathway.questions.values() if question.asked_after}

    def _gates_come_before_what_they_guard(self) -> None:
        for _, name in self.placed:
            for gate in _gate_of(self.pathway.questions.get(name.words)):
                if self.order.get(gate, -1) > self.order[name.words]:
                    what = f'"{name.words}" stands before "{gate}", which says whether it is asked'
                    fix = f'Put "{gate}" before it.'
                    self._add(
                        name.place,
                        what,
                        fix,
                        "Somebody would be asked what does not concern them, and the answer would count.",
                    )

    def _add(self, place: Place, what: str, fix: str, harm: str) -> None:
        self.mistakes.add(place, what, fix, harm)


def _gate_of(question: Question | None) -> Iterable[str]:
    return question.asked_when.facts() if question is not None and question.asked_when is not None else ()


def _names(node: Node | None) -> list[Text]:
    texts = node.items if isinstance(node, List) else [node]
    return [name for text in texts if isinstance(text, Text) for name in split(text)]


def _names_are_known(block: Block, pathway: Pathway, pgds: Collection[str], mistakes: Mistakes) -> None:
    """Where prompts stand, what a duty of the record is for, and what has to be clear for a diagnosis."""
    kinds = [kind.word for kind in Kind]
    stopping, pages = block.items.get("stopping criteria"), block.items.get("pages")
    if not isinstance(stopping, Block) or not isinstance(pages, Block):
        return  # that is noted, and what they would have held is not called unknown
    stages, titles = list(stopping.items), list(pages.items)
    ids = [id for group in stopping.items.values() if isinstance(group, Block) for id in group.items if id != "then"]
    wanted = (
        ("prompts", "at", [*titles, *stages, *kinds], "a page, a heading of stopping criteria or a kind of outcome"),
        ("records", "for", [*kinds, *pgds], "a kind of outcome or a PGD of this folder"),
    )
    for heading, under, known, what in wanted:
        for inner in _blocks_under(block, heading):
            for name in _names(inner.items.get(under)):
                _refuse_unknown(name, known, what, mistakes)
    diagnosis = block.items.get("diagnosis established when")
    if isinstance(diagnosis, Block):
        for name in _names(diagnosis.items.get("clear")):
            _refuse_unknown(name, [*stages, *ids], "a heading or id of stopping criteria", mistakes)


def _who_has_it_is_said(block: Block, mistakes: Mistakes) -> None:
    """Where there is a code by which a record says that somebody has the condition, it is said when; where there is none, nothing is."""
    heading, codes = "diagnosis established when", block.items.get("codes")
    coded = [
        one
        for one in _blocks_under(block, "codes")
        if isinstance(use := one.items.get("use"), Text) and use.words == HAS_IT
    ]
    if coded and heading not in block.items and isinstance(codes, Block):
        fix = f'Write "{heading}:"; a pathway without a condition has no code with use: {HAS_IT}.'
        mistakes.add(block.keys["codes"].place, "nothing says when somebody has the condition", fix, _HARM_DIAGNOSIS)


def _blocks_under(block: Block, heading: str) -> Iterator[Block]:
    node = block.items.get(heading)
    yield from (inner for inner in (node.items.values() if isinstance(node, Block) else ()) if isinstance(inner, Block))


def _refuse_unknown(name: Text, known: Collection[str], what: str, mistakes: Mistakes) -> None:
    if name.words not in known:
        fix = suggest(name.words, known, f"Write {what}.")
        mistakes.add(name.place, f'"{name.words}" is not {what}', fix, HARM_NOT_SAID)


def _contradictions_are_not_eligible(block: Block, pathway: Pathway, mistakes: Mistakes, whole: bool) -> None:
    """What two answers contradict each other by is a stopping criterion of its own, and sends nobody anywhere in haste."""
    kinds = {criterion.id: criterion.kind for criterion in pathway.stopping}
    for name in Headings(block, Tags(), Mistakes()).names("cannot be"):
        kind = kinds.get(name.words)
        if kind is None and whole:
            fix = suggest(name.words, kinds, "Write the criterion under stopping criteria.")
            mistakes.add(name.place, f'"{name.words}" is not a stopping criterion', fix, HARM_NOT_SAID)
        elif kind not in (None, Kind.NOT_ELIGIBLE):
            fix = f"Write then: {Kind.NOT_ELIGIBLE.word} at {name.words}, or take it out here."
            harm = "Answers that cannot both be true would decide where somebody is sent."
            mistakes.add(
                name.place,
                f'"{name.words}" says answers cannot both be, and is not "{Kind.NOT_ELIGIBLE.word}"',
                fix,
                harm,
            )
