"""``pharmacyfirst new``: a skeleton that loads, and nothing written over."""

from click.testing import CliRunner

from pharmacyfirst.cli.main import main


def run(*words):
    return CliRunner().invoke(main, list(words))


def new(into, *words):
    return run("new", *words, "--out", str(into))


def test_what_is_written_loads_and_its_cases_agree(tmp_path):
    made = new(tmp_path, "hiccups")

    assert made.exit_code == 0, made.output
    assert made.stdout.splitlines()[:5] == [
        "in the folder that --out names:",
        "wrote hiccups/pathway.yaml",
        "wrote hiccups/first-medicine.yaml",
        "wrote hiccups/cases.yaml",
        "wrote shared/questions.yaml",
    ]
    assert "No mistake was found." in run("check", str(tmp_path)).stdout
    assert run("cases", "--pathways", str(tmp_path)).stdout == "5 of 5 cases agree\n"


def test_a_second_condition_takes_the_shared_questions_that_are_there(tmp_path):
    new(tmp_path, "hiccups")
    questions = tmp_path / "shared" / "questions.yaml"
    questions.write_text("# ours\n" + questions.read_text(encoding="utf-8"), encoding="utf-8")

    made = new(tmp_path, "sore-tooth")

    assert "questions.yaml" not in made.stdout
    assert questions.read_text(encoding="utf-8").startswith("# ours\n")
    assert run("cases", "--pathways", str(tmp_path)).stdout == "10 of 10 cases agree\n"


def test_the_folder_is_named_where_it_is_ours(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert run("new", "hiccups").stdout.splitlines()[0] == "in the folder my-pathways:"
    assert (tmp_path / "my-pathways" / "hiccups" / "pathway.yaml").is_file()


def test_beside_services_it_says_that_one_has_to_name_the_pathway(tmp_path):
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "our-service.yaml").write_text("service: our-service\n", encoding="utf-8")

    assert "Write it under pathways: of a file in services/ of that folder" in new(tmp_path, "hiccups").stdout
    assert "services/" not in new(tmp_path / "other", "hiccups").stdout


def test_nothing_is_written_over(tmp_path):
    new(tmp_path, "hiccups")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.yaml")}

    again = new(tmp_path, "hiccups", "--title", "Other")

    assert (again.exit_code, again.stderr) == (
        1,
        "Error: There is a folder of that condition already. Nothing was written.\n",
    )
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.yaml")} == before


def test_a_name_that_cannot_be_one_is_refused_and_not_repeated(tmp_path):
    refused = new(tmp_path, "../John Smith")

    assert refused.exit_code == 2
    assert "small letters" in refused.stderr
    assert "Smith" not in refused.output
    assert list(tmp_path.iterdir()) == []
