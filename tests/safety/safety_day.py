"""The content whose safety is tested, and the day of every made-up consultation."""

from datetime import date

from pharmacyfirst import load

ON = date(2026, 11, 21)
LIBRARY = load()
