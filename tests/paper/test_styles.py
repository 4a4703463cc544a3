"""Whoever gives out a page of ours lets its own style sheets through by digest: a style at an element would be lost there without a word."""

import re
from pathlib import Path

import pytest

from pharmacyfirst.paper.html import style_sources

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = sorted(
    [
        *ROOT.glob("pgd_templates/*.html"),
        *ROOT.glob("pharmacyfirst/**/*.html"),
        *ROOT.glob("pharmacyfirst/**/*drawing*.py"),
    ]
)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_no_element_has_a_style_of_its_own(path):
    assert not re.search(r"\sstyle=[\"'{]", path.read_text(encoding="utf-8"))


def test_each_style_sheet_of_a_page_is_let_through_by_its_digest():
    page = "<style>a{}</style><p>b</p><style>\nc{}\n</style>"
    # As sha256sum and base64 give them.
    assert style_sources(page) == (
        "'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk=' 'sha256-o+vIzihAoH6LZET2c7nFwl5wyesNCfR4QMGpDFjYOKc='"
    )
    assert style_sources("<p>no style</p>") == ""
