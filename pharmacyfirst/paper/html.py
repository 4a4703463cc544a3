"""The one Jinja environment. A value that is not there is an error, never a blank; text is never markup."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pharmacyfirst.paper.words import begun, day, listed, sentence


def breakable(words: str) -> Markup:
    """Words in which a line may end after an underscore, so that a long name does not run out of its column."""
    return escape(words).replace("_", Markup("_<wbr />"))


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
