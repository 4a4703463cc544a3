"""What a paper form says was handed over, where it is not what is offered: quantity and directions as they were given, and why."""

from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.record.decision import Decision
from pharmacyfirst.record.fields import Coded, Quantity, RecordRefused
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.products import actual_products
from pharmacyfirst.record.supply import Handed
from pharmacyfirst.store import ConsultationSoFar, StoreRefused
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.did import told_of
from pharmacyfirst.web.finishing import Done, finish, patient_known
from pharmacyfirst.web.frame import drawn, frame, path_of
from pharmacyfirst.web.handed import COLLECTED_BY_PATIENT, EXPIRY, OTHER_PRODUCT, collected_by, expiry_of, handed_at
from pharmacyfirst.web.opened import about, given_back, opened
from pharmacyfirst.web.pages.missing import missing_of, to_fill_in
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.saved import recorded
from pharmacyfirst.web.pages.who import TextShown
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown

_TEXTS = (
    ("at", "Handed over at (14:30)", "As the paper says"),
    ("quantity", "Quantity", "A number"),
    ("unit", "Unit", "For instance capsule, tablet or mL"),
    ("batch", "Batch number", "Blank where the paper does not say"),
    ("expiry", "Expiry (MM YYYY)", "Blank where the paper does not say"),
    ("directions", "Directions that were given", "As the paper has them"),
    ("because", "Why it was handed over", "In the words of whoever did it; the patient can read this"),
)
_WIDE = ("directions", "because")


@dataclass(frozen=True, slots=True)
class HandedOverPage:
    """What the page shows."""

    title: str
    path: str
    back: str
    held: ConsultationSoFar
    actual: tuple[ChoiceShown, ...]
    actual_code: str
    actual_name: str
    actual_wrong: str
    texts: tuple[TextShown, ...]
    collected: tuple[ChoiceShown, ...]
    collector: str
    missing: tuple[Error, ...]
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class _ReadOtherwise:
    """What was posted, as far as it fits, and what does not by field."""

    handed: Handed | None = field(default=None, repr=False)
    wrong: dict[str, str] = field(default_factory=dict)


def handed_over(visit: Visit) -> Response:
    """``GET`` and ``POST /c/ID/handed-over/PGD``, of what is entered from paper alone."""
    here = opened(visit)
    if isinstance(here, Response):
        return here
    pgd = here.pathway.pgds.get(visit.names["pgd"])
    if pgd is None or here.paper is None:
        return go(path_of(here, "outcome"))
    if visit.method != "POST":
        return _show(visit, here, pgd, {})
    if not patient_known(here):
        return _show(visit, here, pgd, {}, to_fill_in(here))
    read = _read(visit, here, pgd)
    if read.handed is None:
        return _show(visit, here, pgd, read.wrong)
    revision, mark = given_back(visit)
    as_shown = replace(here, held=replace(here.held, revision=revision, patient_mark=mark))
    try:
        decision = Decision(done="supplied", because=visit.posted.one("s-because"), told=told_of(visit.posted))
        finish(visit, as_shown, Done(decision, (read.handed,)))
    except StoreRefused as refused:
        return about(visit, refused)
    except PharmacyFirstError as refused:
        return _show(visit, here, pgd, {"because": str(refused)})
    return recorded(visit, here)


def _read(visit: Visit, here: Talk, pgd: PGD) -> _ReadOtherwise:
    posted = visit.posted
    wrong: dict[str, str] = {}
    at, actual = handed_at(visit, here, wrong), _product(visit, pgd, wrong)
    expiry = expiry_of(posted.one("s-expiry"))
    if posted.one("s-expiry") and expiry is None:
        wrong["expiry"] = EXPIRY
    amount = _amount(posted.one("s-quantity"))
    if amount is None or not posted.one("s-unit"):
        wrong["quantity"] = "Quantity: give a number above nought, and its unit"
    for name, says in (
        ("directions", "Directions: give them as the paper has them"),
        ("because", "Say why it was handed over"),
    ):
        if not posted.one(f"s-{name}"):
            wrong[name] = says
    if not posted.one("s-collected"):
        wrong["collected"] = "Collected: say who took it away"
    if wrong or amount is None or actual is None:
        return _ReadOtherwise(wrong=wrong)
    try:
        return _ReadOtherwise(
            Handed(
                pgd=pgd.id,
                amp=actual,
                quantity=Quantity(amount=amount, unit=posted.one("s-unit")),
                directions=posted.one("s-directions"),
                handed_over_at=at,
                batch=posted.one("s-batch") or None,
                expiry=expiry,
                collected_by=collected_by(visit),
            )
        )
    except RecordRefused as refused:
        return _ReadOtherwise(wrong={"quantity": str(refused)})


def _amount(words: str) -> Decimal | None:
    try:
        amount = Decimal(words)
    except InvalidOperation:
        return None
    return amount if 0 < amount < 100_000 else None


def _known(pgd: PGD) -> dict[str, Coded]:
    """The actual products that we hold of those of a document, by code."""
    codes = (code for one in pgd.products for code in one.codes)
    return {actual_products()[code].code: actual_products()[code] for code in codes if code in actual_products()}


def _product(visit: Visit, pgd: PGD, wrong: dict[str, str]) -> Coded | None:
    posted = visit.posted
    if (known := _known(pgd).get(posted.one("s-actual"))) is not None:
        return known
    try:
        return Coded(code=posted.one("s-actual-code"), display=posted.one("s-actual-name"))
    except RecordRefused:
        wrong["actual"] = "Pack: choose the product, or give its dm+d code and name"
        return None


def _show(visit: Visit, here: Talk, pgd: PGD, wrong: dict[str, str], elsewhere: tuple[Error, ...] = ()) -> Response:
    posted = visit.posted
    actual = [ChoiceShown(code, one.display, posted.one("s-actual") == code) for code, one in _known(pgd).items()]
    actual.append(
        ChoiceShown(OTHER_PRODUCT, "Another product, by its dm+d code", posted.one("s-actual") == OTHER_PRODUCT)
    )
    relationships = coded_lists()["relationship"].items.items()
    view = HandedOverPage(
        title=f"Handed over on paper: {pgd.medicine}",
        path=path_of(here, f"handed-over/{pgd.id}"),
        back=path_of(here, "outcome"),
        held=here.held,
        actual=tuple(actual),
        actual_code=posted.one("s-actual-code"),
        actual_name=posted.one("s-actual-name"),
        actual_wrong=wrong.get("actual", ""),
        texts=tuple(
            TextShown(
                f"s-{name}",
                says,
                posted.one(f"s-{name}"),
                wrong.get(name, ""),
                "pf-wide" if name in _WIDE else "pf-third",
                hint,
            )
            for name, says, hint in _TEXTS
        ),
        collected=tuple(
            ChoiceShown(value, f"{says[:1].upper()}{says[1:]}", posted.one("s-collected") == value)
            for value, says in ((COLLECTED_BY_PATIENT, "The patient"), *relationships)
        ),
        collector=posted.one("s-collector"),
        missing=missing_of(here),
        errors=(*elsewhere, *(Error(says, f"s-{name}") for name, says in wrong.items())),
    )
    return html(drawn("handed-over.html", f=frame(visit, view.title, here, ""), v=view), 422 if view.errors else 200)
