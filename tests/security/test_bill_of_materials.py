"""The list of parts names what is shipped and no more, and every part is under a licence that we accept. That its page is current: tests/docs."""

import json
import re
import sys

import pytest
from named import ROOT

sys.path.append(str(ROOT / "docs"))
import bill_of_materials
from bill_of_materials import ACCEPTED, BUILD, CORE, ELSEWHERE, HELD, is_accepted, licence_of, parts, sbom, what_for

SBOM = json.loads((ROOT / "docs" / "security" / "sbom.cdx.json").read_text(encoding="utf-8"))


def test_it_names_every_package_of_the_lock_and_no_other():
    locked = set(
        re.findall(r"^([a-z0-9._-]+)==([^ ;\\\n]+)", bill_of_materials.LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = {(one["name"], one["version"]) for one in SBOM["components"]}
    assert len(locked) > 40
    assert named == locked | {(name, held[0]) for name, held in HELD.items()}


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_each_part_is_under_a_licence_that_is_accepted(part):
    assert is_accepted(licence_of(part.name)), licence_of(part.name)


@pytest.mark.parametrize(
    ("licence", "accepted"),
    [
        ("MIT", True), ("Apache-2.0 OR BSD-3-Clause", True), ("GPL-2.0-or-later OR MPL-1.1", True), ("MIT AND Zlib", True),
        ("GPL-3.0-only", False), ("MIT AND GPL-3.0-only", False), ("AGPL-3.0-or-later OR SSPL-1.0", False), ("not known", False), ("BSD License", False),
    ],
)  # fmt: skip
def test_a_licence_that_is_not_on_the_list_is_not_accepted(licence, accepted):
    assert is_accepted(licence) is accepted


def test_what_a_part_is_for_follows_from_what_asks_for_it():
    needed = what_for()
    assert needed["pydantic-core"] >= {CORE}
    assert needed["hatchling"] == needed["pathspec"] == {BUILD}
    assert needed["fonttools"] == {"record", "review"}  # by way of weasyprint
    assert all(needed.values())
    scopes = {one["name"]: one["scope"] for one in SBOM["components"]}
    assert (scopes["pyyaml"], scopes["lxml"], scopes["hatchling"]) == ("required", "optional", "excluded")


def test_it_is_whole_and_the_same_every_time():
    assert (SBOM["bomFormat"], SBOM["specVersion"], SBOM["version"]) == ("CycloneDX", "1.6", 1)
    refs = {one["bom-ref"] for one in SBOM["components"]} | {SBOM["metadata"]["component"]["bom-ref"]}
    assert len(refs) == len(SBOM["components"]) + 1
    assert {one["ref"] for one in SBOM["dependencies"]} == refs
    assert {ref for one in SBOM["dependencies"] for ref in one["dependsOn"]} == refs - {
        SBOM["metadata"]["component"]["bom-ref"]
    }
    for one in SBOM["components"]:
        assert re.fullmatch(r"pkg:(pypi|npm)/[a-z0-9._-]+@[a-z0-9.]+", one["purl"])
    assert sbom() == sbom()


def test_what_stands_by_hand_is_still_so():
    """What the package holds of others has its notice; what is not installed here is in the lock."""
    for name, (version, licence, notice, _) in HELD.items():
        words = (ROOT / notice).read_text(encoding="utf-8")
        assert f"{name} {version}" in words
        assert licence in words
    assert {*ELSEWHERE} <= {part.name for part in parts() if part.where}
    assert {*ELSEWHERE.values()} <= ACCEPTED
