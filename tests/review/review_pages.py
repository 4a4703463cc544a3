"""What the tests of documents share: every document of every library there is, and ways to read a page and to walk the content."""

import dataclasses
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.hazards import hazards_of
from pharmacyfirst.content.library import load, pathways_folder, shipped_library
from pharmacyfirst.review.documents import AUTHORISATION, HAZARD_LOG, OPEN_ITEMS, REVIEW_PACK, Printer
from pharmacyfirst.review.pack.checks import checks_of
from pharmacyfirst.review.pack.pack import review_pack
from pharmacyfirst.review.service_document import SERVICES

# What ships, and the made-up set that uses every feature, a clinical protocol among them.
ROOTS = {"shipped": pathways_folder(), "made-up": Path(__file__).resolve().parents[1] / "bad" / "good"}


@cache
def library(name):
    return shipped_library() if name == "shipped" else load(ROOTS[name])


@cache
def lists(name):
    """Every shared list that a pathway of the library uses, by name."""
    return {name: one for pathway in library(name).newest_all() for name, one in pathway.lists.items()}


CONDITIONS = [(name, pathway.id) for name in ROOTS for pathway in library(name).newest_all()]
PGDS = [(name, condition, pgd) for name, condition in CONDITIONS for pgd in library(name).newest(condition).pgds]


def pathway_of(name, condition):
    return library(name).newest(condition)


def pgd_of(name, condition, pgd):
    return pathway_of(name, condition).pgds[pgd]


@cache
def printer(name):
    return Printer(library(name).medicines, library(name).sources)


@cache
def documents(name, condition, pgd):
    """The PGD document and the authorisation sheet."""
    return tuple(printer(name).of_pgd(pathway_of(name, condition), pgd_of(name, condition, pgd)))


@cache
def pathway_page(name, condition):
    return printer(name).of_pathway(pathway_of(name, condition))


@cache
def open_items(name, condition):
    return printer(name).open_items(pathway_of(name, condition))


@cache
def service_page(name, service):
    found = library(name)
    one = found.services[service]
    return printer(name).of_service(one, [found.newest(pathway) for pathway in one.pathways])


# The made-up set, which uses every feature, and the smallest that ships.
PACKS = [("made-up", "hiccups"), ("shipped", "uncomplicated-uti")]


@cache
def pack_of(name, condition):
    """The review pack of a condition, with nothing run but its cases."""
    found = library(name)
    pathway = found.newest(condition)
    return review_pack(found, pathway, checks_of(found, pathway, cases_of(found, condition)))


@cache
def pack_page(name, condition):
    return printer(name).pack(pack_of(name, condition))


@cache
def hazards_page():
    log = hazards_of(library("shipped"))
    return printer("shipped").hazards(log, log.hazards)


def every_page():
    """The name of each document there is, with a function that makes it: they are made when a test asks, not while tests are collected."""
    for key in PGDS:
        library, condition, pgd = key
        for number, of_pgd in enumerate((pgd, f"{pgd}-{AUTHORISATION}")):
            yield f"{library} {condition}/{of_pgd}", lambda key=key, number=number: documents(*key)[number]
    for key in CONDITIONS:
        yield f"{' '.join(key)}/pathway", lambda key=key: pathway_page(*key)
        yield f"{' '.join(key)}/{OPEN_ITEMS}", lambda key=key: open_items(*key)
    for key in PACKS:
        yield f"{' '.join(key)}/{REVIEW_PACK}", lambda key=key: pack_page(*key)
    for service in shipped_library().services:
        yield f"shipped {SERVICES}/{service}", lambda service=service: service_page("shipped", service)
    yield f"shipped {HAZARD_LOG}", hazards_page


@cache
def tree(html):
    """The page as a tree; HTML that is not well-formed raises."""
    return ElementTree.fromstring(html.removeprefix("<!DOCTYPE html>\n"))


def squeezed(words):
    return " ".join(words.split())


@cache
def text(html):
    """All that a reader sees of a page, with single blanks."""
    body = tree(html).find("body")
    return squeezed(" ".join(_blocks(body)))


INLINE = {"span", "a", "sup", "strong", "wbr"}


def _blocks(element):
    """The words of each paragraph or cell; within one, nothing is put between its pieces."""
    if all(child.tag in INLINE for child in element):
        yield "".join(element.itertext())
    else:
        for child in element:
            yield from _blocks(child)


def row(html, anchor):
    """The words of the row of an id."""
    (found,) = [element for element in tree(html).iter() if element.get("id") == anchor]
    return squeezed(" ".join(_blocks(found)))


def table(html, caption):
    """The words of the table of that caption."""
    (found,) = [one for one in tree(html).iter("table") if squeezed("".join(one.find("caption").itertext())) == caption]
    return squeezed(" ".join(_blocks(found)))


def parts(thing):
    """A piece of content and every piece inside it."""
    if dataclasses.is_dataclass(thing):
        yield thing
        for field in dataclasses.fields(thing):
            if field.init:  # what a thing works out of the rest holds nothing of its own
                yield from parts(getattr(thing, field.name))
    elif isinstance(thing, Mapping):
        for inner in thing.values():
            yield from parts(inner)
    elif isinstance(thing, tuple | list):
        for inner in thing:
            yield from parts(inner)


def headings(html):
    return [squeezed("".join(one.itertext())) for one in tree(html).iter() if re.fullmatch(r"h\d", one.tag)]
