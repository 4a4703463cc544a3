"""The one Jinja environment. A value that is not there is an error, never a blank; text is never markup."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pharmacyfirst.paper.words import day, listed, sentence


def breakable(words: str) -> Markup:
    """Words in which a line may end after an underscore, so that a long name does not run out of its column."""
    return escape(words).replace("_", Markup("_<wbr />"))


FILTERS = {"breakable": breakable, "day": day, "listed": listed, "sentence": sentence}


class Paper:
    """The templates of one folder."""

    def __init__(self, folder: Path):
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(FILTERS)

    def html(self, template: str, **values: Any) -> str:
        """The template with its values. Raises ``jinja2.UndefinedError`` where it names one that was not given."""
        return self._environment.get_template(template).render(values)
