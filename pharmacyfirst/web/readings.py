"""The readings of a blood pressure, typed as they were taken: the figures of two questions are worked out of them, and they stay with the page."""

from collections.abc import Iterable
from typing import Any

from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.record.fields import RecordRefused
from pharmacyfirst.record.pressure import read_readings, recorded_pressure, sitting_pressure
from pharmacyfirst.store import ConsultationSoFar
from pharmacyfirst.web.posted import Posted

READINGS = "readings"  # the field of a page, and what the store keeps of it, by the name of the upper figure


def work_out(questions: Iterable[Question], posted: Posted, values: dict[str, Any], wrong: dict[str, str]) -> None:
    """The pressure worked out of the readings that were posted takes the place of what was typed; while more has to be measured it is blank."""
    pair, words = sitting_pressure(questions), posted.one(READINGS)
    if not pair or not words:
        return
    try:
        found = recorded_pressure(read_readings(words))
    except RecordRefused as refused:
        wrong[pair[0].name] = f"Readings: {str(refused).removesuffix(' Nothing was recorded.')}"
        return
    for question, figure in zip(pair, found or (), strict=False):
        values[question.name] = int(figure)
    if found is None:
        wrong[pair[0].name] = MORE
        for question in pair:
            values.pop(question.name, None)


MORE = (
    "Readings: measure again, and add it. From 140/90 a second reading is taken on the arm with the higher one, a third where they are more than 10 "
    "apart; arms more than 15 apart are both measured again"
)


def readings_kept(questions: Iterable[Question], posted: Posted) -> dict[str, dict[str, str]]:
    """What the store keeps of the readings that were posted on a page; nothing where none were."""
    pair, words = sitting_pressure(questions), posted.one(READINGS)
    return {READINGS: {pair[0].name: words}} if pair and words else {}


def readings_as_typed(held: ConsultationSoFar) -> str:
    """The readings of a consultation as they were typed; nothing where none were."""
    return ", ".join(words for fields in held.fields.values() for words in dict(fields.get(READINGS) or {}).values())
