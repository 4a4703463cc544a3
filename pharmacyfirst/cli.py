"""The command line: assess, consult, check, cases; adopt, authorise; pgd.

Exit status 0: answered. 1: something failed, or was not answered (a bad line, wrong content, a case that differs, a consultation
ended early). 2: bad input, or a command that makes no sense. No message repeats what a file holds: it could tell who the patient is.
"""

import errno
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

import pharmacyfirst
from pharmacyfirst.content.library import Library, load, pathways_folder
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.text import Block, ContentRefused, Mistake, Mistakes, Node, Place, Text, read_file
from pharmacyfirst.errors import NOTHING_ASSESSED, Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.authority import Channel
from pharmacyfirst.kernel.explain import explain
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, Answer, Question, known_facts, read_day
from pharmacyfirst.kernel.trace import Assessment

if TYPE_CHECKING:
    from pharmacyfirst.content.cases import Case


class _BadInput(click.ClickException):
    exit_code = 2


# Groups of commands of their own, read only when one of them is wanted: starting up should not pay for them.
_GROUPS = {"pgd": "pharmacyfirst.review.commands", "record": "pharmacyfirst.record.commands"}


class _CommandLine(click.Group):
    """Commands that end in a message, never in a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_GROUPS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _GROUPS:
            group: click.Command = getattr(import_module(_GROUPS[cmd_name]), cmd_name)
            return group
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refused:
            raise _BadInput(str(refused)) from None
        except ContentRefused as refused:
            click.echo(str(refused), err=True)
            raise SystemExit(1) from None
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read our output has seen enough, and click ends quietly
            raise click.ClickException(f"{error.strerror}. This run did not finish.") from None


class _Day(click.ParamType):
    """A day written as YYYY-MM-DD and in no other shape."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        return read_day(value) or self.fail("write the day as YYYY-MM-DD.", param, ctx)


NOT_KNOWN = "not known"

_pathways = click.option(
    "--pathways",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pathways, in place of those that ship with the package.",
)
_as_of = click.option(
    "--as-of", type=_Day(), metavar="DATE", help="Day of the consultation, YYYY-MM-DD; without it, today in London."
)


@click.group(cls=_CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pharmacyfirst.__version__, prog_name="pharmacyfirst")
def main() -> None:
    """Open decision support for NHS Pharmacy First.

    It supports a pharmacist's decision and replaces neither the pharmacist nor the signed PGD. Content that nobody has adopted
    is for evaluation only.
    """
    # A terminal that cannot show "µ" shows its number instead, neither a "?" nor a traceback.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@main.command("assess", context_settings={"allow_extra_args": True})
@click.argument("condition", required=False)
@click.argument("facts", required=False)
@_as_of
@click.option("--json", "as_json", is_flag=True, help="Print the JSON of the contract in place of the explanation.")
@click.option("--jsonl", is_flag=True, help="One input object a line in, one result a line out, in order.")
@_pathways
def assess_command(
    condition: str | None, facts: str | None, as_of: date | None, as_json: bool, jsonl: bool, folder: Path | None
) -> None:
    """Assess one person, or with --jsonl one a line.

    \b
    pharmacyfirst assess CONDITION FACTS    one person; FACTS is a JSON or YAML file
    pharmacyfirst assess --jsonl [FILE]     one input object a line; no FILE or - is standard input

    FACTS holds the facts alone, or a whole input object (pathway, as_of, facts) that agrees with the command. With --jsonl a line
    that cannot be assessed gives an error in its place, the rest are still answered, and the exit status is 1; --as-of fills in
    where a line has no date, and a line with neither is an error.
    """
    if click.get_current_context().args:  # click itself would repeat them, and a file's name may hold the patient's
        raise click.UsageError("there are too many words. A file name with blanks goes in quotes.")
    if jsonl:
        if facts is not None or as_json:
            raise click.UsageError("--jsonl takes at most a FILE, and no --json: its results are JSON.")
        _assess_lines(pharmacyfirst.load(folder), condition, as_of)
        return
    if condition is None or facts is None:
        raise click.UsageError("name a CONDITION and a FACTS file, or use --jsonl.")
    from pharmacyfirst.contract import error_object

    library = pharmacyfirst.load(folder)
    try:
        assessment = _assess_file(library, condition, facts, as_of)
    except Refused as refused:
        if as_json:
            _print_json(error_object(refused), indent=2)
        raise
    if as_json:
        _print_json(assessment.as_dict(), indent=2)
    else:
        click.echo(explain(assessment), nl=False)


