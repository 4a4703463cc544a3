"""Write the generated parts of the documentation again (`make docs`). A test fails where one is stale.

A part stands between two comments. The first names a generator of PARTS and gives it the rest of its words:

    <!-- generated: help assess -->
    <!-- end of generated -->

A page that is generated as a whole stands in PAGES.
"""

import ast
import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from click.testing import CliRunner

import pharmacyfirst
from pharmacyfirst import Kind, PharmacyFirstError, assess, connections, exact, load, xml_in
from pharmacyfirst.api import app as api_app
from pharmacyfirst.api import keys
from pharmacyfirst.api import serve as api_serve
from pharmacyfirst.api.app import CALLS
from pharmacyfirst.api.of_content import published
from pharmacyfirst.api.problems import KINDS
from pharmacyfirst.audit.disagreeing import FindingKind
from pharmacyfirst.audit.table import WHAT_WAS_RECORDED, WHICH, table_of
from pharmacyfirst.cli.main import main as main_command
from pharmacyfirst.content.cases import baseline_of, cases_of
from pharmacyfirst.content.every_shape import every_shape
from pharmacyfirst.content.expectations import ExpectedOffer
from pharmacyfirst.content.hazards import Hazard, hazards_of
from pharmacyfirst.content.shape import Shape
from pharmacyfirst.handover import link
from pharmacyfirst.kernel.explain import value_in_words
from pharmacyfirst.paper.words import begun, sentence
from pharmacyfirst.people import REGISTERED, Role, signing_in
from pharmacyfirst.record import Account, Consent, make_record, write_record
from pharmacyfirst.record.examples import account_of
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.standard import elements, holds
from pharmacyfirst.review.hazards import touches
from pharmacyfirst.review.service_document import digest_in_short
from pharmacyfirst.web import posted, sessions
from pharmacyfirst.web import serve as web_serve
from pharmacyfirst.web.who_may import OPEN, WHO_MAY

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "docs"), str(ROOT / "tests"), str(ROOT / "tests" / "cli")]
from asvs import asvs  # noqa: E402
from bill_of_materials import licences, sbom  # noqa: E402
from first_pathway import walked  # noqa: E402
from for_patients import lines_page, readability  # noqa: E402
from proof.edited import uti_without_diabetes  # noqa: E402  (the edit that the tests make is shown, not another)
from safety_tables import TABLES  # noqa: E402
from the_program import asked, hold  # noqa: E402  (and a consultation is held as in the tests)

SCHEMAS = published(load())
PART = re.compile(r"(<!-- generated: (\S+)(.*) -->\n)((?:.*\n)*?)(<!-- end of generated -->\n)")


def help_of(command: str) -> str:
    """What --help prints; of the whole program where no command is named."""
    return fenced("text", output(" ".join(["pharmacyfirst", *command.split(), "--help"])))


def transcript(command: str) -> str:
    """A command as it is typed in the checkout, and what it prints."""
    return fenced("console", f"$ {command}\n{output(command)}")


def changes(named: str) -> str:
    """Two versions compared: the shipped urinary infection and a copy without the exclusion of diabetes. Times are left out."""
    with tempfile.TemporaryDirectory() as folder:
        said = output(f"pharmacyfirst changes {named} {uti_without_diabetes(Path(folder))}")
    timeless = re.sub(r"(?<= in )[0-9]+\.[0-9](?= s\b)", "...", said)
    return fenced("console", f"$ pharmacyfirst changes {named} drafts/uncomplicated-uti\n{timeless}")


def file(name: str) -> str:
    """A file of the checkout, whole."""
    path = ROOT / name
    return fenced(path.suffix.removeprefix("."), path.read_text(encoding="utf-8"))


def consultations(_: str) -> str:
    """A consultation of each condition in the terminal, with the answers of its cases' baseline, and how many questions it took."""
    library = load()
    parts = []
    for condition in library.conditions:
        transcript_, asked = consultation(condition)
        parts.append(f"## {library.newest(condition).title}\n\n{asked} questions.\n\n{transcript_}")
    return "\n".join(parts)


