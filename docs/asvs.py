"""The page of OWASP ASVS, made from `security/asvs.yaml`; `regenerate.py` writes it, tests/security/test_asvs.py looks through the file."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("security") / "asvs.yaml"
MET, NOT_APPLICABLE, NOT_MET = STATES = ("met", "not applicable", "not met")
CHAPTERS = {
    1: "Encoding and sanitisation", 2: "Validation and business logic", 3: "Web front end", 4: "API and web service", 5: "Files",
    6: "Authentication", 7: "Sessions", 8: "Authorisation", 9: "Self-contained tokens", 10: "OAuth and OIDC", 11: "Cryptography",
    12: "Secure communication", 13: "Configuration", 14: "Data protection", 15: "Secure coding and architecture", 16: "Logging and errors",
    17: "WebRTC",
}  # fmt: skip


@dataclass(frozen=True)
class Requirement:
    """One requirement: what it asks in words of ours, how it stands and why, what shows it; of one that is not met the risk, whose and by when."""

    id: str
    level: int
    asks: str
    state: str
    says: str
    shown_by: tuple[str, ...]
    risk: str
    whose: str
    by: str

    @property
    def chapter(self) -> int:
        return int(self.id.removeprefix("V").partition(".")[0])


def requirements() -> tuple[Requirement, ...]:
    """Every requirement of the file, in its order. Raises ValueError for one that has not exactly one state, or a heading that there is not."""
    found = []
    for id, held in yaml.safe_load(FILE.read_text(encoding="utf-8")).items():
        (state,) = (one for one in STATES if one in held)
        if unknown := held.keys() - {"level", "asks", state, "shown by", "risk", "whose", "by"}:
            raise ValueError(f"{id}: {', '.join(unknown)}: there is no such heading")
        found.append(
            Requirement(
                id,
                held["level"],
                held["asks"],
                state,
                held[state],
                tuple(held.get("shown by", ())),
                held.get("risk", ""),
                held.get("whose", ""),
                str(held.get("by", "")),
            )
        )
    return tuple(found)


def asvs() -> str:
    """The page."""
    every = requirements()
    unmet = [one for one in every if one.state == NOT_MET]
    parts = [
        "# OWASP ASVS 5.0.0\n\n"
        "Generated from [asvs.yaml](asvs.yaml) (`make docs`): every requirement of levels 1 and 2 of the [Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/)\n"
        "5.0.0, in words of ours, which are shorter than the standard's: read that beside it. We looked ourselves; nobody independent has. *Met* names a test, or a file, that shows it.\n"
        "What has been decided stands in [the rules](rules.md), what could be done to it in [the threat model](threat-model.md).\n",
        _table(
            ("level", *STATES, "all"),
            [
                (
                    f"level {level}",
                    *(str(_many(every, state, level)) for state in STATES),
                    str(sum(one.level == level for one in every)),
                )
                for level in (1, 2)
            ]
            + [("both", *(str(_many(every, state)) for state in STATES), str(len(every)))],
        ),
        "## Not met\n",
        _table(
            ("", "level", "what it asks", "how it stands", "risk", "whose", "by"),
            [(one.id, str(one.level), one.asks, one.says, one.risk, one.whose, one.by) for one in unmet],
        ),
    ]
    for number, title in CHAPTERS.items():
        rows = [
            (one.id, str(one.level), one.asks, one.state, one.says, ", ".join(f"`{shown}`" for shown in one.shown_by))
            for one in every
            if one.chapter == number
        ]
        parts += [
            f"## {number}. {title}\n",
            _table(("", "level", "what it asks", "state", "how, or why not", "shown by"), rows),
        ]
    return "\n".join(parts)


def _many(every: tuple[Requirement, ...], state: str, level: int = 0) -> int:
    return Counter(one.state for one in every if level in (0, one.level))[state]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)) + "\n"
