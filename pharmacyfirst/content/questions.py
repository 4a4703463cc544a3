"""The questions of a pathway: its own, those that several pathways share, and the answers that bar PGDs."""

import re
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from pharmacyfirst.content.blocks import (
    HARM_LOST,
    HARM_MISSING,
    HARM_UNIT,
    Form,
    Headings,
    Tags,
    named_blocks,
    plain_name,
    split,
)
from pharmacyfirst.content.choices import add_choices, of_the_folder, read_choices
from pharmacyfirst.content.sentence_forms import HARM_NEVER_MET, NUMBER
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.shapes_of_questions import QUESTION, QUESTION_OF_ALL, SHARED_QUESTION
from pharmacyfirst.content.shared import QUESTIONS, Shared
from pharmacyfirst.content.text import Block, List, Mistakes, Node, Text
from pharmacyfirst.content.words_of_questions import every_answer_has_words, one_of_a_unit_reads_right, with_words
from pharmacyfirst.kernel.pathway import SharedList
from pharmacyfirst.kernel.questions import Answer, Choice, Question

HARM_TWO = "Two versions would be compared as if one answer had been given to both questions."

_ANSWER = re.compile(
    rf"(whole number|number) from ({NUMBER}) to ({NUMBER})(?: (.+))?|(one of|any of)(?: (.+))?|(yes or no|date)"
)


def _declared(form: Form) -> set[str]:
    """Every name that sentences may use, whether or not what stands under it can be read."""
    blocks = (form.node(heading) for heading in (QUESTIONS, "scores", "definitions"))
    return {name for block in blocks if isinstance(block, Block) for name in block.items}


