"""Part `fast`: what is generated from a pathway gives what the kernel gives; pathways put together by chance; and every planted fault is found."""

from functools import partial
from random import Random

from fast.agreeing import EXPIRED, LIBRARY, ON, damaged, damaged_text, difference, people, text_of_facts
from fast.made_up import corners
from fast.test_faults_of_the_generator import FAULTS, found
from fast.test_json_in import differently_read
from thorough.part import Part

from pharmacyfirst.fast.assess import assessor_of

AT_ONCE = 5_000
MADE_UP = 250  # pathways for each 5,000 consultations of a condition
FAULTS_AT_ONCE = 10


def compared(pathway, day, given):
    """How many were compared; raises AssertionError with the first that differs."""
    assessor, count = assessor_of(pathway, day), 0
    for facts in given:
        what = difference(pathway, assessor, facts, day)
        assert not what, f"{pathway.id} on {day}: {what}: {facts}"
        count += 1
    return count


def judge(condition, size, seed):
    """So many of a condition; a tenth again damaged, and a tenth on a day without PGDs."""
    pathway, chance = LIBRARY.in_force(condition, ON), Random(seed)
    tenth = max(size // 10, 4)
    expired = (
        {name: value for name, value in one.items() if name != "date_of_birth"}
        for one in people(condition, tenth, seed + 2)
    )
    return {
        "consultations": compared(pathway, ON, people(condition, size, seed)),
        "damaged inputs": compared(
            pathway, ON, (damaged(pathway, one, chance) for one in people(condition, tenth, seed + 1))
        ),
        "consultations without a PGD in force": compared(pathway, EXPIRED, expired),
    }


def judge_texts(condition, size, seed):
    """So many texts of a condition, whole and damaged, read with msgspec, with the standard library, and strictly."""
    pathway, chance = LIBRARY.in_force(condition, ON), Random(seed)
    whole = (text_of_facts(facts) for facts in people(condition, size // 5 + 1, seed))
    texts = [text for one in whole for text in (one, *(damaged_text(one, pathway, chance) for _ in range(4)))]
    assert (text := differently_read(pathway, texts)) is None, text
    return {"JSON texts": len(texts)}


def judge_made_up(seeds):
    each = [compared(pathway, day, some) for pathway, day, some in corners(seeds)]
    return {"pathways by chance": len(each), "people for them": sum(each)}


def judge_faults(faults):
    missed = [fault for fault in faults if not found(fault)]
    assert not missed, f"not found: {missed}"
    return {"planted faults": len(faults)}


def pieces(size, seed):
    for condition in LIBRARY.conditions:
        for start in range(0, size, AT_ONCE):
            yield f"{condition} {start + 1}", partial(judge, condition, min(AT_ONCE, size - start), seed + start)
            yield (
                f"{condition} texts {start + 1}",
                partial(judge_texts, condition, min(AT_ONCE, size - start), seed + start),
            )
    for start in range(0, max(size * MADE_UP // AT_ONCE, 1), MADE_UP):
        yield f"by chance {start + 1}", partial(judge_made_up, range(start, start + min(MADE_UP, size)))
    for start in range(0, len(FAULTS), FAULTS_AT_ONCE):
        yield f"faults {start + 1}", partial(judge_faults, FAULTS[start : start + FAULTS_AT_ONCE])


PART = Part(
    name="fast",
    property="what is generated from a pathway gives what the kernel gives, and faults planted in the generator are found",
    test="tests/fast/test_what_is_generated_agrees.py",
    size=100_000,
    counts="consultations of each condition",
    pieces=pieces,
)
