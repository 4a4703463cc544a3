"""What somebody is in a pharmacy, by which it is decided what they may do. Whoever has no role may do nothing."""

from enum import Enum


class Role(Enum):
    """A role. One person may have several: the pharmacist of a small pharmacy looks after its accounts as well."""

    PHARMACIST = "pharmacist"
    TECHNICIAN = "technician"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"

    @property
    def profession(self) -> str:
        """The registered profession, as the GPhC's register and a record have it; empty for a role that is none."""
        return _PROFESSIONS.get(self, "")

    @property
    def may(self) -> str:
        """What somebody in this role may do, in words."""
        return _MAY[self]


_PROFESSIONS = {Role.PHARMACIST: "pharmacist", Role.TECHNICIAN: "pharmacy technician"}
_MAY = {
    Role.PHARMACIST: "holds consultations, supplies under the PGDs that name pharmacists, finishes records and sends them",
    Role.TECHNICIAN: "holds consultations, supplies under the PGDs that name pharmacy technicians, finishes records and sends them",
    Role.REVIEWER: "finds and reads finished records and their papers; changes nothing",
    Role.ADMINISTRATOR: "adds people, gives and takes roles, disables; sees no patient",
    Role.AUDITOR: "finds and reads finished records, and who did what to the accounts; changes nothing",
}
EVERYBODY = frozenset(Role)
# Where there are several sites, these may be held at all of them; every other role is held at the sites that are named.
OF_ALL_SITES = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
REGISTERED = frozenset(_PROFESSIONS)
