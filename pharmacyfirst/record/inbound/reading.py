"""One reading of a bundle: the patient's entries, what they suggest, what to mind in the order that matters, and what was not read."""

from dataclasses import dataclass
from datetime import date

from pharmacyfirst.record.inbound.bearing import bearing
from pharmacyfirst.record.inbound.bundle import Bundle, Resource, Skipped
from pharmacyfirst.record.inbound.entries import Entries
from pharmacyfirst.record.inbound.narrative import read_narrative
from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.rest import not_read, passed_over, withheld_items
from pharmacyfirst.record.inbound.seen import ConsentSeen, FlagSeen, Seen
from pharmacyfirst.record.inbound.suggestions import Suggestion, of_birth


@dataclass(frozen=True, slots=True)
class BundleRead:
    """What was read of a bundle for one patient. ``warnings`` begin with flags and consent, then whose record it is, then what was withheld."""

    person: PersonSeen
    suggestions: tuple[Suggestion, ...]
    seen: tuple[Seen, ...]
    statements: tuple[str, ...]
    warnings: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    @property
    def requirements(self) -> tuple[str, ...]:
        """The patient's individual requirements, in the sender's words; not one that was entered by mistake."""
        flags = (one for one in self.seen if isinstance(one, FlagSeen) and one.requirement)
        return tuple(one.words for one in flags if "entered in error" not in one.doubt)

    @property
    def consents(self) -> tuple[ConsentSeen, ...]:
        """What the source says of the patient's consent."""
        return tuple(one for one in self.seen if isinstance(one, ConsentSeen))


def read_entries(bundle: Bundle, patient: Resource, source: str, on: date, *more: str) -> BundleRead:
    """Everything that a bundle holds on a patient, for a consultation on a day. ``more`` is what else is to be minded of the source."""
    entries = Entries(bundle, patient)
    narrative = read_narrative(bundle)
    seen = (*entries.seen(), *narrative.seen)
    bears = bearing(seen, source, on)
    rest = passed_over(bundle, entries.texts, narrative.texts)
    person = entries.person
    born = of_birth(person.birth_date, source, on) if person.birth_date else None
    warnings = (
        *entries.first, *entries.about_person, *narrative.withheld, *rest.withheld, *withheld_items(bundle), *bears.mind, *entries.warnings, *narrative.mind, *rest.mind, *more,
    )  # fmt: skip
    return BundleRead(
        person=person,
        suggestions=(*((born,) if born else ()), *bears.suggestions),
        seen=seen,
        statements=tuple(narrative.statements),
        warnings=tuple(dict.fromkeys(warnings)),
        skipped=(*entries.skipped, *narrative.skipped, *not_read(bundle)),
    )