def _print_json(value: Any, indent: int | None = None) -> None:
    """JSON is UTF-8, whatever the terminal is set to."""
    from pharmacyfirst.contract import write_json

    click.echo(write_json(value, indent).encode())


def _assess_file(library: Library, condition: str, name: str, as_of: date | None) -> Assessment:
    from pharmacyfirst.contract import answer

    if not name.endswith((".yaml", ".yml")):
        return answer(library, _input_object(_read_json(name), condition, as_of))
    given = _input_object(_read_yaml(Path(name)), condition, as_of)
    if "facts" in given:
        given["facts"] = _facts_in_words(library, given)
    return answer(library, given)


def _read_json(name: str) -> Any:
    from pharmacyfirst.contract import MOST_BYTES, read_json

    with _opened(name, "FACTS") as stream:
        return read_json(stream.read(MOST_BYTES + 1))


def _opened(name: str | None, argument: str) -> AbstractContextManager[BinaryIO]:
    """A file open for bytes; standard input for no name or a dash. Messages name the argument, never the file."""
    if name in (None, "-"):
        if sys.stdin is None:
            raise Refused("not_json", f"{argument} cannot be read: there is no standard input.")
        return nullcontext(sys.stdin.buffer)
    try:
        return open(str(name), "rb")
    except OSError as error:
        raise Refused("not_json", f"{argument} cannot be read: {error.strerror}.") from None


def _input_object(given: Any, condition: str, as_of: date | None) -> dict[str, Any]:
    """The whole input object, whether the file holds it or the facts alone; what the command says too must agree."""
    whole = {"pathway", "as_of", "facts"}
    given = dict(given) if isinstance(given, Mapping) and whole.intersection(given) else {"facts": given}
    for key, wanted in (("pathway", condition), ("as_of", as_of and as_of.isoformat())):
        if wanted is not None and given.setdefault(key, wanted) != wanted:
            what = f"{key}: FACTS says one thing and the command another. Give it once, or alike."
            raise Refused("wrong_value", what)
    if "as_of" not in given:
        given["as_of"] = _today_in_london()
    return given


def _read_yaml(path: Path) -> dict[str, Any]:
    """The headings of a YAML file with what stands under them, read as text with places like all YAML of ours."""
    mistakes = Mistakes()
    block = read_file(path, "FACTS", mistakes)
    if block is None or len(mistakes):
        raise _unreadable(next(iter(mistakes)))
    plain = ("pathway", "as_of")
    return {key: node.words if key in plain and isinstance(node, Text) else node for key, node in block.items.items()}


def _unreadable(mistake: Mistake) -> Refused:
    # Where it has a line, its own words quote the file, which may say who the patient is.
    if not mistake.place.line:
        return Refused("not_json", f"FACTS: {mistake.what}.")
    how = "Write one answer a line: its name, a colon, a blank, the answer; each name once; no tabs, no brackets."
    return Refused("not_json", f"FACTS, line {mistake.place.line}, cannot be read. {how}")


def _facts_in_words(library: Library, given: Mapping[str, Any]) -> Any:
    """Answers in the words of cases (yes, no, 36.8, none) as values; an empty answer is not known."""
    from pharmacyfirst.contract import read_consultation

    node = given["facts"]
    answers: Mapping[str, Node] = node.items if isinstance(node, Block) else node
    if not isinstance(answers, Mapping):
        return None  # which the contract refuses: facts are one answer a line
    consultation = read_consultation({**given, "facts": {}})
    declared = library.in_force(consultation.pathway, consultation.as_of).questions
    known_facts(declared, dict.fromkeys(answers), consultation.as_of)  # refuses a name that no fact has
    return {name: _answer_in_words(declared[name], words) for name, words in answers.items()}


