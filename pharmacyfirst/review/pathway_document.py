"""A pathway as the document that a pharmacist reads in five minutes, and a clinical safety reviewer reads whole and signs."""

from collections.abc import Iterator
from dataclasses import dataclass

from pharmacyfirst.kernel.identifiers import PHARMACIST
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import LIFE_THREATENING
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.review.barring import Barring
from pharmacyfirst.review.besides import Besides
from pharmacyfirst.review.conversation import conversation
from pharmacyfirst.review.identity import Identity, identity_of_pathway
from pharmacyfirst.review.judged import Judging, statement
from pharmacyfirst.review.layout import Line, Part, Section, Step, Table, TableRow, line, link
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.open_items import owed, whole_table
from pharmacyfirst.review.questions import table_of_named
from pharmacyfirst.review.said import WhatIsSaid
from pharmacyfirst.review.service_document import digest_in_short, service_file
from pharmacyfirst.review.who_goes_where import OUTCOMES, offer_in_words, outcomes_of, who_goes_where
from pharmacyfirst.review.wording import Wording

WHAT_IT_IS = (
    "How a {user} finds out who may be treated here, who is sent elsewhere, and why. It supports a {user}’s judgement and replaces "
    "neither that nor the signed documents of the medicines, which stand beside it."
)

WITHOUT_MEDICINES = (
    "How somebody is measured and asked, who is sent elsewhere, and why. It supports a {user}’s judgement and does not replace it. "
    "Nothing is supplied by it."
)


@dataclass(frozen=True, slots=True)
class PathwayDocument:
    """The whole document: what it is, who goes where, its sections, and what stands at the end."""

    identity: Identity
    what_it_is: tuple[str, ...]
    about: tuple[TableRow, ...]
    going: Table
    sections: tuple[Section, ...]
    open_items: Section
    evidence: Section


def pathway_document(pathway: Pathway) -> PathwayDocument:
    """The document of one pathway."""
    return _PathwayWriter(pathway).document()


