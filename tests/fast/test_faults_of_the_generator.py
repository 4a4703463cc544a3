"""Faults planted in the generator, one at a time: each gives somebody another assessment, verdict or refusal, and is found."""

import sys
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from fast.agreeing import EXPIRED, LIBRARY, ON, by_the_kernel, damaged, difference, people
from fast.made_up import corners
from shares import every_nth

ROOM = "pharmacyfirst.fast"
# In the order in which they import each other.
MODULES = ("sentences", "run", "table", "reading", "make", "ends", "assessor", "assess")
SENTENCES, RUN, TABLE, READING, MAKE, ENDS, ASSESSOR = MODULES[:7]

FAULTS = [
    # Three values: an unknown taken for a no, or a no for a yes.
    (SENTENCES, "return Three(self.fails, self.holds, self.open, verdict)", "return Three(self.fails, self.fails, self.open, verdict)"),
    (SENTENCES, 'return f"{self.holds} is not False"', 'return f"{self.holds} is True"'),
    (SENTENCES, "return either([self.open, self.holds])", "return self.holds"),
    (SENTENCES, 'return Three(name, f"{name} is False", open_, name)', 'return Three(name, f"not {name}", open_, name)'),
    (SENTENCES, 'f"({answer} is not None and {fails})", open_', 'f"({fails})", open_'),
    (SENTENCES, 'open_, f"(None if {open_} else {holds})")', 'open_, f"({holds})")'),
    (SENTENCES, 'else None if {open_} else {not verdict}"', 'else {not verdict}"'),
    (SENTENCES, "else False if {most} < {low} or {met} > {high} else None", "else False"),
    (SENTENCES, 'f"{met} + {_how_many(one.open for one in each)}"', 'f"{met}"'),
    (SENTENCES, "None if {one} is None or {two} is None else {one} > {two}", "None if {one} is None and {two} is None else ({one} or 0) > ({two} or 0)"),
    # Sentences.
    (SENTENCES, "said = self.three(body, not wanted)", "said = self.three(body)"),
    (SENTENCES, "return said.flipped() if must else said", "return said"),
    (SENTENCES, "'<' if limits.above else '<='", "'<='"),
    (SENTENCES, "'<' if limits.to_below else '<='", "'<='"),
    (SENTENCES, "'<' if limits.above else '<='", "'<'"),
    (SENTENCES, "'<' if limits.to_below else '<='", "'<'"),
    (SENTENCES, "{one} > {two}", "{one} >= {two}"),
    (SENTENCES, "if low == 1 and high >= size:", "if low >= 1 and high >= size:"),
    (SENTENCES, "either(one.fails for one in each), open_)", "either(one.holds for one in each), open_)"),
    (SENTENCES, '"True if {low} <= {met}', '"True if {low} < {met}'),
    (SENTENCES, 'test = f"{answer} != () and {test}"', "pass"),
    (SENTENCES, 'unasked = [f"{self.answer(name)} == ()" for', 'unasked = [f"{self.answer(name)} == 0" for'),
    (SENTENCES, "if values == (True,) and fact not in self.words.gated:", "if values == (True,):"),
    (SENTENCES, "bound == bound.to_integral_value()", "True"),
    # What a name stands for, and how long.
    (SENTENCES, "self._kept, self._false, self._deep = kept, false, self._deep - 1", "self._deep = self._deep - 1"),
    (SENTENCES, "key, open_ = (items, low, high),", "key, open_ = items,"),
    (SENTENCES, "if said.holds in self._false and said.open in self._false:", "if said.open in self._false:"),
    # The way through.
    (MAKE, "by_urgency = sorted(stopping, key=_urgency)", "by_urgency = sorted(stopping, key=lambda one: one.kind)"),
    (MAKE, "lambda one: max(one.kind, Kind.REFER_URGENT)", "lambda one: 1"),
    (MAKE, "lambda one: max(one.kind, Kind.REFER_URGENT)", "lambda one: one.urgency"),
    (MAKE, "EMERGENCY_999 if criterion.always_999 else EMERGENCY_DEPARTMENT", "EMERGENCY_DEPARTMENT"),
    (MAKE, "pgd.judged(), pgd.doses) for at", "pgd.doses, pgd.judged()) for at"),
    (MAKE, "reached = reached + some", "reached = some"),
    (MAKE, "            self._settle_if(write, said)\n            clear += _ids([row])", "            clear += _ids([row])"),
    (MAKE, "            self._settle_if(write, said)\n            clear += _ids([dose])", "            clear += _ids([dose])"),
    (MAKE, "elif len(row.offers) > 1:", "elif len(row.offers) > 2:"),
    (MAKE, "elif row.offers[0] not in self.in_force:", "elif False:"),
    (MAKE, "if dose.dose is not None else ()", "if True else ()"),
    (MAKE, "Kind.SUPPLY if offers else row.nothing_left", "Kind.SUPPLY"),
    (MAKE, "Leaf(self.version, row.nothing_left.key, clear=clear, met=met))  # no row", "Leaf(self.version, Kind.SUPPLY.key, clear=clear, met=met))  # no row"),
    (MAKE, "for question in self.pathway.gated:", "for question in reversed(self.pathway.gated):"),
    (MAKE, "write.three(question.asked_when).fails", "write.three(question.asked_when).open"),
    (MAKE, 'if question.asked_when is not None else "True"', 'if question.asked_when is not None else "False"'),
    (MAKE, "                if question is not None:\n", "                if False:\n"),
    (MAKE, 'with write.block(f"if {write.three(sentence).open}:"):\n                    for item', 'with write.block("if True:"):\n                    for item'),
    (MAKE, 'write.add("return EXCLUDED, clauses, ()")', 'write.add("pass")'),
    (MAKE, "open_ = [one.open for one in each]", "open_: list[str] = []"),
    (MAKE, "open_.append(said.open)", "pass"),
    (MAKE, "_unless_open(open_, 'NO_ROW')", "_unless_open(open_, 'EXCLUDED')"),
    (MAKE, 'if dose.dose is not None else "EXCLUDED")', 'if dose.dose is not None else "NO_ROW")'),
    (MAKE, "' and '.join(gated)", "' or '.join(gated)"),
    (MAKE, 'f"if below <= {urgency}:"', 'f"if below < {urgency}:"'),
    (MAKE, "groupby(sorted(self.pathway.stopping, key=_urgency), _urgency)", "groupby(self.pathway.stopping, _urgency)"),
    (MAKE, "write.three(row.sentence, row.must).holds]) as some:\n                if some:\n                    write.add(\"return\")", "write.three(row.sentence, row.must).fails]) as some:\n                if some:\n                    write.add(\"return\")"),
    (SENTENCES, "open_ = _all_of([*holds, last.open])", "open_ = last.open"),
    (SENTENCES, 'else f"(False if {fails} else {last.verdict})"', "else last.verdict"),
    (SENTENCES, "Three(_all_of([*holds, last.holds]),", "Three(last.holds,"),
    (SENTENCES, 'f"{self.answer(fact)} == {low}"', 'f"{self.answer(fact)} >= {low}"'),
    # What is not generated.
    (TABLE, "if pgd not in module.in_force:", "if False:"),
    (TABLE, "not in (EXCLUDED, UNDECIDED):", "not in (EXCLUDED,):"),
    (TABLE, "not in (EXCLUDED, UNDECIDED):", "not in (EXCLUDED, UNDECIDED, NOT_IN_FORCE):"),
    (TABLE, "if row.fallback and looked_at", "if looked_at"),
    (TABLE, "if UNDECIDED in stand and not (row.each and OFFERED in stand):", "if False:"),
    (TABLE, "if UNDECIDED in stand and not (row.each and OFFERED in stand):", "if UNDECIDED in stand:"),
    (TABLE, "row.beside if kind == row.kind else (None, None, None)", "row.beside"),
    (TABLE, "if verdict is not False]", "if verdict is True]"),
    (TABLE, "(one.kind, one.beside, one.offers) == end", "one.kind == first.kind"),
    (TABLE, "(one.kind, one.beside, one.offers) == end", "(one.kind, one.offers) == (first.kind, first.offers)"),
    (TABLE, "(one.kind, one.beside, one.offers) == end", "one.offers == first.offers"),
    (TABLE, "first.kind if alike else None", "first.kind"),
    # Reading.
    (READING, "elif {names}.issuperset(given):", "elif True:"),
    (READING, "{one} is False or {one} is True or {one} is None", "{one} in (True, False, None)"),
    (READING, "type({answer}) is not int", "not isinstance({answer}, int)"),
    (READING, "f' or {answer} < {low}' if low", "'' if low"),
    (READING, "type({answer}) is not str or", ""),
    (READING, 'f"        {answer} = None"', 'f"        pass"'),
    (RUN, "if type(value) is float:  #", "if isinstance(value, float | bool):  #"),
    (RUN, "elif type(value) is int and -_EXACT < value < _EXACT:", "elif type(value) is int:"),
    (RUN, "return nextafter(held, _ENDLESS if value > bound else -_ENDLESS)", "return held"),
    (RUN, "_ENDLESS if value > bound else -_ENDLESS", "-_ENDLESS if value > bound else _ENDLESS"),
    (RUN, "and len(bound.normalize().as_tuple().digits) <= MOST_DIGITS:", "and True:"),
    (RUN, "if len(str(value)) > MOST_DIGITS and", "if len(str(value)) > 99 and"),
    (RUN, "if not abs(held) < _ENDLESS or", "if"),
    (RUN, "held > high", "held > 2 * high"),
    (RUN, "return tuple([name for name in names if name in value])", "return tuple(value)"),
    # What is made of it.
    (ASSESSOR, "if facts[at] is None and answers[at] is not None", "if facts[at] is None"),
    (ASSESSOR, "known[name] = read[at]", "pass"),
    (ASSESSOR, "known[name] = question.read(value)", "pass"),
    (ASSESSOR, "facts[at] = run.as_float(facts[at])", "facts[at] = float(facts[at])"),
    (ASSESSOR, "if value is not None}", "}"),
    (ENDS, "if not leaf.alike:", "if False:"),
    (ENDS, "(id(leaf), unasked, stops)", "(id(leaf), (), stops)"),
    (ENDS, "(id(leaf), unasked, stops)", "(id(leaf), unasked)"),
    (ENDS, "(id(leaf), unasked, found)", "(id(leaf), (), found)"),
    (ENDS, "(id(leaf), unasked, found)", "(id(leaf), unasked)"),
    (ENDS, "default=2 * Kind.NEED_FACTS)", "default=0)"),
    (ENDS, "missing=None if any(urgency[at] < below for at in open_) else ()", "missing=()"),
    (ENDS, "if not end.met:", "if False:"),
    (ENDS, "if one.stands == UNDECIDED:", "if True:"),
    (ENDS, "if table.kind is None and any(plans[one.row] != first for one in table.ways):", "if True:"),
    (ENDS, "if not self._urgent.isdisjoint(end.open):", "if end.open:"),
    (ASSESSOR, "verdict is True and position_known and", "verdict is True and"),
    (ASSESSOR, "if verdict is False or not after.isdisjoint(end.met):", "if not after.isdisjoint(end.met):"),
    (ASSESSOR, "and after.isdisjoint(end.open)", ""),
    (ASSESSOR, "clear.isdisjoint(end.met) and clear.isdisjoint(end.open)", "clear.isdisjoint(end.met)"),
    (ASSESSOR, "clear is not None and said[-1] is True and", "clear is not None and"),
    (ASSESSOR, "if dose is None or dose.for_each_kg:", "if dose is None:"),
    (ASSESSOR, "key = (pgd.id, row.id, cautions, open_items, open_answers, told)", "key = (pgd.id, row.id, open_items, open_answers, told)"),
    (ASSESSOR, "key = (pgd.id, row.id, cautions, open_items, open_answers, told)", "key = (pgd.id, row.id, cautions, open_items, open_answers)"),
    (ENDS, "if deciding and outcome.kind is not Kind.EMERGENCY:", "if False:"),
    (ASSESSOR, "key = (pgd.id, row.id, cautions, open_items, open_answers, told)", "key = (pgd.id, row.id, cautions, open_items, told)"),
    (ASSESSOR, "Arises.ASK if verdict is None else applies", "applies"),
    (ASSESSOR, "Arises.ALWAYS if caution.sentence is None else Arises.APPLIES", "Arises.APPLIES"),
    (ASSESSOR, "if verdict is not False and not (caution.forms and forms.isdisjoint(caution.forms)):", "if verdict is not False:"),
    (ASSESSOR, "once([*open_items, *pgd.backing.open,", "once([*pgd.backing.open, *open_items,"),
    (ASSESSOR, "once([*open_items, *pgd.backing.open, *row.backing.open, *open_answers])", "once([*open_items, *pgd.backing.open, *row.backing.open])"),
    (ENDS, "for way in table.ways for one in way.pgds", "for way in table.ways[:1] for one in way.pgds"),
    (ASSESSOR, "named = [name for name in known if name in named]", "pass"),
]  # fmt: skip