def consultation(condition: str) -> tuple[str, int]:
    """What ``consult`` says up to the outcome, answered by the baseline of the cases, and the number of questions that were put."""
    on, baseline = baseline_of(load(), condition)
    said, _ = hold(condition, lambda name: value_in_words(baseline[name]), on=on)
    shown = said.split("\nEvery criterion as it was judged:")[0]
    return fenced("console", f"$ pharmacyfirst consult {condition} --as-of {on}\n{shown}"), len(asked(said))


def cases_page(condition: str) -> str:
    """The cases of a condition as a table, for whoever reviews them."""
    library = load()
    cases = cases_of(library, condition)
    rows = ["| case | who | comes out as | decided by |", "|---|---|---|---|"]
    for case in cases:
        offers = "".join(f"<br>{_offered(offer)}" for offer in case.expected.offers or ())
        decided = ", ".join(case.expected.decided_by) or "asks: " + ", ".join(case.expected.missing)
        rows.append(f"| {case.id} | {case.says.replace('|', '/')} | {case.expected.kind.word}{offers} | {decided} |")
    pathway = library.newest(condition)
    head = f"# Cases: {pathway.title}\n\nGenerated from `pathways/{condition}/cases.yaml` (`make docs`): {len(cases)} cases."
    return head + " Every one is run by `make test` and `pharmacyfirst cases`.\n\n" + "\n".join(rows) + "\n"


def hazards_page() -> str:
    """The hazard log as a page: the matrix, a table of all, and each hazard whole."""
    log = hazards_of(load())
    if log is None:
        raise SystemExit("docs/hazards.md: no hazard log stands beside the conditions")
    severities = list(log.severities)
    head = [
        "# Hazard log",
        f"Generated from `pathways/hazards.yaml` (`make docs`): version {log.version}, {len(log.hazards)} hazards. {sentence(begun(log.status))} "
        "`pharmacyfirst hazards` prints it, `--json` for another system, `--html` as a page. Words and classes are those of DCB0129: a class is looked "
        "up and never multiplied. What stands under *training* and *business process* is transferred to the deploying organisation (DCB0160). "
        "How to change it: [writing a pathway](writing-a-pathway.md#hazardsyaml).",
        "## How risks are rated",
    ]
    matrix = [f"| likelihood | {' | '.join(severities)} | meaning |", "|---" * (len(severities) + 2) + "|"]
    for likelihood in reversed(list(log.likelihoods)):
        classes = " | ".join(str(log.classes[likelihood, severity]) for severity in severities)
        matrix.append(f"| {likelihood} | {classes} | {log.likelihoods[likelihood]} |")
    meanings = [
        "| severity | meaning |",
        "|---|---|",
        *(f"| {word} | {says} |" for word, says in log.severities.items()),
    ]
    classed = [
        "| class | meaning |",
        "|---|---|",
        *(f"| {number} | {says} |" for number, says in log.class_words.items()),
    ]
    short = ["| hazard | what can happen | at first | what remains (proposed) | status |", "|---|---|---|---|---|"]
    short += [
        f"| [{one.id}](#{one.id.lower()}) | {one.title} | {one.initial.in_words()} | {one.residual.in_words()} | {one.status} |"
        for one in log.hazards
    ]
    tables = ["\n".join(rows) for rows in (matrix, meanings, classed)]
    each = [
        part for one in log.hazards for part in (f"### {one.id}", f"**{one.title}.** {one.hazard}", hazard_in_full(one))
    ]
    return "\n\n".join([*head, *tables, "## All of them", "\n".join(short), "## Each hazard", *each]) + "\n"


def hazard_in_full(hazard: Hazard) -> str:
    """What is said of one hazard, as a list."""
    lines = [
        f"* Causes: {'; '.join(hazard.causes)}",
        f"* Effect: {hazard.effect} Harm: {hazard.harm}",
        f"* Touches: {'; '.join(touches(hazard))}",
        f"* Controls there are anyway: {'; '.join(hazard.existing)}",
        f"* At first {hazard.initial.in_words()}; what remains (proposed) {hazard.residual.in_words()}: {hazard.because}",
        *(f"* Design: {one.says} ({', '.join(map(standing_on, one.at))})" for one in hazard.design),
        *(f"* Test: {one.says} ({', '.join(map(standing_on, one.at))})" for one in hazard.tests),
        f"* Training: {'; '.join(hazard.training)}",
        f"* Business process: {'; '.join(hazard.business)}",
        f"* {begun(hazard.owner)}: {hazard.status}. Evidence: {'; '.join(one.in_words() for one in hazard.backing.evidence)}",
    ]
    return "\n".join(lines)


