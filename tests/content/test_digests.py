"""What a digest is over: all the words by which a document decides."""

import shutil
from collections import Counter

from test_bad_files import BAD

from pharmacyfirst import load
from pharmacyfirst.content.library import pathways_folder


def digests(root):
    library = load(root)
    return {
        (pathway.id, name): digest
        for pathway in library.newest_all()
        for name, digest in (
            ("pathway", pathway.edition.digest),
            ("all", pathway.content_digest),
            *((pgd.id, pgd.edition.digest) for pgd in pathway.pgds.values()),
        )
    }


def test_a_pathway_that_asks_whether_a_document_excludes_somebody_is_signed_with_its_words(tmp_path):
    shutil.copytree(pathways_folder(), tmp_path / "pathways")
    (tmp_path / "pathways" / "published.yaml").unlink()  # drafts may change
    before = digests(tmp_path / "pathways")
    file = tmp_path / "pathways" / "acute-sinusitis" / "fluticasone.yaml"
    file.write_text(f"# another comment\n{file.read_text(encoding='utf-8')}", encoding="utf-8")

    after = digests(tmp_path / "pathways")

    changed = {key for key in before if before[key] != after[key]}
    assert {("acute-sinusitis", name) for name in ("pathway", "all", "fluticasone", "mometasone")} <= changed
    assert {condition for condition, _ in changed} == {"acute-sinusitis"}


def test_no_two_documents_have_one_digest():
    """Two may decide by the same files: only their names, which are signed too, tell them apart."""
    of_each = Counter(digests(pathways_folder()).values())

    assert {digest: count for digest, count in of_each.items() if count > 1} == {}


def test_a_digest_holds_the_name_of_its_document():
    """The two sprays of sinusitis are signed with the same four files."""
    sprays = load(pathways_folder()).newest("acute-sinusitis").pgds
    assert sprays["fluticasone"].edition.digest != sprays["mometasone"].edition.digest


def test_a_pathway_is_signed_with_those_shared_files_of_a_kind_that_hold_what_it_uses(tmp_path):
    root = tmp_path / "pathways"
    shutil.copytree(BAD / "good", root)
    (root / "published.yaml").unlink()  # drafts may change
    file, more = root / "shared" / "questions.yaml", root / "shared" / "questions-more.yaml"
    text = file.read_text(encoding="utf-8")
    tune = text[text.index("  tune:") : text.index("  scarf:")]
    file.write_text(text.replace(tune, ""), encoding="utf-8")
    more.write_text(f"questions:\n{tune}", encoding="utf-8")
    asks_it = {one.id for one in load(root).newest_all() if "tune" in one.questions}
    before = digests(root)

    more.write_text(f"# another comment\nquestions:\n{tune}", encoding="utf-8")

    changed = {condition for (condition, _), digest in digests(root).items() if digest not in before.values()}
    assert changed == asks_it
    assert 0 < len(asks_it) < len({condition for condition, _ in before})
