"""``NamedTuple`` as that of ``typing``, to which the types refer, without what importing ``typing`` costs every start."""

from collections import namedtuple


class _Named(type):
    """Makes a class of annotated fields into a named tuple, with what else stands in the class."""

    def __new__(cls, name, bases, body):  # type: ignore[no-untyped-def]
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = body.get("__annotations__", {})
        defaults = [body[field] for field in fields if field in body]
        made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # type: ignore[misc]
        for key, value in body.items():
            if key not in fields and key not in ("__module__", "__qualname__", "__annotations__"):
                setattr(made, key, value)
        return made


class NamedTuple(metaclass=_Named):
    """The base that is written after the name of such a class."""
