"""The explanation that a person reads in a terminal, whole: an emergency, one to be asked more, and a supply."""

from decimal import Decimal

import pytest
from made_up_pathway import CLEAR
from test_told import found

from pharmacyfirst.kernel.explain import explain

HEAD = """\
Made up
made-up 2026.1, draft: made up
assessed for 2026-11-21; pathway in force 2026-01-01 to 2026-12-31
"""

# Of whom nothing stops but, where it says so, a sting.
JUDGED = """
Every criterion as it was judged:
  entry
    X-V1           not met    visitor is yes
                              visitor no
  red flags
    X-R1           not met    collapse is yes
                              collapse no
    X-R2           {sting}
    X-R3           not met    life_threatening is yes
                              life_threatening not asked
  same day
    X-U1           not met    unwell is yes
                              unwell no
  entry
    X-E1           not met    result_positive is yes
                              result_positive not asked
"""
STUNG = JUDGED.format(sting="met        sting is yes  <- decided\n                              sting yes")
CLEARED = JUDGED.format(sting="not met    sting is yes\n                              sting no")
OFFERED = """\
  first: exclusions
    first-X1       not met    first_barred is yes
                              first_barred no
  doses
    X-D1           met        everyone else

Gateway points reached (payment only): X-G1
"""
FOOT = """\
Gateway points not known (payment only): X-G2, X-G3

content sha256:0
"""

EMERGENCY = f"""
DIAL 999 NOW
  X-R2: because of X-R2

Say to the patient, safety-netting:
  - come back
{STUNG}{FOOT}"""

TO_BE_ASKED = f"""
NOT DECIDED: REFER UNLESS YOU CAN FIND OUT
  If it cannot be found out: the GP

Ask next:
  - worse: worse?

Say to the patient, advice:
  - see somebody
{CLEARED}  treatment
    X-T1           not known  worse is yes
                              worse not known
    X-T2           met        everyone else
{OFFERED}{FOOT}"""

SUPPLY = f"""
MAY BE SUPPLIED
  evaluation only: not authorised for supply
  X-T1: worse

first under pgd first 2026.1, in force 2026-01-01 to 2026-12-31
  100 mg, 2 times a day, for 3 days, oral   [X-D1]
  6 tablets of tablet 100 mg
  open item X-O1: X-O1 is open
  open item X-O2: X-O2 is open

Say to the patient, safety-netting:
  - come back

Say to the patient, advice:
  - for all
  - for the first
{CLEARED}  treatment
    X-T1           met        worse is yes  <- decided
                              worse yes
{OFFERED}{FOOT}"""

KNOWN = {"first_barred": False, "weight_kg": Decimal(20)}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"sting": True}, EMERGENCY),
        (KNOWN, TO_BE_ASKED),
        ({**KNOWN, "worse": True, "second_barred": False, "medicines": ["aspirin"]}, SUPPLY),
    ],
    ids=["emergency", "to be asked", "supply"],
)
def test_all_of_it_is_read(facts, said):
    assert explain(found({**CLEAR, **facts})) == HEAD + said
