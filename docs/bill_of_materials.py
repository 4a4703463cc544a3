"""The list of all parts (SBOM, CycloneDX JSON) and the page of licences, made from the lock file; `regenerate.py` writes both.

What a part is and what it is for stands in `requirements-all.lock` and `pyproject.toml`. Its licence is what its own package says, as it is
installed here; of what is installed on other machines alone it stands in ELSEWHERE.
"""

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-all.lock"
OURS = "pharmacyfirst"
BUILD = "build"
CORE = "core"
# Under each of these a part may be used, unchanged, by a program under Apache-2.0. A part under another one fails the test: look at it first.
ACCEPTED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-2.1-or-later", "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-1.1",
    "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
# The words of packages that do not use the list of SPDX.
AS_SPDX = {
    "Apache Software License": "Apache-2.0", "MIT License": "MIT", "MIT": "MIT", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1", "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later", "BSD-3-Clause": "BSD-3-Clause", "Apache-2.0": "Apache-2.0",
    "MPL-2.0": "MPL-2.0",
}  # fmt: skip
ELSEWHERE = {"brotlicffi": "MIT", "tzdata": "Apache-2.0"}
# What the package holds of others: its name, version and licence, and the file that says so.
HELD = {"nhsuk-frontend": ("10.6.1", "MIT", "pharmacyfirst/web/static/NOTICE", "pkg:npm/nhsuk-frontend@10.6.1")}


@dataclass(frozen=True)
class Part:
    """A package of the lock: what asks for it (other packages, or ours), and where it is installed if not everywhere."""

    name: str
    version: str
    where: str
    asked_by: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def parts() -> tuple[Part, ...]:
    """Every package of the lock, by name."""
    found = []
    for block in re.split(r"\n(?=[a-z0-9])", LOCK.read_text(encoding="utf-8")):
        head = re.match(r"([a-z0-9._-]+)==([^ ;\\\n]+)(?: ; ([^\\\n]+?))?(?: \\)?\n", block)
        if head:
            asked_by = re.findall(r"^    #(?: via)? +([a-z][\w.\[\]:() -]*?)$", block, re.MULTILINE)
            found.append(Part(head[1], head[2], head[3] or "", tuple(one for one in asked_by if one != "via")))
    return tuple(found)


