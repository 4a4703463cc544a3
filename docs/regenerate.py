"""Write the generated parts of the documentation again (`make docs`). A test fails where one is stale.

A part stands between two comments. The first names a generator of PARTS and gives it the rest of its words:

    <!-- generated: help assess -->
    <!-- end of generated -->

A page that is generated as a whole stands in PAGES.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PART = re.compile(r"(<!-- generated: (\S+)(.*) -->\n)((?:.*\n)*?)(<!-- end of generated -->\n)")


def help_of(command: str) -> str:
    """What --help prints; of the whole program where no command is named."""
    return fenced("text", output(" ".join(["pharmacyfirst", *command.split(), "--help"])))


def transcript(command: str) -> str:
    """A command as it is typed in the checkout, and what it prints."""
    return fenced("console", f"$ {command}\n{output(command)}")


def file(name: str) -> str:
    """A file of the checkout, whole."""
    path = ROOT / name
    return fenced(path.suffix.removeprefix("."), path.read_text(encoding="utf-8"))


PARTS: dict[str, Callable[[str], str]] = {"help": help_of, "transcript": transcript, "file": file}
PAGES: dict[str, Callable[[], str]] = {}  # a file, from the root of the checkout, and what it holds


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def output(command: str) -> str:
    """All that a command prints, with its exit status where that is not 0."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "pharmacyfirst"
        program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m pharmacyfirst \"$@\"\n")
        program.chmod(0o755)
        environment = os.environ | {
            "PATH": os.pathsep.join([folder, os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "80",
        }
        ran = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
    return ran.stdout + ran.stderr + (f"(exit status {ran.returncode})\n" if ran.returncode else "")


def pages() -> Iterator[Path]:
    """The pages that may hold generated parts."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def parts_of(text: str) -> Iterator[tuple[str, str]]:
    """Each generated part of a page: the generator and its words."""
    for match in PART.finditer(text):
        yield match[2], match[3].strip()


def regenerated(text: str) -> str:
    """A page with each of its parts generated anew."""
    return PART.sub(lambda part: part[1] + PARTS[part[2]](part[3].strip()) + part[5], text)


def up_to_date() -> Iterator[tuple[Path, str]]:
    """Each file that is generated, in part or as a whole, and what it should hold."""
    for path in pages():
        yield path, regenerated(path.read_text(encoding="utf-8"))
    for name, page in PAGES.items():
        yield ROOT / name, page()


def main() -> None:
    for path, text in up_to_date():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
