"""What two people have done on the bench is confirmed by the second, and adopted: from then on the form goes by it."""

from dataclasses import dataclass

from starlette.responses import Response

from pharmacyfirst.authority.adoption import Adoption, Practitioner, documents_to_adopt
from pharmacyfirst.authority.bench import Bench, BenchRefused
from pharmacyfirst.authority.clauses import clauses_of
from pharmacyfirst.authority.renewal import joined
from pharmacyfirst.content.amounts import parse_period
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pgd import Period
from pharmacyfirst.paper.words import begun, day
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame, go_on
from pharmacyfirst.web.pages.bench import in_words, laid_out, not_there, path_of
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.replies import html
from pharmacyfirst.web.rows import ChoiceShown
from pharmacyfirst.web.who_may import may


@dataclass(frozen=True, slots=True)
class AnswerToConfirm:
    """What was found of a clause, as whoever confirms reads it."""

    name: str
    lines: tuple[str, ...]
    found: str
    agreed: bool
    by: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """Every answer of a document. ``why_not`` says why whoever looks cannot confirm it; ``confirmed`` who has."""

    title: str
    path: str
    back: str
    answers: str
    found: tuple[AnswerToConfirm, ...]
    why_not: str
    confirmed: str
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class AdoptPage:
    """Adopting a condition. ``period`` is empty where a record is in use, whose period stays."""

    title: str
    path: str
    documents: tuple[tuple[str, str], ...]
    asks_period: bool
    period: str
    role: str
    distance: tuple[ChoiceShown, ...]
    practitioners: tuple[ChoiceShown, ...]
    errors: tuple[Error, ...]


def confirm(visit: Visit) -> Response:
    """``GET`` and ``POST /bench/CONDITION/PART/confirm``: a second person goes through the answers and confirms them."""
    try:
        laid, sheet = laid_out(visit)
    except PharmacyFirstError as refused:
        return not_there(visit, refused)
    person = visit.at_the_desk.person
    errors: tuple[Error, ...] = ()
    if visit.method == "POST":
        try:
            if not visit.posted.ticked("sure"):
                raise BenchRefused("Say that you have gone through each of them beside the signed document.")
            shown = visit.posted.one("answers")
            visit.desk.store.benches.confirm(laid.pathway, sheet.of, shown, visit.actor, person.key)
            return go_on(visit, "/bench", "Confirmed.")
        except BenchRefused as refused:
            errors = (Error(str(refused), "sure"),)
    why = "This page is for reviewers to confirm."
    if may("/bench/{condition}/{part}/confirm", "POST", person.roles):
        why = ""
        try:
            laid.confirm(sheet, visit.actor.name, visit.today, person.key)
        except BenchRefused as refused:
            why = str(refused).removesuffix(" Nothing was confirmed.")
    held = laid.confirmed.get(sheet.of)
    path = path_of(laid, sheet)
    view = ConfirmPage(
        title=sheet.named,
        path=f"{path}/confirm",
        back=f"{path}/1",
        answers=laid.digest_of_answers(sheet),
        found=tuple(
            AnswerToConfirm(
                one.name, in_words(sheet, one), found.how, found.found.is_agreed, f"{found.by}, {day(found.on)}"
            )
            for one in sheet.clauses
            if (found := laid.answer(sheet, one)) is not None
        ),
        why_not=why,
        confirmed=f"{held.by}, {day(held.on)}" if held is not None and laid.is_confirmed(sheet) else "",
        errors=errors,
    )
    return html(drawn("bench-confirm.html", f=frame(visit, f"Confirm {sheet.named}"), v=view), 422 if errors else 200)


