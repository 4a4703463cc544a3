"""No key, token or password stands in what is shipped; and the clock of SECURITY.md says what is done by when."""

import re

import pytest
from named import ROOT

SHIPPED = [
    path
    for folder in ("pharmacyfirst", "pathways", "pgd_templates", "docs", "examples", ".ci")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts and "node_modules" not in path.parts
] + [
    path
    for path in sorted(ROOT.iterdir())
    if path.suffix in (".md", ".toml", ".lock", ".sh") or path.name == "Makefile"
]
SECRETS = {
    "a private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "an API key of ours": rb"pfk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}",
    "a key of a cloud or a forge": rb"\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20}|pypi-[A-Za-z0-9_-]{50})",
    "a token": rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
    "a digest of a password": rb"\$argon2id?\$v=",
    "a password": rb"(?i)\b(password|passwd|secret|api_?key)\s*=\s*[\"'][^\"'\s{}<>]{8,}[\"']",
}


def found_in(text):
    return [what for what, pattern in SECRETS.items() if re.search(pattern, text)]


def test_no_file_of_the_checkout_looks_like_a_key_or_a_password():
    assert len(SHIPPED) > 500
    assert [f"{path.relative_to(ROOT)}: {what}" for path in SHIPPED for what in found_in(path.read_bytes())] == []


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        (b"-----BEGIN EC PRIVATE KEY-----", "a private key"),
        (b"pfk_0123456789ab_" + b"a" * 43, "an API key of ours"),
        (b"AKIA" + b"A" * 16, "a key of a cloud or a forge"),
        (b"$argon2id$v=19$m=1", "a digest of a password"),
        (b'PASSWORD = "hunter22"', "a password"),
    ],
)
def test_one_that_is_planted_is_found(planted, what):
    assert found_in(planted) == [what]


def test_who_reports_a_fault_is_told_by_when_something_is_done():
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    clock = re.findall(
        r"^\| (we answer|we say|a release|it is published)[^|]*\|([^|]*)\|([^|]*)\|$", page, re.MULTILINE
    )
    assert [row[0] for row in clock] == ["we answer", "we say", "a release", "it is published"]
    for column in (1, 2):
        days = [int(re.findall(r"(\d+) days", row[column])[-1]) for row in clock]
        assert days == sorted(days)
        assert days[-1] <= 90
    assert "Report a vulnerability" in page
    assert "## Supported versions" in page
