"""Builds the site: pages for vendors, pharmacists, reviewers and authors, with every document, rule and case, and a search without a server.

    python docs/site/build.py [--to DIR]     writes it, and prints the digest of all of it
    python docs/site/build.py --twice        builds it twice elsewhere and compares, byte for byte

It is made from the checkout and fetches nothing; a reader needs a browser alone, with or without scripts.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path, PurePosixPath

from markupsafe import Markup

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(Path(__file__).parent))
from prose import Page, file_page, page_of, pages_of  # noqa: E402
from rules_of_pathways import ShownPathway, shown  # noqa: E402

from pharmacyfirst import load  # noqa: E402
from pharmacyfirst.content.hazards import hazards_of  # noqa: E402
from pharmacyfirst.paper.html import Paper  # noqa: E402
from pharmacyfirst.review.documents import Printed, Printer  # noqa: E402
from pharmacyfirst.review.pack.checks import checks_of  # noqa: E402
from pharmacyfirst.review.pack.pack import review_pack  # noqa: E402

HERE = Path(__file__).parent
INDEX = "docs/index.md"
# Each kind of reader: the page, the section of docs/index.md that is theirs, and what they find.
READERS = (
    ("vendors.html", "You build a pharmacy system (PMR vendor)", "For vendors", "You build a pharmacy system, and want our answers in it."),
    ("pharmacists.html", "You are a pharmacist", "For pharmacists", "You hold consultations, and want to know what this asks and why."),
    ("reviewers.html", "You review for clinical safety, or adopt for an organisation", "For reviewers", "You review for clinical safety, or adopt for an organisation."),
    ("authors.html", "You write clinical content", "For authors", "You write or change a pathway."),
)  # fmt: skip
NAVIGATION = (*((place, words) for place, _, words, _ in READERS), ("search.html", "Search"), ("a-z.html", "A to Z"))
LONGEST = 160  # letters of a sentence in the index


@dataclass(frozen=True)
class Entry:
    """One thing that can be looked up: its title, a sentence about it, what it is, and where it stands."""

    title: str
    says: str
    kind: str
    to: str


class Site:
    """All that the site is made of, read from the checkout once."""

    def __init__(self) -> None:
        self.library = load()
        self.conditions = tuple(shown(self.library, one) for one in self.library.conditions)
        self.paper = Paper(HERE)

    @cached_property
    def documents(self) -> tuple[Printed, ...]:
        """Every document that is read and signed, the review packs and the hazard log among them; each stands alone."""
        return tuple(self._documents())

    def _documents(self) -> Iterator[Printed]:
        printer = Printer(self.library.medicines, self.library.sources)
        for service in self.library.services_in_order:
            yield printer.of_service(service, [self.library.newest(one) for one in service.pathways])
        for one in self.conditions:
            yield printer.of_pathway(one.pathway)
            for pgd in one.pathway.pgds.values():
                yield from printer.of_pgd(one.pathway, pgd)
            yield printer.open_items(one.pathway)
            yield printer.pack(review_pack(self.library, one.pathway, checks_of(self.library, one.pathway, one.cases)))
        log = hazards_of(self.library)
        if log is not None:
            yield printer.hazards(log, log.hazards)

    @cached_property
    def prose(self) -> tuple[Page, ...]:
        """The pages of the checkout, and every file that one of them links to."""
        pages = {name: page_of(name, ROOT) for name in pages_of(ROOT)}
        waiting = [name for page in (*pages.values(), *self._of_readers()) for name in page.links_to]
        while waiting:
            name = waiting.pop()
            if name not in pages and (ROOT / name).exists():
                pages[name] = file_page(name, ROOT)
                waiting.extend(pages[name].links_to)
        return tuple(pages[name] for name in sorted(pages))

    def _of_readers(self) -> Iterator[Page]:
        text = (ROOT / INDEX).read_text(encoding="utf-8")
        sections = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", text, re.MULTILINE))
        for place, heading, words, _ in READERS:
            yield page_of(INDEX, ROOT, f"# {words}\n\n{heading}.\n{sections[heading]}", PurePosixPath(place))

    def _of_conditions(self) -> Iterator[Page]:
        for one in self.conditions:
            for kind in ("rules", "cases"):
                body = self.paper.html(f"{kind}.html", one=one)
                yield Page(
                    PurePosixPath(kind, f"{one.pathway.id}.html"), f"{kind.capitalize()}: {one.pathway.title}", body
                )

    def _home(self) -> Page:
        documents = {
            one.pathway.id: [
                (made.name, made.name.name) for made in self.documents if made.name.parts[0] == one.pathway.id
            ]
            for one in self.conditions
        }
        readers = [(place, words, says) for place, _, words, says in READERS]
        by_id = {one.pathway.id: one for one in self.conditions}
        services = [
            (service, [by_id.pop(name) for name in service.pathways if name in by_id])
            for service in self.library.services_in_order
        ]
        shown = [*services, *([(None, list(by_id.values()))] if by_id else [])]
        body = self.paper.html("home.html", readers=readers, services=shown, documents=documents)
        return Page(PurePosixPath("index.html"), "Pharmacy First", body)

    def _to_look_up(self) -> Iterator[Page]:
        every = sorted({*self.entries()}, key=lambda one: (one.title.lower(), one.kind, one.to))
        index = json.dumps(
            [[one.title, one.says, one.kind, one.to] for one in every], ensure_ascii=False, separators=(",", ":")
        )
        body = self.paper.html("search.html", index=Markup(index.replace("<", "\\u003c")))
        yield Page(PurePosixPath("search.html"), "Search", body)
        named = [one for one in every if one.kind != "case"]
        letters = [(letter, list(some)) for letter, some in groupby(named, key=_letter)]
        body = self.paper.html("a-z.html", letters=letters, conditions=self.conditions)
        yield Page(PurePosixPath("a-z.html"), "A to Z", body)

    def entries(self) -> Iterator[Entry]:
        """All that can be looked up."""
        for page in self.prose:
            if page.headings:
                yield Entry(page.title, "", "page", page.place.as_posix())
                yield from (
                    Entry(one.words, page.title, "section", f"{page.place}#{one.anchor}")
                    for one in page.headings
                    if one.level == 2
                )
        for made in self.documents:
            yield Entry(
                " ".join((*made.name.parts[1:], *made.name.parts[:1])), "", "document", f"documents/{made.name}.html"
            )
        for one in self.conditions:
            yield from _entries_of(one)

    def files(self) -> dict[PurePosixPath, bytes]:
        """Every file of the site by its place."""
        files = {PurePosixPath(name): (HERE / name).read_bytes() for name in ("site.css", "search.js")}
        for page in (self._home(), *self._of_readers(), *self.prose, *self._of_conditions(), *self._to_look_up()):
            up = "../" * (len(page.place.parts) - 1)
            html = self.paper.html("frame.html", page=page, up=up, navigation=NAVIGATION, body=Markup(page.body))
            files[page.place] = html.encode()
            files |= {PurePosixPath(name): (ROOT / name).read_bytes() for name in page.pictures}
        for made in self.documents:
            files[PurePosixPath("documents", f"{made.name}.html")] = made.html.encode()
        return files


def _letter(entry: Entry) -> str:
    first = entry.title[:1].upper()
    return first if first.isascii() and first.isalpha() else "0"


def _entries_of(one: ShownPathway) -> Iterator[Entry]:
    condition = one.pathway.id
    cited: dict[str, str] = {}
    for rule in one.rules:
        to = f"rules/{condition}.html#{rule.id}"
        says = _short("; ".join((rule.says, *rule.plain)))
        yield Entry(
            rule.id,
            f"{says} ({', '.join(tag for tag, _ in rule.sources) or 'no source'}; {len(rule.decides)} cases)",
            f"rule, {condition}",
            to,
        )
        for tag, source in rule.sources:
            cited.setdefault(tag, to)
            if cited[tag] == to:
                yield Entry(f"{tag} {_short(source.says)}", f"first cited by {rule.id}", f"source, {condition}", to)
        for question in one.pathway.questions.values():
            if rule.exact and re.search(rf"\b{question.name}\b", rule.exact) and question.name not in cited:
                cited[question.name] = to
                yield Entry(
                    question.in_short, f"{_short(question.ask)} first read by {rule.id}", f"question, {condition}", to
                )
    for case in one.cases:
        yield Entry(
            case.id, f"{_short(case.says)}: {case.expected.kind.word}", "case", f"cases/{condition}.html#{case.id}"
        )


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} ..."


def digest(files: dict[PurePosixPath, bytes]) -> str:
    """SHA-256 over every file with its place."""
    said = hashlib.sha256()
    for place in sorted(files):
        said.update(str(place).encode() + b"\0" + hashlib.sha256(files[place]).digest())
    return f"sha256:{said.hexdigest()}"


def write(files: dict[PurePosixPath, bytes], into: Path) -> None:
    """Write the site into a folder of its own; what was there before goes."""
    shutil.rmtree(into, ignore_errors=True)
    for place, content in files.items():
        path = into / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make site", description=__doc__.split("\n")[0])
    parser.add_argument("--to", type=Path, default=ROOT / "site", help="folder to write to; what is in it goes")
    parser.add_argument("--twice", action="store_true", help="build it twice and compare; write nothing")
    chosen = parser.parse_args()
    files = Site().files()
    if chosen.twice:
        again = Site().files()
        differing = sorted(str(place) for place in {*files, *again} if files.get(place) != again.get(place))
        print(f"{digest(files)}: {'the same twice' if not differing else 'differs: ' + ', '.join(differing)}")
        return bool(differing)
    write(files, chosen.to)
    print(f"{len(files)} files in {chosen.to.name}/\n{digest(files)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
