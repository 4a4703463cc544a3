"""The command line: assess, consult, check, cases."""

import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

import click

import pharmacyfirst
from pharmacyfirst.content.library import Library, load, pathways_folder
from pharmacyfirst.content.yaml_text import ContentRefused, Mistakes, Place, read_file
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.facts import AGE, BORN, Answer, Fact, Refused
from pharmacyfirst.kernel.trace import Assessment, explain


class _Day(click.ParamType):
    """A day written as YYYY-MM-DD and in no other shape."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if len(value) == len("YYYY-MM-DD"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.fail("write the day as YYYY-MM-DD", param, ctx)


_pathways = click.option(
    "--pathways",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pathways, in place of those that ship with the package.",
)
_as_of = click.option(
    "--as-of", type=_Day(), metavar="DATE", help="Day of the consultation, YYYY-MM-DD; without it, today in London."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pharmacyfirst.__version__, prog_name="pharmacyfirst")
def main() -> None:
    """Open decision support for NHS Pharmacy First.

    It supports a pharmacist's decision and replaces neither the pharmacist nor the signed PGD. Content that nobody has adopted
    is for evaluation only.
    """


def _library(folder: Path | None) -> Library:
    """The library, or the mistakes of the content and exit status 1."""
    try:
        return pharmacyfirst.load(folder)
    except ContentRefused as refused:
        click.echo(str(refused), err=True)
        raise SystemExit(1) from None


def _refuse(refused: Refused) -> None:
    """Bad input: the message and exit status 2, never a traceback."""
    click.echo(f"Error: {refused}", err=True)
    raise SystemExit(2)


@main.command("assess")
@click.argument("condition", required=False)
@click.argument("facts", required=False, type=click.Path(path_type=Path))
@_as_of
@click.option("--json", "as_json", is_flag=True, help="Print the JSON of the contract in place of the explanation.")
@click.option("--jsonl", is_flag=True, help="One input object a line in, one result a line out, in order.")
@_pathways
def assess_command(
    condition: str | None, facts: Path | None, as_of: date | None, as_json: bool, jsonl: bool, folder: Path | None
) -> None:
    """Assess one person, or with --jsonl one a line.

    \b
    pharmacyfirst assess CONDITION FACTS    one person; FACTS is a JSON or YAML file
    pharmacyfirst assess --jsonl [FILE]     one input object a line; no FILE or - is standard input

    FACTS holds the facts alone, or a whole input object (pathway, as_of, facts) that agrees with the command. With --jsonl a line
    that cannot be assessed gives an error in its place, the rest are still answered, and the exit status is 1; --as-of fills in
    where a line has no date, and a line with neither is an error.
    """
    if jsonl:
        if facts is not None or as_json:
            raise click.UsageError("--jsonl takes at most a FILE, and no --json: its results are JSON.")
        _assess_lines(_library(folder), condition, as_of)
        return
    if condition is None or facts is None:
        raise click.UsageError("name a CONDITION and a FACTS file, or use --jsonl.")
    from pharmacyfirst.contract import write_json

    library = _library(folder)
    try:
        assessment = _assess_file(library, condition, facts, as_of)
    except Refused as refused:
        _refuse(refused)
    click.echo(write_json(assessment.as_dict(), indent=2) if as_json else explain(assessment), nl=as_json)


def _assess_file(library: Library, condition: str, path: Path, as_of: date | None) -> Assessment:
    given = _read_facts_file(path, library, condition, as_of)
    if isinstance(given, dict) and "facts" in given:
        for key, wanted in (("pathway", condition), ("as_of", as_of.isoformat() if as_of else None)):
            if key in given and wanted is not None and given[key] != wanted:
                raise Refused(
                    "wrong_value", f"{key}: the file does not agree with the command. Give one of them, or both right."
                )
        day = as_of
        given = {"pathway": condition, **given}
    else:
        day = as_of or _today_in_london()
        given = {"pathway": condition, "as_of": day.isoformat(), "facts": given}
    from pharmacyfirst.contract import answer

    return answer(library, given, day or _today_in_london())


def _read_facts_file(path: Path, library: Library, condition: str, as_of: date | None) -> Any:
    from pharmacyfirst.contract import read_json

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused("not_json", f"{path} cannot be read as a text file.") from None
    return read_json(text) if path.suffix == ".json" else _read_yaml(path, library, condition, as_of)


def _read_yaml(path: Path, library: Library, condition: str, as_of: date | None) -> Any:
    """Facts in the words of cases (yes, no, 36.8, none), read as text with places like all YAML of ours."""
    from pharmacyfirst.content.cases import read_facts
    from pharmacyfirst.content.yaml_text import Block, Text

    mistakes = Mistakes()
    block = read_file(path, path.name, mistakes)
    if block is None:
        raise Refused("wrong_value", f"{path.name} cannot be read.\n{next(iter(mistakes))}\n")
    whole: dict[str, Any] = {}
    facts: Any = block
    if "facts" in block.items:
        whole = {key: node.words for key, node in block.items.items() if isinstance(node, Text)}
        facts = block.items["facts"]
    day = as_of or (_Day().convert(whole["as_of"], None, None) if "as_of" in whole else _today_in_london())
    declared = library.in_force(condition, day).facts
    for name in facts.items if isinstance(facts, Block) else ():
        if name not in declared:
            pharmacyfirst.kernel.facts.known_facts(declared, {name: None}, day)  # refuses, in the contract's own words
    values = read_facts(facts, declared, mistakes)
    if len(mistakes):
        first = next(iter(mistakes))
        at = Place(first.place.file, first.place.line)
        raise Refused("wrong_value", f"{at.file}:{at.line}: {first.what}. {first.fix}")
    return {**whole, "facts": values} if "facts" in block.items else values


def _assess_lines(library: Library, name: str | None, as_of: date | None) -> None:
    from pharmacyfirst.contract import answer, error_object, read_json, write_json

    failed = False
    for line in _lines(name):
        try:
            result = answer(library, read_json(line), as_of).as_dict()
        except Refused as refused:
            result, failed = error_object(refused), True
        click.echo(write_json(result))
    if failed:
        raise SystemExit(1)


def _lines(name: str | None) -> Iterator[str]:
    """The lines of a file or standard input; a byte that is no text spoils its own line only."""
    if name in (None, "-"):
        stream: TextIO = open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    else:
        try:
            stream = open(str(name), encoding="utf-8", errors="replace")  # noqa: SIM115
        except OSError:
            raise click.UsageError(f"{name} cannot be read.") from None
    with stream:
        yield from (line for line in stream if line.strip())


def _today_in_london() -> date:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return datetime.now(ZoneInfo("Europe/London")).date()
    except ZoneInfoNotFoundError:
        raise Refused("missing_key", "This machine does not know London's time. Name the day with --as-of.") from None


@main.command()
@click.argument("condition")
@_as_of
@_pathways
def consult(condition: str, as_of: date | None, folder: Path | None) -> None:
    """Hold a consultation in the terminal.

    Asks the next question that can change the outcome until there is an outcome or nothing is left to ask, then prints the
    explanation. Press Enter for "not known": it is never taken for no.
    """
    library = _library(folder)
    try:
        day = as_of or _today_in_london()
        pathway = library.in_force(condition, day)
        facts: dict[str, Any] = {}
        skipped: set[str] = set()
        click.echo(f"{pathway.title}\nfor {day}. Enter alone means not known.\n")
        while True:
            assessment = assess(pathway, facts, day)
            to_ask = (
                [name for name in assessment.missing if name not in skipped]
                if assessment.outcome.kind.key == "need_facts"
                else []
            )
            if not to_ask:
                break
            _ask(pathway.facts[to_ask[0]], facts, skipped, day, pathway.facts)
    except Refused as refused:
        _refuse(refused)
    click.echo()
    click.echo(explain(assessment), nl=False)


def _ask(fact: Fact, facts: dict[str, Any], skipped: set[str], day: date, declared: Any) -> None:
    """Put one question until it is answered or said to be not known."""
    by_birth = fact.name == AGE and BORN in declared
    while True:
        click.echo(fact.ask)
        for value in fact.values:
            click.echo(f"  {value.name}{': ' + value.says if value.says and value.says != value.name else ''}")
        words = click.prompt(_how_to_answer(fact, by_birth), default="", show_default=False).strip()
        if not words or words.lower() in ("not known", "?"):
            skipped.add(fact.name)
            return
        if by_birth and "-" in words:
            name, value = BORN, words
        else:
            name, value = fact.name, _typed(fact, words)
        try:
            pharmacyfirst.kernel.facts.known_facts(declared, {name: value}, day)
        except Refused as refused:
            click.echo(f"  {str(refused).split(pharmacyfirst.kernel.facts.NOTHING_ASSESSED)[0].strip()}")
            continue
        facts[name] = value
        return


def _how_to_answer(fact: Fact, by_birth: bool) -> str:
    match fact.answer:
        case Answer.YES_NO:
            how = "yes/no"
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            how = fact.unit + (", or the date of birth as YYYY-MM-DD" if by_birth else "")
        case Answer.ANY_OF:
            how = "none, or names with commas"
        case _:
            how = "one of these"
    return f"  {fact.name} ({how})"


def _typed(fact: Fact, words: str) -> Any:
    """What was typed as a value; words that fit nothing stay words, and are refused by name."""
    from pharmacyfirst.content.cases import read_answer
    from pharmacyfirst.content.yaml_text import Text

    short = {"y": "yes", "n": "no"}.get(words.lower(), words.lower())
    value = read_answer(fact, Text(short, Place("")))
    return words if value is None else value


@main.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(path: Path | None) -> None:
    """Check content: every mistake of the whole set, each with its place, how to mend it, and the harm it prevents.

    PATH is a folder of pathways; without it, those that ship with the package. The exit status is 1 where anything is wrong.
    """
    from pharmacyfirst.content.cases import cases_of

    try:
        library = load(path or pathways_folder())
        cases = {condition: cases_of(library, condition) for condition in library.conditions}
    except ContentRefused as refused:
        click.echo(str(refused), err=True)
        raise SystemExit(1) from None
    for pathway in library.newest_all():
        documents = [pathway.edition, *(pgd.edition for pgd in pathway.pgds.values())]
        drafts = sum(edition.draft for edition in documents)
        exclusions = sum(len(pgd.judged()) for pgd in pathway.pgds.values())
        click.echo(
            f"{pathway.id} {pathway.edition.version}: {len(documents)} documents ({drafts} draft), {len(pathway.facts)} questions, "
            f"{len(pathway.stopping)} stopping criteria, {len(pathway.treatment)} treatment rows, {exclusions} PGD clauses, "
            f"{len(cases[pathway.id])} cases, {len(pathway.open_items)} open items"
        )
        click.echo(f"  {pathway.content_digest}")


@main.command("cases")
@click.argument("condition", required=False)
@_pathways
def cases_command(condition: str | None, folder: Path | None) -> None:
    """Run the cases of a condition, or of all: a line for each failure, and a count.

    The exit status is 1 where a case fails.
    """
    from pharmacyfirst.content.cases import cases_of, failures

    library = _library(folder)
    if condition is not None and condition not in library.conditions:
        _refuse(Refused("unknown_pathway", f"There is no such pathway. There are: {', '.join(library.conditions)}."))
    try:
        wanted = (condition,) if condition else library.conditions
        count = sum(len(cases_of(library, one)) for one in wanted)
        failed = [failure for one in wanted for failure in failures(library, one)]
    except ContentRefused as refused:
        click.echo(str(refused), err=True)
        raise SystemExit(1) from None
    for case, difference in failed:
        click.echo(f"{case.id}: {case.says}: {difference}")
    click.echo(f"{count - len(failed)} of {count} cases agree")
    if failed:
        raise SystemExit(1)
