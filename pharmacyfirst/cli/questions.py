"""``pharmacyfirst questions``: what a form of one's own has to ask, in order, as text or as JSON."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.content.cases import how_written
from pharmacyfirst.contract.questions import questions as as_data
from pharmacyfirst.exact import write
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Question


@click.command()
@click.argument("condition")
@options.as_of
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/schema/questions.schema.json).")
@options.pathways
def questions(condition: str, as_of: date | None, as_json: bool, folder: Path | None) -> None:
    """The questions of a pathway, for a form of your own.

    Page by page, in order: words, help, what fits, whom each is asked of, and what an answer rules out. With these and "assess" a form of your own holds a consultation: ask, in the order of the pages, what "missing" of the last
    answer names, until there is an outcome. docs/questions.md has the loop in Python and in JavaScript.

    \b
    Example:
      pharmacyfirst questions shingles --json
    """
    pathway = options.library(folder).in_force(condition, as_of or options.today_in_london())
    if as_json:
        click.echo(write(as_data(pathway), 2).encode())
    else:
        click.echo("\n".join(_in_words(pathway)))


def _in_words(pathway: Pathway) -> Iterator[str]:
    yield f"{pathway.title}\n{pathway.id} {pathway.edition.version}: {len(pathway.questions)} questions on {len(pathway.pages)} pages"
    for number, page in enumerate(pathway.pages, 1):
        yield f"\n{number}. {page.title}"
        for prompt in pathway.prompts:
            if page.title in prompt.at:
                yield f"   ! {prompt.says}"
        for name in page.facts:
            yield from _question(pathway.questions[name])


def _question(question: Question) -> Iterator[str]:
    yield f"   {question.ask}{' (your judgement)' if question.judgement else ''}"
    if question.help:
        yield f"      {question.help}"
    yield f"      {question.name}: {how_written(question)}"
    if question.asked_when is not None:
        yield f"      asked when {question.asked_when.in_words()}"
    if question.moment is not None:
        how = "as long as possible" if question.moment.as_long_as_possible else "as short as possible"
        yield f"      counted since {question.moment.since} until {question.moment.until}; of a day alone, {how}"
    for choice in question.choices:
        rules_out = f"; rules out {', '.join(bar.pgd for bar in choice.bars)}" if choice.bars else ""
        yield f"      - {choice.name}: {choice.says}{rules_out}"
