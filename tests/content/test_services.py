"""What the loader refuses of services and of the words they brought, each with where, what, and the harm; on the made-up service."""

import shutil
from pathlib import Path

import pytest
import yaml

from pharmacyfirst.content.library import load
from pharmacyfirst.content.text import ContentRefused

HUMMING = Path(__file__).resolve().parents[1] / "humming"
CHECK, RELIEF, SERVICE = "hum-check/pathway.yaml", "hum-relief/pathway.yaml", "services/humming-service.yaml"
LONG, SHORT = "hum-relief/long-sweet.yaml", "hum-relief/short-sweet.yaml"


def changed(tmp_path, file, before, after):
    """The made-up service with one thing said otherwise."""
    root = Path(shutil.copytree(HUMMING, tmp_path / "pathways"))
    text = (root / file).read_text(encoding="utf-8")
    assert before in text
    (root / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    return root


WRONG = yaml.safe_load(Path(__file__).with_name("wrong-in-services.yaml").read_text(encoding="utf-8"))
SHOUTING = """  shouting:
    called: Shouting
    ask: Do they shout?
    answer: yes or no
    asked after: consent
  wobbles:
"""


@pytest.mark.parametrize("what", WRONG)
def test_it_is_refused_with_what_is_wrong(tmp_path, what):
    file, before, after, says = WRONG[what].values()
    root = changed(tmp_path, file, before, after)
    if "shouting" in after:
        text = (root / CHECK).read_text(encoding="utf-8").replace("  wobbles:\n", SHOUTING, 1)
        (root / CHECK).write_text(
            text.replace("hums_already, wobbles\n", "hums_already, shouting, wobbles\n"), encoding="utf-8"
        )

    with pytest.raises(ContentRefused) as refused:
        load(root)

    assert [one.what for one in refused.value.mistakes] == [says]


def test_a_pathway_in_two_services_is_refused(tmp_path):
    root = Path(shutil.copytree(HUMMING, tmp_path / "pathways"))
    text = (root / SERVICE).read_text(encoding="utf-8").replace("humming-service", "whistling-service")
    (root / "services" / "whistling-service.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ContentRefused, match='"hum-check" stands in the service "humming-service" too'):
        load(root)


def test_a_file_of_another_name_beside_the_services_is_refused(tmp_path):
    root = Path(shutil.copytree(HUMMING, tmp_path / "pathways"))
    (root / "services" / "notes.txt").write_text("hum", encoding="utf-8")

    with pytest.raises(ContentRefused, match="this is no file of ours, so it would never be read"):
        load(root)


def test_content_without_services_belongs_to_none(tmp_path):
    root = Path(shutil.copytree(HUMMING, tmp_path / "pathways"))
    shutil.rmtree(root / "services")

    library = load(root)

    assert (dict(library.services), library.newest("hum-check").service) == ({}, None)


def test_the_service_is_in_no_digest_of_a_pathway(tmp_path):
    root = changed(tmp_path, SERVICE, "A penny a hum.", "Two pennies a hum.")
    before, after = load(HUMMING), load(root)

    assert before.newest("hum-check").content_digest == after.newest("hum-check").content_digest
    assert before.services["humming-service"].digest != after.services["humming-service"].digest


def test_the_seven_are_one_service():
    (service,) = (one for one in load(HUMMING.parents[1] / "pathways").services.values() if one.id == "pharmacy-first")

    assert len(service.pathways) == 7
    assert service.claimable == "gateway points"
    assert service.provided_by == ("pharmacist",)
    assert [(one.code, one.in_force.in_words()) for one in service.codes] == [
        ("1577041000000109", "2024-01-31 to 2025-09-30"),
        ("2129921000000100", "from 2025-10-01"),
    ]