def adopt(visit: Visit) -> Response:
    """``GET`` and ``POST /bench/CONDITION/adopt``: write the adoption record that the form goes by from now on."""
    desk = visit.desk
    try:
        laid = desk.store.benches.of(desk.library.in_force(visit.names["condition"], visit.today))
        laid.checked(visit.today)
        _ = _in_use(visit)
    except PharmacyFirstError as refused:
        return not_there(visit, refused)
    errors: tuple[Error, ...] = ()
    if visit.method == "POST":
        try:
            adoption = _adoption(visit, laid)
            record, words = desk.keep_adoption(adoption)
            desk.store.benches.adopted(laid.pathway, adoption, words, visit.actor)
            desk.go_by(record)  # last: what permits is put down first
            return go_on(visit, "/bench", f"Adopted: {laid.pathway.title}. Who was named may supply from now on.")
        except PharmacyFirstError as refused:
            errors = (Error(str(refused), "role"),)
    view = _shown(visit, laid, errors)
    return html(
        drawn("bench-adopt.html", f=frame(visit, f"Adopt {laid.pathway.title}"), v=view), 422 if errors else 200
    )


def _in_use(visit: Visit) -> Adoption | None:
    """The record that is in use; None where there is none yet. Raises ``BenchRefused`` where nothing can be added to it."""
    desk, held = visit.desk, visit.desk.in_force
    if held.trouble:
        raise BenchRefused(held.trouble)
    if held.adoption is not None and visit.today not in held.adoption.period:
        raise BenchRefused(
            "The adoption record that is in use is not in force today, so nothing can be added to it. "
            "Renew it first: pharmacyfirst adopt --from."
        )
    if held.adoption is not None and desk.ours is not None and held.adoption.ods_code != desk.ours.pharmacy.ods:
        raise BenchRefused("The adoption record that is in use is another pharmacy's. Nothing can be added to it.")
    return held.adoption


def _adoption(visit: Visit, laid: Bench) -> Adoption:
    desk, posted, before = visit.desk, visit.posted, _in_use(visit)
    assert desk.ours is not None  # no page opens before the pharmacy is set up
    role, distance = posted.one("role"), posted.one("distance")
    period = before.period if before is not None else _period(posted.one("period"))
    if not role:
        raise BenchRefused("Role: say in which role you sign, for instance superintendent pharmacist.")
    if before is None and distance not in ("yes", "no"):
        raise BenchRefused("Say whether it is a distance-selling pharmacy.")
    documents = documents_to_adopt(laid.pathway)
    named = posted.all("practitioner")
    new = Adoption(
        ods_code=desk.ours.pharmacy.ods,
        distance_selling=distance == "yes",
        documents=documents,
        period=period,
        checked=laid.checked(visit.today),
        signed_by=visit.actor.name,
        role=role,
        signed_on=visit.today,
        practitioners=tuple(
            Practitioner(one.gphc_number, one.profession, documents)
            for one in desk.practitioners
            if one.gphc_number in named
        ),
        agreed=Frozen(
            {
                document: Frozen({one.name: one.digest for one in each})
                for document, each in clauses_of(laid.pathway).items()
            }
        ),
    )
    return joined(before, new) if before is not None else new


def _period(words: str) -> Period:
    period = parse_period(words)
    if period is None:
        raise BenchRefused('In force: write "2026-11-01 to 2027-01-30" or "from 2026-11-01".')
    return period


def _shown(visit: Visit, laid: Bench, errors: tuple[Error, ...]) -> AdoptPage:
    posted, before = visit.posted, _in_use(visit)
    chosen = posted.one("distance")
    named = posted.all("practitioner")
    return AdoptPage(
        title=laid.pathway.title,
        path=f"/bench/{laid.pathway.id}/adopt",
        documents=tuple((one.in_words(), one.digest) for one in documents_to_adopt(laid.pathway)),
        asks_period=before is None,
        period=before.period.in_words() if before is not None else posted.one("period"),
        role=posted.one("role"),
        distance=tuple(ChoiceShown(word, begun(word), word == chosen) for word in ("no", "yes")),
        practitioners=tuple(
            ChoiceShown(one.gphc_number, f"{one.name}, GPhC {one.gphc_number}", one.gphc_number in named)
            for one in visit.desk.practitioners
        ),
        errors=errors,
    )
