"""Run with a wheel installed, by `make wheel` and by a test: what it holds for a fast start is used, and says what the kernel says."""

import json
import sys
from datetime import date

ON = date(2026, 11, 21)
PEOPLE = [
    {},
    {"rigors": True},
    {"age_years": 31, "life_threatening": True},
    {"interacting_medicines": ["probenecid"], "temperature_c": 37.9},
    {"date_of_birth": "1990-02-03", "rigors": False},
]


def started():
    """What is answered, and what was imported for it."""
    from pharmacyfirst.fast.shipped import module_for, verdicts

    used = module_for("uncomplicated-uti", ON) is not None
    said = [verdicts("uncomplicated-uti", facts, ON).leaf.kind for facts in PEOPLE[:-1]]
    imported = sorted({"yaml", "pydantic", "click", "pharmacyfirst.kernel.assess"} & set(sys.modules))
    said.append(verdicts("uncomplicated-uti", PEOPLE[-1], ON).leaf.kind)
    import pharmacyfirst

    library = pharmacyfirst.load()
    read = sorted({"yaml", "pydantic"} & set(sys.modules))
    pathway = library.in_force("uncomplicated-uti", ON)
    by_the_kernel = [pharmacyfirst.assess(pathway, facts, ON).outcome.kind.key for facts in PEOPLE]
    return {
        "used": used,
        "agree": said == by_the_kernel,
        "imported": imported,
        "read": read,
        "conditions": len(library.conditions),
    }


if __name__ == "__main__":
    found = started()
    print(json.dumps(found))
    if sys.argv[1:] == ["--must"] and (not found["used"] or not found["agree"] or found["imported"] or found["read"]):
        sys.exit(f"the wheel does not start fast: {found}")
