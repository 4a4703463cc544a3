"""A suspension or a withdrawal, a change of a file, reaches a process that runs: at the next permit, and within a minute at the latest."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "cli"))
import adopted
from shipped import cases_of

from pharmacyfirst import Kind, load
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.permit import Channel, NoPermit, Permit
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.store import Watch

CONDITION = "uncomplicated-uti"
AT = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pharmacy(tmp_path_factory):
    """A copy of the content that is published, and an adoption of one condition of it."""
    folder = tmp_path_factory.mktemp("pharmacy")
    root = adopted.copy_of_what_ships(folder)
    ran = adopted.adopt(root, CONDITION, folder / "adoption.yaml", adopted.typed(load(root).newest(CONDITION)))
    assert ran.exit_code == 0, ran.output
    return folder


@pytest.fixture
def files(pharmacy, tmp_path):
    shutil.copytree(pharmacy, tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def ticks():
    return [0.0]


@pytest.fixture
def watch(files, ticks):
    return Watch(files / "pathways", files / "adoption.yaml", lambda: ticks[0])


def permit(watch):
    now = watch.now()
    case = next(one for one in cases_of(now.library, CONDITION) if one.expected.kind is Kind.SUPPLY)
    if now.adoption is None:
        return now.trouble
    pathway = now.library.in_force(CONDITION, AT.date())
    return authorise(pathway, case.facts, now.adoption, "2012345", Channel.IN_PERSON, AT)


def test_there_is_a_permit_before(watch):
    assert isinstance(permit(watch), Permit)


def test_nothing_is_read_again_where_nothing_changed(watch, ticks):
    before = watch.now()
    ticks[0] += 1000
    assert watch.now() is before


def test_a_suspension_in_the_adoption_is_seen_at_the_next_permit(watch, files):
    with (files / "adoption.yaml").open("a", encoding="utf-8") as file:
        file.write(
            f"suspended:\n  - document: {CONDITION} nitrofurantoin 2026.2\n    since: 2026-11-20 09:30\n"
            "    because: a batch was recalled\n    by: A. Example\n"
        )
    answer = permit(watch)
    assert isinstance(answer, NoPermit)
    assert [one.code for one in answer.reasons] == ["suspended"]


def test_a_withdrawal_in_the_list_of_published_versions_is_seen_at_the_next_permit(watch, files):
    pathway = watch.now().library.newest(CONDITION)
    edition = pathway.pgds["nitrofurantoin"].edition
    listed = files / "pathways" / "published.yaml"
    name = f"{CONDITION}/nitrofurantoin {edition.version}"
    lines = [one for one in listed.read_text(encoding="utf-8").splitlines() if not one.strip().startswith(name)]
    lines += [
        "withdrawn:",
        f"  {name}:",
        f"    digest: {edition.digest}",
        "    day: 2026-11-21",
        "    because: a recall",
    ]
    listed.write_text("\n".join([*lines, ""]), encoding="utf-8")
    answer = permit(watch)
    assert isinstance(answer, NoPermit)
    assert "withdrawn" in {one.code for one in answer.reasons}


def test_an_adoption_that_is_gone_or_cannot_be_read_permits_nothing_at_once(watch, files):
    file = files / "adoption.yaml"
    kept = file.read_bytes()
    file.unlink()
    assert "nothing may be supplied" in permit(watch)
    file.write_text("not: an adoption\n")
    assert "nothing may be supplied" in permit(watch)
    file.write_bytes(kept)
    assert isinstance(permit(watch), Permit)


def test_content_that_cannot_be_read_permits_nothing_and_leaves_the_last_to_end_by(watch, files):
    before = watch.now().library
    file = files / "pathways" / CONDITION / "pathway.yaml"
    kept = file.read_bytes()
    file.write_bytes(kept[: len(kept) // 2])
    now = watch.now()
    assert (now.adoption, now.library) == (None, before)
    assert "nothing may be supplied" in now.trouble
    file.write_bytes(kept)
    assert isinstance(permit(watch), Permit)


def test_a_file_whose_time_and_size_were_put_back_is_seen_within_a_minute(watch, files, ticks):
    file = files / "adoption.yaml"
    stamp, said = file.stat(), file.read_bytes()
    changed = said.replace(b"2027-01-30", b"2026-11-20")
    assert len(changed) == len(said)
    with file.open("r+b") as there:
        there.write(changed)
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert isinstance(permit(watch), Permit)
    ticks[0] += 60
    assert isinstance(permit(watch), NoPermit)


def test_content_that_cannot_be_read_at_first_is_refused(tmp_path):
    with pytest.raises(ContentRefused):
        Watch(tmp_path)
