"""A consultation of your own in twenty lines: ask what can still change the outcome, in the order of the pages."""

from datetime import date

from pharmacyfirst import Kind, assess, load


def consultation(condition, day, answer):
    """Hold a consultation. ``answer(question)`` puts one question to somebody and gives back the answer, None for not known."""
    pathway = load().in_force(condition, day)
    order = [name for page in pathway.pages for name in page.facts]
    answers = {}
    while True:
        found = assess(pathway, answers, day)
        open_ = [name for name in order if name in found.missing and name not in answers]
        if found.outcome.kind is not Kind.NEED_FACTS or not open_:
            return found
        answers[open_[0]] = answer(pathway.questions[open_[0]])


if __name__ == "__main__":
    import json
    import sys
    from pathlib import Path

    condition, file = sys.argv[1:]  # a pathway, and a JSON file of answers in place of a person
    person = json.loads(Path(file).read_text(encoding="utf-8"))
    found = consultation(condition, date(2026, 11, 21), lambda question: person.get(question.name))
    print(found.as_dict()["outcome"]["says"], "-", "; ".join(reason.says for reason in found.reasons))
