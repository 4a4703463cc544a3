"""Follows docs/first-pathway.md word for word: every command is run and every file edited as the page says, in a folder of its own."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

# An edit: the file, the lines that stand there, and those that take their place.
EDIT = r"In `(?P<file>[^`\n]+)`, in place of\n\n```yaml\n(?P<old>(?:.*\n)*?)```\n\nwrite\n\n```yaml\n(?P<new>(?:.*\n)*?)```\n"
RUN = r"```console\n\$ (?P<command>.*)\n(?:.*\n)*?```\n"
STEP = re.compile(f"{EDIT}|{RUN}")
# Times, and digests: that of a review pack covers the versions of the tools, which are not the same everywhere.
FLEETING = re.compile(r"[0-9]+\.[0-9]+(?= s\b)|(?<=sha256:)[0-9a-f]{64}")


def walked(page: str, run: Callable[[str, Path], str]) -> str:
    """The page with what each of its commands prints now. Raises ``ValueError`` where an edit does not fit, or a block is no step."""
    with tempfile.TemporaryDirectory() as folder:
        walked = STEP.sub(lambda step: _taken(step, Path(folder), run), page)
    if len(re.findall(r"^```(?:yaml|console)\n", page, re.MULTILINE)) != sum(
        1 if step["command"] else 2 for step in STEP.finditer(page)
    ):
        raise ValueError("a block of the page is no step: an edit has two blocks of YAML, a command one of console")
    return walked


def _taken(step: re.Match[str], folder: Path, run: Callable[[str, Path], str]) -> str:
    if step["command"]:
        said = FLEETING.sub("...", run(step["command"], folder))
        return f"```console\n$ {step['command']}\n{said}```\n"
    path = folder / step["file"]
    text = path.read_text(encoding="utf-8")
    if text.count(step["old"]) != 1:
        raise ValueError(
            f"{step['file']}: what is to be replaced stands there {text.count(step['old'])} times:\n{step['old']}"
        )
    path.write_text(text.replace(step["old"], step["new"]), encoding="utf-8")
    return step[0]