class Questions:
    """The questions of a pathway, its own and shared, with the answers that bar PGDs.

    ``found`` holds those that can be read; ``declared`` every name that sentences may use, None where that is not known;
    ``asked_when`` the blocks that say when some are asked, ``asked_after`` those that say after which stopping criteria; ``shared_used`` the shared files they use; ``whole`` is false where one
    of those holds a mistake; ``lists`` the shared lists used, each with the answers that matter to the ``pgds`` of the folder.
    """

    def __init__(self, form: Form, shared: Shared, pgds: Collection[str]):
        self.form, self.shared, self.mistakes, self.pgds = form, shared, form.mistakes, pgds
        self.lists: dict[str, SharedList] = {}
        self.found: dict[str, Question] = {}
        self.asked_when: dict[str, Block] = {}
        self.asked_after: dict[str, Headings] = {}
        self.shared_used: set[str] = set()
        self.whole = True
        node = form.node(QUESTIONS)
        self.declared = _declared(form) if isinstance(node, Block) else None
        if isinstance(node, Block):
            for name, inner in node.items.items():
                question = self._question(node.keys[name], inner)
                if question is not None:
                    self.found[question.name] = question
            self._refuse_names_in_use(node)
        elif node is not None:
            named_blocks(node, "question", self.mistakes)

    def _question(self, name: Text, node: Node) -> Question | None:
        plain_name(name, self.mistakes)
        if isinstance(node, Text) and node.words != "shared":
            what, fix = (
                f'"{node.words}" is not how a question is written',
                'Write "shared", or ask: and answer: under it.',
            )
            self.mistakes.add(node.place, what, fix, HARM_MISSING)
            return None
        if isinstance(node, List):
            what, fix = "a question is a block of headings", "Write ask: and answer: under its name."
            self.mistakes.add(node.place, what, fix, HARM_MISSING)
            return None
        if isinstance(node, Text):
            return self._shared_question(name, Headings(Block(node.place), self.form.tags, self.mistakes), None)
        if "shared" in node.items:
            added = Form(node, SHARED_QUESTION, self.form.tags, self.mistakes)
            added.parsed("shared", {"yes": True}.get, "yes, or take it out and write ask: and answer:")
            return self._shared_question(name, added, added)
        own = Form(node, QUESTION, self.form.tags, self.mistakes)
        return self._read(name, own, own, own)

    def _shared_question(self, name: Text, own: Headings, values: Form | None) -> Question | None:
        block = self.shared.questions.get(name.words)
        if block is None:
            if self.shared.whole:
                fix = suggest(name.words, self.shared.questions, "Write its ask: and answer: here.")
                self.mistakes.add(name.place, f'"{name.words}" is not a shared question', fix, HARM_NEVER_MET)
            return None
        self.shared_used |= self.shared.files_of(QUESTIONS, [name.words])
        return self._read(name, Form(block, QUESTION_OF_ALL, Tags(), self.mistakes), own, values)

    def _read(self, name: Text, asked: Form, own: Headings, values: Form | None) -> Question | None:
        """A question ``asked`` in its own block or the shared one; ``own`` is what the condition's file says, ``values`` where it adds answers."""
        answer_from = own if "answer" in own else asked
        match = _answer_of(answer_from)
        if match is None:
            return None
        for form in (own, asked):
            if "asked when" in form:
                self.asked_when[name.words] = form.block
                break
        if "asked after" in own:
            self.asked_after[name.words] = own
        question = with_words(_asked(name.words, asked, match), own, asked, answer_from)
        observed = own if "observation" in own else asked
        question = replace(
            question,
            observation=observed.text("observation"),
            shared=asked is not own,
            explained_by=self._list_named(own),
            was=_was(own) or _was(asked),
        )
        if question.answer in (Answer.ONE_OF, Answer.ANY_OF):
            choices = self._choices(question, asked, values, answer_from, match)
            if choices is None:
                return None
            question = replace(question, choices=choices)
            every_answer_has_words(question, values or asked)
            return question
        of_all = [(asked, "values")] if answer_from is asked else []
        for form, heading in ((own, "values"), (own, "values from"), *of_all):
            if heading in form:
                form.refuse(
                    heading,
                    f'"{name.words}" is answered with {answer_from.text("answer")}, and takes no "{heading}"',
                    "Write one of or any of after answer:, or take them out.",
                    "What an answer bars would never be applied.",
                )
        question = _ranged(question, answer_from, match)
        one_of_a_unit_reads_right(question, answer_from)
        return question

    def _refuse_names_in_use(self, block: Block) -> None:
        """Of an earlier name there may be one question now: not a second that was called so, and none that still is."""
        taken = dict.fromkeys(block.items, "a question of this file")
        for name, question in self.found.items():
            for before in question.was:
                if before in taken:
                    what = f'"{before}", which "{name}" was, is {taken[before]}'
                    fix = "Take was: out where the question is another one."
                    self.mistakes.add(block.keys[name].place, what, fix, HARM_TWO)
                taken[before] = f'what "{name}" was'

    def _list_named(self, own: Headings) -> str:
        name = own.text("explained by")
        readable = [one.name for one in self.shared.lists.values() if one.name not in self.shared.answers]
        if name in readable:
            self.shared_used.add(name)
            self.lists[name] = self.shared.lists[name]
        elif name and self.shared.whole:
            fix = suggest(name, readable, "Write the list there.")
            own.refuse("explained by", f'"{name}" is not a list in pathways/shared/', fix, HARM_LOST)
        return name

    def _choices(
        self, question: Question, asked: Form, own: Form | None, answer: Headings, match: re.Match[str]
    ) -> tuple[Choice, ...] | None:
        """The answers, of the line first, then of the shared file, then shared lists, then the pathway's own; the same name adds up.

        None where some of them could not be found: then no sentence about the question can be judged.
        """
        found = _choices_of_the_line(answer, match)
        whole = True
        if asked is not own:
            words = read_choices(asked, "values")
            # Where the condition names the answers itself, the shared file gives words to those alone, and no further answer.
            add_choices(found, words if answer is asked else {name: words[name] for name in found if name in words})
        if own is not None:
            lists = own.names("values from")
            whole = ("values from" not in own or bool(lists)) and not isinstance(own.node("values"), Text | List)
            whole = whole and not {"values", "values from"} & own.misspelt
            for name in lists:
                whole = self._add_list(name, found) and whole
            add_choices(found, read_choices(own, "values"))
        if not found and whole:
            answer.refuse(
                "answer",
                f'"{question.name}" has no answers',
                "Name them after one of or any of, or under values.",
                "No answer at all would be accepted.",
            )
        return tuple(found.values()) if whole and found else None

    def _add_list(self, name: Text, found: dict[str, Choice]) -> bool:
        """The answers of a shared list added to those found; false where there is no such list."""
        listed = self.shared.answers.get(name.words)
        if listed is None:
            if self.shared.whole:
                fix = suggest(name.words, self.shared.answers, "Write the list in pathways/shared/.")
                what = f'"{name.words}" is not a list of answers in pathways/shared/'
                self.mistakes.add(name.place, what, fix, HARM_NEVER_MET)
            return False
        self.shared_used.add(name.words)
        self.whole = self.whole and listed.whole
        choices = of_the_folder(listed.choices, listed.by_pgd, self.pgds)
        self.lists[name.words] = replace(self.shared.lists[name.words], choices=tuple(choices.values()))
        add_choices(found, choices)
        return True


