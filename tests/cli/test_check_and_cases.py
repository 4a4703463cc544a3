"""pharmacyfirst check and pharmacyfirst cases: content and its cases, from outside."""

import shutil

import pytest

from pharmacyfirst import load
from pharmacyfirst.content.library import pathways_folder


@pytest.fixture
def copied(tmp_path):
    return shutil.copytree(pathways_folder(), tmp_path / "pathways")


@pytest.fixture
def changed(copied):
    """A copy of the content with one thing in one file written otherwise."""

    def changed(file, before, after):
        (copied / "published.yaml").unlink(
            missing_ok=True
        )  # what is published may not change, and would be refused for that
        path = copied / file
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after, 1))
        return copied

    return changed


def test_check_lists_each_pathway_with_its_digest(run):
    ran = run("check")

    assert ran.exit_code == 0
    library = load()
    for condition in library.conditions:
        pathway = library.newest(condition)
        documents = [pathway.edition, *(pgd.edition for pgd in pathway.pgds.values())]
        drafts = sum(one.draft for one in documents)
        assert (
            f"{condition} {pathway.edition.version}: {len(documents)} documents ({drafts} draft), {len(pathway.questions)} questions, "
            in ran.stdout
        )
    assert "  sha256:" in ran.stdout
    assert ran.stdout.endswith("No mistake was found. `pharmacyfirst cases` runs the cases.\n")


def test_check_takes_another_folder(run, copied):
    *theirs, how_to_go_on = run("check", copied).stdout.splitlines()
    assert theirs == run("check").stdout.splitlines()[:-1]
    assert how_to_go_on == "No mistake was found. `pharmacyfirst cases --pathways with that folder` runs the cases."


def test_check_reports_every_mistake_with_place_mending_and_harm(run, changed):
    changed("uncomplicated-uti/pathway.yaml", "when: rigors is yes", "when: rigours is yes")
    copied = changed("acute-sore-throat/pathway.yaml", "when: drooling is yes", "when: droolin is yes")

    ran = run("check", copied)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "pathways/uncomplicated-uti/pathway.yaml:" in ran.stderr
    assert "pathways/acute-sore-throat/pathway.yaml:" in ran.stderr
    assert 'Did you mean "rigors"?' in ran.stderr
    assert "nothing was loaded" in ran.stderr


def test_check_reads_the_cases_of_every_pathway_too(run, changed):
    changed("uncomplicated-uti/cases.yaml", "outcome: supply", "outcome: suply")
    copied = changed("acute-sore-throat/cases.yaml", "outcome: supply", "outcome: suply")

    for command in (("check", copied), ("cases", "--pathways", copied)):
        ran = run(*command)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert "pathways/uncomplicated-uti/cases.yaml:" in ran.stderr
        assert "pathways/acute-sore-throat/cases.yaml:" in ran.stderr


@pytest.mark.parametrize("name", ["absent", "file"])
def test_check_of_what_is_no_folder_is_a_wrong_command(run, tmp_path, name):
    (tmp_path / "file").write_text("")

    ran = run("check", tmp_path / name)

    assert (ran.exit_code, ran.stdout) == (2, "")


def test_check_of_an_empty_folder_is_no_success(run, tmp_path):
    ran = run("check", tmp_path)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "there is no condition in this folder" in ran.stderr


def test_check_of_a_folder_where_a_file_should_be_gives_a_message(run, copied):
    (copied / "uncomplicated-uti" / "pathway.yaml").unlink()
    (copied / "uncomplicated-uti" / "pathway.yaml").mkdir()

    ran = run("check", copied)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr


@pytest.mark.parametrize("condition", [(), ("uncomplicated-uti",)])
def test_cases_that_agree_are_counted(run, condition):
    ran = run("cases", *condition)

    assert ran.exit_code == 0
    (line,) = ran.stdout.splitlines()
    agree, _, count, *words = line.split()
    assert (agree, words) == (count, ["cases", "agree"])


def test_a_case_that_comes_out_differently_is_a_line_with_what_is_different(run, changed):
    copied = changed("uncomplicated-uti/pathway.yaml", "must: age_years is 16 to 64", "must: age_years is 16 to 65")

    ran = run("cases", "uncomplicated-uti", "--pathways", copied)

    assert ran.exit_code == 1
    *failures, count = ran.stdout.splitlines()
    assert failures
    assert all(line.startswith("uti-") for line in failures)
    assert not count.startswith(count.split()[2])


def test_no_cases_are_no_success(run, copied):
    (copied / "uncomplicated-uti" / "cases.yaml").unlink()

    ran = run("cases", "uncomplicated-uti", "--pathways", copied)

    assert (ran.exit_code, ran.stdout) == (1, "There are no cases.\n")


def test_cases_of_a_condition_that_is_not_there_bring_the_nearest(run):
    ran = run("cases", "sore-throat")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert 'Did you mean "acute-sore-throat"?' in ran.stderr


def test_the_version_and_the_help_are_printed(run):
    assert run("--version").stdout.startswith("pharmacyfirst, version ")
    assert "assess" in run("-h").stdout
    assert run("nonsense").exit_code == 2


def test_a_full_disk_gives_a_message(started):
    with open("/dev/full", "wb") as full:
        process = started("check", stdout=full)
        assert process.wait(60) == 3

    assert process.stderr.read() == b"Error: No space left on device. This run did not finish.\n"


def test_a_terminal_that_cannot_show_a_letter_shows_its_number(program, tmp_path):
    copied = shutil.copytree(pathways_folder(), tmp_path / "pathways")
    (copied / "published.yaml").unlink()
    path = copied / "uncomplicated-uti" / "pathway.yaml"
    path.write_text(path.read_text().replace("title: Uncomplicated", "title: ≥ Uncomplicated", 1))
    facts = tmp_path / "facts.json"
    facts.write_text("{}")

    ran = program("assess", "uncomplicated-uti", facts, "--pathways", copied, PYTHONIOENCODING="latin-1")

    assert ran.returncode == 0
    assert ran.stdout.startswith(b"\\u2265 Uncomplicated")
