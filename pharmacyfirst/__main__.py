"""``python -m pharmacyfirst``: the same as the command ``pharmacyfirst``."""

from pharmacyfirst.cli import main

main(prog_name="pharmacyfirst")
