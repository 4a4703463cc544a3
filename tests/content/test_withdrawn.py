"""A version that was taken back: it stands in the list with the day and the reason, and is published no more, wherever its file is."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from pharmacyfirst.content.library import load
from pharmacyfirst.kernel.pgd import Withdrawal
from pharmacyfirst.review.identity import identity_of

GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
BECAUSE = "a spoon was too big"


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(GOOD, tmp_path / "pathways"))


def published(root, *versions, withdrawn=()):
    """The list of digests, some of them taken back."""
    lines = ["published:", *(f"  {name}: {digest}" for name, digest in versions), "withdrawn:"]
    for name, digest in withdrawn:
        lines += [f"  {name}:", f"    digest: {digest}", "    day: 2026-11-29", f"    because: {BECAUSE}"]
    (root / "published.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def syrup_of(library):
    return library.newest("hiccups").pgds["placebo-syrup"]


def test_a_document_whose_digest_was_withdrawn_is_published_no_more(root):
    yawning = load(GOOD).stretches["yawning"][0].pathway.edition
    syrup = syrup_of(load(GOOD)).edition
    old = (f"yawning/pathway {yawning.version}", yawning.digest)
    taken = (f"hiccups/placebo-syrup {syrup.version}", syrup.digest)

    published(root, old, taken, withdrawn=[("hiccups/placebo-syrup 2020.1", "sha256:" + "0" * 64)])
    assert not syrup_of(load(root)).edition.draft

    published(root, old, withdrawn=[taken])
    library = load(root)
    edition = syrup_of(library).edition
    assert edition.draft
    assert edition.withdrawn == Withdrawal(
        "hiccups", "placebo-syrup", syrup.version, syrup.digest, date(2026, 11, 29), BECAUSE
    )
    assert not library.newest("hiccups").edition.withdrawn
    head = identity_of(library.newest("hiccups"), syrup_of(library))
    assert "WITHDRAWN" in str(head)
    assert BECAUSE in str(head)


def test_a_version_whose_file_is_gone_is_still_known_as_withdrawn(root):
    published(root, withdrawn=[("hiccups/placebo-syrup 2020.1", "sha256:" + "0" * 64)])
    shutil.rmtree(root / "yawning" / "earlier")
    library = load(root)

    assert [one.in_words() for one in library.withdrawn] == [
        f"hiccups placebo-syrup 2020.1 was withdrawn on 2026-11-29: {BECAUSE}"
    ]
    assert library.newest("hiccups").withdrawn == library.withdrawn
    assert library.newest("yawning").withdrawn == ()
    assert syrup_of(library).edition.withdrawn is None


def test_the_digest_alone_tells_what_was_withdrawn(root):
    """A corrected file under the same name and version is another document, and needs no permission to load as a draft."""
    syrup = syrup_of(load(GOOD)).edition
    published(root, withdrawn=[(f"hiccups/placebo-syrup {syrup.version}", syrup.digest)])
    file = root / "hiccups" / "placebo-syrup.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Enjoy it.", "Enjoy it slowly."), encoding="utf-8")
    edition = syrup_of(load(root)).edition

    assert edition.digest != syrup.digest
    assert edition.draft
    assert edition.withdrawn is None
