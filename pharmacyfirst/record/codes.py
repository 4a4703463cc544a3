"""The codes a message may carry, as data: which code, what it is called, from when, and how well that is known.

Every code of SNOMED CT and dm+d here has a right check digit (a test says so), which proves no more than that nobody mistyped it. Sources
are the sections of the interoperability study: guide is the GP Connect Update Record guide, sample an official message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.service import Service
from pharmacyfirst.record.products import as_handed

SNOMED = "http://snomed.info/sct"
DMD = "https://dmd.nhs.uk"
UCUM = "http://unitsofmeasure.org"

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
SDS_USER = "https://fhir.nhs.uk/Id/sds-user-id"
GPHC = "https://fhir.hl7.org.uk/Id/gphc-number"

_NHS = "https://fhir.nhs.uk/STU3"
_HL7_UK = "https://fhir.hl7.org.uk/STU3"
NHS_PROFILE = f"{_NHS}/StructureDefinition/"
COMPOSITION_PROFILE = f"{_HL7_UK}/StructureDefinition/CareConnect-Composition-1"
MESSAGE_HANDLING = f"{NHS_PROFILE}Extension-ITK-MessageHandling-2"
NUMBER_VERIFICATION = f"{NHS_PROFILE}Extension-CareConnect-GPC-NHSNumberVerificationStatus-1"

MESSAGE_EVENTS = f"{_NHS}/CodeSystem/ITK-MessageEvent-2"
RECIPIENT_TYPES = f"{_NHS}/CodeSystem/ITK-RecipientType-1"
NUMBER_STATUSES = f"{_NHS}/CodeSystem/CareConnect-NHSNumberVerificationStatus-1"
PARTICIPANT_TYPES = f"{_NHS}/CodeSystem/GPConnect-ParticipantType-1"
JOB_ROLES = f"{_HL7_UK}/CodeSystem/CareConnect-SDSJobRoleName-1"
SUPPLY_TYPES = f"{_HL7_UK}/CodeSystem/CareConnect-MedicationSupplyType-1"
DISPENSE_CATEGORIES = "http://hl7.org/fhir/medication-dispense-category"
OBSERVATION_CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
HEADINGS = "https://fhir.nhs.uk/CodeSystem/RecordStandardHeadings"
MESSAGE_DEFINITION = "https://fhir.nhs.uk/MessageDefinition"

WORKFLOW = "GPCONNECT_UPDATE_RECORD"
EVENT = ("ITK014M", "ITK Update Record")


@dataclass(frozen=True, slots=True)
class Code:
    """A code with its system and the words it is shown with."""

    system: str
    code: str
    display: str


class NoServiceCode(PharmacyFirstError, LookupError):
    """No code of the service is known for a day, so neither message nor letter can be written; the message names the day."""


def name_of(service: Service) -> str:
    """What a record calls a service: its id in words, for instance ``pharmacy first``."""
    return service.id.replace("-", " ")


def service_named(name: str | None) -> Service | None:
    """The service of the content that a record calls so; None where there is none."""
    return next((one for one in shipped_library().services.values() if name_of(one) == name), None)


def service_code(name: str | None, on: date) -> Code:
    """The code of a service on a day. Raises ``NoServiceCode`` where none holds: there is no falling back to the latest."""
    service = service_named(name)
    for one in service.codes if service is not None else ():
        if on in one.in_force:
            return Code(SNOMED, one.code, one.says)
    ours = name if service is not None else "that it belongs to"  # any other name is somebody's words
    raise NoServiceCode(f"no code of the service {ours} is known for {on}")


# Only the first stands in the guide's examples; that the others are accepted is not settled (interop.md 8, item 6).
ENCOUNTER_TYPES: Mapping[Channel, Code] = {
    Channel.IN_PERSON: Code(SNOMED, "307778003", "Seen in primary care establishment"),
    Channel.VIDEO: Code(SNOMED, "719410009", "Consultation via video conference"),
    Channel.TELEPHONE: Code(SNOMED, "386472008", "Telephone consultation"),
}

JOB_ROLE = {
    "pharmacist": Code(JOB_ROLES, "R1290", "Pharmacist"),
    "pharmacy technician": Code(JOB_ROLES, "R5220", "Pharmacy Technician"),
}

NUMBER_STATUS = {
    "01": "Number present and verified",
    "02": "Number present but not traced",
    "03": "Trace required",
    "04": "Trace attempted - No match or multiple match found",
    "05": "Trace needs to be resolved - (NHS number or patient detail conflict)",
    "06": "Trace in progress",
    "07": "Number not present and trace not required",
    "08": "Trace postponed (baby under six weeks old)",
}
VERIFIED = "01"

SUPPLIED_UNDER_PGD = Code(SUPPLY_TYPES, "patient-group-direction", "Patient group direction")
COMMUNITY = Code(DISPENSE_CATEGORIES, "community", "Community")
VITAL_SIGNS = Code(OBSERVATION_CATEGORIES, "vital-signs", "Vital Signs")
SOCIAL_HISTORY = Code(OBSERVATION_CATEGORIES, "social-history", "Social History")
RECORDER = Code(PARTICIPANT_TYPES, "REC", "recorder")
FOR_INFORMATION = Code(RECIPIENT_TYPES, "FI", "For Information")

PREGNANCY = {
    "pregnant": Code(SNOMED, "77386006", "Pregnant"),
    "not_pregnant": Code(SNOMED, "60001007", "Not pregnant"),
}

# What a quantity is counted in. The words are those of content.
UNITS = {
    "capsule": Code(SNOMED, "428641000", "capsule"),
    "tablet": Code(SNOMED, "428673006", "tablet"),
    "mL": Code(SNOMED, "258773002", "mL"),
    "g": Code(SNOMED, "258682000", "gram"),
    "bottle": Code(SNOMED, "419672006", "bottle"),
    "tube": Code(SNOMED, "418530008", "tube"),
}


def unit_code(unit: str, product: str) -> Code:
    """The code of a unit, as the product handed over has it, of which ``product`` is the name; one that has no code is annotated in UCUM."""
    handed = as_handed(unit, product)
    return UNITS.get(handed) or Code(UCUM, "{" + handed.replace(" ", "_") + "}", handed)


@dataclass(frozen=True, slots=True)
class Measured:
    """How a measurement is sent: code, unit and its UCUM code. ``reported``: the code where the patient told it.

    ``several`` is the unit as people read it after a number, where that is another word.
    """

    code: Code
    unit: str
    ucum: str
    reported: Code | None = None
    several: str = ""

    @property
    def units(self) -> str:
        """The unit as people read it after a number: ``degrees Celsius``."""
        return self.several or self.unit


MEASUREMENTS: Mapping[str, Measured] = {
    "temperature": Measured(Code(SNOMED, "703421000", "Temperature"), "degree Celsius", "Cel", several="degrees Celsius"),
    "heart rate": Measured(Code(SNOMED, "78564009", "Heart rate measured at systemic artery"), "per minute", "{beats}/min"),
    "height": Measured(
        Code(SNOMED, "50373000", "Body height measure"), "cm", "cm", Code(SNOMED, "1162419008", "Self reported body height")
    ),
    "weight": Measured(
        Code(SNOMED, "27113001", "Body weight"), "kg", "kg", Code(SNOMED, "784399000", "Self reported body weight")
    ),
    "body mass index": Measured(Code(SNOMED, "60621009", "Body mass index"), "kg/m2", "kg/m2"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BloodPressure:
    """The three codes of a blood pressure, which go together and with no other."""

    header: Code
    systolic: Code
    diastolic: Code


def _pressure(*codes: tuple[str, str]) -> BloodPressure:
    return BloodPressure(*(Code(SNOMED, code, display) for code, display in codes))


BLOOD_PRESSURES: Mapping[str, BloodPressure] = {
    "not said": _pressure(
        ("163020007", "On examination - blood pressure reading"),
        ("72313002", "Systolic arterial pressure"),
        ("1091811000000102", "Diastolic arterial pressure"),
    ),
    "sitting": _pressure(
        ("163035008", "On examination - sitting blood pressure"),
        ("407554009", "Sitting systolic blood pressure"),
        ("407555005", "Sitting diastolic blood pressure"),
    ),
    "standing": _pressure(
        ("163034007", "On examination - standing blood pressure"),
        ("400974009", "Standing systolic blood pressure"),
        ("400975005", "Standing diastolic blood pressure"),
    ),
    "lying": _pressure(
        ("163033001", "On examination - lying blood pressure"),
        ("407556006", "Lying systolic blood pressure"),
        ("407557002", "Lying diastolic blood pressure"),
    ),
    "self-measured": _pressure(
        ("335661000000109", "Self measured blood pressure reading"),
        ("1162737008", "Self measured systolic blood pressure"),
        ("1162735000", "Self measured diastolic blood pressure"),
    ),
}

# Where a cuff was; of an arm that nobody named nothing is said (samples of the guide).
ARMS: Mapping[str, Code] = {
    "left": Code(SNOMED, "368208006", "Left upper arm structure"),
    "right": Code(SNOMED, "368209003", "Right upper arm structure"),
}

CLINICAL_SUMMARY = "clinical-summary"
PREGNANCY_STATUS = "pregnancy-status"
PRESENTING = "presenting-complaints-or-issues"

# The headings that the guide still has, in the order they are written.
HEADING = {
    CLINICAL_SUMMARY: "Clinical summary",
    "history": "History",
    "examination-findings": "Examination findings",
    "red-flags": "Red flags",
    "plan-and-requested-actions": "Plan and requested actions",
    "information-and-advice-given": "Information and advice given",
    "signpost-details": "Signpost details",
    PRESENTING: "Presenting complaints or issues",
    PREGNANCY_STATUS: "Pregnancy status",
    "social-context": "Social context",
    "procedures-and-therapies": "Procedures and therapies",
}
