"""Groups of commands: each command is imported when it is wanted, and the program's own group stands behind the guard."""

import atexit
import gc
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import click

from pharmacyfirst.cli.guard import NotWritten, WrongCommand, guarded

# A function that imports one command and returns it. Its docstring is the line that the group's help shows.
Entry = Callable[[], click.Command]


class LateGroup(click.Group):
    """A group that imports a command only when it is wanted: starting up, and ``--help``, pay for no other.

    ``entries`` are the late commands; others can be added with ``command`` as in any group.
    """

    def __init__(self, *given: Any, entries: Mapping[str, Entry] = MappingProxyType({}), **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in alphabetical order."""
        return sorted([*self.commands, *self.entries])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now; None where there is none."""
        entry = self.entries.get(cmd_name)
        return entry() if entry is not None else super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words name. Raises ``WrongCommand``, which does not repeat the word, where there is none."""
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-"):
            from pharmacyfirst.content.sentences import (
                suggest,  # reads YAML, which a command that makes sense may never do
            )

            advice = suggest(args[0], names, f"There are: {', '.join(names)}.")
            raise WrongCommand(f"There is no such command. {advice}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help, from the docstrings of the entries."""
        lines = {name: command.help for name, command in self.commands.items()}
        lines |= {name: entry.__doc__ for name, entry in self.entries.items()}
        width = formatter.width - 6 - max(map(len, lines))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, click.Command(name, help=lines[name]).get_short_help_str(width)) for name in sorted(lines)]
            )


class Program(LateGroup):
    """The program as a whole: nothing leaves it but by the guard."""

    def __call__(self, *args: Any, **extra: Any) -> Any:
        """Run as a process of its own, as the installed command does; what it holds at the end goes with the process."""
        # Else Python looks for rings in all of it once more, a sixth of a short command. Files are closed where they are written.
        atexit.register(gc.freeze)
        return super().__call__(*args, **extra)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the program's own words, behind the guard; refused where nothing that is said could be read."""
        with guarded():
            if sys.stdout is None:
                raise NotWritten("Standard output is closed: nobody would read an answer. Nothing was done.")
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named, behind the guard."""
        with guarded():
            return super().invoke(ctx)
