"""Questions as rows of a table: their words, their answers in words, whom each is asked of, and what stands behind an answer."""

from collections.abc import Iterable, Iterator

from pharmacyfirst.content.pathways import own_gate
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.evidence import Backing
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import LIFE_THREATENING, Answer, Choice, Question
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, ident, line, lines
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.questions import earlier, marks_of
from pharmacyfirst.review.wording import Wording


class Asked:
    """The questions of one pathway, as a document shows them."""

    def __init__(self, pathway: Pathway, notes: Notes):
        self.pathway, self.notes, self.wording = pathway, notes, Wording(pathway)

    def table(self, caption: str, questions: Iterable[Question], above: tuple[Line, ...] = ()) -> Table:
        """Questions in their order; ``above`` stands over the first."""
        columns = Part("Question", "wide"), Part("Answer", "answer")
        return Table(caption, columns, tuple(map(self._row, questions)), "flush", above)

    def _row(self, question: Question) -> TableRow:
        head = (
            Line((Part(question.in_short, "grade"), *ident(question.name))),
            *lines(question.ask if question.called else ""),
            *lines(question.help, "note"),
        )
        answers = tuple(self._answers(question))
        return TableRow(f"question-{question.name}", head, (answers,), tuple(self._remarks(question)))

    def _answers(self, question: Question) -> Iterator[Line]:
        match question.answer:
            case Answer.YES_NO:
                yield line("yes or no")
            case Answer.DATE:
                yield line("a date")
            case Answer.WHOLE_NUMBER | Answer.NUMBER:
                yield line(_range(question))
            case _:
                several = question.answer is Answer.ANY_OF
                yield line("none of these, or any of them:" if several else "one of these:", "note")
                if any(choice.group for choice in question.choices):
                    yield line("those below, in their groups")
                for choice in question.choices:
                    if not choice.group or not (choice.bars or choice.action):
                        yield from self._choice(choice)

    def _choice(self, choice: Choice) -> Iterator[Line]:
        """One answer. What stands behind one that rules out or calls for something is shown there."""
        says = (Part(choice.says or choice.name), *ident(f"({choice.name})"))
        if choice.bars or choice.action:
            yield Line(says)
        else:
            yield Line(says, marks_of(choice, self.pathway.lists, self.notes), choice.backing.open)
            yield from self.notes.remark(choice.backing.note)
        yield from earlier("the answer", choice.was)

    def _remarks(self, question: Question) -> Iterator[Line]:
        """What else there is to a question, as wide as the table: many answers first, by their groups."""
        yield from _grouped(choice for choice in question.choices if choice.group)
        if question.asked_after:
            yield Line((Part("Asked once these are known and clear: ", "grade"), Part(", ".join(question.asked_after))))
        if (own := own_gate(question)) is not None:
            yield Line((Part("Asked only of: ", "grade"), Part(" ".join(self.wording.lines(own)))))
        if question.asked_when is not None:
            yield line(question.asked_when.in_words(), "exact")
        yield from self._hours(question)
        remarks = (
            "Your judgement: only the clinician can answer it." if question.judgement else "",
            "Never required: while nobody answers it, it stops nobody and holds nothing up."
            if question.name == LIFE_THREATENING
            else "",
            "Where it cannot be answered: refer the same day." if question.if_not_answered is Kind.REFER_URGENT else "",
            f"The list “{self.pathway.lists[question.explained_by].title}” stands below."
            if question.explained_by
            else "",
            f"In a message: {question.observation}." if question.observation else "",
        )
        yield from lines(" ".join(filter(None, remarks)))
        for backing in (question.backing, question.beside):
            yield from self.notes.remark(backing.note)
        yield from earlier("the question", question.was)

    def _hours(self, question: Question) -> Iterator[Line]:
        """From when until when the hours that are asked for count."""
        moment = question.moment
        if moment is not None:
            day_only = "as long" if moment.as_long_as_possible else "as short"
            says = f"Hours since {moment.since}, until {moment.until}. Where only the day is known they count {day_only} as possible."
            yield self._backed(says, moment.backing)
            yield from self.notes.remark(moment.backing.note)

    def _backed(self, says: str, backing: Backing) -> Line:
        return Line((Part(says),), self.notes.marks(backing.evidence), backing.open)


def _grouped(choices: Iterable[Choice]) -> Iterator[Line]:
    """The answers of each group on one line; their names stand with what they do."""
    groups: dict[str, list[str]] = {}
    for choice in choices:
        groups.setdefault(choice.group, []).append(choice.says or choice.name)
    for group, says in groups.items():
        yield Line((Part(f"{group}: ", "grade"), Part("; ".join(says))))


def _range(question: Question) -> str:
    low, high = (plain(end) if end is not None else "any" for end in (question.low, question.high))
    unit = question.unit + (f" (one: “1 {question.singular}”)" if question.singular else "")
    return f"a {question.answer.value} from {low} to {high} {unit}"
