"""The program ``pharmacyfirst``: its commands by name, its version, and how it is started.

Exit status 0: answered. 1: something failed, or was not answered (a bad line, wrong content, a case that differs, a consultation
ended early). 2: bad input, or a command that makes no sense. 3: what was to be said could not be written. No message repeats what
was given: it could tell who the patient is (``guard``).
"""

import io
import sys

import click

import pharmacyfirst
from pharmacyfirst.cli.groups import Program


def _adopt() -> click.Command:
    """Prepare an organisation's adoption record."""
    from pharmacyfirst.cli.adoption import adopt

    return adopt


def _api_key() -> click.Command:
    """API keys: made, listed, revoked."""
    from pharmacyfirst.cli.api_key import api_key

    return api_key


def _assess() -> click.Command:
    """Assess one person, or with --jsonl one a line."""
    from pharmacyfirst.cli.assess import assess

    return assess


def _audit() -> click.Command:
    """Judge recorded consultations again, and say where record and pathway disagree."""
    from pharmacyfirst.cli.audit import audit

    return audit


def _authorise() -> click.Command:
    """Ask whether this pharmacist, here and now, may supply what is offered."""
    from pharmacyfirst.cli.authorise import authorise

    return authorise


def _bench() -> click.Command:
    """Lay our documents beside the signed ones, clause by clause, until they can be adopted."""
    from pharmacyfirst.cli.bench import bench

    return bench


def _cases() -> click.Command:
    """Run the cases of a condition, or of all."""
    from pharmacyfirst.cli.cases import cases

    return cases


def _changes() -> click.Command:
    """Say who is treated differently by two versions of a pathway."""
    from pharmacyfirst.cli.changes import changes

    return changes


def _check() -> click.Command:
    """Check content, and list what there is."""
    from pharmacyfirst.cli.check import check

    return check


def _consult() -> click.Command:
    """Hold a consultation in the terminal."""
    from pharmacyfirst.cli.consult import consult

    return consult


def _hazards() -> click.Command:
    """The hazard log: what could harm somebody, what is done about it, and what remains."""
    from pharmacyfirst.cli.hazards import hazards

    return hazards


def _medicines() -> click.Command:
    """Say what bars each medicine, in every condition that offers it."""
    from pharmacyfirst.cli.medicines import medicines

    return medicines


def _new() -> click.Command:
    """Write the skeleton of a new pathway: files that load, with a comment at each heading."""
    from pharmacyfirst.cli.new import new

    return new


def _sites() -> click.Command:
    """The sites of one organisation, each a pharmacy with a store of its own."""
    from pharmacyfirst.cli.sites import sites

    return sites


def _people() -> click.Command:
    """Who may come in: the accounts of the pharmacy's people, with their roles."""
    from pharmacyfirst.cli.people import people

    return people


def _pgd() -> click.Command:
    """The old name of "pharmacyfirst render"."""
    from pharmacyfirst.cli.pgd import pgd

    return pgd


def _print_blank() -> click.Command:
    """Print the paper form of a condition, for when the system is down."""
    from pharmacyfirst.cli.print_blank import print_blank

    return print_blank


def _prove() -> click.Command:
    """Prove that no supply is unsafe, that nobody falls through, and what a pharmacist would sign."""
    from pharmacyfirst.cli.prove import prove

    return prove


def _questions() -> click.Command:
    """The questions of a pathway, for a form of your own."""
    from pharmacyfirst.cli.questions import questions

    return questions


def _record() -> click.Command:
    """Records of consultations: the message to the GP practice and what goes with it."""
    from pharmacyfirst.cli.record import record

    return record


def _render() -> click.Command:
    """Write what is read and signed: services, pathways, PGDs, authorisation sheets and open items, as HTML."""
    from pharmacyfirst.cli.render import render

    return render


def _review() -> click.Command:
    """Write the review pack of a condition: all that a clinical safety reviewer needs, to be signed by its digest."""
    from pharmacyfirst.cli.review import review

    return review


def _serve() -> click.Command:
    """Serve the pharmacist's form to a browser on this machine."""
    from pharmacyfirst.cli.serve import serve

    return serve


def _serve_api() -> click.Command:
    """Serve the JSON API to the pharmacy's other systems."""
    from pharmacyfirst.cli.serve_api import serve_api

    return serve_api


def _store() -> click.Command:
    """The pharmacy's own store of consultations: checked, copied, put back, searched, given out."""
    from pharmacyfirst.cli.store import store

    return store


def _synth() -> click.Command:
    """Make up consultations, to try the audit on: a table of nobody."""
    from pharmacyfirst.cli.synth import synth

    return synth


ENTRIES = {
    "adopt": _adopt,
    "api-key": _api_key,
    "assess": _assess,
    "audit": _audit,
    "authorise": _authorise,
    "bench": _bench,
    "cases": _cases,
    "changes": _changes,
    "check": _check,
    "consult": _consult,
    "hazards": _hazards,
    "medicines": _medicines,
    "new": _new,
    "people": _people,
    "pgd": _pgd,
    "print-blank": _print_blank,
    "prove": _prove,
    "questions": _questions,
    "record": _record,
    "render": _render,
    "review": _review,
    "serve": _serve,
    "serve-api": _serve_api,
    "sites": _sites,
    "store": _store,
    "synth": _synth,
}


@click.group(cls=Program, entries=ENTRIES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pharmacyfirst.__version__, prog_name="pharmacyfirst")
def main() -> None:
    """Open decision support for NHS Pharmacy First.

    It supports a pharmacist's decision and replaces neither the pharmacist nor the signed PGD. Content that nobody has adopted
    is for evaluation only.

    \b
    Example:
      pharmacyfirst consult uncomplicated-uti
    """
    # A terminal that cannot show "µ" shows its number instead, neither a "?" nor a traceback.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