class _PathwayWriter:
    """Writes the document from top to bottom, so that its notes are numbered as they are read."""

    def __init__(self, pathway: Pathway):
        self.pathway, self.notes = pathway, Notes(pathway.sources, Wording(pathway))
        self.judging = Judging(pathway, self.notes)

    def document(self) -> PathwayDocument:
        identity = identity_of_pathway(self.pathway)
        about = tuple(self.about(identity))
        going = who_goes_where(self.pathway, self.notes)
        sections = tuple(self.sections())
        what_it_is = WHAT_IT_IS if self.pathway.pgds else WITHOUT_MEDICINES
        service = self.pathway.service
        others = service is not None and any(one != PHARMACIST for one in service.provided_by)
        said = (what_it_is.format(user="professional" if others else PHARMACIST),)
        return PathwayDocument(identity, said, about, going, sections, self.open_items(), self.evidence())

    def about(self, identity: Identity) -> Iterator[TableRow]:
        """What has to be known of the document before it is read."""
        edition = self.pathway.edition
        in_force = Line((Part(identity.in_force),), self.notes.marks(edition.dates.evidence), edition.dates.open)
        if self.pathway.title_for_patients:
            yield _about("Called by patients", line(self.pathway.title_for_patients))
        yield _about(
            "Document", line(f"{self.pathway.id} pathway {identity.version}, digest {identity.digest_in_short}")
        )
        if (service := self.pathway.service) is not None:
            of = f"{service.title} (../{service_file(service)}.html), digest {digest_in_short(service)}"
            yield _about("Service", line(of))
        yield _about("In force", in_force, *self.notes.remark(edition.dates.note))
        medicines = ((one.medicine, one.id) for one in self.pathway.pgds.values())
        if self.pathway.pgds:
            yield _about("Medicines", line("; ".join(f"{medicine} ({name}.html)" for medicine, name in medicines)))
        open_items = len(self.pathway.open_items)
        said = (
            f"{open_items} things are not known; each says what holds until then" if open_items > 1 else str(open_items)
        )
        yield _about("Open items", Line((Part(said, "words", "open-items" if open_items else ""),)))

    def sections(self) -> Iterator[Section]:
        """The sections in the order of a consultation, then what stands behind them."""
        besides, pathway = Besides(self.pathway, self.notes), self.pathway
        yield Section("overview", "", "The way through", steps=tuple(self.steps()))
        yield Section(
            "stopping", "", "What ends the pathway before treatment", self.said_of_stopping(), self.judging.stopping()
        )
        yield Section("treatment", "", "Treatment", (), (self.judging.treatment(),))
        if pathway.pgds:
            yield Section("barring", "", "What rules a medicine out", (), tuple(Barring(pathway, self.notes).tables()))
        about = line("What is said about a medicine, and on its label, stands in the document of that medicine.")
        said = (about,) if pathway.pgds else ()
        yield Section("told", "", "What is said to the patient", said, tuple(WhatIsSaid(pathway, self.notes).tables()))
        if pathway.leaflets:
            leaflets = tuple(one for said in pathway.leaflets for one in statement(said, self.notes))
            yield Section("leaflets", "", "Leaflets", leaflets)
        yield Section("conversation", "", "The conversation, page by page", (), conversation(pathway, self.notes))
        named = table_of_named(pathway.named, pathway, self.notes)
        if named:
            yield Section("named", "", "What the names in the sentences stand for", (), named)
        if pathway.records:
            yield Section("records", "", "What is recorded", (), (besides.records(),))
        if pathway.duties:
            yield Section("duties", "", "What has to be done, whatever the outcome", (), (besides.duties(),))
        if pathway.diagnosis is not None:
            yield Section("diagnosis", "", "When the record says that somebody has it", besides.diagnosis())
        if pathway.gateways:
            only = line("Payment only: no medicine is offered and nobody is sent anywhere because of them.")
            yield Section("gateways", "", "Gateway points", (only,), (self.judging.gateways(),))
        if pathway.channels:
            yield Section("channels", "", "Channels", (), (besides.channels(),))
        if pathway.codes:
            yield Section("codes", "", "Codes", (), (besides.codes(),))
        if pathway.conflicts:
            yield Section("conflicts", "", "Conflicts", (), (besides.conflicts(),))
        if pathway.withdrawn:
            yield Section("withdrawn", "", "Versions taken back", (), (besides.withdrawn(),))
        yield Section("sources", "", "Source documents", (), (besides.source_documents(),))

    def steps(self) -> Iterator[Step]:
        """The overview: questions, stopping criteria, treatment table, the medicine's own document."""
        pathway = self.pathway
        pages = " → ".join(page.title for page in pathway.pages)
        yield Step("Questions, a page at a time", (line(pages or "asked as they matter"),))
        stages = dict.fromkeys(criterion.stage for criterion in pathway.stopping)
        turns = tuple((line(stage), line(self.ends_in(stage))) for stage in stages)
        yield Step("Stopping criteria: all are judged, and the most urgent that is met decides", (), turns)
        rows = tuple(
            (
                Line((Part(row.because), Part(" "), link(row.id))),
                line(f"Offer {offer_in_words(pathway, row)}" if row.offers else in_words(outcomes_of(row)[0]), "grade"),
            )
            for row in pathway.treatment
        )
        yield Step("Treatment: where none is met and all are known, the first row that is met decides", (), rows)
        if not pathway.pgds:
            return
        yield Step(
            "The document of the medicine: every exclusion known and clear, then its dose table",
            (
                line(
                    "May be supplied. Where it rules the person out, to whom the row says; where an answer is missing, nothing."
                ),
            ),
        )

    def ends_in(self, stage: str) -> str:
        """What the criteria under a heading end in, and how many in each, the most urgent first."""
        found = [outcomes_of(one)[0] for one in self.pathway.stopping if one.stage == stage]
        return "; ".join(f"{in_words(outcome)} ({found.count(outcome)})" for outcome in OUTCOMES if outcome in found)

    def never_required(self) -> str:
        """The one question that stops nobody while nobody answers it, set apart from those that do."""
        question = self.pathway.questions.get(LIFE_THREATENING)
        if question is None:
            return ""
        return f" One question is never required: while nobody answers “{question.in_short}”, it stops nobody."

    def said_of_stopping(self) -> tuple[Line, ...]:
        return (
            line(
                "Each criterion is judged. The most urgent that is met decides, wherever it stands. "
                f"What is not known is never “no”.{self.never_required()}"
            ),
            line("In small under each sentence: the same as the program reads it."),
        )

    def open_items(self) -> Section:
        tables = (whole_table(self.pathway, self.notes),) if self.pathway.open_items else ()
        return Section("open-items", "", "Open items", (owed(self.pathway),), tables)

    def evidence(self) -> Section:
        said = line("Each superscript gives the grades of a clause and the number of its note.")
        return Section("evidence", "", "Evidence", (said,), self.notes.tables())


def _about(what: str, *said: Line) -> TableRow:
    return TableRow("about-" + "-".join(what.lower().split()), (line(what),), (said,))
