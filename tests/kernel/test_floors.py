"""Imports point one way, and the kernel reaches for nothing outside itself."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "pharmacyfirst"

# What each floor may import of ours. The kernel stands at the bottom; web and cli on top.
MAY_IMPORT = {
    "kernel": {"kernel"},
    "content": {"content", "kernel"},
    "paper": {"paper"},
    "record": {"record", "content", "kernel", "paper"},
    "proof": {"proof", "content", "kernel", "paper"},
    "review": {"review", "proof", "content", "kernel", "paper"},
    "audit": {"audit", "content", "kernel", "paper"},
    "store": {"store", "content", "kernel", "paper"},
}
# A kernel that could read a clock, a file or a network would not give one answer to one input.
IMPURE = {
    "asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3", "subprocess", "tempfile",
    "threading", "time", "urllib", "uuid", "zoneinfo",
}  # fmt: skip


def imported(path):
    """Each import of a file: its line and the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def test_no_floor_imports_one_above_it():
    wrong = []
    for floor, allowed in MAY_IMPORT.items():
        for path in sorted((PACKAGE / floor).rglob("*.py")):
            for line, module in imported(path):
                ours = module.split(".")[1:2] if module.startswith("pharmacyfirst") else None
                if ours is not None and not set(ours) <= allowed | {"errors"}:
                    wrong.append(f"{path.relative_to(PACKAGE.parent)}:{line} imports {module}")
    assert not wrong


def test_the_kernel_imports_the_standard_library_alone_and_nothing_impure():
    wrong = []
    for path in sorted((PACKAGE / "kernel").glob("*.py")):
        for line, module in imported(path):
            top = module.split(".")[0]
            if top != "pharmacyfirst" and (top not in sys.stdlib_module_names or top in IMPURE):
                wrong.append(f"{path.name}:{line} imports {module}")
    assert not wrong


def test_the_kernel_opens_prints_and_evaluates_nothing():
    forbidden = {"open", "print", "eval", "exec", "input", "__import__", "compile"}
    wrong = [
        f"{path.name}:{node.lineno} calls {node.func.id}"
        for path in sorted((PACKAGE / "kernel").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in forbidden
    ]
    assert not wrong


def test_importing_the_package_brings_neither_pydantic_nor_yaml():
    seen = "import sys, pharmacyfirst; print(sorted({'pydantic', 'yaml', 'click', 'jinja2'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert run.stdout.strip() == "[]"
