"""Charts of few numbers: what cannot be drawn is a sentence, and what is drawn does not pass for the whole."""

from datetime import date

import pytest
from consultations import library
from made_up_audits import audited

from pharmacyfirst.audit.numbers import numbers_of
from pharmacyfirst.audit.report import HowMade, report


def page(of_each, everything=False):
    """The page of so many pharmacies by how many findings each has, of 40 consultations."""
    rows, findings = [], []
    for at, few in enumerate(of_each):
        for one in range(40):
            if one < few:
                findings.append((len(rows), "wrong_dose", "Q-1"))
            recorded = "supply" if one < 20 else "self_care"
            rows.append(("shingles", date(2026, 11, 5), f"P{at:02}", recorded, recorded, one < few))
    numbers = numbers_of(audited(rows, findings), everything)
    return numbers, report(numbers, library(), HowMade("made-up", "0", everything))


FUNNEL = 'aria-label="Pharmacies by how many'


def test_where_two_thirds_are_drawn_the_page_says_which_are_not_and_has_a_table():
    numbers, html = page([*range(5, 23), 0, 0, 3, 2])
    assert FUNNEL in html
    assert "Those with 1 to 4 findings are not" in html
    assert "what is drawn is not the whole" in html
    for name in numbers.names["pharmacy"]:
        drawn = numbers.of("rows", "pharmacy", name) and numbers.of("found", "pharmacy", name) is not None
        assert (f'<th scope="row">{name}</th>' in html) == bool(drawn), name
    assert '<th scope="row">P17</th>' in html
    assert '<th scope="row">P20</th>' not in html  # whoever has three findings is not named


def test_where_fewer_are_drawn_there_is_no_chart_and_a_sentence_says_why():
    """Twelve without a finding under a mean of a tenth would look as though all were better than the mean."""
    _, html = page([0] * 12 + [3] * 20 + [9] * 7)
    assert FUNNEL not in html
    assert "The chart of pharmacies is not drawn. Of " in html
    assert "would be taken" in html


def test_with_every_number_shown_all_are_drawn():
    _, html = page([0] * 12 + [3] * 20 + [9] * 7, everything=True)
    assert FUNNEL in html
    assert "All 39 pharmacies are drawn." in html


@pytest.mark.parametrize(
    "title",
    ["The share of consultations with a finding, month", "How many consultations have each", "Self-care: recorded"],
)
def test_a_chart_without_a_number_that_may_be_shown_is_a_sentence(title):
    few = audited(
        [("shingles", date(2026, 11, 5), "A", "self_care", "refer", True)] * 3,
        [(at, "wrong_dose", "Q-1") for at in range(3)],
    )
    html = report(numbers_of(few), library(), HowMade("made-up", "0", everything=False))
    assert title not in html
    assert html.count("No chart: none of its numbers may be shown.") == 4
