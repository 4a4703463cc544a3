"""The schemas of what is filled in take it as it is read, and refuse a form that nobody filled in."""

import jsonschema
import pytest

from pharmacyfirst.content.filled_in import plain
from pharmacyfirst.content.readings import BlindReading, blank_reading
from pharmacyfirst.content.sign_offs import SignOff, blank_sign_off
from pharmacyfirst.content.text import Mistakes, Quote, read_file

DIGEST = "sha256:" + "0" * 64
FORMS = {
    "sign-off": (SignOff, blank_sign_off("yawning 2020.1", DIGEST, {"cases": DIGEST})),
    "reading": (BlindReading, blank_reading("yawning 2020.1", DIGEST, "Age: 30 years", [("yaw-001", "as the usual patient")], "2026-06-01")),
}  # fmt: skip
FILLED = {
    "\nsays:\n": "\nsays: agreed\n", "\nname:\n": "\nname: A. Example\n", "\nrole:\n": "\nrole: reviewer\n",
    "\nregistration:\n": "\nregistration: none\n", "\nsigned on:\n": "\nsigned on: 2026-12-01\n",
    "\nreader:\n": "\nreader: A. Reader\n", "\nread on:\n": "\nread on: 2026-11-28\n",
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_form_fits_once_it_is_filled_in(name, tmp_path):
    model, text = FORMS[name]
    whole = jsonschema.Draft202012Validator(model.model_json_schema())

    def read(words):
        (tmp_path / "form.yaml").write_text(words, encoding="utf-8")
        return plain(tree_in(tmp_path / "form.yaml"))

    assert not whole.is_valid(read(text))
    for blank, words in FILLED.items():
        text = text.replace(blank, words)
    assert whole.is_valid(read(text)), [*whole.iter_errors(read(text))]


def tree_in(path):
    block = read_file(path, path.name, mistakes := Mistakes(), Quote.NOTHING)
    assert block is not None, list(mistakes)
    return block
