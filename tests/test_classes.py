"""``classes.dataclass`` makes what ``dataclasses.dataclass`` makes: the same answers to the same comparisons, hashes, words and copies."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field, replace

import pytest

from pharmacyfirst import classes


def of(decorated):
    """The same two classes, by either decorator."""

    @decorated(frozen=True, slots=True)
    class Inner:
        """One field."""

        name: str

    @decorated(frozen=True, slots=True, kw_only=True)
    class Outer:
        """Fields that are compared, not compared, not shown, and made."""

        inner: Inner
        many: tuple[int, ...] = ()
        beside: str = field(default="", compare=False)
        secret: str = field(default="", repr=False)
        later: dict = field(init=False, repr=False, compare=False, default_factory=dict)

    @decorated(frozen=True, slots=True)
    class Nothing:
        """No field."""

    @decorated(frozen=True, slots=True)
    class Own:
        """Its own words."""

        name: str

        def __repr__(self):
            return "mine"

        def __eq__(self, other):
            return True

        def __hash__(self):
            return 7

    return Inner, Outer, Nothing, Own


def answers(decorated):
    """What two lists of things of these classes answer."""
    inner, outer, nothing, own = of(decorated)
    things = [
        inner("a"), inner("a"), inner("b"), outer(inner=inner("a")), outer(inner=inner("a"), beside="x"),
        outer(inner=inner("a"), secret="x"), outer(inner=inner("b"), many=(1, 2)), nothing(), nothing(), own("a"), own("b"), "a", None,
    ]  # fmt: skip
    same = [[one == other for other in things] for one in things]
    hashed = [hash(one) == hash(other) for one in things for other in things if one == other]
    words = [repr(one).replace("of.<locals>.", "") for one in things]
    frozen = []
    for one in things[:3]:
        with pytest.raises(FrozenInstanceError) as refused:
            one.name = "c"
        frozen.append(str(refused.value))
    copies = [copy.copy(one) == one and copy.deepcopy(one) == one and replace(one) == one for one in things[:3]]
    fields = [[(one.name, one.default, one.compare) for one in dataclasses.fields(each)] for each in (inner, nothing)]
    return same, hashed, words, frozen, copies, fields, [each.__match_args__ for each in (inner, outer, nothing, own)]


def test_it_answers_as_that_of_the_library():
    assert answers(classes.dataclass) == answers(dataclasses.dataclass)


def test_a_subclass_is_another_class():
    inner = of(classes.dataclass)[0]
    more = type("More", (inner,), {"__slots__": ()})
    assert (inner("a") == more("a")) is False
    assert inner("a").__eq__("a") is NotImplemented


@classes.dataclass(frozen=True, slots=True)
class Kept:
    """One that can be pickled, as it stands in a module."""

    name: str


def test_it_is_pickled_and_has_no_other_fields():
    assert pickle.loads(pickle.dumps(Kept("a"))) == Kept("a")
    assert not hasattr(Kept("a"), "__dict__")
