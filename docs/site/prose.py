"""The pages of the checkout as pages of the site: Markdown as HTML, whatever a page links to or shows beside it, and every link so that it leads there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

from markdown_it import MarkdownIt
from markdown_it.token import Token

COMMENT = re.compile(r"^<!--.*?-->\n?", re.DOTALL | re.MULTILINE)
TOP = ("README.md", "GLOSSARY.md", "CHANGELOG.md", "SECURITY.md")


@dataclass(frozen=True)
class Heading:
    """A heading of a page: how deep it is, its words, and the name it is linked to by."""

    level: int
    words: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """One page of the site: its place, its title, its body as HTML, its headings, and the files of the checkout that it links to and the pictures that it shows."""

    place: PurePosixPath
    title: str
    body: str
    headings: tuple[Heading, ...] = ()
    links_to: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


def pages_of(root: Path) -> Iterator[str]:
    """The pages of the checkout that the site has, by their place there."""
    yield from (name for name in TOP if (root / name).exists())
    yield from sorted(path.relative_to(root).as_posix() for path in (root / "docs").rglob("*.md"))
    yield from sorted(path.relative_to(root).as_posix() for path in (root / "pgd_templates").glob("*.md"))


def place_of(name: str, root: Path) -> PurePosixPath:
    """Where a file or folder of the checkout stands in the site."""
    if name.endswith(".md"):
        return PurePosixPath(name).with_suffix(".html")
    return PurePosixPath(name, "index.html") if (root / name).is_dir() else PurePosixPath(f"{name}.html")


def anchor_of(words: str) -> str:
    """The name of a heading, as GitHub gives it."""
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def page_of(name: str, root: Path, text: str | None = None, place: PurePosixPath | None = None) -> Page:
    """A page of the checkout as one of the site; with ``text`` and ``place`` a part of it elsewhere, with its links as they stand in ``name``."""
    text = (root / name).read_text(encoding="utf-8") if text is None else text
    place = place or place_of(name, root)
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(COMMENT.sub("", text))
    headings, links, pictures, seen = [], [], [], {}
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            words = "".join(one.content for one in tokens[at + 1].children or ())
            anchor = anchor_of(tokens[at + 1].content)
            seen[anchor] = seen.get(anchor, -1) + 1
            anchor += f"-{seen[anchor]}" if seen[anchor] else ""
            token.attrSet("id", anchor)
            headings.append(Heading(int(token.tag[1]), words, anchor))
        for one in token.children or ():
            if one.type == "link_open":
                links.extend(_led(one, name, place, root))
            if one.type == "image":
                pictures.append(_beside(str(one.attrGet("src")), name))
                one.attrSet("src", relpath(pictures[-1], place.parent))
    title = headings[0].words if headings else name
    body = str(markdown.renderer.render(tokens, markdown.options, {}))
    return Page(place, title, _to_scroll(body), tuple(headings), tuple(dict.fromkeys(links)), tuple(pictures))


def _led(link: Token, name: str, place: PurePosixPath, root: Path) -> Iterator[str]:
    """Make a link lead to the page of the site; the file of the checkout that it names, where it is one."""
    target = str(link.attrGet("href"))
    if re.match(r"[a-z]+:", target) or target.startswith("#"):
        return
    file, _, anchor = target.partition("#")
    found = _beside(file, name)
    yield found
    to = relpath(place_of(found, root), place.parent)
    link.attrSet("href", f"{to}#{anchor}" if anchor else to)


def _beside(target: str, name: str) -> str:
    """The file of the checkout that the page ``name`` means by ``target``."""
    return normpath(PurePosixPath(name).parent / target)


def _to_scroll(body: str) -> str:
    """Tables and blocks of code in a region of their own, which scrolls sideways by itself and can be reached with the keyboard."""
    number = 0

    def named(what: str) -> str:
        nonlocal number
        number += 1
        return f'<div class="wide" role="region" tabindex="0" aria-label="{what} {number}">'

    body = re.sub(r"<table>", lambda _: f"{named('Table')}<table>", body).replace("</table>", "</table></div>")
    return re.sub(r"<pre>", lambda _: f"{named('Text')}<pre>", body).replace("</pre>", "</pre></div>")


def file_page(name: str, root: Path) -> Page:
    """A file of the checkout as a page, each of its lines with a name, or a folder as a list of what is in it."""
    path, place = root / name, place_of(name, root)
    if path.is_dir():
        inside = [f"{name}/{one.name}" for one in sorted(path.iterdir()) if one.is_file()]
        items = "".join(
            f'<li><a href="{relpath(place_of(one, root), place.parent)}">{escape(PurePosixPath(one).name)}</a></li>'
            for one in inside
        )
        return Page(place, name, f"<h1>{escape(name)}</h1>\n<ul>{items}</ul>", links_to=tuple(inside))
    lines = path.read_text(encoding="utf-8").splitlines()
    numbered = "\n".join(f'<span id="L{number}">{escape(line)}</span>' for number, line in enumerate(lines, 1))
    return Page(place, name, f"<h1>{escape(name)}</h1>\n" + _to_scroll(f"<pre><code>{numbered}</code></pre>"))
