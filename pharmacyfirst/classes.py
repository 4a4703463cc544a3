"""``dataclass`` as that of ``dataclasses``, to which the types refer; comparing, hashing and showing are written once for all classes.

The library writes and compiles the three anew for each class: with the kernel's classes that was an eighth of every start.
"""

import dataclasses
from operator import attrgetter

TYPE_CHECKING = False  # that of `typing`, without what importing it costs
if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(**how):
        """A decorator: ``dataclasses.dataclass`` of classes that never change (``frozen``), which compare, hash and show as its do."""

        def decorated(cls):
            made = dataclasses.dataclass(cls, **how, eq=False, repr=False)
            for one in _methods(dataclasses.fields(made)):
                if one.__name__ not in cls.__dict__:
                    setattr(made, one.__name__, one)
            return made

        return decorated


def _methods(fields):  # type: ignore[no-untyped-def]
    compared = [one.name for one in fields if one.compare]
    shown = [one.name for one in fields if one.repr]
    held = attrgetter(*compared) if compared else lambda _: ()

    def __eq__(self, other):  # type: ignore[no-untyped-def]
        return held(self) == held(other) if self.__class__ is other.__class__ else NotImplemented

    def __hash__(self):  # type: ignore[no-untyped-def]
        return hash(held(self))

    def __repr__(self):  # type: ignore[no-untyped-def]
        return f"{self.__class__.__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in shown])})"

    return __eq__, __hash__, __repr__
