"""People for the tests, and a clock that is moved by hand."""

from datetime import datetime, timedelta

from pharmacyfirst.people import NewColleague, Role

NOW = "2026-11-21T10:30:00+00:00"
PASSWORD = "seven quiet herons wade"
OTHER_PASSWORD = "a grey boat under the bridge"
ROBIN = NewColleague("robin", "Sample", ("Robin",), frozenset({Role.PHARMACIST, Role.ADMINISTRATOR}), "2999999")
SAM = NewColleague("sam", "Other", ("Sam",), frozenset({Role.TECHNICIAN}), "5999998")
ALEX = NewColleague("alex", "Example", ("Alex",), frozenset({Role.AUDITOR}))
ADI = NewColleague("adi", "Minister", ("Adi",), frozenset({Role.ADMINISTRATOR}))
REV = NewColleague("rev", "Viewer", ("Rev",), frozenset({Role.REVIEWER}))
ACCOUNTS = {one.signs_in_as: one for one in (ROBIN, SAM, ALEX, ADI, REV)}


class Clock:
    """A clock that stands until it is moved, and counts seconds with it."""

    def __init__(self, now=NOW):
        self.now, self.seconds = datetime.fromisoformat(now), 0.0

    def __call__(self):
        return self.now

    def steady(self):
        return self.seconds

    def pass_seconds(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


def with_password(people, who, password=PASSWORD):
    one = people.add(who, by="a test")
    return people.choose_password(one.id, password, by="a test")
