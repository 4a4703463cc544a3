"""An adoption in Python: as strict as one in a file, so that nothing is trusted because it was made by hand."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from pharmacyfirst import PharmacyFirstError, Refused
from pharmacyfirst.authority.adoption import Adoption, Checked, Disagreement, DocumentVersion, Halted, Practitioner
from pharmacyfirst.authority.permit import Afterwards
from pharmacyfirst.kernel.pgd import Period

ON = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 9)
DIGEST = "sha256:" + "0" * 64
DOCUMENT = DocumentVersion("shingles", "aciclovir", "2026.2", DIGEST)
CHECKED = Checked("SHI-O1", DIGEST, True, "read", "A. Example", ON)
PHARMACIST = Practitioner("2012345", "pharmacist", (DOCUMENT,))
ADOPTION = Adoption(
    ods_code="fw844", distance_selling=False, documents=(DOCUMENT,), period=Period(ON), checked=(CHECKED,), signed_by="A. Example",
    role="superintendent pharmacist", signed_on=ON, practitioners=(PHARMACIST,),
)  # fmt: skip


def test_codes_and_numbers_are_kept_as_they_are_compared():
    assert ADOPTION.ods_code == "FW844"
    assert Practitioner("201 2345", "pharmacist", ()).gphc_number == "2012345"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"practitioners": (PHARMACIST, replace(PHARMACIST, until=date(2026, 1, 1)))}, "practitioner"),
        ({"practitioners": (PHARMACIST, Practitioner("2012 345", "pharmacist", ()))}, "practitioner"),
        ({"documents": (DOCUMENT, replace(DOCUMENT, digest="sha256:" + "1" * 64))}, "document"),
        ({"checked": (CHECKED, replace(CHECKED, agrees=False))}, "open item"),
    ],
)
def test_nobody_and_nothing_stands_in_it_twice(changes, what):
    with pytest.raises(Refused, match=f"a {what} appears twice") as refused:
        replace(ADOPTION, **changes)
    assert "2012345" not in str(refused.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: replace(ADOPTION, distance_selling="no"),
        lambda: replace(ADOPTION, signed_on="2026-11-21"),
        lambda: replace(ADOPTION, signed_on=AT),
        lambda: replace(ADOPTION, signed_by=None),
        lambda: replace(ADOPTION, period=(ON, None)),
        lambda: replace(ADOPTION, ods_code="J83001"),
        lambda: replace(CHECKED, agrees="no"),
        lambda: replace(CHECKED, agrees=1),
        lambda: replace(CHECKED, on=AT),
        lambda: replace(CHECKED, how=None),
        lambda: Disagreement("shingles", "SHI-R1", "read", "A. Example", ON),
        lambda: Disagreement(DOCUMENT, "SHI-R1", "read", "A. Example", "today"),
        lambda: Disagreement(DOCUMENT, 1, "read", "A. Example", ON),
        lambda: Practitioner("5012345", "pharmacist", ()),
        lambda: Practitioner("2012345", "nurse", ()),
        lambda: Practitioner(2012345, "pharmacist", ()),
        lambda: Practitioner("2012345", "pharmacist", (), AT),
        lambda: Halted("shingles", AT, "why", "A. Example"),
        lambda: Halted(DOCUMENT, ON, "why", "A. Example"),
        lambda: Halted(DOCUMENT, AT, None, "A. Example"),
        lambda: Halted(DOCUMENT, AT, "why", "A. Example", for_good="no"),
        lambda: Halted(DOCUMENT, AT, "why", "A. Example", until=AT),
        lambda: Halted(DOCUMENT, AT, "why", "A. Example", until=datetime(2027, 1, 1), for_good=True),
        lambda: Halted(DOCUMENT, datetime(2026, 10, 25, 1, 30), "why", "A. Example"),
        lambda: Afterwards("", AT),
        lambda: Afterwards(None, AT),
        lambda: Afterwards("A. Example", ON),
        lambda: Afterwards("A. Example", datetime(2026, 3, 29, 1, 30)),
    ],
)
def test_what_could_mean_something_else_is_refused_where_it_is_made(make):
    with pytest.raises(PharmacyFirstError):
        make()