def asked_for() -> dict[str, set[str]]:
    """What we ask for by ourselves: for each package, the extras that name it, `core` and `build`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = {CORE: project["project"]["dependencies"], BUILD: project["dependency-groups"][BUILD]}
    lists |= {name: some for name, some in project["project"]["optional-dependencies"].items() if name != "all"}
    found: dict[str, set[str]] = {}
    for why, some in lists.items():
        for one in some:
            found.setdefault(re.match(r"[A-Za-z0-9._-]+", one)[0].lower(), set()).add(why)
    return found


def what_for() -> dict[str, set[str]]:
    """For each package what it is needed for, by way of whatever asks for it."""
    found = {part.name: set(asked_for().get(part.name, ())) for part in parts()}
    while True:
        before = sum(map(len, found.values()))
        for part in parts():
            for one in part.asked_by:
                found[part.name] |= found.get(one, set())
        if sum(map(len, found.values())) == before:
            return found


def licence_of(name: str) -> str:
    """The licence of a package as an expression of SPDX; its own words where they are none that we know."""
    try:
        held = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE.get(name, "not known")
    if held.get("License-Expression"):
        return held["License-Expression"]
    classified = [
        one.rpartition(" :: ")[2] for one in held.get_all("Classifier") or () if one.startswith("License :: ")
    ]
    if classified == ["BSD License"]:
        return _which_bsd(name)
    said = classified or [(held.get("License") or "not known").partition("\n")[0]]
    return " OR ".join(AS_SPDX.get(one, one) for one in said)


def _which_bsd(name: str) -> str:
    """Which of the two the text is; the third clause speaks of names."""
    files = [one for one in metadata.files(name) or () if re.search(r"licen[cs]e|copying", one.name, re.IGNORECASE)]
    text = " ".join(" ".join(one.read_text(encoding="utf-8").split()) for one in files)
    if "Redistributions in binary form" not in text:
        return "BSD License"
    return (
        "BSD-3-Clause"
        if re.search(r"names? of .{0,80} (may not|nor)|neither the name", text, re.IGNORECASE)
        else "BSD-2-Clause"
    )


def is_accepted(licence: str) -> bool:
    """Whether a part may be used under one of the licences that it gives to choose from, all of those together that it gives at once."""
    return any(all(one.strip(" ()") in ACCEPTED for one in some.split(" AND ")) for some in licence.split(" OR "))


def sbom() -> str:
    """All parts as CycloneDX 1.6, the same bytes from the same lock. Where the hashes of the files are: in the lock, whose digest it holds."""
    from pharmacyfirst import __version__

    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    needed, all_parts = what_for(), parts()
    refs = {part.name: part.purl for part in all_parts}
    ours = f"pkg:pypi/{OURS}@{__version__}"
    held = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{ours}#{lock}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": ours, "name": OURS, "version": __version__, "purl": ours, "licenses": [_licence("Apache-2.0")],
            },
            "properties": [{"name": "pharmacyfirst:requirements-all.lock:sha-256", "value": lock}],
        },
        "components": [_component(part, needed[part.name]) for part in all_parts]
        + [
            {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "scope": "required", "licenses": [_licence(licence)]}
            for name, (version, licence, _, purl) in HELD.items()
        ],
        "dependencies": [
            {"ref": ours, "dependsOn": sorted([refs[name] for name in asked_for() if name in refs] + [held[3] for held in HELD.values()])},
            *({"ref": part.purl, "dependsOn": sorted(one.purl for one in all_parts if part.name in one.asked_by)} for part in all_parts),
            *({"ref": held[3], "dependsOn": []} for held in HELD.values()),
        ],
    }  # fmt: skip
    return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def _component(part: Part, needed: set[str]) -> dict[str, object]:
    scope = "required" if CORE in needed else "excluded" if needed == {BUILD} else "optional"
    properties = [{"name": "pharmacyfirst:for", "value": why} for why in sorted(needed)]
    properties += [{"name": "pharmacyfirst:installed where", "value": part.where}] if part.where else []
    return {
        "type": "library", "bom-ref": part.purl, "name": part.name, "version": part.version, "purl": part.purl, "scope": scope,
        "licenses": [_licence(licence_of(part.name))], "properties": properties,
    }  # fmt: skip


def _licence(words: str) -> dict[str, object]:
    if " OR " in words or " AND " in words:
        return {"expression": words}
    return {"license": {"id": words} if words in ACCEPTED else {"name": words}}


def licences() -> str:
    """The page of licences."""
    needed = what_for()
    rows = ["| part | version | licence | for |", "|---|---|---|---|"]
    rows += [
        f"| {part.name} | {part.version} | {licence_of(part.name)} | {', '.join(sorted(needed[part.name]))}"
        f"{f' (where {part.where})' if part.where else ''} |"
        for part in parts()
    ]
    rows += [
        f"| {name} | {version} | {licence} | held in the package: `{notice}` |"
        for name, (version, licence, notice, _) in HELD.items()
    ]
    head = (
        "# Parts and their licences\n\nGenerated from `requirements-all.lock` (`make docs`): everything that an installation with every extra has, `core` being what it has\n"
        "without any, and `build` what makes the wheel and goes no further. The same for programs, as CycloneDX 1.6: [sbom.cdx.json](sbom.cdx.json); the hashes of the\n"
        "files stand in the lock, whose digest it holds. The package itself is under Apache-2.0. What the tests need besides (`requirements-dev.lock`) is not shipped.\n\n"
        f"Accepted are {', '.join(sorted(ACCEPTED))}; of several to choose from, one of them. A part under another licence fails a test.\n\n"
    )
    return head + "\n".join(rows) + "\n"
