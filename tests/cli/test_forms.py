"""examples/form.py and examples/form.mjs: a consultation of one's own, in Python and over JSON lines in JavaScript, agrees with assess."""

import importlib.util
import json
import shutil
import subprocess
import sys
from datetime import date

import pytest
from the_program import EXAMPLES, ON, PROGRAM, ROOT

from pharmacyfirst import Kind, assess, load
from pharmacyfirst.content.cases import baseline_of
from pharmacyfirst.exact import write
from pharmacyfirst.kernel.fields import answers_plainly
from pharmacyfirst.kernel.questions import LIFE_THREATENING

LIBRARY = load()

specification = importlib.util.spec_from_file_location("form", EXAMPLES / "form.py")
form = importlib.util.module_from_spec(specification)
specification.loader.exec_module(form)


@pytest.fixture(params=LIBRARY.conditions)
def condition(request):
    return request.param


def plain(value):
    """As another program sees it: through JSON text."""
    return json.loads(write(value))


def person_of(condition):
    """The person with whom the cases of a condition begin, as JSON, and the day."""
    on, baseline = baseline_of(LIBRARY, condition)
    return on, plain(answers_plainly(baseline))


def what_was_decided(answer):
    """An assessment without what hangs on answers that nobody asked for any more: what else was read, and what is still to ask."""
    offers = [{name: value for name, value in offer.items() if name != "cautions"} for offer in answer["offers"]]
    return {name: answer[name] for name in ("outcome", "decided_by", "reasons", "missing")} | {"offers": offers}


class Person:
    """Somebody who answers as they are asked, and remembers what they were asked."""

    def __init__(self, facts):
        self.facts, self.asked = facts, []

    def __call__(self, question):
        self.asked.append(question.name)
        return self.facts.get(question.name)


# In Python


def test_the_loop_holds_the_consultation_of_the_baseline_to_its_end(condition):
    on, facts = person_of(condition)
    person = Person(facts)

    found = form.consultation(condition, on, person)

    pathway = LIBRARY.in_force(condition, on)
    ends = (Kind.SUPPLY,) if pathway.pgds else (Kind.MEASURE_NEXT, Kind.SELF_CARE)
    assert found.outcome.kind in ends
    assert found.as_dict() == assess(pathway, {name: facts[name] for name in person.asked}, on).as_dict()
    whole = plain(assess(pathway, facts, on).as_dict())
    assert what_was_decided(plain(found.as_dict())) == what_was_decided(whole)


def test_the_loop_asks_in_the_order_of_the_pages_nothing_twice_and_never_the_threat_to_life(condition):
    on, facts = person_of(condition)
    person = Person(facts)
    form.consultation(condition, on, person)

    order = [name for page in LIBRARY.in_force(condition, on).pages for name in page.facts]
    assert person.asked == [name for name in order if name in person.asked]
    assert LIFE_THREATENING not in person.asked
    assert len(person.asked) < len(order)


def test_the_loop_ends_where_nobody_knows_anything_and_says_how_to_refer(condition):
    on, _ = person_of(condition)
    person = Person({})

    found = form.consultation(condition, on, person)

    assert found.outcome.kind is Kind.NEED_FACTS
    assert found.if_not_answered is Kind.REFER_URGENT
    assert found.where_to
    assert len(person.asked) == len(set(person.asked))


def test_the_loop_stops_at_an_emergency():
    person = Person({"age_years": 30, "urinary_anatomy": "female", "consent_given": True, "sepsis_suspected": True})

    found = form.consultation("uncomplicated-uti", date(2026, 11, 21), person)

    assert found.outcome.kind is Kind.EMERGENCY
    assert person.asked[-1] == "sepsis_suspected"


