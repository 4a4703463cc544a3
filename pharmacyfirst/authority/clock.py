"""England's clock: the one conversion of a moment to the time that a clock on a pharmacy's wall shows."""

from datetime import UTC, datetime, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pharmacyfirst.errors import Refused

ENGLAND = "Europe/London"


def in_england(moment: datetime, name: str = "at") -> datetime:
    """A moment as England's clock shows it, to the second, with its distance from UTC.

    A moment with a distance from UTC is converted. One without is taken as it stands on the wall; where the clocks change it may not
    exist (the hour left out in March) or happen twice (the hour gone through again in October). Raises ``Refused`` (``wrong_value``) for
    those, for what is no ``datetime``, and where this machine does not know England's time. ``name`` names the value in the message.
    """
    if not isinstance(moment, datetime):
        raise Refused("wrong_value", f"{name}: give datetime.")
    zone, exact = _zone(), moment.replace(microsecond=0, fold=0)
    try:
        if exact.utcoffset() is None:
            _refuse_no_moment(exact, zone, name)
            exact = exact.replace(tzinfo=zone)
        local = exact.astimezone(zone)
        distance = local.utcoffset()
    except (OverflowError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        distance = None
    if distance is None:  # the first and the last day that a calendar of Python knows
        raise Refused("wrong_value", f"{name}: this is outside the years that a clock can show.")
    # A fixed distance, because two moments of one zone are compared by what the clock shows, and so an hour wrongly in October.
    return local.replace(tzinfo=timezone(distance), fold=0)


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(ENGLAND)
    except ZoneInfoNotFoundError:
        pass
    raise Refused("wrong_value", "This machine does not know England's time. Install the package tzdata.")


def _refuse_no_moment(wall: datetime, zone: ZoneInfo, name: str) -> None:
    """Raise ``Refused`` unless a clock in England shows this time exactly once."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return
    exists = first.astimezone(zone).replace(tzinfo=None, fold=0) == wall
    why = "happens twice in England" if exists else "does not exist in England"
    says = f"{name}: this time {why}, as the clocks change. Give it with its distance from UTC, such as +00:00."
    raise Refused("wrong_value", says)
