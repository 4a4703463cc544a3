"""The hazard log for people: as a page that a clinical safety officer reads, and as lines of a terminal. Every rating is a proposal."""

from collections.abc import Iterable, Iterator
from datetime import date

from pharmacyfirst.content.hazards import Control, Hazard, HazardLog, Rating
from pharmacyfirst.kernel.tables import EVALUATION_ONLY
from pharmacyfirst.paper.words import sentence
from pharmacyfirst.review.identity import SHORT, Identity
from pharmacyfirst.review.layout import Line, Part, Section, Table, TableRow, line, link, row_of

PROPOSED = "proposed: no clinical safety officer has signed"
_WHAT = (Part("What", "dated"), Part("In words", "wide"))


def identity_of_hazards(log: HazardLog, made_on: date) -> Identity:
    """What the page of the log is known by."""
    footing = f"{sentence(EVALUATION_ONLY)} Every rating is a proposal until a clinical safety officer has signed."
    short = log.digest.removeprefix("sha256:")[:SHORT]
    return Identity(
        kind="Hazard log",
        title="Hazard log",
        condition="",
        condition_title="",
        id="hazards",
        medicine="",
        version=log.version,
        in_force="",
        digest=log.digest,
        digest_in_short=short,
        standing="PROPOSED",
        status=(sentence(log.status), footing),
        running=f"hazard log {log.version} · {short}",
        footing=footing,
        made_on=made_on,
    )


def sections_of_hazards(log: HazardLog, hazards: tuple[Hazard, ...]) -> tuple[Section, ...]:
    """The sections of the page: the log in one table, how risks are rated, each hazard, and what is transferred to whoever deploys it."""
    rated = line("A class is looked up in the matrix and never multiplied. Every rating is a proposal.")
    owed = line(
        "What the software cannot do is transferred to the deploying organisation (DCB0160), which ticks what it has done."
    )
    return (
        Section("hazards", "", "Hazards", (line(f"{len(hazards)} hazards; {PROPOSED}."),), (summary(hazards),)),
        Section("rating", "", "How risks are rated", (rated,), (matrix(log), *scales(log))),
        Section("each-hazard", "", "Each hazard", (), tuple(map(in_full, hazards))),
        Section("transferred", "", "What the deploying organisation owes", (owed,), (transferred(hazards),)),
    )


def summary(hazards: Iterable[Hazard]) -> Table:
    """One line for each hazard: the risk before and after, who owns it, and how it stands."""
    columns = (
        Part("Hazard", "tag"), Part("What can happen", "wide"), Part("At first", "dose"), Part("What remains (proposed)", "dose"),
        Part("Owner", "short"), Part("Status", "short"),
    )  # fmt: skip
    rows = tuple(
        TableRow(
            f"summary-{one.id}",
            (Line((link(one.id),)),),
            (
                (line(one.title, "grade"), line(one.hazard)),
                (line(one.initial.in_words()),),
                (line(one.residual.in_words()),),
                (line(one.owner),),
                (line(one.status),),
            ),
        )
        for one in hazards
    )
    return Table("The log in short", columns, rows, "close")


def matrix(log: HazardLog) -> Table:
    """The table in which the class of a risk is looked up: words on both sides."""
    columns = (Part("Likelihood", "dated"), *(Part(severity, "short") for severity in log.severities))
    rows = tuple(
        TableRow(
            f"matrix-{likelihood.lower().replace(' ', '-')}",
            (line(likelihood),),
            tuple((line(str(log.classes[likelihood, severity])),) for severity in log.severities),
        )
        for likelihood in reversed(tuple(log.likelihoods))
    )
    return Table("Risk matrix: the class of a severity and a likelihood", columns, rows, "close whole")


def scales(log: HazardLog) -> Iterator[Table]:
    """What the words of the matrix mean."""
    for title, words in (
        ("Severity", log.severities.items()),
        ("Likelihood", log.likelihoods.items()),
        ("Class", ((str(number), says) for number, says in log.class_words.items())),
    ):
        rows = tuple(
            TableRow(f"{title.lower()}-{word}".replace(" ", "-"), (line(word),), ((line(says),),))
            for word, says in words
        )
        yield Table(
            f"{title}, the least first", (Part(title, "dated"), Part("What it means", "wide")), rows, "close whole"
        )


