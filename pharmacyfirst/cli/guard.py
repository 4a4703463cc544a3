"""What the program says where it cannot do as it was told, and the guard that nothing else passes.

A file may be given where another belongs, and a file's name may be a patient's. So no message repeats what was given: not ours, and
not click's own, which would quote the value, the path or the word that it does not know. ``guarded`` stands once, round the whole
program, and puts every error that is not one of ours into our words. A command added later is covered without knowing of it.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from pharmacyfirst.errors import PharmacyFirstError

NOT_WRITTEN = 3  # the exit status where what was to be said could not be written
# What the system answers where a reader is gone, a disk is full, or a stream is closed or failing.
_OUTPUT_ERRORS = {errno.EPIPE, errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT}


class BadInput(click.ClickException):
    """What was given cannot be used. Exit status 2. Like all errors of this module it repeats nothing of what was given."""

    exit_code = 2


class NotDone(click.ClickException):
    """The command was understood, and its answer is that this cannot or may not be done. Exit status 1."""


class WrongCommand(click.UsageError):
    """The words of the command make no sense together; shown with how it is used. Exit status 2."""


class DoesNotFit(click.BadParameter):
    """The value of one argument or option does not fit; says what does. Exit status 2."""


class NotWritten(click.ClickException):
    """Standard output is closed, full or failing, so not all was said. Exit status 3."""

    exit_code = NOT_WRITTEN


_OURS = (BadInput, NotDone, WrongCommand, DoesNotFit, NotWritten)


@contextmanager
def guarded() -> Iterator[None]:
    """Whatever is raised inside leaves as one of our messages, or quietly with an exit status; bugs alone leave as they are."""
    try:
        yield
    except click.ClickException as error:
        raise _in_our_words(error) from None
    except PharmacyFirstError as refused:
        raise _refusal(refused) from None
    except OSError as error:
        raise _not_finished(error) from None


def _in_our_words(error: click.ClickException) -> click.ClickException:
    """The same error without what was given. Only errors that are known to hold our words alone go through as they are."""
    match error:
        case BadInput() | NotDone() | WrongCommand() | DoesNotFit() | NotWritten():
            return error
        case click.MissingParameter() | click.exceptions.NoArgsIsHelpError():
            return error  # made of the names of our parameters, their choices, and our help
        case click.NoSuchOption():
            from pharmacyfirst.content.sentences import (
                suggest,  # reads YAML, which a command that makes sense may never do
            )

            names = [name for one in error.ctx.command.get_params(error.ctx) for name in one.opts] if error.ctx else []
            advice = suggest(error.option_name, names, "--help lists the options.")
            return WrongCommand(f"There is no such option. {advice}", error.ctx)
        case click.BadOptionUsage():
            return WrongCommand(f"{error.option_name}: give it a value only if it takes one; see --help.", error.ctx)
        case click.BadParameter():
            return DoesNotFit(_what_fits(error.param), error.ctx, error.param, error.param_hint)
        case click.UsageError():
            return WrongCommand("There are too many words. A file name with blanks goes in quotes.", error.ctx)
        case _:
            return BadInput("This command could not be carried out. Nothing is said of what was given.")


def _what_fits(parameter: click.Parameter | None) -> str:
    match parameter and parameter.type:
        case click.Choice(choices=choices):
            return f"choose one of: {', '.join(map(str, choices))}."
        case click.Path(file_okay=False, exists=exists):
            return "there is no such folder." if exists else "give a folder."
        case click.Path(exists=exists):
            return "there is no such file. A folder is none." if exists else "give a file."
        case _:
            return "what was given does not fit; --help says what does."


def _refusal(refused: PharmacyFirstError) -> Exception:
    from pharmacyfirst.content.text import ContentRefused  # reads YAML, which most commands never do

    if isinstance(refused, ContentRefused):
        click.echo(str(refused), err=True)
        return click.exceptions.Exit(1)
    return BadInput(str(refused))


def _not_finished(error: OSError) -> Exception:
    # An error that a library made has no words of the system's, and its own may repeat what was given.
    said = f"{error.strerror or 'Something could not be read or written'}. This run did not finish."
    if error.errno not in _OUTPUT_ERRORS:
        return NotDone(said)
    _forget_output()
    if error.errno == errno.EPIPE:
        return click.exceptions.Exit(NOT_WRITTEN)  # whoever read our output has seen enough
    return NotWritten(said)


def _forget_output() -> None:
    """Drop what waits to be written, or Python would try once more at its end and add words of its own."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
