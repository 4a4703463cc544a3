"""What a pathway and its PGDs say to people: where to go, pages, prompts, duties of the record, and for whom and which form a statement is."""

from collections.abc import Collection, Iterator

from pharmacyfirst.content.blocks import HARM_LOST, HARM_MISSING, Form, Headings, identified, statement
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.shapes import CODE_USES, MUST_SAY_WHERE, SENT_ELSEWHERE
from pharmacyfirst.content.shapes_of_pgds import STATEMENT_TO
from pharmacyfirst.content.text import Block, Place, Text
from pharmacyfirst.kernel.evidence import PATIENT, PROFESSIONAL, READERS, Grade, Statement
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Diagnosis, Page

HARM_NOWHERE = "Somebody would be sent away without knowing to whom."
HARM_UNREAD = "Words for a patient would go to nobody, or to somebody who must not act on them."


def read_where_to(form: Form) -> Iterator[tuple[Kind, Statement]]:
    """Where somebody goes by the kind of outcome; both kinds of referral say so."""
    kinds: dict[str, Kind] = {kind.word: kind for kind in SENT_ELSEWHERE}
    found = set()
    for name, inner in form.forms("where to"):
        kind = kinds.get(name.words)
        if kind is None:
            fix = suggest(name.words, kinds, f"The kinds are: {', '.join(kinds)}.")
            form.mistakes.add(
                name.place, f'"{name.words}" is no kind of outcome that sends somebody on', fix, HARM_NOWHERE
            )
            continue
        found.add(kind)
        yield kind, statement(inner)
    for needed in MUST_SAY_WHERE:
        if needed not in found and isinstance(form.node("where to"), Block):
            what, fix = (
                f'nothing says where somebody goes at "{needed.word}"',
                f'Write "{needed.word}:" with says: and evidence:.',
            )
            form.refuse("where to", what, fix, HARM_NOWHERE)


def where_nothing(form: Form, offers: Collection[str]) -> str:
    """To whom somebody goes where everything that a row offers is ruled out; a row that offers says so."""
    heading = "where nothing can be offered"
    if offers and heading not in form and heading not in form.misspelt:
        form.mistakes.add(
            form.block.place,
            "nothing says where somebody goes to whom this row can offer nothing",
            f'Write "{heading}:" and to whom they go whom every document of the row excludes.',
            HARM_NOWHERE,
        )
    if not offers and heading in form:
        form.refuse(heading, "the row offers nothing", "Take it out, or write where to:.", HARM_LOST)
    return form.text(heading)


def read_pages(form: Form) -> tuple[Page, ...]:
    """The pages of the conversation, each with its questions as they are named."""
    node = form.node("pages")
    if node is not None and not isinstance(node, Block):
        form.refuse(
            "pages", "pages have titles", "Write a title and a colon, and the questions after it.", HARM_MISSING
        )
    if not isinstance(node, Block):
        return ()
    under = Headings(node, form.tags, form.mistakes)
    return tuple(Page(title, tuple(name.words for name in under.names(title))) for title in node.items)


def read_diagnosis(form: Form, vocabulary: Vocabulary) -> Diagnosis | None:
    """When a record may say that somebody has the condition."""
    inner = form.form_under("diagnosis established when")
    if inner is None:
        return None
    return Diagnosis(
        clear=tuple(name.words for name in inner.names("clear")),
        otherwise=inner.text("otherwise"),
        sentence=vocabulary.condition(inner.block),
        backing=inner.backing(),
    )


def read_prompts(form: Form, ids: dict[str, Place]) -> Iterator[Statement]:
    """Prompts, each with the pages, headings or kinds of outcome it is shown at."""
    for name, inner in form.forms("prompts"):
        identified(name, form.mistakes, ids)
        at = tuple(text.words for text in inner.names("at"))
        yield Statement(inner.text("says"), inner.backing(), name.words, at=at)


def read_records(form: Form, ids: dict[str, Place]) -> Iterator[Statement]:
    """What has to be recorded, of every consultation or only of those with an outcome or a PGD."""
    for name, inner in form.forms("records"):
        identified(name, form.mistakes, ids)
        yield Statement(
            inner.text("says"), inner.backing(), name.words, tuple(text.words for text in inner.names("for"))
        )


def read_use(form: Form) -> str:
    """What a code is for: one word of a closed list."""
    wanted = f"one of: {', '.join(CODE_USES)}; anything more goes under note"
    uses = dict(zip(CODE_USES, CODE_USES, strict=True))
    return form.parsed("use", uses.get, wanted, "A record would say of somebody what is not so.") or ""


def readers(form: Form) -> tuple[str, ...]:
    """For whom a statement or caution of a PGD is."""
    names = form.names("for")
    for name in names:
        if name.words not in READERS:
            fix = suggest(name.words, READERS, f"Write {', or '.join(READERS)}, or both with a comma.")
            form.mistakes.add(name.place, f'"{name.words}" is no reader of a PGD', fix, HARM_UNREAD)
    return tuple(name.words for name in names)


def forms(form: Form, known: Collection[str]) -> tuple[str, ...]:
    """The forms of product with which alone something is said; each is one of the file."""
    names: tuple[Text, ...] = form.names("form")
    for name in names:
        if known and name.words not in known:
            fix = suggest(name.words, known, f"The forms are: {', '.join(sorted(known))}.")
            form.mistakes.add(name.place, f'"{name.words}" is no form of a product of this file', fix, HARM_UNREAD)
    return tuple(name.words for name in names)


def statements_to(form: Form, heading: str, known: Collection[str]) -> tuple[Statement, ...]:
    """The statements under a heading of a PGD, each with its readers and the forms it is said with."""
    found = []
    for inner in form.statement_forms(heading, STATEMENT_TO):
        one = statement(inner, audience=readers(inner), forms=forms(inner, known))
        grades = {line.grade for line in one.backing.evidence if not line.about}
        if PATIENT in one.audience and grades == {Grade.UNKNOWN}:
            what, fix = "what is not known is said to a patient", f"Write for: {PROFESSIONAL}."
            inner.refuse("for", what, fix, "A gap in what we know would be printed as advice.")
        found.append(one)
    return tuple(found)