def in_full(hazard: Hazard) -> Table:
    """Everything that is said of one hazard."""
    rows = (
        TableRow(hazard.id if n == 0 else f"{hazard.id}-{n}", (line(what),), (said,))
        for n, (what, said) in enumerate(_said(hazard))
    )
    return Table(f"{hazard.id} {hazard.title}", _WHAT, tuple(rows), "close")


def _said(hazard: Hazard) -> Iterator[tuple[str, tuple[Line, ...]]]:
    yield "Hazard", (line(hazard.hazard),)
    yield "Causes", _lines(hazard.causes)
    yield "Effect", (line(hazard.effect),)
    yield "Harm", (line(hazard.harm),)
    yield "Touches", _lines(touches(hazard))
    yield "Controls there are anyway", _lines(hazard.existing)
    yield "Risk at first (proposed)", (line(hazard.initial.in_words()),)
    yield "Controls of design", _controls(hazard.design)
    yield "Controls of test", _controls(hazard.tests)
    yield "Controls of training", _lines(hazard.training)
    yield "Controls of business process", _lines(hazard.business)
    yield "Risk that remains (proposed)", (line(hazard.residual.in_words()), line(sentence(hazard.because)))
    yield "Owner and status", (line(f"{hazard.owner}: {hazard.status}"),)
    yield "Evidence", tuple(line(one.in_words()) for one in hazard.backing.evidence)
    if hazard.backing.note:
        yield "Note", (line(hazard.backing.note, "note"),)


def touches(hazard: Hazard) -> tuple[str, ...]:
    """What of the content a hazard is about, in words."""
    rules = ", ".join(hazard.rules) or _of_no_rule(hazard)
    medicines = f"of {', '.join(hazard.pgds)}" if hazard.pgds else ""
    return (f"conditions: {', '.join(hazard.conditions)}", f"rules: {rules} {medicines}".strip())


def _of_no_rule(hazard: Hazard) -> str:
    """What a hazard is about that names no rule: the program, or its conditions as a whole with the rules that control it there."""
    if hazard.everywhere:
        return "the program itself, whatever the content says"
    controlling = ", ".join(controlling_rules(hazard))
    return (
        f"those that its controls name ({controlling})" if controlling else "none by itself; these pathways as a whole"
    )


def controlling_rules(hazard: Hazard) -> tuple[str, ...]:
    """The ids of the rules and invariants that its controls of design stand on, each once; what has a slash is a file."""
    return tuple(dict.fromkeys(at for control in hazard.design for at in control.at if "/" not in at))


def _lines(words: Iterable[str]) -> tuple[Line, ...]:
    return tuple(line(sentence(one)) for one in words)


def _controls(controls: Iterable[Control]) -> tuple[Line, ...]:
    return tuple(
        one for control in controls for one in (line(sentence(control.says)), Line(row_of(control.at, "exact")))
    )


def transferred(hazards: Iterable[Hazard]) -> Table:
    """The checklist of a deploying organisation: the training and the business process that each hazard asks of it, with room to tick."""
    columns = (
        Part("Hazard", "id"), Part("Training"), Part("Business process"), Part("Done, by whom, when", "dated"),
    )  # fmt: skip
    rows = tuple(
        TableRow(f"owed-{one.id}", (Line((link(one.id),)),), (_lines(one.training), _lines(one.business), (line("☐"),)))
        for one in hazards
    )
    return Table("Checklist of the deploying organisation", columns, rows)


def in_words(log: HazardLog, hazards: tuple[Hazard, ...]) -> Iterator[str]:
    """The log as lines of a terminal."""
    yield f"{log.title}: hazard log {log.version}, {len(hazards)} hazards"
    yield f"  {PROPOSED}"
    yield f"  {log.digest}"
    for one in hazards:
        yield ""
        yield f"{one.id} {one.title}"
        yield f"  {one.hazard} {one.harm}"
        yield f"  at first {_in_words(log, one.initial)}"
        for what, controls in (("design", one.design), ("test", one.tests)):
            for control in controls:
                yield f"  {what}: {control.says} ({', '.join(control.at)})"
        for what, lines in (("training", one.training), ("business process", one.business)):
            yield from (f"  {what}: {words}" for words in lines)
        yield f"  remains {_in_words(log, one.residual)}: {one.because}"
        yield f"  {one.status}; {one.owner}"


def _in_words(log: HazardLog, rating: Rating) -> str:
    return f"{rating.in_words()} ({log.class_words[rating.risk_class]})"