def shared_questions(shared: Shared, mistakes: Mistakes) -> dict[str, Question]:
    """The shared questions as their own file has them, before a condition adds answers or says when one is asked.

    So those that no condition takes are looked at, too.
    """
    found = {}
    # Without questions a sentence is read as far as its form goes: what it speaks of, only a condition that takes it knows.
    of_no_condition = Vocabulary({}, mistakes, declared=None)
    for name, block in shared.questions.items():
        asked = Form(block, QUESTION_OF_ALL, Tags(), mistakes)
        of_no_condition.condition(block, ("asked when",))
        match = _answer_of(asked)
        if match is not None:
            question = replace(
                with_words(_asked(name, asked, match), asked, asked, asked), shared=True, was=_was(asked)
            )
            choices = _choices_of_the_line(asked, match)
            add_choices(choices, read_choices(asked, "values"))
            found[name] = _ranged(replace(question, choices=tuple(choices.values())), asked, match)
    return found


def _answer_of(form: Headings) -> re.Match[str] | None:
    wanted = "yes or no; whole number from 0 to 9 UNIT; number from ...; one of a, b; any of a, b; date"
    return form.parsed("answer", _ANSWER.fullmatch, wanted)


def _asked(name: str, form: Form, match: re.Match[str]) -> Question:
    number, _, _, _, choice, _, other = match.groups()
    answer = Answer(number or choice or other)
    return Question(
        name=name,
        ask=form.text("ask"),
        answer=answer,
        unit=match.group(4) or "",
        judgement=form.yes("judgement"),
    )


def _was(form: Headings) -> tuple[str, ...]:
    return tuple(before.words for before in form.names("was"))


def _ranged(question: Question, form: Headings, match: re.Match[str]) -> Question:
    number, low, high, unit = match.groups()[:4]
    if not number:
        return question
    if not unit:
        fix = "Write the unit after the range: completed years, kg, days."
        form.refuse("answer", "the number has no unit", fix, HARM_UNIT)
    if Decimal(low) >= Decimal(high):
        harm = "No answer at all would be accepted."
        form.refuse("answer", "the range is empty", "Write the smaller number first.", harm)
        return replace(question, unit=unit or "")
    return replace(question, low=Decimal(low), high=Decimal(high), unit=unit or "")


def _choices_of_the_line(form: Headings, match: re.Match[str]) -> dict[str, Choice]:
    """The answers named after *one of* or *any of*."""
    names, line = match.group(6), form.node("answer")
    if not names or not isinstance(line, Text):
        return {}
    words = split(Text(names, line.at(line.words.index(names)), line.plain))
    return {plain_name(one, form.mistakes): Choice(one.words) for one in words}
