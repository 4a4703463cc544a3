"""``python -m pharmacyfirst``: the same as the command ``pharmacyfirst``."""

from pharmacyfirst.cli.main import main

main(prog_name="pharmacyfirst")