def standing_on(name: str) -> str:
    """What a control stands on: a file or a test as a link, a rule by its id."""
    file, _, test = name.partition("::")
    return f"[`{test or file}`](../{file})" if "/" in file else f"`{name}`"


def _offered(offer: ExpectedOffer) -> str:
    dose = f" {offer.dose.in_words()}" if offer.dose else ""
    often = f", {offer.times_a_day} times a day" if offer.times_a_day else ""
    days = f", {offer.days} days" if offer.days else ""
    quantity = f", {offer.quantity.in_words()}" if offer.quantity else ""
    return f"{offer.pgd}{dose}{often}{days}{quantity}"


def headings(_: str) -> str:
    """Every kind of block of the content files with its headings, from the table that the loader reads by."""
    rows = ["| block | heading | needed | what stands under it |", "|---|---|---|---|"]
    for shape in every_shape():
        for heading, under in shape.headings.items():
            rows.append(f"| {shape.key} | `{heading}` | {_needed(shape, heading)} | {under.words} |")
    return "\n".join(rows) + "\n"


def _needed(shape: Shape, heading: str) -> str:
    if heading in shape.required:
        return "yes"
    for words, some in (
        ("one of", shape.one_of),
        ("at most one of", shape.most_one),
        ("at least one of", shape.some_of),
    ):
        if heading in some:
            return f"{words} {', '.join(f'`{one}`' for one in some)}"
    return f"not beside `{shape.apart[0]}`" if heading in shape.apart[1:] else ""


def schema_page(name: str) -> str:
    """A JSON Schema, as the tables of fields and the loader give it."""
    return json.dumps(SCHEMAS[name], indent=2, ensure_ascii=False) + "\n"


def example_account(condition: str, case_id: str, shared: bool = True) -> Account:
    """The account of a training patient's consultation, made from a case; the practice is not told where the patient did not agree."""
    library = load()
    account = account_of(library, next(case for case in cases_of(library, condition) if case.id == case_id))
    if shared:
        return account
    held = {name: getattr(account, name) for name in Account.model_fields}
    return Account(
        **held
        | {"consent": Consent(to_treat=True, to_share=False), "records_viewed": (), "not_viewed_because": REFUSED}
    )


REFUSED = "the patient did not agree"


def example_record(condition: str, case_id: str, shared: bool = True) -> str:
    """The record made of such an account when the consultation ended."""
    account = example_account(condition, case_id, shared)
    record = make_record(account, load(), recorded_at=account.ended_at or account.started_at)
    return write_record(record, indent=2) + "\n"


def account_page(condition: str, case_id: str) -> str:
    """An account in JSON, as a vendor writes one: without a permit, which a training patient needs not."""
    account = example_account(condition, case_id)
    held = {name: getattr(account, name) for name in Account.model_fields}
    handed = tuple(one.model_copy(update={"permit": None}) for one in account.supplies)
    return write_record(Account(**held | {"supplies": handed}), indent=2) + "\n"


def record_standard(_: str) -> str:
    """Each element of the record standard beside our field, and where it goes; fails where a mandatory one has no field."""
    schema = SCHEMAS["record.schema.json"]
    rows = ["| element | mark | our field | where it goes | note |", "|---|---|---|---|---|"]
    for one in elements():
        if one.is_mandatory and not one.field:
            raise SystemExit(f"docs/record-standard.md: {one.path} is mandatory, and no field of ours holds it")
        if one.field and not holds(schema, one.field):
            raise SystemExit(f"docs/record-standard.md: a record has no field {one.field}")
        field = f"`{one.field}`" if one.field else ""
        rows.append(f"| {one.path} | {one.mark} | {field} | {one.goes_to} | {one.note} |")
    return "\n".join(rows) + "\n"


