"""One version after another: a published version without a last day ends the day before the next begins, and not a byte of it changes."""

from datetime import date

import pytest
from click.testing import CliRunner

from pharmacyfirst import assess, load
from pharmacyfirst.cli.main import main
from pharmacyfirst.content.skeleton import Skeleton
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.pgd import Period

FIRST, LAST, NEXT = date(2026, 12, 1), date(2027, 3, 31), date(2027, 4, 1)


def put(root, day, below=""):
    for place, text in Skeleton("hiccups", "Hiccups", "placebo-syrup", day).files().items():
        if place.parent.name == "shared" or not below or place.name != "cases.yaml":
            path = root / (place if place.parent.name == "shared" else place.parent / below / place.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


@pytest.fixture
def published(tmp_path):
    """A folder with one version, published, without a last day."""
    put(tmp_path, FIRST)
    digests = CliRunner().invoke(main, ["check", str(tmp_path), "--digests"]).stdout
    (tmp_path / "published.yaml").write_text(digests, encoding="utf-8")
    return tmp_path


def test_a_published_version_without_a_last_day_is_followed_by_another(published):
    before = load(published).newest("hiccups")
    assert before.edition.in_force == Period(FIRST)
    put(published, FIRST, "earlier/2026.1")
    put(published, NEXT)

    library = load(published)
    then, now = library.in_force("hiccups", LAST), library.in_force("hiccups", NEXT)

    assert (then.edition.version, then.edition.in_force) == ("2026.1", Period(FIRST, LAST))
    assert then.pgds["placebo-syrup"].edition.in_force == Period(FIRST, LAST)
    assert (then.edition.digest, then.edition.draft) == (before.edition.digest, False)
    assert (now.edition.version, now.edition.in_force, now.edition.draft) == ("2027.1", Period(NEXT), True)


def test_the_earlier_version_is_no_more_from_the_day_on_which_the_next_begins(published):
    put(published, FIRST, "earlier/2026.1")
    put(published, NEXT)
    earlier = load(published).in_force("hiccups", LAST)

    with pytest.raises(Refused, match="in force 2026-12-01 to 2027-03-31, not on 2027-04-01"):
        assess(earlier, {}, NEXT)


def test_two_versions_that_begin_on_one_day_are_refused(published):
    put(published, FIRST, "earlier/2026.1")
    file = published / "hiccups" / "pathway.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("version: 2026.1", "version: 2026.2"), encoding="utf-8")

    with pytest.raises(ContentRefused, match=r"Begin 2026\.2 after 2026-12-01"):
        load(published)
