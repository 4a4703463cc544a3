"""Calls about one record that is given and not kept: made of its account, judged again, its papers, and the message to the GP practice."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pharmacyfirst.api.calls import (
    AT,
    HTML,
    JSON,
    PDF,
    TEXT,
    XML,
    Asking,
    Call,
    Gives,
    Query,
    QueryField,
    Reply,
    as_json,
    posted,
)
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.record.consultation import Account, Consultation, write_record
from pharmacyfirst.record.judged import content_of, read_account, read_record
from pharmacyfirst.record.make import NOT_JUDGED, is_judged, make_record

MOST_MESSAGE = 5_000_000  # bytes: a GP message has some thirty thousand


def record_of(asked: Asking, account: Account) -> Consultation:
    """The record of an account, made now. Only a training patient's is made as if at another time."""
    practice = account.patient.practice_patient
    if asked.at is not None and not practice:
        raise ApiProblem(
            "wrong_query", "at: a record is made now. Only a training patient's may be made as if at another time."
        )
    held = asked.desk.in_force
    at = asked.at or asked.desk.now()
    return make_record(account, held.library, recorded_at=at, adoption=None if practice else held.adoption)


def make(asked: Asking) -> Reply:
    """The record of an account: facts assessed, what decided in words, every supply worked out from the offer. Nothing is kept."""
    return Reply(write_record(record_of(asked, read_account(asked.body))).encode() + b"\n")


def _read(asked: Asking) -> tuple[Consultation, Library]:
    library = asked.desk.library
    return read_record(asked.body, library), library


def judge(asked: Asking) -> Reply:
    """Whether a record is what its own account comes to. Refused where it is another; not judged where its content is not at hand."""
    record, _ = _read(asked)
    judged = is_judged(record)
    return as_json({"id": record.id, "judged": judged, "says": "judged again, and the same" if judged else NOT_JUDGED})


class PaperAs(NamedTuple):
    """A paper of a record: its forms, each with what makes it, and whether it needs the content that the record was decided by."""

    forms: Mapping[str, Callable[..., str | bytes]]
    of_content: bool = False


FORMS = {"text": TEXT, "html": HTML, "pdf": PDF, "csv": "text/csv", "json": JSON}


def papers() -> Mapping[str, PaperAs]:
    """The papers by name. They are imported when one is asked for, as each brings its templates."""
    from pharmacyfirst.record.papers.claim import claim_csv, claim_json
    from pharmacyfirst.record.papers.label import label_html, label_pdf, label_text
    from pharmacyfirst.record.papers.leaflet import leaflet_html, leaflet_pdf, leaflet_text
    from pharmacyfirst.record.papers.letter import letter_html, letter_pdf, letter_text
    from pharmacyfirst.record.papers.one_page import one_page_html, one_page_pdf

    return {
        "letter": PaperAs({"text": letter_text, "html": letter_html, "pdf": letter_pdf}),
        "label": PaperAs({"text": label_text, "html": label_html, "pdf": label_pdf}, of_content=True),
        "leaflet": PaperAs({"text": leaflet_text, "html": leaflet_html, "pdf": leaflet_pdf}, of_content=True),
        "page": PaperAs({"html": one_page_html, "pdf": one_page_pdf}),
        "claim": PaperAs({"csv": _of_one(claim_csv), "json": _of_one(claim_json)}),
    }


def _of_one(make: Callable[..., str]) -> Callable[..., str]:
    return lambda record: make([record])


def paper_of(record: Consultation, library: Library, name: str, form: str) -> Reply:
    """A paper of a record. Raises ``ApiProblem`` where there is none of this name or form, and what the paper raises."""
    wanted = papers().get(name)
    if wanted is None:
        raise ApiProblem("not_there", f"There is no such paper. There are: {', '.join(papers())}.")
    make = wanted.forms.get(form)
    if make is None:
        raise ApiProblem("wrong_query", f"form: this paper is made as {', '.join(wanted.forms)}.")
    made = make(record, _content(record, library)) if wanted.of_content else make(record)
    return Reply(made if isinstance(made, bytes) else made.encode(), FORMS[form])


