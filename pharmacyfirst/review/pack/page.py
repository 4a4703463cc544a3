"""A review pack as a page: its sections in the order in which a reviewer needs them, with one set of numbered notes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pharmacyfirst.content.cases import Case
from pharmacyfirst.content.hazards import HazardLog
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.paper.words import begun
from pharmacyfirst.population.outcomes import NOT_MADE_UP, OF_WHOM
from pharmacyfirst.review.besides import Besides
from pharmacyfirst.review.hazards import in_full, matrix, scales, summary, transferred
from pharmacyfirst.review.identity import SHORT, Identity, identity_of_condition, period_in_words, whole
from pharmacyfirst.review.judged import Judging
from pharmacyfirst.review.layout import Line, Part, Picture, Section, Table, TableRow, line, link, linked
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.open_items import owed, whole_table
from pharmacyfirst.review.pack.checked import checked, table_of
from pharmacyfirst.review.pack.checks import NOT_RUN
from pharmacyfirst.review.pack.flow import flow
from pharmacyfirst.review.pack.pack import NO_LOG, NOT_COMPARED, ReviewPack
from pharmacyfirst.review.pack.plots import (
    doses_over,
    how_made_up_people_come_out,
    in_hundred,
    over_time,
    stops_of,
    what_stops_whom,
)
from pharmacyfirst.review.pack.reading import answers_in_words, differs_in_words
from pharmacyfirst.review.pack.traced_tables import traced_section
from pharmacyfirst.review.pgd_document import judged_tables
from pharmacyfirst.review.wording import Wording


@dataclass(frozen=True, slots=True)
class PackPage:
    """The page: what it is, its sections before and after the comparison with an earlier version, and the digest that is signed."""

    identity: Identity
    about: Table
    before: tuple[Section, ...]
    after: tuple[Section, ...]
    evidence: Section
    digests: Table


def page_of(pack: ReviewPack) -> PackPage:
    """The page of a pack."""
    return _PageWriter(pack).page()


class _PageWriter:
    def __init__(self, pack: ReviewPack):
        self.pack, self.pathway = pack, pack.pathway
        sources = {**pack.library.sources, **self.pathway.sources}
        self.notes = Notes(sources, Wording(self.pathway))
        self.anchors: set[str] = set()
        self.rules = {rule.id for rule in pack.traceability.rules}

    def page(self) -> PackPage:
        identity = identity_of_condition(self.pathway)
        short = self.pack.digest.removeprefix("sha256:")[:SHORT]
        identity = replace(
            identity,
            kind="Review pack",
            title=f"Review pack: {identity.title}",
            digest=self.pack.digest,
            digest_in_short=short,
            running=f"review pack · {self.pack.of} · {short}",
        )
        before, after = tuple(self.before()), tuple(self.after())
        evidence = Section("evidence", "", "Evidence", (), tuple(self.once(self.notes.tables(), "evidence")))
        return PackPage(identity, self.about(), before, after, evidence, self.digests())

    def once(self, tables: Iterable[Table], prefix: str) -> Iterator[Table]:
        """Tables whose rows have anchors of their own on the page: what stands in two documents leads to the first of them."""
        for table in tables:
            rows = []
            for row in table.rows:
                anchor = row.anchor if row.anchor not in self.anchors else f"{prefix}-{row.anchor}"
                self.anchors.add(anchor)
                rows.append(replace(row, anchor=anchor))
            yield replace(table, rows=tuple(rows))

    def about(self) -> Table:
        """The summary: what was reviewed and what was found, before anything else."""
        pathway, pack, checks = self.pathway, self.pack, self.pack.checks
        orphans = len(pack.traceability.orphans)
        proofs = checks.proofs
        proved = (
            f"{proofs['proved']} proved, {proofs['fails']} FAIL, {proofs['listed']} fail as listed"
            if proofs
            else NOT_RUN
        )
        said = {
            "Pathway": f"{pack.of}, in force {period_in_words(pathway.edition)}",
            "Content": pathway.content_digest,
            "Service": f"{pathway.service.title}, {pathway.service.digest}" if pathway.service else "none",
            "What is judged": f"stopping criteria: {len(pathway.stopping)}; treatment rows: {len(pathway.treatment)}; documents of medicines: {len(pathway.pgds)}",
            "Cases": f"{checks.cases - len(checks.differ)} of {checks.cases} agree",
            "Rules in the cases": checks.in_cases.in_words(),
            "Traceability": f"{orphans} orphans"
            if orphans
            else "0 orphans: every link leads somewhere, or says why it cannot",
            "Proofs": proved,
            "Mutants": f"{checks.mutants['noticed']} of {checks.mutants['mutants']} noticed by the cases"
            if checks.mutants
            else NOT_RUN,
            "Changes": self.compared_with(),
            "Hazards": f"{len(pack.log.of(pathway))}; every rating is a proposal" if pack.log else NO_LOG,
            "Open items": str(len(pathway.open_items)),
        }
        rows = (
            TableRow(f"about-{what.lower().replace(' ', '-')}", (line(what),), ((line(words),),))
            for what, words in said.items()
        )
        return Table(
            "What this pack is, and what was found",
            (Part("What", "dated"), Part("What was found", "wide")),
            tuple(rows),
            "close whole",
        )

    def compared_with(self) -> str:
        report = self.pack.report
        return report.versions if report is not None else NOT_COMPARED

    def before(self) -> Iterator[Section]:
        """What is judged, and by which documents."""
        judging = Judging(self.pathway, self.notes)
        yield self.in_force()
        drawings = tuple(Picture(one, f"{one.title}. {one.says}") for one in flow(self.pathway))
        elsewhere = "What is asked page by page, said to the patient and recorded stands in the whole pathway, which pharmacyfirst render writes."
        yield Section("flow", "", "The way through", (line(elsewhere, "note"),), pictures=drawings)
        stopping = tuple(self.once(judging.stopping(), "stopping"))
        yield Section(
            "stopping",
            "",
            "What ends the pathway before treatment",
            (line("The most urgent that is met decides. What is not known is never “no”."),),
            stopping,
        )
        yield Section("treatment", "", "Treatment", (), tuple(self.once((judging.treatment(),), "treatment")))
        if self.pathway.gateways:
            only = line("Payment only: no medicine is offered and nobody is sent anywhere because of them.")
            yield Section(
                "gateways", "", "Gateway points", (only,), tuple(self.once((judging.gateways(),), "gateways"))
            )
        yield from (self.document(pgd) for pgd in self.pathway.pgds.values())
        yield self.stops()
        yield self.shares()

    def in_force(self) -> Section:
        versions = self.pack.versions
        picture = Picture(over_time(self.pathway.id, versions), "Versions in force over time. The table says the same.")
        rows = (
            TableRow(
                f"version-{one.document}-{one.version}",
                (line(f"{one.document} {one.version}", "code"),),
                ((line(one.period.in_words()),), (line(one.digest, "code digest"),)),
            )
            for one in versions
        )
        columns = Part("Document", "name"), Part("In force", "named"), Part("Digest", "wide")
        table = Table("Every version that is at hand", columns, tuple(rows), "close")
        return Section("versions", "", "Versions in force over time", (), (table,), pictures=(picture,))

    def document(self, pgd: PGD) -> Section:
        edition = pgd.edition
        said = (
            line(
                f"{pgd.title}: {pgd.id} version {edition.version}, in force {period_in_words(edition)}; {pgd.legal_class}; {', '.join(pgd.professions)}."
            ),
            Line((Part("Digest: "), Part(edition.digest, "code digest")), open=pgd.backing.open),
            line("The whole document, with all the law asks of it, is written by pharmacyfirst render.", "note"),
        )
        pictures = tuple(
            Picture(one, f"{one.title}: a dot is in, a ring is out; an arrow goes on. The dose table says the same.")
            for one in doses_over(pgd)
        )
        tables = tuple(self.once(judged_tables(self.pathway, pgd, self.notes), pgd.id))
        return Section(f"document-{pgd.id}", "", pgd.medicine, said, tables, pictures=pictures)

    def stops(self) -> Section:
        stops, cases = stops_of(self.pathway, self.pack.traceability), self.pack.checks.cases
        said = line(
            f"Of the {cases} cases, how many meet each criterion and how many it decides. Cases are chosen people and no population."
        )
        pictures = tuple(Picture(one, one.title) for one in what_stops_whom(self.pathway.id, stops, cases))
        rows = (
            TableRow(f"stops-{one.id}", (Line((link(one.id),)),), ((line(str(one.met)),), (line(str(one.decides)),)))
            for one in stops
        )
        table = Table(
            "What stops whom",
            (Part("Criterion", "name"), Part("Cases that meet it", "named"), Part("Cases it decides", "named")),
            tuple(rows),
            "close",
        )
        return Section("stops", "", "What stops whom", (said,), (table,), pictures=pictures)

    def shares(self) -> Section:
        made_up, title = self.pack.made_up, "How made-up people come out"
        if made_up is None:
            return Section("outcome-shares", "", title, (line(f"{begun(NOT_MADE_UP)}."),))
        said = (
            line(f"Of {made_up.people:,} people of {OF_WHOM} (seed {made_up.seed}). Nobody is like this."),
            line("It shows what the pathway does with a mixture of people, never how many patients there are."),
        )
        drawing = how_made_up_people_come_out(made_up)
        counts = [(kind.word, count) for kind, count in made_up.kinds.items()]
        counts += [(f"offered: {pgd}", count) for pgd, count in made_up.offered.items()]
        rows = (
            TableRow(f"share-{at}", (line(words),), ((line(f"{count:,}"),), (line(in_hundred(count, made_up.people)),)))
            for at, (words, count) in enumerate(counts, 1)
        )
        columns = Part("Outcome", "name"), Part("People", "named"), Part("Share", "named")
        table = Table(title, columns, tuple(rows), "close")
        picture = Picture(drawing, f"{drawing.title}. The table says the same.")
        return Section("outcome-shares", "", title, said, (table,), pictures=(picture,))

    def after(self) -> Iterator[Section]:
        """What stands behind it, and what is left to do."""
        pack = self.pack
        yield traced_section(pack.traceability)
        yield self.blind()
        yield Section("cases", "", "Cases and what comes out", (), (self.cases(),))
        yield checked(pack.checks, pack.parts["tools"], whole(self.pathway))
        if pack.log is not None:
            yield from self.hazards(pack.log)
        tables = (whole_table(self.pathway, self.notes),) if self.pathway.open_items else ()
        yield Section("open-items", "", "Open items", (owed(self.pathway),), tuple(self.once(tables, "open")))
        if self.pathway.conflicts:
            conflicts = tuple(self.once((Besides(self.pathway, self.notes).conflicts(),), "conflict"))
            yield Section("conflicts", "", "Conflicts", (), conflicts)
        yield Section("record-standard", "", "The record standard", (), (self.recorded(),))

    def blind(self) -> Section:
        cases, pathway = self.pack.read_blind, self.pathway
        said = (
            line(
                f"{len(cases)} people, one for each way in which the cases come out. Two readers write what must become of each before they look further."
            ),
            line(
                f"One of: {', '.join(kind.word for kind in Kind)}. To type in: reading.yaml; how far readers agree: pharmacyfirst review --agreement FILE."
            ),
            line(
                f"The usual patient, of whom all holds that a person does not say otherwise: {answers_in_words(pathway, self.pack.baseline)}."
            ),
        )
        rows = tuple(
            TableRow(
                f"blind-{one.id}",
                (line(one.id, "code"),),
                ((line(differs_in_words(pathway, one, self.pack.baseline)),), (line(""),)),
            )
            for one in cases
        )
        columns = (
            Part("Case", "id"),
            Part("Differs from the usual patient in", "wide"),
            Part("What must become of them", "named"),
        )
        return Section("blind", "", "Cases to read blind", said, (Table("To be read blind", columns, rows, "form"),))

    def cases(self) -> Table:
        rows = tuple(map(self.case, self.pack.cases))
        columns = Part("Case", "id"), Part("Who", "wide"), Part("Comes out as", "named"), Part("Decided by", "named")
        return Table("Every case", columns, rows, "close")

    def case(self, case: Case) -> TableRow:
        expected = case.expected
        offers = tuple(line(one.pgd) for one in expected.offers or ())
        decided = tuple(one for one in expected.decided_by if one in self.rules)
        missing = f"asks: {', '.join(expected.missing)}" if expected.missing else "–"
        differs = (line("DIFFERS", "unknown"),) if case.id in self.pack.checks.differ else ()
        by = (Line(linked(decided)),) if decided else (line(missing),)
        return TableRow(
            f"case-{case.id}",
            (line(case.id, "code"),),
            ((line(case.says),), (line(expected.kind.word), *offers, *differs), by),
        )

    def hazards(self, log: HazardLog) -> Iterator[Section]:
        hazards = log.of(self.pathway)
        said = (
            line(f"Hazard log {log.version}: {log.status}."),
            Line((Part("Digest: "), Part(log.digest, "code digest"))),
        )
        full = tuple(self.once(map(in_full, hazards), "hazard"))
        yield Section("hazards", "", "Hazards", said, (summary(hazards), matrix(log), *scales(log), *full))
        owed = line("Transferred to whoever deploys it (DCB0160).")
        yield Section("transferred", "", "What the deploying organisation owes", (owed,), (transferred(hazards),))

    def recorded(self) -> Table:
        return table_of(
            self.pack.parts["record_standard"],
            ("element", "mark", "field", "goes_to", "note"),
            "Each element beside our field (M mandatory, R where held)",
            "element",
        )

    def digests(self) -> Table:
        rows = tuple(
            TableRow(f"part-{name}", (line(name.replace("_", " ")),), ((line(digest, "code digest"),),))
            for name, digest in self.pack.digests.items()
        )
        return Table(
            "The parts that are signed, each by its digest",
            (Part("Part", "name"), Part("Digest", "wide")),
            rows,
            "close",
        )
