"""Fixtures that every folder of tests may use."""

import gc
import os
import tempfile
from pathlib import Path

import pytest

from pharmacyfirst.paper.pdf import NoPDF, pdf_maker

pytest_plugins = [
    "shares",
    "shipped",
    "in_chromium",
    "system_parts",
    "closing",
    "kept_in",
    "measured",
    "own_postgres",
    "profiles",
]


@pytest.hookimpl(tryfirst=True)  # before any of our own plugins asks where content is kept
def pytest_configure(config):
    gc.set_threshold(20_000, 20, 20)
    if not hasattr(config, "workerinput"):  # a worker has what the run has that began it
        # Content that was read once is kept for this run, as on every machine where the program is used; nothing lies in anybody's home.
        kept = tempfile.TemporaryDirectory(prefix="pharmacyfirst-tests-", ignore_cleanup_errors=True)
        os.environ["PHARMACYFIRST_CACHE"] = os.path.join(kept.name, "content")
        config.add_cleanup(kept.cleanup)


def pytest_collection_finish():
    """What was collected stays to the end. Without this, Python looks through all of it again and again for what could be freed."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared():
    """The folder beside this checkout with ``fhir/``: profiles and examples of the NHS, which are not ours to ship.

    A test that reads them runs only where they lie; nothing else is read there.
    """
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "fhir").is_dir():
        pytest.skip(
            "the NHS profiles and examples of ../shared/fhir are not ours to ship, and are not beside this checkout"
        )
    return folder


@pytest.fixture(scope="session")
def makes_pdf():
    """A test that makes a PDF runs only where WeasyPrint and its libraries are."""
    try:
        pdf_maker()
    except NoPDF as missing:
        pytest.skip(f"{missing}; `make system` installs it")


@pytest.fixture
def nothing_serves_for_ever(monkeypatch):
    """A command that would serve until it is stopped makes all it needs, and then ends."""
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: None)
