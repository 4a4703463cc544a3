"""Prints one digest over the assessments of many made-up people: whatever machine or Python it runs on, it has to be the same.

python tests/start/traces.py [PEOPLE OF EACH CONDITION]
"""

import hashlib
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ON, SEED = date(2026, 11, 21), 20261128


def digest(people):
    """SHA-256 over the JSON of every assessment, traces included, one a line."""
    from pharmacyfirst import assess, load
    from pharmacyfirst.content.cases import cases_of
    from pharmacyfirst.content.made_up import generate
    from pharmacyfirst.exact import write

    library, said = load(), hashlib.sha256()
    for condition in library.conditions:
        pathway = library.in_force(condition, ON)
        known = [dict(case.facts) for case in cases_of(library, condition)]
        for facts in generate(pathway, known, SEED, people):
            said.update(write(assess(pathway, facts, ON).as_dict()).encode() + b"\n")
    return said.hexdigest()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    print(digest(int(sys.argv[1]) if sys.argv[1:] else 300))
