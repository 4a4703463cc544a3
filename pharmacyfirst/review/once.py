"""What stands once of a medicine for every condition that offers it, beside how one document takes it."""

from pharmacyfirst.content.written import SharedMedicine, Written
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.review.identity import whole
from pharmacyfirst.review.layout import Line, Part, Section, Table, TableRow, line, lines
from pharmacyfirst.review.medicines import here
from pharmacyfirst.review.notes import Notes


def wherever_offered(medicine: SharedMedicine, pathway: Pathway, pgd: PGD, notes: Notes) -> Section:
    """The bars of a medicine as its own file has them, each with the clause that takes it here, or why none does."""
    columns = Part("Bar", "name"), Part(f"As it stands for every {whole(pathway)}", "wide"), Part("Here", "judged")
    rows = tuple(_row(bar, pathway, pgd, notes) for bar in medicine.bars)
    said = line("What bars the medicine wherever it is offered. A difference says why, on evidence of its own.")
    return Section(
        "wherever", "", "The medicine wherever it is offered", (said,), (Table(medicine.title, columns, rows, "close"),)
    )


def _row(bar: Written, pathway: Pathway, pgd: PGD, notes: Notes) -> TableRow:
    joined = " or " if bar.any_of else " and "
    says = (
        Line((Part(bar.says),), notes.marks(bar.backing.evidence)),
        *lines(f"Why: {bar.because}" if bar.because else "", "note"),
        *notes.remark(bar.backing.note),
        line(joined.join(bar.sentences), "exact"),
    )
    taken = tuple(line(one.in_words()) for one in here(pathway, pgd, bar.name))
    return TableRow(f"bar-{bar.name}", (line(bar.name, "code"),), (says, taken or (line("not taken", "note"),)))
