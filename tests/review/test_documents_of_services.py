"""The documents of the made-up service say all that services brought, and of a pathway without medicines nothing about a supply."""

import dataclasses
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from review_pages import parts, service_page, text
from test_pathway_documents import lost

from pharmacyfirst.cli.main import main
from pharmacyfirst.content.library import load, shipped_library
from pharmacyfirst.kernel.evidence import Evidence
from pharmacyfirst.review.documents import Printer
from pharmacyfirst.review.pack.checks import checks_of
from pharmacyfirst.review.pack.pack import review_pack

LIBRARY = load(Path(__file__).resolve().parents[1] / "humming")
CHECK, RELIEF = LIBRARY.newest("hum-check"), LIBRARY.newest("hum-relief")
PRINTER = Printer(LIBRARY.medicines, LIBRARY.sources)
PAGES = {one.id: PRINTER.of_pathway(one).html for one in (CHECK, RELIEF)}
OF_PGDS = [next(iter(PRINTER.of_pgd(RELIEF, pgd))).html for pgd in RELIEF.pgds.values()]


@pytest.mark.parametrize("pathway", [CHECK, RELIEF], ids=lambda one: one.id)
def test_all_that_was_loaded_is_on_a_page(pathway):
    left_out = ("pgds", "sources", "content_digest", "service")
    own = {
        field.name: getattr(pathway, field.name)
        for field in dataclasses.fields(pathway)
        if field.init and field.name not in left_out
    }
    stages = [("Instruction.stage", one.stage) for pgd in pathway.pgds.values() for one in pgd.instructions]

    assert lost(own, PAGES[pathway.id]) == []
    assert [one for one in lost(pathway.pgds, PAGES[pathway.id], *OF_PGDS) if one not in stages] == []


@pytest.mark.parametrize(
    "says",
    [
        "; within 3 weeks", "; within 2 weeks; measured by: this pathway", "next in this visit: hum-relief",
        "Measure again, as the next pathway says To: the room with the echo. Within 2 weeks. Measured by: this pathway.",
        "Asked once these are known and clear: eligibility, HUC-C1", "In a message: hum, sitting, high.",
        "Asked once these are known and clear: eligibility, consent Asked only of: Wobbles: yes",
        "Write down the hum.", "whoever listened", "Nothing is supplied by it.",
    ],
)  # fmt: skip
def test_the_pathway_that_measures_says(says):
    assert says in text(PAGES["hum-check"])


@pytest.mark.parametrize(
    "says",
    [
        "May be supplied",
        "nothing may be supplied",
        "Medicines",
        "The document of the medicine",
        "no permit",
        "somebody has it",
    ],
)
def test_a_pathway_without_medicines_says_nothing_of_a_supply(says):
    assert says not in text(PAGES["hum-check"])
    assert says in text(PAGES["hum-relief"]) or says in ("somebody has it", "Medicines")


@pytest.mark.parametrize(
    "says",
    [
        "at most 3 packs", "6 to 12 months, less with a reason", "as long as what is supplied lasts: at most 3 packs",
        "humming-sweets; other medicines have it too (short sweet), and it is read beside each of them. What is adopted is this file, by its own digest.", "It works at once.", "day_of_tune is 6 to 27",
        "On which day of the tune are they?",
    ],
)  # fmt: skip
def test_the_document_of_a_medicine_says(says):
    assert says in text(OF_PGDS[0])


def test_a_code_that_is_not_known_is_said_to_be_so():
    assert "HUR-O1 sweet 1 mg not known" in text(OF_PGDS[0])


SHIPPED = shipped_library()
# Said by what it makes claimable, by the questions' own words, or by the days.
IN_WORDS = {"Service.claimable", "Service.answered", "Period.first", "Period.last"}


@pytest.mark.parametrize("service", SHIPPED.services)
def test_every_word_of_a_service_with_what_stands_behind_it_is_on_its_page(service):
    one, html = SHIPPED.services[service], service_page("shipped", service).html
    cited = {tag for part in parts(one) if isinstance(part, Evidence) for tag in part.sources}
    sources = {**SHIPPED.sources, **{source.tag: source for source in one.sources}}
    evidence = [part for part in parts(one) if isinstance(part, Evidence)]

    assert [said for said in lost(one, html) if said[0] not in IN_WORDS] == []
    assert [said for said in lost([sources[tag] for tag in cited], html)] == []
    assert [line.in_words() for line in evidence if line.in_words() not in text(html)] == []
    assert all(SHIPPED.newest(name).title in text(html) for name in one.pathways)


