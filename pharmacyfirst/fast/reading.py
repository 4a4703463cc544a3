"""The check of plain answers as Python: what ``kernel.questions.known_facts`` lets through, read in one go.

It takes only what is exactly of the type that JSON gives, of every name that is asked. Whatever else there is (a date of birth, a type
of somebody's own, a value that does not fit) it leaves to ``known_facts``, which alone reads such things, refuses and words refusals.
"""

from collections.abc import Iterator

from pharmacyfirst.fast.sentences import Words
from pharmacyfirst.kernel.questions import Answer, Question


def reading(words: Words) -> list[str]:
    """The lines of ``read(given)``: the answers in order, or None."""
    names = words.constant(f"frozenset({words.facts!r})")
    locals_ = [f"f{at}" for at in range(len(words.facts))]
    questions = [words.questions[name] for name in words.facts]
    yes_no = [one for one, question in zip(locals_, questions, strict=True) if question.answer is Answer.YES_NO]
    all_of_them = words.constant("picked(FACTS)")
    lines = [
        "def read(given):",
        f"    if len(given) == {len(words.facts)}:  # as a form that was filled in gives them: the rest follows faster",
        "        try:",
        f"            {', '.join(locals_)}, = {all_of_them}(given)",
        "        except KeyError:",
        "            return None",
        f"    elif {names}.issuperset(given):",
        f"        {', '.join(locals_)}, = map(given.get, FACTS)",
        "    else:",
        "        return None",
    ]
    if yes_no:
        fit = " and ".join(f"({one} is False or {one} is True or {one} is None)" for one in yes_no)
        lines += [f"    if not ({fit}):", "        return None"]
    for one, question in zip(locals_, questions, strict=True):
        if question.answer is not Answer.YES_NO:
            lines += [f"    if {one} is not None:", *_read(one, question, words)]
    return [*lines, f"    return {', '.join(locals_)},"]


def _read(answer: str, question: Question, words: Words) -> Iterator[str]:
    names = words.constant(repr(question.choice_names()))
    match question.answer:
        case Answer.WHOLE_NUMBER:
            low, high = (
                words.number(question.name, one) if one is not None else None for one in (question.low, question.high)
            )
            yield f"        if type({answer}) is not int{f' or {answer} < {low}' if low else ''}{f' or {answer} > {high}' if high else ''}:"
            yield "            return None"
            return
        case Answer.ONE_OF:
            yield f"        if type({answer}) is not str or {answer} not in {names}:"
            yield "            return None"
            return
        case Answer.NUMBER:
            low, high = (
                words.number(question.name, one) if one is not None else None for one in (question.low, question.high)
            )
            yield f"        {answer} = number({answer}, {low}, {high})"
        case Answer.ANY_OF:
            yield f"        {answer} = named({answer}, {names})"
        case _:
            yield f"        {answer} = None"  # a date: read by the kernel alone
    yield f"        if {answer} is None:"
    yield "            return None"
