"""The conversation, page by page, with the prompts that stand on each page."""

from pharmacyfirst.kernel.pathway import Page, Pathway
from pharmacyfirst.review.asked import Asked
from pharmacyfirst.review.judged import prompts
from pharmacyfirst.review.layout import Table
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.questions import explaining_tables


def conversation(pathway: Pathway, notes: Notes) -> tuple[Table, ...]:
    """A table for each page, in order; then questions on no page, and the lists that explain some."""
    asked, questions = Asked(pathway, notes), pathway.questions
    placed = {name for page in pathway.pages for name in page.facts}
    rest = tuple(name for name in questions if name not in placed)
    pages = (*pathway.pages, Page("On no page", rest)) if rest else pathway.pages
    tables = tuple(
        asked.table(
            f"{number}. {page.title}",
            (questions[name] for name in page.facts if name in questions),
            tuple(prompts(pathway, page.title, notes)),
        )
        for number, page in enumerate(pages, 1)
    )
    return (*tables, *explaining_tables(questions.values(), pathway.lists, notes))
