"""The one reader of XML: bytes in, an lxml tree out, or a refusal that repeats nothing of what it read.

Nothing outside the bytes is ever loaded, and what the bytes say about themselves is bounded before anybody walks the tree: their length,
how many elements there are, how deep they stand in each other, and how many attributes one of them has. Comments and processing instructions are left out; they
say nothing to a receiver of FHIR. UTF-8 is read, and what the XML declaration or a byte order mark names instead.
"""

from types import ModuleType
from typing import Any

from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError

# An element of lxml, which brings no types of its own.
Element = Any

# Practices refuse messages of 5 MB and more (20015).
MOST_BYTES = 5_000_000
# The deepest message that the profiles allow has 16; a narrative in XHTML has more, and none has this many.
MOST_LEVELS = 100
# FHIR has two or three on one element, XHTML a dozen. lxml's own walk over them takes the square of their number.
MOST_ATTRIBUTES = 64

# FHIR takes some 40 bytes for an element, so that 5 MB have 125,000.
MOST_ELEMENTS = 250_000

_DEEPER = f"boolean({'/*' * (MOST_LEVELS + 1)})"
_WIDER = f"boolean(//*[@*[{MOST_ATTRIBUTES + 1}]])"
_MORE = f"count(//*) > {MOST_ELEMENTS}"


class XMLRefused(PharmacyFirstError, ValueError):
    """These bytes are not read as XML; says why, and repeats nothing of them, so that it can be logged.

    ``code`` is ``too_large``, ``not_well_formed``, ``document_type``, ``too_many_elements``, ``too_deep`` or ``too_many_attributes``;
    ``place`` is the line and column where reading stopped, or empty. The words begin in small letters, so that they can end a sentence
    of whoever asked.
    """

    def __init__(self, code: str, says: str, place: str = ""):
        super().__init__(f"{says} ({place})" if place else says)
        self.code = code
        self.says = says
        self.place = place

    # Exceptions are copied and pickled by calling the class with ``args``, which is the finished message alone.
    def __reduce__(self) -> "tuple[type[XMLRefused], tuple[str, str, str]]":
        return type(self), (self.code, self.says, self.place)


def read_xml(raw: bytes, most_bytes: int = MOST_BYTES) -> Element:
    """The root element of the XML in these bytes. Raises ``XMLRefused``, and ``ExtraMissing`` without lxml.

    No document type, no entity of its own, no network, no file; at most ``most_bytes`` bytes.
    """
    etree = _lxml()
    if len(raw) > most_bytes:
        raise XMLRefused("too_large", f"it is larger than {most_bytes / 1_000_000:g} MB")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as wrong:  # its own words quote the text
        line, column = wrong.position
        place = f"line {line}, column {column}"
    except ValueError:
        place = ""
    else:
        return _within_bounds(root)
    # Out here: raised above it would carry what was caught, which quotes the text.
    raise XMLRefused("not_well_formed", "it is not well-formed XML", place)


def _within_bounds(root: Element) -> Element:
    if root.getroottree().docinfo.doctype:
        raise XMLRefused("document_type", "it brings a document type of its own")
    if root.xpath(_MORE):
        raise XMLRefused("too_many_elements", f"it has more than {MOST_ELEMENTS:,} elements")
    if root.xpath(_DEEPER):
        raise XMLRefused("too_deep", f"its elements stand more than {MOST_LEVELS} deep in each other")
    if root.xpath(_WIDER):
        raise XMLRefused("too_many_attributes", f"one of its elements has more than {MOST_ATTRIBUTES} attributes")
    return root


def as_text(element: Element) -> str:
    """An element of a tree that was read here as XML text again, without what follows it."""
    return str(_lxml().tostring(element, encoding="unicode", with_tail=False))


def _lxml() -> ModuleType:
    """lxml's etree, or an error that says what has to be installed."""
    try:
        from lxml import etree
    except ImportError:
        raise ExtraMissing("record", "reading a FHIR message") from None
    return etree  # type: ignore[no-any-return]
