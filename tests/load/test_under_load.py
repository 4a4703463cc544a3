"""A few pharmacists at once over the form as it runs, killed once under them: nothing that it acknowledged is lost, and nothing goes wrong.

The API likewise, called again under the same Idempotency-Key by whoever got no answer. Two hundred are tried by `make thorough PART=load`.
"""

import json

import pytest
from under_load import load, load_of_api, missing, not_once


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    folder = tmp_path_factory.mktemp("load")
    return folder, load(folder, many=3, seconds=2.5, thinking=0.05, seed="few", kills=1)


def test_nothing_acknowledged_is_lost_and_nothing_goes_wrong(tried):
    _, found = tried
    assert found.missing == []
    assert found.told["wrong"] == []
    assert found.told["pages"]


def test_a_page_or_an_end_that_is_not_there_would_be_found(tried):
    folder, found = tried
    id, said = next(one for one in found.told["pages"] if one[1])
    ended = {*found.told["consultations"]}
    not_ended = [one for one, _ in found.told["pages"] if one not in ended]
    told = {"pages": [[id, dict.fromkeys(said, "another answer")]], "consultations": not_ended}
    assert len([*missing(folder / "data", told)]) == 1 + len(not_ended)


def test_the_log_of_it_is_json_and_says_of_each_request_how_long_it_took(tried):
    folder, _ = tried
    lines = [json.loads(line) for line in (folder / "lines.jsonl").read_text().splitlines()]
    answered = [one for one in lines if one["what"] == "answered"]
    assert [one["what"] for one in lines if one["what"] != "answered"] == ["started", "started"]
    assert {"POST", "GET"} == {one["method"] for one in answered}
    assert all(one["wall_ms"] >= 0 and one["path"] != "(another path)" for one in answered)
    assert not [id for id, _ in tried[1].told["pages"] if id in (folder / "lines.jsonl").read_text()]


@pytest.mark.large
def test_what_the_api_answered_is_there_once(tmp_path):
    found = load_of_api(tmp_path, many=2, seconds=1.5, seed="few", kills=1)
    assert found.missing == []
    assert found.told["wrong"] == []
    assert found.told["ids"]
    id = next(iter(found.told["ids"].values()))
    made_up = {"ids": {**found.told["ids"], "another": "made up"}}
    assert [*not_once(tmp_path / "data", made_up)] == ["the record made up"]
    fewer = {"ids": {key: one for key, one in found.told["ids"].items() if one != id}}
    assert [*not_once(tmp_path / "data", fewer)] == [f"{id} was never answered, or is there twice"]
