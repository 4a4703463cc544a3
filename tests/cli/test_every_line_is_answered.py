"""assess --jsonl: one result for every line, whatever the line holds."""

import json
import random
from pathlib import Path

import pytest
from the_program import EXAMPLES, ON, results, run

FAULTS = Path(__file__).with_name("faults")
UTI = "uncomplicated-uti"
LINE = {"pathway": UTI, "as_of": ON, "facts": {"rigors": True}}
GOOD = json.dumps(LINE).encode()
CODES = {"not_json", "missing_key", "unknown_pathway", "not_in_force", "unknown_fact", "wrong_value", "facts_disagree"}


def whole(**changes):
    return json.dumps(LINE | changes).encode()


BAD = {
    "lone surrogate as a key beside ours": whole(**{"\ud800": 1}),
    "lone surrogate as the only key": b'{"\\ud800": 1}',
    "lone surrogate as a fact": whole(facts={"\udc00": True}),
    "lone surrogate as an answer": whole(facts={"rigors": "\ud800"}),
    "lone surrogate as a choice": whole(facts={"pregnancy": "\udfff"}),
    "lone surrogate among choices": whole(facts={"interacting_medicines": ["\ud800"]}),
    "lone surrogate as the pathway": whole(pathway="\ud800"),
    "lone surrogate as the day": whole(as_of="2026-11-2\ud800"),
    "empty key": whole(**{"": 1}),
    "empty fact": whole(facts={"": True}),
    "empty pathway": whole(pathway=""),
    "NUL in a key": whole(**{"\0": 1}),
    "NUL byte": b'{"pathway\0": 1}',
    "NUL bytes alone": b"\0\0\0",
    "number as a key's place": b'{1: 2}',
    "nested in a fact": whole(facts={"rigors": {"a": {"b": [1]}}}),
    "nested as the pathway": whole(pathway={"a": 1}),
    "nested 100,000 deep": b"[" * 100_000,
    "nested 900 deep and closed": b'{"pathway": ' + b"[" * 900 + b"]" * 900 + b"}",
    "objects 5,000 deep": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "huge whole number": whole(facts={"age_years": 0}).replace(b'0}}', b"9" * 5_000 + b"}}"),
    "huge exponent": whole(facts={"age_years": 0}).replace(b'0}}', b"1e999999999999999999999}}"),
    "tiny exponent": whole(facts={"temperature_c": 0}).replace(b'0}}', b"1e-999999999999999999999}}"),
    "not UTF-8": b'{"\xff": 1}',
    "UTF-16": GOOD.decode().encode("utf-16"),
    "text": b'"rigors"',
    "list": b"[1]",
    "null": b"null",
    "number": b"1",
    "infinity": b"-Infinity",
    "list of a list as an answer": whole(facts={"interacting_medicines": [["probenecid"], {}]}),
    "object among choices": whole(facts={"interacting_medicines": [{}]}),
    "facts as a list": whole(facts=[["rigors", True]]),
    "day with a surrogate year": whole(as_of="٢٠٢٦-11-21"),
    "year nought": whole(as_of="0000-01-01"),
    "born in the year one": whole(facts={"date_of_birth": "0001-01-01"}),
    "two objects": GOOD + b" " + GOOD,
    "half an escape": b'{"\\u12": 1}',
    "escape that is none": b'{"\\x00": 1}',
}  # fmt: skip


@pytest.mark.parametrize("line", BAD.values(), ids=BAD)
def test_a_line_of_any_kind_is_answered_and_so_is_the_next(line):
    ran = run("assess", "--jsonl", input=b"\n".join((line.replace(b"\n", b" "), GOOD)))

    error, answer = results(ran)
    assert error["error"]["code"] in CODES
    assert error["error"]["message"].endswith("Nothing was assessed: this is no all-clear.")
    assert answer["outcome"]["kind"] == "refer_urgent"
    assert ran.exit_code == 1
    assert ran.stderr == "1 of 2 lines could not be assessed.\n"


def test_the_lines_that_once_ended_the_run_are_answered():
    ran = run("assess", "--jsonl", FAULTS / "surrogate-topkey.jsonl")

    first, second = results(ran)
    assert first["error"]["code"] == "unknown_fact"
    assert "There is a key beside pathway, as_of and facts." in first["error"]["message"]
    assert second["outcome"]["kind"] == "refer_urgent"


@pytest.mark.parametrize("line", BAD.values(), ids=BAD)
def test_the_same_in_a_file_for_one_person_gives_the_error_object(tmp_path, line):
    file = tmp_path / "facts.json"
    file.write_bytes(line)

    ran = run("assess", UTI, file, "--as-of", ON, "--json")

    assert ran.exit_code == 2
    assert json.loads(ran.stdout)["error"]["code"] in CODES
    assert ran.stderr.startswith("Error: ")


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
@pytest.mark.parametrize(
    "words",
    [
        (
            "authorise",
            UTI,
            EXAMPLES / "uti-supply.json",
            "--practitioner",
            "2012345",
            "--channel",
            "video",
            "--adoption",
        ),
        ("record", "letter"),
        ("record", "claim"),
    ],
    ids=lambda words: " ".join(map(str, words[:2])),
)
def test_the_same_as_an_adoption_or_a_record_is_refused_with_a_message(tmp_path, words, content):
    file = tmp_path / "file.json"
    file.write_bytes(content)

    ran = run(*words, file)

    assert (ran.exit_code, ran.stdout) == (1 if words[0] == "authorise" else 2, "")
    assert ran.stderr.strip()


def broken(chance, line):
    """A line with some bytes changed, taken out or put in; it stays one line."""
    held = bytearray(line)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(held) + 1)
        match chance.randrange(4):
            case 0 if held:
                held[at % len(held)] = chance.randrange(256)
            case 1:
                del held[at : at + chance.randint(1, 8)]
            case 2:
                held[at:at] = chance.choice(
                    (b"\\ud800", b"\0", b'"', b"{", b"[", b"1e9", b"\xff", b"null", b'"":', b"\\u0000")
                )
            case _:
                held[at:at] = held[at : at + chance.randint(1, 30)]
    return bytes(held).replace(b"\n", b" ") or b"x"


@pytest.mark.parametrize("seed", range(4))
def test_lines_broken_at_random_are_answered_one_by_one(seed):
    chance = random.Random(seed)
    sound = (EXAMPLES / "consultations.jsonl").read_bytes().splitlines()
    sound.append(GOOD)
    lines = [line for line in (broken(chance, chance.choice(sound)) for _ in range(300)) if line.strip()]

    ran = run("assess", "--jsonl", input=b"\n".join(lines))

    answers = ran.stdout_bytes.split(b"\n")[:-1]
    assert len(answers) == len(lines)
    failed = [one for one in map(json.loads, answers) if "error" in one]
    assert {one["error"]["code"] for one in failed} <= CODES
    assert len(failed) > 200  # most of what is broken is no input; were it all answered, nothing would be tried here
    assert ran.exit_code == 1
