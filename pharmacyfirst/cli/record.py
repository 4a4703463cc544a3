"""The group ``pharmacyfirst record``: what a consultation leaves behind, and what comes in."""

import click

from pharmacyfirst.cli.groups import LateGroup


def _check() -> click.Command:
    """Check GP messages: XML schema, profiles, and the rules of the guide."""
    from pharmacyfirst.cli.message import check

    return check


def _claim() -> click.Command:
    """Write the claim rows of consultations: .csv or .json."""
    from pharmacyfirst.cli.papers import claim

    return claim


def _examples() -> click.Command:
    """Write example consultations and their messages to DIR."""
    from pharmacyfirst.cli.message import examples

    return examples


def _inbound() -> click.Command:
    """Referrals and GP records: what they suggest, and what they do not say."""
    from pharmacyfirst.cli.inbound import inbound

    return inbound


def _judge() -> click.Command:
    """Make each CONSULTATION once more from its own account, and say where it is another."""
    from pharmacyfirst.cli.make import judge

    return judge


def _label() -> click.Command:
    """Write the dispensing labels: .txt, .html or .pdf."""
    from pharmacyfirst.cli.papers import label

    return label


def _leaflet() -> click.Command:
    """Write the sheet that the patient takes home: .txt, .html or .pdf."""
    from pharmacyfirst.cli.papers import leaflet

    return leaflet


def _letter() -> click.Command:
    """Write the letter to the GP practice: .txt, .html or .pdf."""
    from pharmacyfirst.cli.papers import letter

    return letter


def _make() -> click.Command:
    """Make the record of a consultation from an ACCOUNT of it, a JSON file."""
    from pharmacyfirst.cli.make import make

    return make


def _message() -> click.Command:
    """Write the GP message of one CONSULTATION, a JSON record."""
    from pharmacyfirst.cli.message import message

    return message


def _notice() -> click.Command:
    """Put down that the GP practice has to be told of consultations by letter or PDF."""
    from pharmacyfirst.cli.outbox import notice

    return notice


def _page() -> click.Command:
    """Write the consultation on one page, for the pharmacy's own file: .html or .pdf."""
    from pharmacyfirst.cli.papers import page

    return page


def _resolve() -> click.Command:
    """Put down what a person did about a message or a notice, by its ID."""
    from pharmacyfirst.cli.outbox import resolve

    return resolve


def _send() -> click.Command:
    """Store messages in the outbox, send what is queued, and collect what came back."""
    from pharmacyfirst.cli.outbox import send

    return send


def _status() -> click.Command:
    """Say how many messages stand where, which notices are due, and what a person has to look at."""
    from pharmacyfirst.cli.outbox import status

    return status


ENTRIES = {
    "check": _check,
    "claim": _claim,
    "examples": _examples,
    "inbound": _inbound,
    "judge": _judge,
    "label": _label,
    "leaflet": _leaflet,
    "letter": _letter,
    "make": _make,
    "message": _message,
    "notice": _notice,
    "page": _page,
    "resolve": _resolve,
    "send": _send,
    "status": _status,
}


@click.group(cls=LateGroup, entries=ENTRIES)
def record() -> None:
    """Records of consultations: the message to the GP practice and what goes with it.

    Needs the extra "record". Live use needs NHS assurance, which this package does not have.

    \b
    Example:
      pharmacyfirst record message consultation.json --mailbox X26ABC1 --to message.xml
    """
