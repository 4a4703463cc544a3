"""pharmacyfirst assess --jsonl: one input object a line in, one result a line out."""

import json

import pytest

ON = "2026-11-21"
UTI = "uncomplicated-uti"
URGENT = {"pathway": UTI, "as_of": ON, "facts": {"rigors": True}}
UNDATED = {"pathway": UTI, "facts": {"rigors": True}}


def lines(*values):
    return "".join((value if isinstance(value, str) else json.dumps(value)) + "\n" for value in values)


@pytest.mark.parametrize("file", [(), ("-",)])
def test_standard_input_is_answered_in_order(run, results, file):
    ages = [{"pathway": UTI, "as_of": ON, "facts": {"age_years": age, "rigors": True}} for age in (31, 15, 70)]

    ran = run("assess", "--jsonl", *file, input=lines(*ages))

    read = [next(f for f in one["trace"] if f["id"] == "UTI-E2")["read"] for one in results(ran)]
    assert read == [{"age_years": 31}, {"age_years": 15}, {"age_years": 70}]
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_a_file_is_answered_like_standard_input(run, facts_file, results):
    ran = run("assess", "--jsonl", facts_file(lines(URGENT, URGENT), "lines.jsonl"))

    assert [one["outcome"]["kind"] for one in results(ran)] == ["refer_urgent"] * 2


def test_a_bad_line_gives_its_error_in_its_place_and_the_rest_are_answered(run, results):
    bad = [
        ("{", "not_json", None),
        ("[]", "not_json", None),
        ('{"a": NaN}', "not_json", None),
        ({"pathway": UTI, "as_of": ON}, "missing_key", None),
        ({"pathway": UTI, "facts": {}}, "missing_key", None),
        ({**URGENT, "pathway": "uti"}, "unknown_pathway", None),
        ({**URGENT, "as_of": "1999-01-01"}, "not_in_force", None),
        ({**URGENT, "as_of": 20261121}, "wrong_value", None),
        ({**URGENT, "as_of": None}, "wrong_value", None),
        ({**URGENT, "pathway": ["x"]}, "wrong_value", None),
        ({**URGENT, "facts": {"rigours": True}}, "unknown_fact", "rigours"),
        ({**URGENT, "facts": {"rigors": "yes"}}, "wrong_value", "rigors"),
        ({**URGENT, "facts": {"date_of_birth": "1990-01-01", "age_years": 3}}, "facts_disagree", "age_years"),
    ]

    ran = run("assess", "--jsonl", input=lines(URGENT, *(line for line, _, _ in bad), URGENT))

    first, *errors, last = results(ran)
    assert first == last
    assert first["outcome"]["kind"] == "refer_urgent"
    assert [(one["error"]["code"], one["error"]["fact"]) for one in errors] == [(code, fact) for _, code, fact in bad]
    for one in errors:
        assert one.keys() == {"error"}
        assert one["error"].keys() == {"code", "fact", "message"}
        assert one["error"]["message"].endswith("Nothing was assessed: this is no all-clear.")
    assert ran.exit_code == 1
    assert ran.stderr == f"{len(bad)} of {len(bad) + 2} lines could not be assessed.\n"


def test_as_of_fills_in_where_a_line_has_no_date_and_nowhere_else(run, results):
    ran = run("assess", "--jsonl", "--as-of", "2026-03-01", input=lines(UNDATED, URGENT))

    assert [one["as_of"] for one in results(ran)] == ["2026-03-01", ON]


def test_without_a_date_anywhere_the_line_is_an_error(run, results):
    ran = run("assess", "--jsonl", input=lines(UNDATED))

    assert results(ran)[0]["error"]["code"] == "missing_key"
    assert ran.exit_code == 1


def test_blank_lines_a_byte_order_mark_windows_lines_and_a_last_line_without_an_end_are_read(run, results):
    good = json.dumps(URGENT)

    ran = run("assess", "--jsonl", input=f"\ufeff{good}\r\n\r\n   \n\n{good}")

    assert [one["outcome"]["kind"] for one in results(ran)] == ["refer_urgent"] * 2


def test_a_line_of_10_mb_is_refused_and_spoils_no_other(run, results):
    huge = '{"pathway": "' + "x" * 10_000_000 + '"}'
    blanks = " " * 2_000_000 + json.dumps(URGENT)

    ran = run("assess", "--jsonl", input=lines(huge, URGENT, blanks, URGENT))

    assert [one.get("error", {}).get("code") for one in results(ran)] == ["not_json", None, "not_json", None]


def test_bytes_that_are_no_text_spoil_their_own_line_only(run, results):
    good = json.dumps(URGENT).encode()

    ran = run("assess", "--jsonl", input=b"\n".join((good, b'{"\xff": 1}', b"\x00", b"[" * 100_000, good)))

    codes = [one.get("error", {}).get("code") for one in results(ran)]
    assert codes == [None, "not_json", "not_json", "not_json", None]


def test_no_line_at_all_is_said_to_be_no_all_clear(run):
    ran = run("assess", "--jsonl", input="\n")

    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == "There was no line. Nothing was assessed: this is no all-clear.\n"


def test_a_folder_is_no_file_of_lines(run, tmp_path):
    ran = run("assess", "--jsonl", tmp_path)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "FILE cannot be read: Is a directory." in ran.stderr


def test_each_line_is_answered_before_the_next_is_read(started):
    process = started("assess", "--jsonl")

    for age in (31, 70, 15):
        line = {"pathway": UTI, "as_of": ON, "facts": {"age_years": age, "rigors": True}}
        process.stdin.write(json.dumps(line).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["outcome"]["kind"] == "refer_urgent"

    process.stdin.close()
    assert process.wait(60) == 0


def test_a_reader_who_has_seen_enough_gets_no_traceback(started):
    process = started("assess", "--jsonl")
    process.stdout.close()

    try:
        for _ in range(200):
            process.stdin.write(json.dumps(URGENT).encode() + b"\n")
        process.stdin.close()
    except BrokenPipeError:
        pass

    assert process.wait(60) == 3
    assert process.stderr.read() == b""


def test_json_is_utf_8_whatever_the_terminal_is_set_to(program, healthy):
    line = json.dumps({"pathway": UTI, "as_of": ON, "facts": healthy}).encode()

    ran = program("assess", "--jsonl", input=line, PYTHONIOENCODING="ascii")

    assert json.loads(ran.stdout.decode("utf-8"))["outcome"]["kind"] == "supply"
    assert ran.returncode == 0
