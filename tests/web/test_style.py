"""What the browser is sent beside the pages: small, ours or licensed, and asking nobody for anything."""

import gzip
import re
import shutil
import subprocess
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from visiting import Clock, at_the_desk, begun, open_form

from pharmacyfirst.web import frame
from pharmacyfirst.web.static.derive import VERSION, derived

STATIC = Path(frame.__file__).with_name("static")


def test_the_script_is_short_and_small():
    script = (STATIC / "form.js").read_bytes()
    assert script.count(b"\n") <= 150
    assert len(gzip.compress(script)) <= 5_000


def test_all_that_is_sent_once_is_at_most_60_kb():
    assert (
        sum(len(gzip.compress((STATIC / name).read_bytes())) for name in ("nhsuk.css", "form.css", "form.js")) <= 60_000
    )


def test_no_typeface_no_logo_and_no_address_of_anybody():
    for name in ("nhsuk.css", "form.css", "form.js"):
        words = (STATIC / name).read_text(encoding="utf-8")
        assert not re.search(
            r"@font-face|frutiger|url\(|https?:|logo(?!, no pictures)", words.replace("no logo", ""), re.IGNORECASE
        ), name


def test_the_notice_names_the_version_and_the_licence():
    notice = (STATIC / "NOTICE").read_text(encoding="utf-8")
    assert f"nhsuk-frontend {VERSION}" in notice
    assert "Copyright (c) 2019 NHS.UK" in notice


@pytest.mark.system
def test_the_style_sheet_is_what_the_script_makes_of_the_named_version(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("needs npm: make system installs it")
    got = subprocess.run(
        ["npm", "pack", "--silent", f"nhsuk-frontend@{VERSION}"], cwd=tmp_path, capture_output=True, timeout=60
    )
    if got.returncode:
        pytest.skip("npm cannot reach its registry from here")
    shutil.unpack_archive(tmp_path / f"nhsuk-frontend-{VERSION}.tgz", tmp_path)
    css = (tmp_path / "package" / "dist" / "nhsuk" / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    assert derived(css) == (STATIC / "nhsuk.css").read_text(encoding="utf-8")


PLAIN = (str, int, float, bool, type(None))


def holds_no_mapping(view, at=""):
    """Every value that a template can reach of ours; what the store gives is read for its revision and its patient alone."""
    if is_dataclass(view):
        for one in fields(view):
            if one.name != "held":
                holds_no_mapping(getattr(view, one.name), f"{at}.{one.name}")
    elif isinstance(view, tuple):
        for one in view:
            holds_no_mapping(one, at)
    else:
        assert isinstance(view, PLAIN), at


@pytest.mark.no_accounts
def test_templates_are_given_frozen_dataclasses_alone(tmp_path, monkeypatch):
    seen = []
    real = frame._paper()

    class Watching:
        def html(self, template, **views):
            seen.append(template)
            for name, view in views.items():
                holds_no_mapping(view, f"{template}: {name}")
            return real.html(template, **views)

    monkeypatch.setattr(frame, "_paper", lambda: Watching())
    with open_form(tmp_path, Clock()) as client:
        visitor = begun(at_the_desk(client), "uncomplicated-uti")
        for part in ("page/1", "page/6", "outcome", "end"):
            visitor.go(f"{visitor.consultation}/{part}")
        visitor.go("/who")
    assert {
        "setting-up.html",
        "desk.html",
        "start.html",
        "question-page.html",
        "outcome.html",
        "end.html",
    } <= {*seen}


def test_a_dict_is_refused_before_a_template_can_read_its_methods():
    with pytest.raises(TypeError, match="dataclasses"):
        frame.drawn("said.html", f={"title": "x"})
