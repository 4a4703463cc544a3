"""The site, built once for all tests of a run: it takes half a minute, and its tests lie in several processes."""

import os
import sys
import time
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "docs" / "site"))
import build  # noqa: E402

LONGEST = 600  # seconds that building may take while others of this run wait


@pytest.fixture(scope="session")
def built_site():
    """The folder of the site as `make site` writes it."""
    folder = Path(os.environ["PHARMACYFIRST_CACHE"]).parent / "site"
    done = folder.with_name("site-is-built")
    try:
        folder.with_name("site-is-being-built").touch(exist_ok=False)
    except FileExistsError:
        began = time.monotonic()
        while not done.exists():
            assert time.monotonic() - began < LONGEST, "another process of this run did not come to an end with it"
            time.sleep(0.2)
        return folder
    build.write(build.Site().files(), folder)
    done.touch()
    return folder


@pytest.fixture(scope="session")
def files(built_site):
    """Every file of the site by its place, as it was written."""
    return {
        PurePosixPath(path.relative_to(built_site)): path.read_bytes()
        for path in built_site.rglob("*")
        if path.is_file()
    }