def lists(_: str) -> str:
    """The coded lists of a record, each choice with its words."""
    rows = ["| field takes | choice | in words | source of the list | grade |", "|---|---|---|---|---|"]
    for one in coded_lists().values():
        for number, (choice, words) in enumerate(one.items.items()):
            about = (one.source, one.grade) if number == 0 else ("", "")
            rows.append(f"| {one.name if number == 0 else ''} | `{choice}` | {words} | {about[0]} | {about[1]} |")
    return "\n".join(rows) + "\n"


def services(_: str) -> str:
    """Each service with its pathways: its code of today, who may provide it, and what a claim of it goes by."""
    rows = ["| service | pathways | code | who may provide it | claimed by | digest |", "|---|---|---|---|---|---|"]
    library = load()
    for one in library.services_in_order:
        titles = ", ".join(library.newest(name).title.partition(", ")[0] for name in one.pathways)
        code = f"`{one.codes[-1].code}`" if one.codes else "not known"
        claimed = one.claimable or f"an answer to {' or '.join(one.answered)}"
        rows.append(
            f"| {one.title} | {titles} | {code} | {', '.join(one.provided_by)} | {claimed} | `{digest_in_short(one)}` |"
        )
    return "\n".join(rows) + "\n"


ADOPTED = "uncomplicated-uti"
NOBODY = "example only: nobody has looked"


def example_adoption() -> str:
    """The record that ``adopt`` writes of the content as it stands. Nobody has signed it."""
    items = load().newest(ADOPTED).open_items
    typed = [
        "FW844",
        "n",
        "2026-11-01 to 2027-01-30",
        "A. Example",
        "superintendent pharmacist",
        *["yes", NOBODY] * len(items),
    ]
    typed += ["2012345", "pharmacist", "2027-01-30", ""]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "adoption.yaml"
        command = ["adopt", ADOPTED, "--to", str(path), "--as-of", "2026-11-01"]
        CliRunner().invoke(
            main_command, command, input="".join(f"{words}\n" for words in typed), catch_exceptions=False
        )
        head = "# An example of the record that `pharmacyfirst adopt` prepares. Nobody has signed it, and it permits nothing to anybody.\n"
        return head + path.read_text(encoding="utf-8")


def errors(_: str) -> str:
    """Every error that the package raises on purpose, with what it means."""
    rows = ["| error | where | what it means |", "|---|---|---|"]
    for error in sorted(every_error(), key=lambda one: (one.__module__, one.__name__)):
        first = (error.__doc__ or "").split("\n\n")[0].replace("\n", " ").replace("|", "/")
        rows.append(f"| `{error.__name__}` | `{error.__module__}` | {re.sub(r'``', '`', ' '.join(first.split()))} |")
    return "\n".join(rows) + "\n"