def source(name):
    return Path(import_module(f"{ROOM}.{name}").__file__).read_text(encoding="utf-8")


def test_every_fault_has_its_place():
    assert [right for name, right, _ in FAULTS if right not in source(name)] == []


@cache
def code(name):
    return compile(source(name), name, "exec")


@contextmanager
def planted(module, right, wrong):
    """The room with one fault in it, as its ``assess``; what is generated meanwhile uses it too."""
    text = source(module)
    assert right in text, "this stands there no more: plant the fault where it went"
    fault = compile(text.replace(right, wrong), f"{module} with a fault", "exec")
    before = {f"{ROOM}.{name}": import_module(f"{ROOM}.{name}") for name in MODULES}
    try:
        for name in MODULES[MODULES.index(module) :]:
            made = ModuleType(f"{ROOM}.{name}")
            exec(fault if name == module else code(name), made.__dict__)
            sys.modules[made.__name__] = made
        yield sys.modules[f"{ROOM}.assess"]
    finally:
        sys.modules.update(before)


@cache
def everybody():
    """Pathways with people: those by chance and those that ship, on a day with and a day without PGDs, well and damaged."""
    chance = Random(7)
    found = [
        (pathway, day, [*some, *(damaged(pathway, facts, chance) for facts in some[:15])])
        for pathway, day, some in corners()
    ]
    for condition in ("uncomplicated-uti", "impetigo", "acute-otitis-media", "shingles", "oral-contraception-start"):
        pathway = LIBRARY.in_force(condition, ON)
        some = list(people(condition, 120, 5))
        found.append((pathway, ON, [damaged(pathway, facts, chance) for facts in some for _ in range(3)] + some))
    without_birth = (facts for facts in people("impetigo", 100, 6) if "date_of_birth" not in facts)
    found.append((LIBRARY.in_force("impetigo", EXPIRED), EXPIRED, list(islice(without_birth, 40))))
    return [
        (pathway, day, [(facts, by_the_kernel(pathway, facts, day)) for facts in some]) for pathway, day, some in found
    ]


def differences(assess):
    """In what people are assessed otherwise, or what is raised that is no refusal; one of each pathway."""
    for pathway, day, some in everybody():
        try:
            assessor = assess.assessor_of(pathway, day)
            found = (difference(pathway, assessor, facts, day, ours) for facts, ours in some)
            yield next((what for what in found if what), "")
        except Exception as raised:
            yield f"{type(raised).__name__}: {raised}"


def test_the_room_as_it_is_agrees_with_the_kernel_on_all_of_them():
    assert not any(differences(import_module(f"{ROOM}.assess")))


# All of them are planted by `make thorough PART=fast`; here every third, from a place that moves with the last.
FEW = FAULTS[len(FAULTS) % 3 :: 3]


def found(fault):
    with planted(*fault) as assess:
        return any(differences(assess))


@pytest.mark.parametrize("fault", every_nth(FEW, 3), ids=lambda fault: f"{fault[0]}: {fault[2][:50]}")
def test_a_fault_in_the_generator_is_found(fault):
    assert found(fault)