def test_the_program_reads_a_person_from_a_file(tmp_path):
    ran = subprocess.run(
        [sys.executable, EXAMPLES / "form.py", "uncomplicated-uti", EXAMPLES / "uti-supply.json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("May be supplied - two or three key signs make a urinary infection likely")


def test_each_loop_is_about_twenty_lines():
    for name in ("form.py", "form.mjs"):
        lines = (EXAMPLES / name).read_text().splitlines()
        code = [line for line in lines if line.strip() and not line.strip().startswith(("#", "//", '"""'))]
        assert len(code) <= 25, name


# In JavaScript

# Holds the consultations of all people given, and prints what each comes to, with the questions that were put.
HELD = """
import { readFileSync } from "node:fs";
import { consultation } from "FORM";
const { program, people } = JSON.parse(readFileSync(0, "utf8"));
const held = [];
for (const { condition, day, facts } of people) {
  const asked = [];
  const found = await consultation(program, condition, day, ({ name }) => (asked.push(name), facts[name] ?? null));
  held.push({ asked, found });
}
console.log(JSON.stringify(held));
"""


@pytest.fixture(scope="module")
def node():
    found = shutil.which("node")
    if found is None:
        pytest.skip("examples/form.mjs is JavaScript, and there is no node on the path; `make system` installs it")
    return found


@pytest.fixture(scope="module")
def pharmacyfirst(tmp_path_factory):
    """The program under one name, as a vendor starts it."""
    program = tmp_path_factory.mktemp("bin") / "pharmacyfirst"
    program.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{PROGRAM[0]}' -m pharmacyfirst \"$@\"\n")
    program.chmod(0o755)
    return str(program)


@pytest.fixture(scope="module")
def held(node, pharmacyfirst):
    """What JavaScript makes of the baseline of each condition, of somebody of whom nothing is known, and of an emergency."""
    people = {one: (person_of(one)[0].isoformat(), person_of(one)[1]) for one in LIBRARY.conditions}
    asked_of = [{"condition": one, "day": on, "facts": facts} for one, (on, facts) in people.items()]
    asked_of += [
        {"condition": "uncomplicated-uti", "day": ON, "facts": facts} for facts in ({}, {"sepsis_suspected": True})
    ]
    asked_of += [{"condition": "uncomplicated-uti", "day": ON, "facts": {"age_years": "thirty"}}]
    script = HELD.replace("FORM", (EXAMPLES / "form.mjs").as_uri())
    ran = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        input=json.dumps({"program": pharmacyfirst, "people": asked_of}),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    *conditions, nothing, emergency, wrong = json.loads(ran.stdout)
    return dict(zip(LIBRARY.conditions, conditions, strict=True)) | {
        "nothing": nothing, "emergency": emergency, "wrong": wrong,
    }  # fmt: skip


@pytest.mark.system
def test_javascript_holds_the_consultation_of_the_baseline_as_python_does(held, condition):
    on, facts = person_of(condition)
    person = Person(facts)
    in_python = form.consultation(condition, on, person)

    assert held[condition]["found"] == plain(in_python.as_dict())
    assert held[condition]["asked"] == person.asked
    if LIBRARY.in_force(condition, on).pgds:
        assert held[condition]["found"]["outcome"]["says"] == "May be supplied"


@pytest.mark.system
def test_javascript_ends_where_nothing_is_known_and_at_an_emergency(held):
    nothing, emergency = held["nothing"], held["emergency"]

    assert nothing["found"]["outcome"]["kind"] == "need_facts"
    assert nothing["found"]["if_not_answered"] == "refer_urgent"
    assert emergency["found"]["decided_by"] == ["UTI-R6"]
    assert emergency["asked"][-1] == "sepsis_suspected"


@pytest.mark.system
def test_javascript_hands_on_a_refusal_as_an_error_and_never_as_an_outcome(held):
    assert held["wrong"]["asked"] == ["age_years"]
    assert held["wrong"]["found"]["error"]["code"] == "wrong_value"
    assert "outcome" not in held["wrong"]["found"]


@pytest.mark.system
def test_the_script_reads_a_person_from_a_file(node, pharmacyfirst):
    command = [node, EXAMPLES / "form.mjs", pharmacyfirst, "uncomplicated-uti", EXAMPLES / "uti-supply.json"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("May be supplied - two or three key signs make a urinary infection likely")