def every_error() -> set[type[PharmacyFirstError]]:
    """The base of all errors and whatever is derived from it, private ones left out."""
    for module in walk_packages(pharmacyfirst.__path__, "pharmacyfirst."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found, waiting = set(), [PharmacyFirstError]
    while waiting:
        error = waiting.pop()
        found.add(error)
        waiting += error.__subclasses__()
    return {error for error in found if not error.__name__.startswith("_")}


# One answer on its way. Each step calls the next; a test looks.
JUDGING = {
    "contract.answers:answer_line": "a line of JSON, or what a form sends, is read with its decimals as they are",
    "contract.answers:answer": "the three keys are checked and the pathway in force on the day is found",
    "kernel.assess:assess": "each answer is checked against its question; what is not asked of this person is set apart",
    "kernel.assess:Person.judge": "a criterion, row or clause is judged",
    "kernel.conditions:Count.verdict": "by its sentence: met, not met or not known",
}
DECIDING = {
    "kernel.assess:assess": "every stopping criterion has been judged",
    "kernel.assess:decide": "the most urgent one met decides",
    "kernel.assess:read_table": "where none is met and all are known, the treatment table",
    "kernel.assess:turn": "a row and the documents it offers",
    "kernel.assess:consider": "a document: in force, every exclusion known and clear, then the dose",
}
WRITING = {
    "record.make:make_record": "the record is made of the pharmacist's account: who, when, the answers, what was done",
    "record.make:remade": "the facts are assessed, what decided is put into words, and every supply is worked out from the offer",
    "record.judged:judge": "whoever reads it makes it once more, and a difference is refused",
    "record.message.update_record:update_record": "the message to the GP practice",
    "record.message.rules:check": "judged by the schema, the profiles and our rules",
    "sending.prepare:prepare": "those very bytes, sealed with what checked them",
    "sending.outbox:Outbox.put": "on disk, in the outbox",
    "sending.rounds:send_round": "on its way over MESH, and followed until somebody knows what became of it",
}
WAYS = {"judging": JUDGING, "deciding": DECIDING, "writing": WRITING}


def follow(way: str) -> str:
    """One answer on its way, with file and line of each step as they are today."""
    rows = ["| | step | where |", "|---|---|---|"]
    for number, (name, says) in enumerate(WAYS[way].items(), 1):
        rows.append(f"| {number} | {says} | {place_of(name)} |")
    return "\n".join(rows) + "\n"


def place_of(name: str) -> str:
    """Where a function stands: a link to its file with the line, made from ``module:function`` or ``module:class.method``."""
    module, _, within = name.partition(":")
    path = Path("pharmacyfirst", *module.split(".")).with_suffix(".py")
    node: ast.AST = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for part in within.split("."):
        node = next(one for one in ast.iter_child_nodes(node) if getattr(one, "name", "") == part)
    return f"[`{path}:{node.lineno}`](../{path}#L{node.lineno}) `{within}`"


def who_may(_: str) -> str:
    """Which page of the form is for whom."""

    def of(roles: frozenset[Role]) -> str:
        words = (["registered"] if roles >= REGISTERED else []) + [
            one.value for one in Role if one in roles - REGISTERED
        ]
        return "everybody" if roles == frozenset(Role) else ", ".join(words) or "-"

    rows = ["| page | who may see it | who may do what it does |", "|---|---|---|"]
    rows += [f"| `{path}` | {of(allowed.see)} | {of(allowed.do)} |" for path, allowed in sorted(WHO_MAY.items())]
    open_ = ", ".join(f"`{path}`" for path in OPEN)
    return "\n".join(rows) + f"\n\nBefore anybody has signed in: {open_}.\n"


def calls(_: str) -> str:
    """The calls of the API, from the table that answers them."""
    rows = ["| call | what it does | scope |", "|---|---|---|"]
    for one in CALLS:
        says = f"{' '.join((one.answer.__doc__ or '').replace('``', '`').split())}{' *Writes.*' if one.writes else ''}"
        query = "&".join(f"{part.name}={part.what.name}" for part in one.query)
        rows.append(
            f"| `{one.method} {one.path}{'?' + query if query else ''}` | {says} | {one.scope.value if one.scope else 'no key'} |"
        )
    return "\n".join(rows) + "\n"


def limits(_: str) -> str:
    """The bounds of the servers, from the code that keeps them."""
    mb, kb = 1_000_000, 1_000
    rows = [
        ("the head of a request", f"{connections.MOST_OF_A_HEAD / kb:.0f} kB, {connections.HEAD_SECONDS:.0f} s", "a connection"),
        ("connections of the form, of the API", f"{web_serve.MOST_AT_ONCE}, {api_serve.MOST_AT_ONCE}", "everybody together"),
        ("what a page posts", f"{posted.MOST_BYTES / kb:.0f} kB, {posted.MOST_FIELDS} fields of {posted.LONGEST_VALUE:,} letters, {posted.BODY_SECONDS:.0f} s", "a request"),
        ("a file that a page posts", f"{posted.MOST_BYTES_OF_A_FILE / mb:.1f} MB, {posted.BODY_SECONDS:.0f} s", "a request"),
        ("the body of a call", f"{min(one.most_bytes for one in CALLS) / mb:.0f} MB, of a message or what comes in {max(one.most_bytes for one in CALLS) / mb:.0f} MB, {api_app.BODY_SECONDS:.0f} s", "a request"),
        ("calls", f"{api_serve.ApiSettings().rate:.0f} a second, {api_serve.ApiSettings().burst:.0f} at once", "an API key"),
        ("depth and digits of JSON", f"{exact.MOST_DEPTH} levels, {exact.MOST_DIGITS} digits", "a body"),
        ("XML", f"{xml_in.MOST_BYTES / mb:.0f} MB, {xml_in.MOST_LEVELS} levels, {xml_in.MOST_ELEMENTS:,} elements, {xml_in.MOST_ATTRIBUTES} attributes on one", "a body"),
        ("handovers that wait", f"{link.MOST_WAITING}, {link.LIVES.seconds // 60} minutes each", "everybody together"),
        ("wrong passwords and codes", f"{signing_in.MOST_WRONG}, then {signing_in.FIRST_WAIT // 60} minute, doubling to {signing_in.LONGEST_WAIT // 60} minutes", "a word to sign in with"),
        ("wrong passwords and codes looked at", f"{signing_in.MOST_WRONG_A_MINUTE} a minute", "everybody together"),
        ("wrong PINs", f"{sessions.MOST_WRONG_PINS}, then {sessions.WRONG_PIN_WAIT_SECONDS} s, or the end of the session where people sign in", "a person"),
        ("a session", f"{sessions.IDLE_SECONDS // 3600} hour without anybody, {sessions.LONGEST_SECONDS // 3600} hours; hidden after {sessions.QUIET_SECONDS // 60} minutes", "a browser"),
        ("an API key", f"{keys.MOST_DAYS} days", "a key"),
    ]  # fmt: skip
    return "\n".join(["| what | at most | for |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def problems(_: str) -> str:
    """The kinds of problems of the API."""
    rows = ["| code | status | what | what to do |", "|---|---|---|---|"]
    rows += [f"| `{code}` | {kind.status} | {kind.title} | {kind.then} |" for code, kind in KINDS.items()]
    return "\n".join(rows) + "\n"


def audit_columns(which: str) -> str:
    """Some columns of the table that is audited."""
    columns = {"which": WHICH, "recorded": WHAT_WAS_RECORDED, "facts": table_of(load()).facts}[which]
    rows = ["| column | holds | what it is |", "|---|---|---|"]
    for one in columns:
        answers = f": {', '.join(f'`{name}`' for name in one.choices)}" if one.choices else ""
        must = ", always there" if one.required else ""
        rows.append(f"| `{one.name}` | {one.holds.value}{answers}{must} | {one.says} |")
    return "\n".join(rows) + "\n"


def audit_findings(_: str) -> str:
    """The kinds of findings of an audit."""
    rows = ["| finding | what it means |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{one.value}` | {one.says} |" for one in FindingKind)]) + "\n"


def audit_example() -> str:
    """Some consultations of each condition to audit: recorded as the pathway says, but two of each that are not."""
    library, lines = load(), []
    for condition in library.conditions:
        on, _ = baseline_of(library, condition)
        pathway = library.in_force(condition, on)
        wanted = [Kind.SUPPLY, Kind.SUPPLY, Kind.EMERGENCY, Kind.EMERGENCY, Kind.REFER]
        for case in cases_of(library, condition):
            if "date_of_birth" in case.facts:
                continue
            found = assess(pathway, case.facts, on)
            if found.outcome.kind not in wanted:
                continue
            wanted.remove(found.outcome.kind)
            recorded = {"recorded_outcome": found.outcome.kind.key, "recorded_version": pathway.edition.version}
            if found.outcome.kind is Kind.EMERGENCY and Kind.EMERGENCY in wanted:
                recorded["recorded_outcome"] = "self_care"
            for offer in found.offers[:1]:
                much = offer.supplied[0].quantity
                recorded |= {
                    "recorded_pgd": offer.pgd.id,
                    "recorded_dose": offer.dose.amount * (2 if Kind.SUPPLY in wanted else 1),
                    "recorded_dose_unit": offer.dose.unit,
                    "recorded_times_a_day": offer.row.times_a_day,
                    "recorded_days": offer.row.days,
                    "recorded_quantity": much.amount if much is not None else None,
                    "recorded_quantity_unit": much.unit if much is not None else None,
                }
            head = {"row": case.id, "pathway": condition, "as_of": on.isoformat(), "pharmacy": "FA001"}
            lines.append(exact.write({**head, "facts": dict(case.facts), **recorded}))
    return "\n".join(lines) + "\n"


PARTS: dict[str, Callable[[str], str]] = {
    "audit-columns": audit_columns,
    "audit-findings": audit_findings,
    "calls": calls,
    "changes": changes,
    "consultations": consultations,
    "errors": errors,
    "file": file,
    "follow": follow,
    "headings": headings,
    "help": help_of,
    "limits": limits,
    "lists": lists,
    "problems": problems,
    "record-standard": record_standard,
    "safety": lambda table: TABLES[table](),
    "services": services,
    "readability": lambda _: readability(),
    "transcript": transcript,
    "who-may": who_may,
}


def first_pathway() -> str:
    """The page that takes an author from nothing to a pathway, with what its commands print."""
    return walked((ROOT / "docs" / "first-pathway.md").read_text(encoding="utf-8"), output)


# A file, from the root of the checkout, and what it holds.
PAGES: dict[str, Callable[[], str]] = {
    **{f"docs/cases/{condition}.md": partial(cases_page, condition) for condition in load().conditions},
    **{f"docs/schema/{name}": partial(schema_page, name) for name in SCHEMAS},
    "docs/first-pathway.md": first_pathway,
    "docs/hazards.md": hazards_page,
    "docs/lines-for-patients.md": lines_page,
    "docs/security/asvs.md": asvs,
    "docs/security/licences.md": licences,
    "docs/security/sbom.cdx.json": sbom,
    "examples/adoption.yaml": example_adoption,
    "examples/audit.jsonl": audit_example,
    "examples/account-uti.json": partial(account_page, "uncomplicated-uti", "uti-001"),
    "examples/consultation-supply.json": partial(example_record, "uncomplicated-uti", "uti-001"),
    "examples/consultation-same-day.json": partial(example_record, "acute-sore-throat", "st-044"),
    "examples/consultation-not-shared.json": partial(example_record, "uncomplicated-uti", "uti-007", shared=False),
}


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


SHELL = set("|<>&;$*~")


def output(command: str, at: Path = ROOT) -> str:
    """All that a command prints, with its exit status where that is not 0: in this process, unless it needs a shell of the checkout."""
    program, *arguments = shlex.split(command)
    if program != "pharmacyfirst" or SHELL & set(command):
        return output_of_shell(command)
    with contextlib.chdir(at):
        ran = CliRunner().invoke(main_command, arguments, prog_name=program, terminal_width=78)
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran.stdout + ran.stderr + (f"(exit status {ran.exit_code})\n" if ran.exit_code else "")


def output_of_shell(command: str) -> str:
    """The same for a line with pipes and the like, as the program that a reader starts."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "pharmacyfirst"
        program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m pharmacyfirst \"$@\"\n")
        program.chmod(0o755)
        environment = os.environ | {
            "PATH": os.pathsep.join([folder, os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "80",
        }
        ran = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
    return ran.stdout + ran.stderr + (f"(exit status {ran.returncode})\n" if ran.returncode else "")


def pages() -> Iterator[Path]:
    """The pages that may hold generated parts."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def parts_of(text: str) -> Iterator[tuple[str, str]]:
    """Each generated part of a page: the generator and its words."""
    for match in PART.finditer(text):
        yield match[2], match[3].strip()


def regenerated(text: str) -> str:
    """A page with each of its parts generated anew."""
    return PART.sub(lambda part: part[1] + PARTS[part[2]](part[3].strip()) + part[5], text)


def up_to_date() -> Iterator[tuple[Path, str]]:
    """Each file that is generated, in part or as a whole, and what it should hold."""
    for path in pages():
        yield path, regenerated(path.read_text(encoding="utf-8"))
    for name, page in PAGES.items():
        yield ROOT / name, page()


def main() -> None:
    for path, text in up_to_date():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
