"""Sentences that must hold whatever the pathways say, read from ``pathways/invariants.yaml`` in the words of content.

A pharmacist signs them without having seen a pathway, so they name questions, answers, medicines and outcomes, never a definition.
The file stands beside the conditions and under no digest: it says nothing that anybody is treated by.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pharmacyfirst.content.blocks import HARM_MISSING, HARM_NAME, Form, Tags, identified, named_blocks, names_under
from pharmacyfirst.content.cases import read_facts
from pharmacyfirst.content.documents import refuse_shared_tags
from pharmacyfirst.content.files import INVARIANTS, shown_below
from pharmacyfirst.content.invariant_shapes import COMES, FILE_OF_INVARIANTS, KNOWN
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.sentence_forms import limits_in_words
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.text import Block, ContentRefused, List, Mistake, Mistakes, Place, Text, read_file
from pharmacyfirst.kernel.conditions import MET, Condition, Limits
from pharmacyfirst.kernel.dose import WEIGHT
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, KIND_OF_WORD, Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Question

NEVER, ALWAYS, POSSIBLE = "never", "always", "possible"

HARM_INVARIANT = "A sentence that does not say what it means proves nothing."

_COMES = re.compile(COMES)
_FOR_EACH_KG = "dose for each kg"
_ANYTHING = Limits()


@dataclass(frozen=True, slots=True)
class Comes:
    """What comes out of a consultation: one of these kinds, a destination, an offer of one of these PGDs, or a dose within limits.

    ``beside`` is what stands beside the kind, as the formulas name it: ``within 7``, ``next`` or ``leads to`` and a pathway.

    ``measure`` is ``dose``, ``daily dose``, ``dose for each kg`` or ``course`` (in days), of the one PGD named; ``later``
    leaves out a first day that has a dose of its own. ``asks`` is a question that is among the missing, ``unanswered`` how somebody is
    then referred of whom it cannot be found out.
    """

    words: str
    kinds: tuple[Kind, ...] = ()
    destination: str = ""
    pgds: tuple[str, ...] = ()
    measure: str = ""
    limits: Limits = _ANYTHING
    unit: str = ""
    later: bool = False
    asks: str = ""
    unanswered: Kind | None = None
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An invariant as it reads for one condition: what is said of the person, what of it is known for certain, and what comes out."""

    person: tuple[Condition, ...]
    known: tuple[Condition, ...]
    comes: tuple[Comes, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A condition for which an invariant is known not to hold, in one version: the nearest patient, and what comes out."""

    facts: Mapping[str, Any]
    unset: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Invariant:
    """One sentence. ``never``: what is not ruled out of a person together with what comes out does not happen. ``always``: of whom
    it is known, that comes out. ``possible``: there is somebody plausible for whom it all holds.

    ``claims`` are by condition; in ``cannot`` stand those that do not ask what it speaks of; ``fails`` is by condition and version.
    """

    id: str
    says: str
    form: str
    claims: Mapping[str, Reading]
    cannot: tuple[str, ...] = ()
    fails: Mapping[tuple[str, str], Listed] = Frozen()
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class Implausible:
    """Somebody who is hardly ever met, so that an answer is more often mistyped than right: why, and what all holds of them."""

    id: str
    says: str
    sentences: tuple[Condition, ...]

    @property
    def reads(self) -> frozenset[str]:
        """The questions that it speaks of."""
        return frozenset(name for one in self.sentences for name in one.facts())

    def met(self, answers: Mapping[str, Any]) -> bool:
        """Whether all of it is known to hold of these answers."""
        return all(one.verdict(answers) is MET for one in self.sentences)


@dataclass(frozen=True, slots=True)
class Invariants:
    """The file: the sentences; who is implausible, by condition (used in no proof); and what never decides alone."""

    invariants: tuple[Invariant, ...] = ()
    implausible: Mapping[str, tuple[tuple[Condition, ...], ...]] = Frozen()
    never_alone: Mapping[str, Mapping[str, str]] = Frozen()

    def sentences(self, condition: str) -> tuple[Condition, ...]:
        """Every sentence that an invariant says of a person of the condition."""
        claims = (one.claims[condition] for one in self.invariants if condition in one.claims)
        return tuple(sentence for claim in claims for sentence in (*claim.person, *claim.known))


NOTHING_SAID = Invariants()


def invariants_of(library: Library, on: date | None = None) -> Invariants:
    """The invariants beside the conditions of a library; none where there is no file.

    Each is read in the words of the newest pathways, or of those of a day. Raises ``ContentRefused`` with every mistake.
    """
    path = library.root / INVARIANTS
    if not os.path.lexists(path):  # a link that leads nowhere is there, and is refused
        return NOTHING_SAID
    mistakes = Mistakes()
    block = read_file(path, shown_below(library.root, path), mistakes)
    pathways = {one: library.in_force(one, on) if on else library.newest(one) for one in library.conditions}
    found = _File(block, pathways, mistakes, library.sources).read() if block is not None else NOTHING_SAID
    if len(mistakes):
        raise ContentRefused(mistakes)
    return found


def implausible_in(library: Library, pathway: Pathway) -> tuple[tuple[Condition, ...], ...]:
    """What holds of whoever is implausible, in the words of one version of a pathway; it serves to choose who is shown, and no proof."""
    return tuple(one.sentences for one in odd_in(library, pathway))


def odd_in(library: Library, pathway: Pathway) -> tuple[Implausible, ...]:
    """Who is implausible, as the invariants beside the conditions say it, in the words of one version of a pathway.

    What cannot be said of the version is left out, and no mistake is reported.
    """
    path = library.root / INVARIANTS
    aside = Mistakes()
    block = read_file(path, shown_below(library.root, path), aside) if os.path.lexists(path) else None
    if block is None:
        return ()
    return _File(block, {pathway.id: pathway}, aside, library.sources).implausible().get(pathway.id, ())


@dataclass
class _File:
    block: Block
    pathways: Mapping[str, Pathway]
    mistakes: Mistakes
    sources: Collection[str]  # those that every file may cite
    ids: dict[str, Place] = field(default_factory=dict)

    def _form(self) -> Form:
        form = Form(self.block, FILE_OF_INVARIANTS, Tags(), self.mistakes)
        form.tags = Tags(names_under(form, "sources"), shared=self.sources)
        return form

    def implausible(self) -> Mapping[str, tuple[Implausible, ...]]:
        return self._implausible(self._form())

    def read(self) -> Invariants:
        form = self._form()
        refuse_shared_tags(form, self.sources)
        for _, source in form.forms("sources"):
            source.text("says")
        invariants = tuple(filter(None, (self._one(*one) for one in form.forms("invariants"))))
        people = {name: tuple(one.sentences for one in each) for name, each in self._implausible(form).items()}
        return Invariants(invariants, Frozen(people), self._never_alone(form))

    def _one(self, name: Text, form: Form) -> Invariant | None:
        identified(name, self.mistakes, self.ids)
        says, backing = form.text("says"), form.backing()
        stands = [one for one in (NEVER, ALWAYS, POSSIBLE) if one in form]
        if len(stands) != 1 or ("when" in form and stands != [ALWAYS]):
            fix = 'Write "never:", "possible:", or "when:" with "always:".'
            self.mistakes.add(name.place, "an invariant has one of never, possible, always", fix, HARM_INVARIANT)
            return None
        lines = [*self._lines(form, "when"), *self._lines(form, stands[0])]
        comes = [self._comes(line) for line in lines]
        person = [line for line, one in zip(lines, comes, strict=True) if one is None]
        wanted = tuple(one for one in comes if one is not None)
        if not wanted:
            fix = 'Write, for instance, "supply", "offer of amoxicillin" or "outcome is refer urgent".'
            self.mistakes.add(name.place, "nothing says what comes out", fix, HARM_INVARIANT)
            return None
        about = self._about(form, wanted)
        cannot = self._names(form, "cannot be said for")
        claims = {}
        for condition in about:
            claim = self._claim(condition, name.place, person, wanted, said_not=condition in cannot)
            if claim is not None:
                claims[condition] = claim
        for condition in (one for one in cannot if one in claims or one not in about):
            what = f"it can be said for {condition}" if condition in claims else f"it is not about {condition}"
            form.refuse("cannot be said for", what, "Take the condition out.", HARM_INVARIANT)
        fails = Frozen(self._fails(form, claims))
        return Invariant(name.words, says, stands[0], Frozen(claims), cannot, fails, backing)

    def _lines(self, form: Form, heading: str) -> list[Text]:
        node = form.node(heading)
        nodes = [] if node is None else node.items if isinstance(node, List) else [node]
        if any(not isinstance(one, Text) for one in nodes):
            form.refuse(
                heading, "a sentence belongs here", "Write one sentence, or a list with dashes.", HARM_INVARIANT
            )
        return [one for one in nodes if isinstance(one, Text)]

    def _names(self, form: Form, heading: str, groups: Mapping[str, tuple[str, ...]] = Frozen()) -> tuple[str, ...]:
        found: list[str] = []
        for name in form.names(heading):
            if name.words not in self.pathways and name.words not in groups:
                fix = suggest(name.words, (*self.pathways, *groups), "Name a condition.")
                self.mistakes.add(name.place, f'"{name.words}" is no condition', fix, HARM_NAME)
            found += groups.get(name.words, (name.words,))
        return tuple(found)

    def _about(self, form: Form, wanted: Iterable[Comes]) -> list[str]:
        """The conditions it speaks of: those named, by themselves or by their service, or all; where it speaks of medicines, those that may offer one."""
        about = self._names(form, "for", self._services()) or tuple(self.pathways)
        named = {pgd for one in wanted for pgd in one.pgds}
        offers = any(one.kinds == (Kind.SUPPLY,) for one in wanted)
        may = {one: {*pathway.pgds} for one, pathway in self.pathways.items() if pathway.pgds or not (named or offers)}
        return [one for one in about if one in may and (not named or named & may[one])]

    def _services(self) -> dict[str, tuple[str, ...]]:
        belonging = [one.service for one in self.pathways.values() if one.service is not None]
        return {service.id: service.pathways for service in belonging}

    def _claim(
        self, condition: str, place: Place, person: list[Text], wanted: tuple[Comes, ...], said_not: bool
    ) -> Reading | None:
        trial = Mistakes()
        questions = self.pathways[condition].questions
        vocabulary = Vocabulary(questions, trial)
        said: list[Condition] = []
        known: list[Condition] = []
        for line in person:
            certain = line.words.startswith(KNOWN)
            shorter = Text(line.words.removeprefix(KNOWN), line.at(len(KNOWN)), line.plain) if certain else line
            if (sentence := vocabulary.sentence(shorter)) is not None:
                (known if certain else said).append(sentence)
        needed = [one.asks or (WEIGHT if one.measure == _FOR_EACH_KG else "") for one in wanted]
        for name in (one for one in needed if one and one not in questions):
            trial.add(
                place, f'"{name}" is not a question in this file', "Name a question that it asks.", HARM_INVARIANT
            )
        if not trial.found:
            return Reading(tuple(said), tuple(known), wanted)
        if not said_not:
            first = trial.found[0]
            what = f"for {condition}: {first.what}"
            fix = f'{first.fix} Or write {condition} under "cannot be said for".'
            self.mistakes.found.append(Mistake(first.place, what, fix, HARM_INVARIANT))
        return None

    def _comes(self, line: Text) -> Comes | None:
        match = _COMES.fullmatch(line.words)
        if match is None:
            return None
        said = match.groupdict()
        kinds, destination, pgds = said["kinds"], said["destination"], said["pgds"] or said["pgd"]
        kinds_named, pgds_named = (tuple(names.split(" or ")) if names else () for names in (kinds, pgds))
        all_pgds = {pgd for pathway in self.pathways.values() for pgd in pathway.pgds}
        self._known(line, kinds_named, KIND_OF_WORD, "an outcome")
        emergencies = (EMERGENCY_999, EMERGENCY_DEPARTMENT)
        self._known(line, (destination,) if destination else (), (*emergencies, *self.pathways), "a destination")
        self._known(line, (said["next"],) if said["next"] else (), self.pathways, "a pathway")
        beside = {
            "within": said["within"],
            "next": said["next"],
            "leads to": destination not in emergencies and destination,
        }
        self._known(line, pgds_named, all_pgds, "a PGD")
        supply = (Kind.SUPPLY,) if said["supply"] else ()
        return Comes(
            line.words,
            kinds=supply or tuple(KIND_OF_WORD[kind] for kind in kinds_named if kind in KIND_OF_WORD),
            destination=destination if destination in emergencies else "",
            beside=next((f"{what} {value}" for what, value in beside.items() if value), ""),
            pgds=pgds_named,
            measure=said["measure"] or "",
            limits=(limits_in_words(said["limits"]) if said["limits"] else None) or _ANYTHING,
            unit=said["unit"] or "",
            later=bool(said["later"]),
            asks=said["asked"] or "",
            unanswered=KIND_OF_WORD.get(said["unanswered"] or ""),
        )

    def _known(self, line: Text, names: Iterable[str], known: Iterable[str], what: str) -> None:
        for name in names:
            if name not in known:
                fix = suggest(name, known, f"Write one of {', '.join(sorted(known))}.")
                self.mistakes.add(line.at(line.words.index(name)), f'"{name}" is not {what}', fix, HARM_INVARIANT)

    def _fails(self, form: Form, claims: Mapping[str, Reading]) -> Iterator[tuple[tuple[str, str], Listed]]:
        for condition, inner in form.forms("fails for"):
            kind = inner.parsed("outcome", KIND_OF_WORD.get, f"one of {', '.join(KIND_OF_WORD)}")
            version = inner.text("version")
            if condition.words not in claims:
                fix = "Name a condition that it can be said for."
                self.mistakes.add(condition.place, f'"{condition.words}" cannot be listed here', fix, HARM_INVARIANT)
                continue
            pathway = self.pathways[condition.words]
            if pathway.edition.version != version:
                continue  # said of a version that this is not
            facts = read_facts(inner.node("set"), pathway.questions, self.mistakes)
            unset = self._questions(inner, pathway.questions)
            if kind is not None:
                yield (condition.words, version), Listed(Frozen(facts), unset, kind)

    def _questions(self, form: Form, questions: Mapping[str, Question]) -> tuple[str, ...]:
        found = form.names("unset")
        for name in found:
            if name.words not in questions:
                fix = suggest(name.words, questions, "Name a question of the pathway.")
                self.mistakes.add(name.place, f'"{name.words}" is not a question of this pathway', fix, HARM_INVARIANT)
        return tuple(name.words for name in found)

    def _implausible(self, file: Form) -> Mapping[str, tuple[Implausible, ...]]:
        found: dict[str, list[Implausible]] = {condition: [] for condition in self.pathways}
        for name, form in file.forms("implausible"):
            says, _ = form.text("says"), form.backing()
            lines, read_somewhere, trial = self._lines(form, NEVER), False, Mistakes()
            for condition, pathway in self.pathways.items():
                trial = Mistakes()
                read = [Vocabulary(pathway.questions, trial).sentence(line) for line in lines]
                if not trial.found:
                    sentences = tuple(one for one in read if one is not None)
                    found[condition].append(Implausible(name.words, says, sentences))
                    read_somewhere = True
            if not read_somewhere:
                self.mistakes.found += trial.found[:1] or [
                    Mistake(name.place, "no condition asks this", "Name questions.", HARM_INVARIANT)
                ]
        return Frozen({condition: tuple(people) for condition, people in found.items()})

    def _never_alone(self, file: Form) -> Mapping[str, Mapping[str, str]]:
        found: dict[str, Mapping[str, str]] = {}
        node = file.node("never decides alone")
        for condition, block in [] if node is None else named_blocks(node, "condition", self.mistakes):
            if condition.words not in self.pathways:
                fix = suggest(condition.words, self.pathways, "Name a condition.")
                self.mistakes.add(condition.place, f'"{condition.words}" is no condition', fix, HARM_NAME)
                continue
            rules = {rule.id for rule in self.pathways[condition.words].rules()}
            listed: dict[str, str] = {}
            for id_, node in block.items.items():
                place = block.keys[id_].place
                if id_ not in rules:
                    fix = suggest(id_, rules, "Name a criterion, row, clause or dose row.")
                    self.mistakes.add(place, f'nothing of {condition.words} is called "{id_}"', fix, HARM_NAME)
                if not isinstance(node, Text) or not node.words:
                    self.mistakes.add(place, "nothing says why", "Write the reason after the colon.", HARM_MISSING)
                    continue
                listed[id_] = " ".join(node.words.split())
            found[condition.words] = Frozen(listed)
        return Frozen(found)
