"""What our servers write of their own work while a test runs: the very lines, as ``pharmacyfirst.log`` makes them."""

import logging
from contextlib import contextmanager
from io import StringIO

from pharmacyfirst.log import OURS, JsonLines, Lines, level_of


@contextmanager
def lines_written(which=Lines.REQUESTS):
    """Gives what returns the lines so far, as one text each."""
    written, logger = StringIO(), logging.getLogger(OURS)
    handler, before = logging.StreamHandler(written), logger.level
    handler.setFormatter(JsonLines())
    handler.setLevel(level_of(which))  # another that is inside of this one may ask for more
    logger.addHandler(handler)
    logger.setLevel(level_of(which))
    try:
        yield lambda: written.getvalue().splitlines()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
