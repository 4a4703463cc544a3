"""Puts the public vignettes to any program that speaks the JSON lines of the contract.

usage: check.py "pharmacyfirst assess --jsonl -" [FILE...]     (needs pyyaml)
"""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import yaml


def questions(document):
    """The vignettes of a file as lines of JSON."""
    for case in document["cases"]:
        facts = {**document["baseline"], **(case.get("set") or {})}
        for name in case.get("unset") or []:
            facts.pop(name, None)
        facts = {
            name: str(value) if name == "date_of_birth" else value for name, value in facts.items() if value is not None
        }
        yield json.dumps({"pathway": document["pathway"], "as_of": str(document["as_of"]), "facts": facts})


def same(wanted, found):
    """Whether two values say the same: numbers by value, words of units with or without their s."""
    try:
        return float(found) == float(wanted)
    except (TypeError, ValueError):
        words = isinstance(wanted, str) and isinstance(found, str)
        return found == wanted or (words and found.rstrip("s") in wanted)


def offer_fits(wanted, found):
    """Whether an offer has all that is wanted of it."""
    for name, value in wanted.items():
        given = found.get(name)
        if isinstance(value, dict):
            if not isinstance(given, dict) or not all(same(inner, given.get(part)) for part, inner in value.items()):
                return False
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if given is None or float(given) != float(value):
                return False
        elif given != value:
            return False
    return True


def difference(expected, answer):
    """What is wrong with an answer, or nothing."""
    if "error" in answer:
        return f"error {json.dumps(answer['error'])[:160]}"
    outcome = answer["outcome"]
    if outcome["kind"] != expected["kind"]:
        decided = f"decided by {answer.get('decided_by')}, missing {answer.get('missing')}"
        return f"{outcome['kind']} for {expected['kind']}, {decided}"
    if expected.get("destination") and outcome.get("destination") != expected["destination"]:
        return f"destination {outcome.get('destination')} for {expected['destination']}"
    left = list(answer.get("offers") or [])
    for wanted in expected.get("offers") or []:
        while left and not offer_fits(wanted, left[0]):
            left.pop(0)
        if not left:
            return f"offers {json.dumps(answer.get('offers'))[:200]} for {json.dumps(wanted)[:160]}"
        left.pop(0)
    if lacking := set(expected.get("missing_includes") or []) - set(answer.get("missing") or []):
        return f"missing lacks {sorted(lacking)}"
    return beside(expected, answer) or told(expected, answer)


def beside(expected, answer):
    """What is wrong with what stands beside an outcome: points of payment, and how somebody refers while it is not decided."""
    for name in ("gateways", "gateways_not_known"):
        if name in expected and sorted(expected[name]) != sorted(answer.get(name) or []):
            return f"{name} {answer.get(name)} for {expected[name]}"
    if_not_answered = answer.get("if_not_answered")
    if "if_not_answered" in expected and if_not_answered != expected["if_not_answered"]:
        return f"if_not_answered {if_not_answered} for {expected['if_not_answered']}"
    if if_not_answered and answer["outcome"]["kind"] != "need_facts":
        return f"if_not_answered {if_not_answered} beside {answer['outcome']['kind']}"
    return None


def told(expected, answer):
    """What the patient is not told that must be said, or is told that must not."""
    said = " ".join([*(answer.get("advice") or []), *(answer.get("safety_netting") or [])]).lower()
    for words in expected.get("tells") or []:
        if words.lower() not in said:
            return f"the patient is not told of {words!r}"
    for words in expected.get("tells_not") or []:
        if words.lower() in said:
            return f"the patient is told of {words!r}"
    return None


def differences(document, answers):
    """Each vignette of a file that is answered otherwise than expected."""
    for case, answer in zip(document["cases"], answers, strict=True):
        if wrong := difference(case["expect"], answer):
            yield f"{document['pathway']} {case['id']}: {wrong}"


def main(program, files):
    found, agree = [], 0
    for file in files:
        document = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
        lines = "".join(f"{line}\n" for line in questions(document))
        ran = subprocess.run(shlex.split(program), input=lines, capture_output=True, text=True, timeout=600)
        answers = [json.loads(line) for line in ran.stdout.splitlines() if line.strip()]
        if len(answers) != len(document["cases"]):
            found.append(
                f"{document['pathway']}: {len(answers)} answers for {len(document['cases'])}: {ran.stderr[-200:]}"
            )
            continue
        wrong = list(differences(document, answers))
        found += wrong
        agree += len(answers) - len(wrong)
    print(*found, f"{agree} vignettes agree, {len(found)} do not", sep="\n")
    return 1 if found or not agree else 0


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent
    sys.exit(main(sys.argv[1], sys.argv[2:] or sorted(folder.glob("*/vignettes.yaml"))))
