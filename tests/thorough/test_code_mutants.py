"""Small mistakes in code: each is one change of a module, is named by what it changes, and is listed only with a reason."""

import pytest
from thorough import code_mutants

MODULE = next(path for path in code_mutants.ROOMS["kernel"][0] if path.name == "frozen.py")


def test_what_is_mutated_and_what_is_run_are_there():
    for paths, stages in code_mutants.ROOMS.values():
        assert paths
        assert [path for path in paths if not path.exists()] == []
        assert [one for tests in stages for one in tests if not (code_mutants.ROOT / one).exists()] == []


def test_a_mistake_is_one_change_that_still_compiles():
    pytest.importorskip("mutmut")
    before = MODULE.read_text(encoding="utf-8")

    texts = list(code_mutants.changed(MODULE, 1_000, 1))

    assert texts
    for text in texts:
        assert text != before
        compile(text, MODULE.name, "exec")
    assert len({code_mutants.name_of(code_mutants.difference(MODULE, text)) for text in texts}) == len({*texts})


def test_the_same_seed_chooses_the_same_mistakes():
    pytest.importorskip("mutmut")

    def chosen(seed):
        return list(code_mutants.changed(MODULE, 3, seed))

    assert chosen(1) == chosen(1)
    assert chosen(1) != chosen(2)


def test_each_that_is_listed_has_a_reason():
    assert [name for name, reason in code_mutants.listed().items() if len(name) != 12 or not reason.strip()] == []
