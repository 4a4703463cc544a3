"""A mapping that never changes, so that whatever holds one can be hashed, compared, copied, pickled and shared by threads."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

Key = TypeVar("Key", bound=Hashable)
Held = TypeVar("Held")


class Frozen(dict[Key, Held]):
    """A dict whose every way of changing it raises ``TypeError``. Its values must be as unchanging as it is.

    It is a dict, and no mapping of our own, because the kernel reads such mappings thousands of times a second.
    """

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this mapping never changes: make a dict of it, and change that")

    def __init__(self, given: Mapping[Key, Held] | Iterable[tuple[Key, Held]] = (), /) -> None:
        if self:  # called again on one that is made already
            self._refuse()
        super().__init__(given)

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    # A dict is unpickled and copied by filling an empty one, which ours would refuse.
    def __reduce__(self) -> tuple[type["Frozen[Key, Held]"], tuple[dict[Key, Held]]]:
        return type(self), (dict(self),)

    def __copy__(self) -> "Frozen[Key, Held]":
        return self