@pytest.mark.parametrize(
    ("service", "says"),
    [
        ("pharmacy-first", "Claimable is a consultation in which a gateway point was reached."),
        ("pharmacy-first", "from 1 October 2025"),
        ("contraception-service", "Claimable is every consultation."),
        ("contraception-service", "PCS-O1 the service specification (PRN00751, version 3.0 as cited)"),
        ("blood-pressure-check-service", "was answered."),
    ],
)
def test_the_page_of_a_service_says_in_words(service, says):
    assert says in text(service_page("shipped", service).html)


@pytest.mark.parametrize("pathway", [CHECK, RELIEF], ids=lambda one: one.id)
def test_a_pathway_names_the_document_of_its_service_and_its_digest(pathway):
    service = pathway.service
    short = service.digest.removeprefix("sha256:")[:12]

    assert f"{service.title} (../services/{service.id}.html), digest {short}" in text(PAGES[pathway.id])


def test_the_digest_of_a_service_is_signed_with_the_review_pack():
    """Its file stands in no digest of a pathway, and may not change unseen all the same."""
    before = review_pack(LIBRARY, CHECK, checks_of(LIBRARY, CHECK, ()))
    other = dataclasses.replace(CHECK.service, digest=f"sha256:{'0' * 64}")
    after = review_pack(LIBRARY, dataclasses.replace(CHECK, service=other), checks_of(LIBRARY, CHECK, ()))

    assert before.parts["summary"]["service"] == {"id": "humming-service", "digest": CHECK.service.digest}
    assert CHECK.service.digest in text(PRINTER.pack(before).html)
    assert {name for name in before.digests if before.digests[name] != after.digests[name]} == {"summary"}
    assert before.digest != after.digest


def test_the_service_is_written_beside_each_of_its_pathways(tmp_path):
    folder = Path(__file__).resolve().parents[1] / "humming"

    ran = CliRunner().invoke(main, ["render", "hum-check", "--to", str(tmp_path), "--pathways", str(folder)])

    assert ran.stdout.splitlines()[0] == "wrote services/humming-service.html"
    assert (tmp_path / "services/humming-service.html").read_text(encoding="utf-8") == PRINTER.of_service(
        CHECK.service, [CHECK, RELIEF]
    ).html


def test_check_tells_the_digest_of_each_service():
    folder = Path(__file__).resolve().parents[1] / "humming"

    said = CliRunner().invoke(main, ["check", str(folder)]).stdout

    assert (
        f"humming-service: service of 2 pathways, {len(CHECK.service.open_items)} open items\n  {CHECK.service.digest}\n"
        in said
    )


@pytest.mark.parametrize(
    ("condition", "says", "never"),
    [
        ("oral-contraception-start", "How a professional finds out", "pharmacist’s judgement"),
        ("blood-pressure-check", "a professional’s judgement", "pharmacist’s judgement"),
        ("shingles", "How a pharmacist finds out", "professional’s judgement"),
    ],
)
def test_a_pathway_speaks_of_pharmacists_alone_where_nobody_else_provides_it(condition, says, never):
    said = text(PRINTER.of_pathway(SHIPPED.newest(condition)).html)

    assert says in said
    assert never not in said


def test_a_product_named_by_its_strength_stands_once_among_the_strengths_and_its_dose_once_a_day():
    pathway = SHIPPED.newest("oral-contraception-start")
    pgd = pathway.pgds["combined-pill"]
    said = text(next(iter(Printer(SHIPPED.medicines, SHIPPED.sources).of_pgd(pathway, pgd))).html)
    (strengths,) = re.findall(r"\(9\) Strength, or maximum strength (.*?) \(10\)", said)

    assert all(strengths.count(one.name) == 1 for one in pgd.products)
    assert "micrograms (" not in strengths
    assert "once a day" in said
    assert "1 time a day" not in said


def test_offers_that_are_judged_for_themselves_are_said_to_be_so():
    assert "Offer long sweet or short sweet, each judged for itself" in text(PAGES["hum-relief"])
