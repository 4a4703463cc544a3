"""The site holds every rule with its source and its cases, every link of it leads somewhere, and it asks nobody for anything."""

import json
import re
import sys
from collections import defaultdict
from html import unescape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from posixpath import normpath

import pytest

from pharmacyfirst.content.hazards import ruled

pytestmark = pytest.mark.large
ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "docs" / "site"))
import build  # noqa: E402


class Read(HTMLParser):
    """The names on a page, what it links to, and what it loads by itself."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.loads = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids.extend([given["id"]] if "id" in given else [])
        self.links.extend([given["href"]] if tag == "a" and "href" in given else [])
        self.loads.extend(
            given[name] for name in ("src", "srcset", "action", "data") if name in given and tag not in {"a", "form"}
        )
        self.loads.extend([given["href"]] if tag == "link" else [])


@pytest.fixture(scope="module")
def site():
    return build.Site()


@pytest.fixture(scope="module")
def pages(files):
    return {place: Read(content.decode()) for place, content in files.items() if place.suffix == ".html"}


def leads(place, target):
    """Where a link of a page leads: the place and the name there."""
    file, _, anchor = target.partition("#")
    return (PurePosixPath(normpath(place.parent / file)) if file else place), anchor


def test_every_link_and_every_anchor_leads_somewhere(pages, files):
    names = {place: {*page.ids} for place, page in pages.items()}
    broken = []
    for place, page in pages.items():
        for target in page.links:
            if re.match(r"[a-z]+:", target):
                continue
            to, anchor = leads(place, unescape(target))
            if to not in files or (anchor and anchor not in names.get(to, ())):
                broken.append(f"{place}: {target}")

    assert broken == []


def test_no_name_stands_on_a_page_twice(pages):
    assert {str(place) for place, page in pages.items() if len(page.ids) != len({*page.ids})} == set()


def test_nothing_is_asked_of_anybody_else(pages, files):
    asked = {target for place, page in pages.items() for target in page.loads if leads(place, target)[0] not in files}

    assert asked == set()
    pictures = [*ROOT.glob("docs/**/*.svg")]
    assert [one for one in pictures if files.get(PurePosixPath(one.relative_to(ROOT))) != one.read_bytes()] == []
    assert not re.search(rb"fetch\(|XMLHttpRequest|import\(|https?:", files[PurePosixPath("search.js")])
    assert b"url(" not in files[PurePosixPath("site.css")]


def sections(html):
    """The section of each rule of a page."""
    return {
        found[1]: found[2]
        for found in re.finditer(r'<section id="([^"]+)" class="rule".*?>(.*?)</section>', html, re.DOTALL)
    }


def test_every_rule_is_there_with_its_sources_and_the_cases_that_it_decides(site, files):
    for condition in site.library.conditions:
        pathway = site.library.newest(condition)
        rules = {rule.id: rule for rule in pathway.rules()}
        found = sections(files[PurePosixPath("rules", f"{condition}.html")].decode())
        assert [*found] == [*dict.fromkeys(id_ for _, _, id_ in ruled(pathway))]
        for id_, html in found.items():
            for line in rules[id_].backing.evidence:
                assert [tag for tag in line.sources if f"<strong>{tag}</strong>" not in html] == [], id_
            assert [item for item in rules[id_].backing.open if f"<strong>{item}</strong>" not in html] == [], id_
    cases = {one.pathway.id: one.cases for one in site.conditions}
    for condition, some in cases.items():
        found = sections(files[PurePosixPath("rules", f"{condition}.html")].decode())
        for case in some:
            for id_ in {*case.expected.decided_by} & {*found}:
                assert f'href="../cases/{condition}.html#{case.id}"' in found[id_], (case.id, id_)


def test_every_rule_and_case_can_be_searched_and_every_rule_found_without_a_script(site, files):
    search = files[PurePosixPath("search.html")].decode()
    index = json.loads(re.search(r'<script type="application/json" id="index">(.*?)</script>', search, re.DOTALL)[1])
    titles = defaultdict(set)
    for title, _, kind, to in index:
        titles[kind.split(",")[0]].add((title, to))
    alphabet = files[PurePosixPath("a-z.html")].decode()
    for one in site.conditions:
        condition = one.pathway.id
        assert {(rule, f"rules/{condition}.html#{rule}") for rule in one.by_id} <= titles["rule"]
        assert {(case.id, f"cases/{condition}.html#{case.id}") for case in one.cases} <= titles["case"]
        assert [rule for rule in one.by_id if f'href="rules/{condition}.html#{rule}"' not in alphabet] == []
    assert all(titles[kind] for kind in ("page", "section", "document", "question", "source"))


def test_every_reader_has_a_page_and_every_page_of_the_documentation_is_there(files):
    for place, heading, _, _ in build.READERS:
        assert heading in files[PurePosixPath(place)].decode()
    for path in (ROOT / "docs").rglob("*.md"):
        assert PurePosixPath(path.relative_to(ROOT).as_posix()).with_suffix(".html") in files


def test_every_document_and_every_review_pack_is_there(site, files):
    for pathway in site.library.newest_all():
        for name in ("pathway", "open-items", "review-pack", *pathway.pgds):
            assert PurePosixPath("documents", pathway.id, f"{name}.html") in files


def test_the_first_page_has_each_service_with_its_document_over_its_pathways(site, files):
    home = files[PurePosixPath("index.html")].decode()
    parts = home.split("<h3>")[1:]

    for service, part in zip(site.library.services_in_order, parts, strict=True):
        assert f'href="documents/services/{service.id}.html">{service.title}' in part
        assert re.findall(r'href="rules/([a-z-]+)\.html"', part) == [*service.pathways]
        assert PurePosixPath("documents", "services", f"{service.id}.html") in files


def test_the_digest_tells_one_changed_byte():
    before = {PurePosixPath("a"): b"1", PurePosixPath("b"): b"2"}

    assert build.digest(before) == build.digest(dict(reversed(before.items())))
    assert build.digest(before) != build.digest(before | {PurePosixPath("b"): b"3"})
    assert build.digest(before) != build.digest({PurePosixPath("a"): b"1", PurePosixPath("c"): b"2"})
