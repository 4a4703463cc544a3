"""How often one key may call: a bucket of tokens for each, filled as time goes by."""

from collections.abc import Callable


class Buckets:
    """``rate`` tokens a second for each name, at most ``burst`` at once. ``ticks`` gives seconds that only go forward."""

    def __init__(self, rate: float, burst: float, ticks: Callable[[], float]):
        self._rate, self._burst, self._ticks = rate, burst, ticks
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, name: str) -> float:
        """Take a token: 0 where there is one, else how many seconds to wait; nothing is taken then."""
        now = self._ticks()
        left, since = self._left.get(name, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        if left < 1:
            self._left[name] = (left, now)
            return (1 - left) / self._rate
        self._left[name] = (left - 1, now)
        return 0.0
