"""The people of a pharmacy: who they are, what they may do, and how they show that it is they who sign in.

::

    from pharmacyfirst.people import Role, SigningIn, open_people

    with open_people(folder, clock) as people:                      # clock() gives the time with its distance from UTC
        robin = people.add(NewColleague("robin", "Sample", ("Robin",), {Role.PHARMACIST}, "2999999"), by="at the terminal")
        people.choose_password(robin.id, "seven quiet herons wade", by="Robin Sample")
        SigningIn(people, steady).sign_in("robin", "seven quiet herons wade")

Accounts are events in a ledger of their own beside the store: who was added, by whom, with which roles, when they signed in. What proves
somebody (password, PIN, second factor) is kept apart in each event, and no ``repr``, error, list or history shows it.
"""

from pharmacyfirst.people.accounts import People, open_people
from pharmacyfirst.people.colleague import Colleague, NewColleague, PeopleDeed, PeopleRefused
from pharmacyfirst.people.roles import EVERYBODY, OF_ALL_SITES, REGISTERED, Role
from pharmacyfirst.people.signing_in import NotSignedIn, SigningIn

__all__ = [
    "EVERYBODY",
    "OF_ALL_SITES",
    "REGISTERED",
    "Colleague",
    "NewColleague",
    "NotSignedIn",
    "People",
    "PeopleDeed",
    "PeopleRefused",
    "Role",
    "SigningIn",
    "open_people",
]
