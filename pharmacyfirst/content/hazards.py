"""The hazard log, read from ``pathways/hazards.yaml``: what could harm somebody, what is done about it, and what of the risk remains.

It says what DCB0129 asks of a hazard log: each hazard with its causes, effect and harm, the controls there already are, the risk
before and after, and the controls of design, test, training and business process. A class is looked up in the table, never multiplied.
Every rating is a proposal until a clinical safety officer has signed. The file stands beside the conditions and under no digest of
theirs: nobody is treated by it.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from pharmacyfirst.content.blocks import HARM_MISSING, HARM_NAME, Form, Tags, identified, names_under
from pharmacyfirst.content.documents import refuse_shared_tags
from pharmacyfirst.content.files import HAZARDS, shown_below
from pharmacyfirst.content.invariants import invariants_of
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.shapes_of_hazards import (
    CAUTIONS,
    CLASSES,
    DOSE_ROWS,
    FILE,
    FILE_OF_HAZARDS,
    GATEWAYS,
    INCLUSIONS,
    KINDS_OF_RULES,
    LIKELIHOODS,
    RATING,
    SEVERITIES,
    STATES,
    TEST,
    TREATMENT,
)
from pharmacyfirst.content.text import Block, ContentRefused, List, Mistakes, Place, Text, read_bytes, read_once
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway

ALL = "all"
HARM_HAZARD = "A hazard that is not told whole looks controlled, and nobody looks for it again."
HARM_CONTROL = "A control that is not there controls nothing, and the risk is rated as though it did."

_STATE = {state: state for state in STATES}.get
_RATING, _TEST, _FILE = re.compile(RATING), re.compile(TEST), re.compile(FILE)


@dataclass(frozen=True, slots=True)
class Rating:
    """A risk: its severity and likelihood in the words of DCB0129, and the class (1 to 5) that the matrix gives them."""

    severity: str
    likelihood: str
    risk_class: int

    def in_words(self) -> str:
        """For instance ``Major, Low: class 3``."""
        return f"{self.severity}, {self.likelihood}: class {self.risk_class}"


@dataclass(frozen=True, slots=True)
class Control:
    """One control: what it does, and what it stands on: files or rules of the content, or tests by their pytest ids."""

    says: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hazard:
    """One hazard. ``conditions`` are those it can arise in; ``rules`` the kinds and ids of the rules it is about, ``pgds`` the medicines.

    Without ``pgds`` it is about every medicine. Without ``rules`` it is the program's own, whatever the content says, where it can arise
    ``everywhere``; otherwise it is about these conditions as a whole.
    """

    id: str
    title: str
    hazard: str
    causes: tuple[str, ...]
    effect: str
    harm: str
    existing: tuple[str, ...]
    initial: Rating
    design: tuple[Control, ...]
    tests: tuple[Control, ...]
    training: tuple[str, ...]
    business: tuple[str, ...]
    residual: Rating
    because: str
    owner: str
    status: str
    conditions: tuple[str, ...]
    rules: tuple[str, ...] = ()
    pgds: tuple[str, ...] = ()
    backing: Backing = NO_BACKING
    everywhere: bool = False

    def touched(self, pathway: Pathway) -> tuple[str, ...]:
        """The ids of the rules of a pathway and its PGDs that it is about, each once, in the order of the files."""
        if pathway.id not in self.conditions:
            return ()
        return tuple(
            dict.fromkeys(
                id_
                for kind, pgd, id_ in ruled(pathway)
                if (kind in self.rules and not (pgd and self.pgds and pgd not in self.pgds)) or id_ in self.rules
            )
        )

    def as_dict(self) -> dict[str, Any]:
        """The hazard as JSON holds it."""
        return {
            "id": self.id,
            "title": self.title,
            "hazard": self.hazard,
            "causes": list(self.causes),
            "effect": self.effect,
            "harm": self.harm,
            "conditions": list(self.conditions),
            "rules": list(self.rules),
            "pgds": list(self.pgds),
            "existing_controls": list(self.existing),
            "initial": _rating(self.initial),
            "controls": {
                "design": [{"says": one.says, "at": list(one.at)} for one in self.design],
                "test": [{"says": one.says, "at": list(one.at)} for one in self.tests],
                "training": list(self.training),
                "business_process": list(self.business),
            },
            "residual": _rating(self.residual),
            "because": self.because,
            "owner": self.owner,
            "status": self.status,
            "evidence": [one.in_words() for one in self.backing.evidence],
            "note": self.backing.note,
        }


def _rating(rating: Rating) -> dict[str, Any]:
    return {"severity": rating.severity, "likelihood": rating.likelihood, "class": rating.risk_class}


@dataclass(frozen=True, slots=True)
class HazardLog:
    """The whole log; ``classes`` is the matrix, by likelihood and severity, the three scales say what their words mean."""

    title: str
    version: str
    status: str
    digest: str
    severities: Mapping[str, str]
    likelihoods: Mapping[str, str]
    classes: Mapping[tuple[str, str], int]
    class_words: Mapping[int, str]
    hazards: tuple[Hazard, ...]
    sources: Mapping[str, str] = Frozen()

    def of(self, pathway: Pathway) -> tuple[Hazard, ...]:
        """The hazards that can arise in a condition."""
        return tuple(one for one in self.hazards if pathway.id in one.conditions)

    def by_rule(self, pathway: Pathway) -> dict[str, tuple[str, ...]]:
        """Each rule of a pathway and its PGDs, with the hazards that are about it."""
        found: dict[str, list[str]] = {id_: [] for _, _, id_ in ruled(pathway)}
        for hazard in self.hazards:
            for id_ in hazard.touched(pathway):
                found[id_].append(hazard.id)
        return {id_: tuple(hazards) for id_, hazards in found.items()}

    def as_dict(self, hazards: tuple[Hazard, ...] | None = None) -> dict[str, Any]:
        """The log as JSON holds it, with all its hazards or those that are given."""
        shown = self.hazards if hazards is None else hazards
        return {
            "hazard_log": self.title,
            "version": self.version,
            "status": self.status,
            "digest": self.digest,
            "severities": dict(self.severities),
            "likelihoods": dict(self.likelihoods),
            "matrix": {
                likelihood: {severity: self.classes[likelihood, severity] for severity in self.severities}
                for likelihood in self.likelihoods
            },
            "classes": {str(number): words for number, words in self.class_words.items()},
            "sources": dict(self.sources),
            "hazards": [one.as_dict() for one in shown],
        }


def ruled(pathway: Pathway) -> Iterator[tuple[str, str, str]]:
    """What a hazard can be about: each rule of a pathway and its PGDs as its kind, the PGD it stands in or nothing, and its id."""
    for criterion in pathway.stopping:
        yield criterion.kind.word, "", criterion.id
    for row in pathway.treatment:
        yield TREATMENT, "", row.id
    for point in pathway.gateways:
        yield GATEWAYS, "", point.id
    for pgd in pathway.pgds.values():
        for clause in (*pgd.every_medicine, *pgd.inclusion, *pgd.exclusions):
            yield INCLUSIONS, pgd.id, clause.id
        for dose in pgd.doses:
            yield DOSE_ROWS, pgd.id, dose.id
        for caution in pgd.cautions:
            yield CAUTIONS, pgd.id, caution.id


def hazards_of(library: Library) -> HazardLog | None:
    """The hazard log beside the conditions of a library; None where there is no file. Raises ``ContentRefused`` with every mistake."""
    path = library.root / HAZARDS
    if not os.path.lexists(path):  # a link that leads nowhere is there, and is refused
        return None
    mistakes, shown = Mistakes(), shown_below(library.root, path)
    raw = read_once(path, shown, mistakes)
    block = None if raw is None else read_bytes(raw, shown, mistakes)
    if raw is None or block is None:
        raise ContentRefused(mistakes)
    found = _LogFile(block, library, mistakes).read(f"sha256:{hashlib.sha256(raw).hexdigest()}")
    if len(mistakes):
        raise ContentRefused(mistakes)
    return found


@dataclass
class _LogFile:
    block: Block
    library: Library
    mistakes: Mistakes
    ids: dict[str, Place] = field(default_factory=dict)
    classes: dict[tuple[str, str], int] = field(default_factory=dict)

    def read(self, digest: str) -> HazardLog:
        form = Form(self.block, FILE_OF_HAZARDS, Tags(), self.mistakes)
        form.tags = Tags(names_under(form, "sources"), shared=self.library.sources)
        refuse_shared_tags(form, self.library.sources)
        sources = {name.words: one.text("says") for name, one in form.forms("sources")}
        self._matrix(form)
        return HazardLog(
            form.text("hazard log"),
            form.text("version"),
            form.text("status"),
            digest,
            Frozen(self._scale(form, "severities")),
            Frozen(self._scale(form, "likelihoods")),
            Frozen(self.classes),
            Frozen({int(number): words for number, words in self._scale(form, "risk classes").items()}),
            tuple(self._hazard(name, one) for name, one in form.forms("hazards")),
            Frozen(sources),
        )

    def _scale(self, form: Form, heading: str) -> dict[str, str]:
        scale = form.form_under(heading)
        return {} if scale is None else {word: scale.text(word) for word in scale.shape.headings if word in scale}

    def _matrix(self, form: Form) -> None:
        """The table of classes; a risk that is worse in one way and no better in the other never has a lower class."""
        matrix = form.form_under("risk matrix")
        for likelihood in LIKELIHOODS if matrix is not None else ():
            row = matrix.form_under(likelihood) if matrix is not None else None
            for severity in SEVERITIES if row is not None else ():
                found = row.parsed(severity, self._class_of, "a class from 1 to 5") if row is not None else None
                if found is not None:
                    self.classes[likelihood, severity] = found
        for before, after in (*_steps(LIKELIHOODS, SEVERITIES), *_steps(SEVERITIES, LIKELIHOODS, turned=True)):
            if self.classes.get(before, 0) > self.classes.get(after, max(CLASSES)):
                what = f"{', '.join(after)} has a lower class than {', '.join(before)}"
                form.refuse("risk matrix", what, "Copy the table again from its source.", HARM_HAZARD)

    @staticmethod
    def _class_of(words: str) -> int | None:
        return int(words) if words in map(str, CLASSES) else None

    def _hazard(self, name: Text, form: Form) -> Hazard:
        identified(name, self.mistakes, self.ids)
        conditions = self._conditions(form)
        rules = self._rules(form, conditions)
        everywhere = [one.words for one in form.names("conditions")] == [ALL]
        if everywhere and rules:  # all that have such a rule
            has = {
                one.id: {word for kind, _, id_ in ruled(one) for word in (kind, id_)}
                for one in self._pathways(conditions)
            }
            conditions = tuple(one for one in conditions if not has[one].isdisjoint(rules))
        initial, residual = self._rating(form, "initial"), self._rating(form, "residual")
        if residual.risk_class > initial.risk_class:
            fix = "Rate the risk before the controls, then after them."
            form.refuse("residual", "the risk that remains is of a higher class than the first", fix, HARM_HAZARD)
        if residual.risk_class >= 4 and form.text("status") != "open":
            what = f"a residual risk of class {residual.risk_class} is not acceptable, and the hazard is not open"
            form.refuse("status", what, 'Write "open", or a further control.', HARM_HAZARD)
        return Hazard(
            id=name.words,
            title=form.text("title"),
            hazard=form.text("hazard"),
            causes=self._lines(form, "causes"),
            effect=form.text("effect"),
            harm=form.text("harm"),
            existing=self._lines(form, "existing controls"),
            initial=initial,
            design=self._controls(form, "design"),
            tests=self._controls(form, "test"),
            training=self._lines(form, "training"),
            business=self._lines(form, "business process"),
            residual=residual,
            because=form.text("because"),
            owner=form.text("owner"),
            status=form.parsed("status", _STATE, f"one of {', '.join(STATES)}") or "",
            conditions=conditions,
            rules=rules,
            pgds=self._pgds(form, conditions),
            backing=form.backing(),
            everywhere=everywhere,
        )

    def _rating(self, form: Form, heading: str) -> Rating:
        match = form.parsed(heading, _RATING.fullmatch, 'severity and likelihood, for instance "Major, Low"')
        severity, likelihood = match.groups() if match else ("", "")
        return Rating(severity, likelihood, self.classes.get((likelihood, severity), 0))

    def _lines(self, form: Form, heading: str) -> tuple[str, ...]:
        node = form.node(heading)
        nodes = [] if node is None else node.items if isinstance(node, List) else [node]
        words = [" ".join(one.words.split()) for one in nodes if isinstance(one, Text)]
        if node is not None and (not words or not all(words) or len(words) < len(nodes)):
            form.refuse(
                heading, f'words belong under "{heading}"', "Write a line, or a list with dashes.", HARM_MISSING
            )
        return tuple(words)

    def _controls(self, form: Form, heading: str) -> tuple[Control, ...]:
        (shape,) = form.shape.headings[heading].shapes
        found = []
        for one in form.statement_forms(heading, shape):
            at = one.names("at")
            for name in at:
                self._stands(name, of_a_test=heading == "test")
            found.append(Control(one.text("says"), tuple(name.words for name in at)))
        return tuple(found)

    def _stands(self, name: Text, of_a_test: bool) -> None:
        """What a control stands on is named as it can be found; whether the file or test is there, a test of the checkout looks."""
        if of_a_test and not _TEST.fullmatch(name.words):
            fix = "Write its pytest id, for instance tests/safety/test_rules.py::test_nothing_known_is_never_an_all_clear."
            self.mistakes.add(name.place, f'"{name.words}" is no test', fix, HARM_CONTROL)
        if not of_a_test and not _FILE.fullmatch(name.words) and name.words not in self._known_rules:
            fix = suggest(
                name.words, self._known_rules, "Name a file from the root of the checkout, a rule, or an invariant."
            )
            self.mistakes.add(name.place, f'"{name.words}" is neither a file nor a rule', fix, HARM_CONTROL)

    @cached_property
    def _known_rules(self) -> set[str]:
        rules = {id_ for pathway in self.library.newest_all() for _, _, id_ in ruled(pathway)}
        return rules | {one.id for one in invariants_of(self.library).invariants}

    def _conditions(self, form: Form) -> tuple[str, ...]:
        named = form.names("conditions")
        if [name.words for name in named] == [ALL]:
            return self.library.conditions
        for name in named:
            if name.words not in self.library.conditions:
                fix = suggest(name.words, self.library.conditions, f'Name a condition, or write "{ALL}".')
                self.mistakes.add(name.place, f'"{name.words}" is no condition', fix, HARM_NAME)
        return tuple(name.words for name in named)

    def _pathways(self, conditions: tuple[str, ...]) -> list[Pathway]:
        return [self.library.newest(one) for one in conditions if one in self.library.conditions]

    def _rules(self, form: Form, conditions: tuple[str, ...]) -> tuple[str, ...]:
        ids = {id_ for pathway in self._pathways(conditions) for _, _, id_ in ruled(pathway)}
        for name in form.names("rules"):
            if name.words not in KINDS_OF_RULES and name.words not in ids:
                fix = suggest(
                    name.words, (*KINDS_OF_RULES, *ids), f"Write one of {', '.join(KINDS_OF_RULES)}, or an id."
                )
                self.mistakes.add(name.place, f'"{name.words}" is no rule of these conditions', fix, HARM_NAME)
        return tuple(name.words for name in form.names("rules"))

    def _pgds(self, form: Form, conditions: tuple[str, ...]) -> tuple[str, ...]:
        there = {pgd for pathway in self._pathways(conditions) for pgd in pathway.pgds}
        for name in form.names("pgds"):
            if name.words not in there:
                fix = suggest(name.words, there, "Name a PGD of one of these conditions.")
                self.mistakes.add(name.place, f'"{name.words}" is no PGD of these conditions', fix, HARM_NAME)
        return tuple(name.words for name in form.names("pgds"))


def _steps(
    along: tuple[str, ...], beside: tuple[str, ...], turned: bool = False
) -> Iterator[tuple[tuple[str, str], ...]]:
    """Each two cells of the matrix of which the second is one step worse along one scale."""
    for one in beside:
        for low, high in pairwise(along):
            yield ((one, low), (one, high)) if turned else ((low, one), (high, one))
