"""What an organisation and its practitioners sign for: both documents, by digest."""

import pytest
from review_pages import PGDS, documents, headings, pathway_of, pathway_page, pgd_of, squeezed, text, tree

from pharmacyfirst.kernel.pgd import Mechanism

EACH_PGD = pytest.mark.parametrize("key", PGDS, ids=" ".join)


def sheet(key):
    return documents(*key)[1].html


@EACH_PGD
def test_it_names_the_pathway_and_the_document_by_version_and_digest(key):
    pathway, pgd = pathway_of(*key[:2]), pgd_of(*key)
    rows = [[squeezed("".join(cell.itertext())) for cell in line] for line in tree(sheet(key)).iter("tr")]
    assert ["pathway", pathway.edition.version, "pathway.html", pathway.edition.digest] in rows
    assert [pgd.id, pgd.edition.version, f"{pgd.id}.html", pgd.edition.digest] in rows


@EACH_PGD
def test_what_it_names_can_be_read_in_a_file_that_is_written_beside_it(key):
    written = {str(one.name): text(one.html) for one in (pathway_page(*key[:2]), *documents(*key))}
    lines = [[squeezed("".join(cell.itertext())) for cell in line] for line in tree(sheet(key)).iter("tr")]
    named = {line[2]: line[3] for line in lines if len(line) == 4 and line[2].endswith(".html")}
    assert set(named) == {"pathway.html", f"{key[2]}.html"}
    for file, digest in named.items():
        assert digest in written[f"{key[1]}/{file.removesuffix('.html')}"]


@EACH_PGD
def test_the_three_layers_stand_in_plain_words(key):
    words = text(sheet(key))
    assert words.index("The document.") < words.index("The organisation.") < words.index("The practitioner.")
    assert "Where one of the three is missing nothing may be supplied." in words
    seventeen = "with all seventeen particulars of Schedule 16" in words
    assert seventeen is (pgd_of(*key).mechanism is Mechanism.PGD)


@EACH_PGD
def test_only_the_professions_of_the_document_may_sign(key):
    assert f"Only a {' or '.join(pgd_of(*key).professions)} may sign." in text(sheet(key))


@EACH_PGD
def test_there_is_room_for_the_organisation_and_each_practitioner(key):
    root = tree(sheet(key))
    columns = [squeezed("".join(one.itertext())) for one in root.iter("th") if one.get("scope") == "col"]
    assert columns[-6:] == ["No.", "Name", "GPhC number", "Profession", "Date", "Signature"]
    for asked in ("ODS code", "Adopted from", "Adopted until", "Signed by (name)", "Role"):
        assert asked in text(sheet(key))
    assert headings(sheet(key))[-2:] == ["The organisation", "The practitioners"]
