"""The one Jinja environment. A value that is not there is an error, never a blank; text is never markup."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pharmacyfirst.paper.words import begun, day, listed, sentence

# An id such as BPC-U1 or HAZ-H02 within other words; by itself it stands in a style of its own.
_ID = r"[A-Z]{2,}(?:-[A-Z]+)*-[A-Z]*\d+[a-z]?\b"
_ID_IN_WORDS = re.compile(rf"(?<=[ (“]){_ID}|^{_ID}(?=.)")


def breakable(words: str) -> Markup:
    """Words in which a line may end after an underscore, so that a long name does not run out of its column, and never within an id."""
    said = _ID_IN_WORDS.sub(lambda found: f'<span class="together">{found[0]}</span>', str(escape(words)))
    return Markup(said.replace("_", "_<wbr />"))


FILTERS = {"begun": begun, "breakable": breakable, "day": day, "listed": listed, "sentence": sentence}


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Environment:
    """That of a folder, made once, as making its templates ready takes longer than filling one in. A changed template is read again."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    return environment


class Paper:
    """The templates of one folder."""

    def __init__(self, folder: Path):
        self._environment = _environment(folder)

    def html(self, template: str, **values: Any) -> str:
        """The template with its values. Raises ``jinja2.UndefinedError`` where it names one that was not given."""
        return self._environment.get_template(template).render(values)


_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def style_sources(page: str) -> str:
    """What a Content-Security-Policy lets through of a page of ours: its own style sheets by their digests, and no other; empty without any."""
    digests = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in _STYLE.findall(page))
    return " ".join(f"'sha256-{one}'" for one in digests)
