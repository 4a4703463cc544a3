"""Makes ``nhsuk.css`` from the style sheet of nhsuk-frontend: python -m pharmacyfirst.web.static.derive PATH/nhsuk-frontend.min.css

What is left out: the typeface (it is licensed for the NHS website alone), the NHS logo, and pictures, so that a page asks nobody for anything.
The version is named in NOTICE; a test compares where ``npm`` has brought it.
"""

import re
import sys
from pathlib import Path

VERSION = "10.6.1"
HEADING = f"/* From nhsuk-frontend {VERSION}, MIT, Copyright (c) 2019 NHS.UK: see NOTICE. No typeface, no logo, no pictures. */\n"


def derived(css: str) -> str:
    """The style sheet without typeface, logo and pictures."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("Frutiger W01,", "").replace('"Frutiger W01",', "")
    css = re.sub(r"url\(/assets/[^)]*\)", "none", css)
    css = re.sub(r"(?<=[{};])[^{};@]*logo[^{};@]*\{[^{}]*\}", "", css)
    css = re.sub(r"/\*#.*?\*/", "", css)
    return HEADING + css.strip() + "\n"


if __name__ == "__main__":
    made = derived(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(__file__).with_name("nhsuk.css").write_text(made, encoding="utf-8")
