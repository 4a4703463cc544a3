"""The sizes that `make test` prints, and the bound on the kernel: it is read in one sitting."""

import closing
from closing import PACKAGE, closing_lines, code_in, lines_of_code

TEXT = '''"""What it is.

More."""

import os  # a comment


def one():
    """Words."""
    # a comment
    return (
        "words"

        "more"
    )
'''


def test_code_is_counted_without_blanks_comments_and_docstrings():
    assert code_in(TEXT) == {5, 8, 11, 12, 14, 15}


def test_the_kernel_has_at_most_2000_lines():
    assert 1_000 < lines_of_code(PACKAGE / "kernel") <= 2_000


def test_skipped_tests_are_counted_by_their_reason(monkeypatch):
    monkeypatch.setattr(closing, "NO_SKIPS", False)
    skipped = [("a", "the NHS profiles are not here"), ("b", "the NHS profiles are not here"), ("c", "no PDF")]
    assert list(closing_lines(skipped)) == [
        "skipped: 2, because the NHS profiles are not here",
        "skipped: 1, because no PDF",
    ]