def _answer_in_words(fact: Question, node: Node) -> Any:
    from pharmacyfirst.content.cases import how_written, read_answer

    if isinstance(node, Text) and node.words in ("", NOT_KNOWN):
        return None
    value = read_answer(fact, node)
    if value is None:
        what = f"{fact.name}, line {node.place.line}: what was given does not fit. Give {how_written(fact)}."
        raise Refused("wrong_value", what, fact.name)
    return value


def _assess_lines(library: Library, name: str | None, as_of: date | None) -> None:
    """Each line is answered before the next is read, so that a program may hold a conversation with us."""
    from pharmacyfirst.contract import answer, error_object, read_json

    with _opened(name, "FILE") as stream:
        if stream.isatty():
            click.echo("One input object a line; Ctrl-D ends.", err=True)
        lines = failed = 0
        for line in _lines(stream):
            lines += 1
            try:
                _print_json(answer(library, read_json(line), as_of).as_dict())
            except Refused as refused:
                failed += 1
                _print_json(error_object(refused))
    if not lines:
        click.echo(f"There was no line. {NOTHING_ASSESSED}", err=True)
    if failed:
        click.echo(f"{failed} of {lines} lines could not be assessed.", err=True)
        raise SystemExit(1)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines that are not blank; of one too long to be a consultation no more than it takes to refuse it."""
    from pharmacyfirst.contract import MOST_BYTES

    while line := stream.readline(MOST_BYTES + 1):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(MOST_BYTES)
        if line.strip() or len(line) > MOST_BYTES:
            yield line


def _today_in_london() -> date:
    return _now_in_london().date()


def _now_in_london() -> datetime:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return datetime.now(ZoneInfo("Europe/London")).replace(tzinfo=None)
    except ZoneInfoNotFoundError:
        raise Refused("missing_key", "This machine does not know London's time. Name the day with --as-of.") from None


@main.command()
@click.argument("condition")
@_as_of
@_pathways
def consult(condition: str, as_of: date | None, folder: Path | None) -> None:
    """Hold a consultation in the terminal.

    Asks the next question that can change the outcome until there is an outcome or nothing is left to ask, then prints the
    explanation. An emergency or a same-day referral ends the asking at once.

    \b
    Enter alone, or not known    not known, which is never taken for no
    ?                            what fits
    back                         back to the question before
    Ctrl-D or Ctrl-C             end early: nothing is decided
    """
    day = as_of or _today_in_london()
    pathway = pharmacyfirst.load(folder).in_force(condition, day)
    click.echo(f"{pathway.title}\nfor {day}. Enter alone means not known; ? says what fits; back goes back.")
    try:
        assessment = _hold(pathway, day)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\n\nThe consultation ended early. Nothing was decided: this is no all-clear.")
        raise SystemExit(1) from None
    click.echo(f"\n{explain(assessment)}", nl=False)


def _hold(pathway: Pathway, day: date) -> Assessment:
    """Ask until there is an outcome or nothing is left to ask."""
    answers: dict[str, tuple[str, Any]] = {}  # for each question put, in order: the fact answered, and its value
    while True:
        assessment = assess(pathway, dict(answers.values()), day)
        to_ask = [name for name in assessment.missing if name not in answers]
        if assessment.outcome.kind is not Kind.NEED_FACTS or not to_ask:
            return assessment
        question = pathway.questions[to_ask[0]]
        given = _ask(question, pathway.questions, day)
        if given is not None:
            answers[question.name] = given
        elif answers:
            answers.popitem()
        else:
            click.echo("  This is the first question.")


def _ask(question: Question, declared: Mapping[str, Question], day: date) -> tuple[str, Any] | None:
    """Put one question until it is answered, with the fact and its value (None: not known); None is the way back."""
    from pharmacyfirst.content.cases import how_written

    by_birth = question.name == AGE and BORN in declared
    fits = how_written(question) + (", or the date of birth as YYYY-MM-DD" if by_birth else "")
    click.echo(f"\n{question.ask}{' (your judgement)' if question.judgement else ''}")
    for value in question.choices:
        click.echo(f"  {value.name}{': ' + value.says if value.says not in ('', value.name) else ''}")
    while True:
        words = _typed(f"  {question.name} ({_in_short(question)})")
        if words == "back":
            return None
        if words in ("", NOT_KNOWN):
            return question.name, None
        if words == "?":
            click.echo(f"  Give {fits}.")
            if question.backing.note:
                click.echo(f"  {question.backing.note}")
            continue
        given = _by_birth(words, declared, day) if by_birth and "-" in words else _by_name(question, words)
        if given is not None:
            return given
        click.echo(f"  That does not fit {question.name}. Give {fits}.")


def _typed(prompt: str) -> str:
    if sys.stdin is None:
        raise click.Abort
    words: str = click.prompt(prompt, default="", show_default=False)
    if not sys.stdin.isatty():
        click.echo(words)  # a terminal shows what is typed; where answers are piped in, the transcript should too
    return words.strip().lower()


def _by_birth(words: str, declared: Mapping[str, Question], day: date) -> tuple[str, Any] | None:
    try:
        known_facts(declared, {BORN: words}, day)
    except Refused:
        return None
    return BORN, words


def _by_name(question: Question, words: str) -> tuple[str, Any] | None:
    from pharmacyfirst.content.cases import read_answer

    value = read_answer(question, Text({"y": "yes", "n": "no"}.get(words, words), Place("")))
    return None if value is None else (question.name, value)


def _in_short(question: Question) -> str:
    match question.answer:
        case Answer.YES_NO:
            return "yes/no"
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            return question.unit
        case Answer.ANY_OF:
            return "none, or names with commas"
        case Answer.ONE_OF:
            return "one of these"
        case _:
            return "YYYY-MM-DD"


@main.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--digests", is_flag=True, help="Print the digest of each document, as published.yaml lists them.")
def check(path: Path | None, digests: bool) -> None:
    """Check content, and list what there is.

    Every mistake of the whole set is reported at once, each with its place, how to mend it, and the harm it prevents; then nothing
    loads and the exit status is 1. PATH is a folder of pathways; without it, those that ship with the package.
    """
    from pharmacyfirst.content.cases import cases_of_each

    library = load(path or pathways_folder())
    if digests:
        _print_digests(library)
        return
    cases = cases_of_each(library, library.conditions)
    for pathway in library.newest_all():
        documents = [pathway.edition, *(pgd.edition for pgd in pathway.pgds.values())]
        drafts = sum(edition.draft for edition in documents)
        exclusions = sum(len(pgd.judged()) for pgd in pathway.pgds.values())
        click.echo(
            f"{pathway.id} {pathway.edition.version}: {len(documents)} documents ({drafts} draft), {len(pathway.questions)} questions, "
            f"{len(pathway.stopping)} stopping criteria, {len(pathway.treatment)} treatment rows, {exclusions} PGD clauses, "
            f"{len(cases[pathway.id])} cases, {len(pathway.open_items)} open items"
        )
        click.echo(f"  {pathway.content_digest}")
    pathways = library.newest_all()
    documents = sum(1 + len(pathway.pgds) for pathway in pathways)
    criteria = sum(
        len(pathway.stopping) + sum(len(pgd.judged()) for pgd in pathway.pgds.values()) for pathway in pathways
    )
    items = sum(len(pathway.open_items) for pathway in pathways)
    count = sum(len(some) for some in cases.values())
    click.echo(f"In all {documents} documents, {criteria} criteria, {count} cases, {items} open items.")
    click.echo("No mistake was found. `pharmacyfirst cases` runs the cases.")


def _print_digests(library: Library) -> None:
    from pharmacyfirst.content.adoption import documents_to_adopt

    click.echo("published:")
    for pathway in library.newest_all():
        for document in documents_to_adopt(pathway):
            click.echo(f"  {document.condition}/{document.document} {document.version}: {document.digest}")


@main.command("cases")
@click.argument("condition", required=False)
@click.option(
    "--export",
    "export_to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the cases as JSON, with a schema.",
)
@click.option(
    "--against", metavar="COMMAND", help="Run them against another program that speaks the JSON-lines contract."
)
@_pathways
def cases_command(condition: str | None, export_to: Path | None, against: str | None, folder: Path | None) -> None:
    """Run the cases of a condition, or of all.

    Prints a line for each case that comes out differently, and a count. The exit status is 1 where one does, or where there are no cases.

    With --export the cases are written as JSON instead, so that another engine can be checked without Python; with --against COMMAND
    that program gets one input object a line and has to answer one result a line, as `pharmacyfirst assess --jsonl` does.
    """
    from pharmacyfirst.content.cases import cases_of_each, failures

    library = pharmacyfirst.load(folder)
    wanted = _conditions(library, condition)
    if export_to is not None:
        _export(library, export_to)
        return
    cases = cases_of_each(library, wanted)
    count = sum(len(some) for some in cases.values())
    if against is None:
        failed = [(case, says) for one in wanted for case, says in failures(library, one)]
    else:
        failed = [(case, says) for some in cases.values() for case, says in _differences(against, some)]
    for case, difference in failed:
        click.echo(f"{case.id}: {case.says}: {difference}")
    click.echo(f"{count - len(failed)} of {count} cases agree" if count else "There are no cases.")
    if failed or not count:
        raise SystemExit(1)


def _conditions(library: Library, condition: str | None) -> tuple[str, ...]:
    if condition is None:
        return library.conditions
    if condition not in library.conditions:
        there_are = f"There are: {', '.join(library.conditions)}."
        raise _BadInput(f"There is no such pathway. {suggest(condition, library.conditions, there_are)}")
    return (condition,)


def _export(library: Library, folder: Path) -> None:
    from pharmacyfirst.conformance import export

    for path in export(library, folder):
        click.echo(path)


def _differences(command: str, cases: "Iterable[Case]") -> "list[tuple[Case, str]]":
    from pharmacyfirst.conformance import against

    return [(one.case, one.says) for one in against(command, cases)]


@main.command()
@click.argument("conditions", nargs=-1, required=True)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("adoption.yaml"),
    show_default=True,
    help="The record to write.",
)
@_as_of
@_pathways
def adopt(conditions: tuple[str, ...], to: Path, as_of: date | None, folder: Path | None) -> None:
    """Prepare an organisation's adoption record.

    Shows the documents of the CONDITIONS with their digests and every open item, asks how each was settled, who signs, and which
    practitioners may use them, and writes the record. An item left open bars every permit until the record is made anew.
    """
    from pharmacyfirst.adoption_commands import prepare_adoption

    day = as_of or _today_in_london()
    library = pharmacyfirst.load(folder)
    prepare_adoption([library.in_force(condition, day) for condition in conditions], to, day)


@main.command("authorise")
@click.argument("condition")
@click.argument("facts")
@click.option(
    "--adoption",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The organisation's adoption record.",
)
@click.option("--practitioner", required=True, metavar="GPHC", help="GPhC number of whoever would supply.")
@click.option(
    "--channel",
    type=click.Choice([channel.value for channel in Channel]),
    required=True,
    help="How the consultation is held.",
)
@click.option("--offer", metavar="PGD", help="Which offer, where there are several; without it, the first.")
@_as_of
@_pathways
def authorise_command(
    condition: str,
    facts: str,
    adoption: Path,
    practitioner: str,
    channel: str,
    offer: str | None,
    as_of: date | None,
    folder: Path | None,
) -> None:
    """Ask whether this pharmacist, here and now, may supply what is offered.

    Assesses FACTS as `assess` does, then prints the permit, or every reason why there is none; the exit status is then 1.
    """
    from pharmacyfirst.adoption_commands import ask_for_permit
    from pharmacyfirst.content.adoption import read_adoption

    day = as_of or _today_in_london()
    assessment = _assess_file(pharmacyfirst.load(folder), condition, facts, day)
    at = datetime.combine(day, _now_in_london().time())
    if not ask_for_permit(assessment, read_adoption(adoption), practitioner, Channel(channel), at, offer):
        raise SystemExit(1)