def _content(record: Consultation, library: Library) -> Pathway:
    found = content_of(record, library)
    if found is None:
        raise ApiProblem(
            "no_paper", "The content that this consultation was decided by is not in the library. Nothing was made."
        )
    return found


def paper(asked: Asking) -> Reply:
    """A paper of a record: the same record gives the same bytes."""
    return paper_of(*_read(asked), asked.names["paper"], asked.query["form"])


def message(asked: Asking) -> Reply:
    """The GP message of a record, for whoever sends it; refused where none may be sent, or where it would be refused."""
    from pharmacyfirst.record.message.envelope import envelope_of
    from pharmacyfirst.record.message.rules import check
    from pharmacyfirst.record.message.update_record import update_record

    record, _ = _read(asked)
    if not asked.desk.mailbox:
        raise ApiProblem(
            "no_message",
            "This server was started without the pharmacy's MESH mailbox (--mailbox), which a message names.",
        )
    xml = update_record(
        record, envelope_of(record, asked.desk.mailbox, asked.at or record.ended_at or record.started_at)
    )
    if problems := check(xml):
        raise ApiProblem(
            "message_refused",
            "The message would be refused, so none is given.",
            problems=[str(one) for one in problems],
        )
    return Reply(xml, XML)


def check_message(asked: Asking) -> Reply:
    """What the XML schema, the profiles and the rules of the guide find wrong with a GP message; nothing where it passes."""
    from pharmacyfirst.record.message.rules import check

    problems = check(asked.body)
    return as_json({"passes": not problems, "problems": [{"rule": one.rule, "says": str(one)} for one in problems]})


JUDGED_SCHEMA: dict[str, Any] = {
    "title": "Judged",
    "description": "Whether a record was made once more of its own account, and is the same.",
    "type": "object",
    "properties": {
        "id": {"description": "The id of the record.", "type": "string"},
        "judged": {
            "description": "Whether it was judged; false where its content is not at hand, and nobody knows.",
            "type": "boolean",
        },
        "says": {"description": "The same in words.", "type": "string"},
    },
    "required": ["id", "judged", "says"],
}
CHECKED_SCHEMA: dict[str, Any] = {
    "title": "Checked",
    "description": "What is wrong with a GP message. It is not NHS England's validator.",
    "type": "object",
    "properties": {
        "passes": {"description": "Whether nothing is wrong.", "type": "boolean"},
        "problems": {
            "description": "Every problem, with the id of its rule.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"rule": {"type": "string"}, "says": {"type": "string"}},
                "required": ["rule", "says"],
            },
        },
    },
    "required": ["passes", "problems"],
}
FORM = QueryField("form", Query.WORD, "How the paper is made.", words=tuple(FORMS))
ANY_FORM = Gives("The paper.", media_types=tuple(FORMS.values()))

CALLS = (
    posted("/v1/made-records", "Make the record of an account", make, Gives("The record.", "Record"), Scope.RECORDS, "Account", query=(AT,)),
    posted("/v1/judged-records", "Judge a record again", judge, Gives("Whether it is what its account comes to.", "Judged"), Scope.RECORDS, "Record"),
    posted("/v1/papers/{paper}", "Make a paper of a record", paper, ANY_FORM, Scope.RECORDS, "Record", query=(FORM,), aside=True),
    posted(
        "/v1/made-messages", "Write the GP message of a record", message, Gives("The message.", media_types=(XML,)), Scope.MESSAGES, "Record", query=(AT,)
    ),
    Call(
        "POST", "/v1/checked-messages", "Check a GP message", check_message, Gives("What is wrong with it.", "Checked"), Scope.MESSAGES,
        media_types=(XML, "application/fhir+xml"), most_bytes=MOST_MESSAGE,
    ),
)  # fmt: skip
