"""What a record still lacks of the patient, on every page from which a consultation is finished: named, and linked to its field."""

from pharmacyfirst.web.desk import PATIENT_PAGE, Talk
from pharmacyfirst.web.frame import path_of
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.patient import called, lacking, place_of


def missing_of(here: Talk) -> tuple[Error, ...]:
    """What a record still lacks of the patient, each in a few words with the field of the patient page."""
    return tuple(Error(called(name), _on_patient_page(here, name)) for name in lacking(here.who, here.on))


def to_fill_in(here: Talk) -> tuple[Error, ...]:
    """The same as errors of another page: what has to be done about each."""
    return tuple(Error(says, _on_patient_page(here, name)) for name, says in lacking(here.who, here.on).items())


def _on_patient_page(here: Talk, name: str) -> str:
    return f"{path_of(here, PATIENT_PAGE)}#{place_of(name)}"
