"""Part `altered`: whatever is altered in a record, it is refused, or nothing that leaves the pharmacy says more than the field that was altered.

The fields are those of the schema, those that a record has not yet among them; below what the schema leaves open (facts, assessment)
they are those that stand there. An alteration is tried twice: as a text editor leaves it, and with the seal of what was altered, as a
program would write it that knows how seals are made.
"""

import copy
import html
import json
import random
from functools import cache, partial

from sound_records import case_of, library, record_for
from thorough.part import Part

from pharmacyfirst import Kind
from pharmacyfirst.record import Consultation, RecordRefused, envelope_of, read_record, update_record, write_record
from pharmacyfirst.record.examples import MAILBOX, account_of
from pharmacyfirst.record.fields import read_back
from pharmacyfirst.record.make import NOT_JUDGED, is_judged, make_record
from pharmacyfirst.record.message.envelope import NoMessage
from pharmacyfirst.record.papers.claim import claim_json
from pharmacyfirst.record.papers.label import label_text
from pharmacyfirst.record.papers.leaflet import leaflet_html
from pharmacyfirst.record.papers.letter import letter_html
from pharmacyfirst.record.papers.one_page import one_page_html
from pharmacyfirst.record.papers.parts import NoPaper
from pharmacyfirst.record.schema import record_schemas

SCHEMA = record_schemas()["record.schema.json"]
AT_ONCE = 250
TIMES = 20  # how often each field is altered at least
STRANGE_WORDS = (
    "changed by hand",
    "x",
    "10 mg",
    "2026-11-21",
    "",
    " ",
    "0",
    "a\nb",
    "\u202e",
    "<b>",
    "Take ten times a day.",
)


@cache
def records():
    """A sound record of each kind that papers differ for, as the JSON object that a file holds."""
    wanted = (
        ("uncomplicated-uti", Kind.SUPPLY), ("infected-insect-bites", Kind.SUPPLY), ("acute-sore-throat", Kind.REFER_URGENT),
        ("shingles", Kind.EMERGENCY), ("acute-sinusitis", Kind.SELF_CARE), ("impetigo", Kind.NEED_FACTS),
    )  # fmt: skip
    found = [record_for(case_of(*one)) for one in wanted if one[1] not in (Kind.REFER_URGENT, Kind.EMERGENCY)]
    practice = [account_of(library(), case_of(*one)) for one in wanted]
    found += [make_record(one, library(), recorded_at=one.ended_at) for one in practice]
    return tuple(json.loads(write_record(one)) for one in found)


# Where a field stands


def places(schema, held):
    """Every field: the path to it in the JSON value, and its schema where there is one."""
    yield from _inside(schema, held, ())


def _inside(schema, held, path):
    parts = [one for one in _resolved(schema) if one.get("type") == "object" and "properties" in one]
    if isinstance(held, dict):
        properties = {name: of for one in parts for name, of in one["properties"].items()}
        for name in {**properties, **held}:
            yield (*path, name), properties.get(name, {})
            if name in held:
                yield from _inside(properties.get(name, {}), held[name], (*path, name))
    elif isinstance(held, list):
        items = next((one["items"] for one in _resolved(schema) if "items" in one), {})
        for number, one in enumerate(held):
            yield from _inside(items, one, (*path, number))
            if not isinstance(one, dict | list):
                yield (*path, number), items


def _resolved(schema):
    if "$ref" in schema:
        yield from _resolved(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
        return
    yield schema
    for one in schema.get("anyOf", ()):
        yield from _resolved(one)


def field_of(path):
    """A field by its names alone, whichever of several it stands in."""
    return ".".join(part for part in path if isinstance(part, str))


# How it is altered


def altered(held, path, schema, chance):
    """A copy of the object in which the value at the path is another one, or is there at all, or no more."""
    copied = copy.deepcopy(held)
    parent = copied
    for part in path[:-1]:
        parent = parent[part]
    name = path[-1]
    there = not isinstance(parent, dict) or name in parent
    if there and isinstance(parent, dict) and chance.random() < 0.15:
        del parent[name]
    else:
        parent[name] = another(parent[name] if there else None, schema, chance)
    return copied


def another(value, schema, chance):
    """Another value than this one: one that the schema takes where it says, or one of another kind."""
    choices = [one for part in _resolved(schema) for one in (*part.get("enum", ()), *part.get("examples", ()))]
    tried = [one for one in choices if one != value]
    if isinstance(value, bool):
        tried += [not value, None]
    elif isinstance(value, int | float):
        tried += [value + 1, value - 1, value * 10, value / 2, -value, 0, 1e30, str(value), None]
    elif isinstance(value, list):
        tried += [[], value * 2, value[1:], value[::-1] if len(value) > 1 else None, None]
    elif isinstance(value, dict):
        tried += [{}, {**value, "another": 1}, None, []]
    elif isinstance(value, str):
        tried += [
            value + "x",
            value[:-1],
            value.upper(),
            value.swapcase(),
            value[::-1],
            *_moved(value),
            *STRANGE_WORDS,
            7,
            None,
        ]
    else:
        tried += [made(schema, chance), *STRANGE_WORDS, True, 1, [], {}]
    return chance.choice([one for one in tried if one != value or type(one) is not type(value)])


def _moved(words):
    """A day or a moment made another."""
    for one, other in (("2026", "2025"), ("-11-", "-12-"), ("T14", "T15"), ("+00:00", "+01:00")):
        if one in words:
            yield words.replace(one, other, 1)


def made(schema, chance):
    """Something that the schema takes, for a field that is not there yet."""
    parts = [one for one in _resolved(schema) if one.get("type") != "null" or len(schema) == 1]
    part = chance.choice([one for one in parts if "anyOf" not in one] or [{}])
    if "enum" in part or "examples" in part:
        return chance.choice([*part.get("enum", ()), *part.get("examples", ())])
    match part.get("type"):
        case "object":
            return {
                name: made(of, chance)
                for name, of in part.get("properties", {}).items()
                if name in part.get("required", ())
            }
        case "array":
            return [made(part.get("items", {}), chance)]
        case "boolean":
            return chance.random() < 0.5
        case "integer" | "number":
            return chance.choice((1, 2, 37))
        case "string":
            return _words(part, chance)
    return None


def _words(part, chance):
    if part.get("format") == "date":
        return "2026-11-21"
    if part.get("format") == "date-time":
        return "2026-11-21T14:10:00+00:00"
    return chance.choice(
        ("Ann Other", "9a4e29c0-93cf-5519-87d6-adfa0215056d", "2027-10", "FZZ99", "B86999", "9434765919")
    )


# What comes of it


def outputs(record):
    """Everything that leaves a record, by its name; where there is none, why."""
    pathway = library().in_force(record.pathway, record.on)
    makers = {
        "message": lambda: update_record(record, envelope_of(record, MAILBOX, record.ended_at or record.started_at)).decode(),
        "label": lambda: label_text(record, pathway),
        "leaflet": lambda: leaflet_html(record, pathway),
        "letter": lambda: letter_html(record),
        "page": lambda: one_page_html(record),
        "claim": lambda: claim_json([record]),
    }  # fmt: skip
    return {name: _made(maker) for name, maker in makers.items()}


def _made(maker):
    try:
        return maker()
    except (NoMessage, NoPaper) as none:
        return f"none: {none}"


# Beside free words, the fields that only people know, which the program cannot work out and therefore cannot know to be altered. What is
# told of them elsewhere follows from them; nothing that is dosed, decided, permitted or coded as a diagnosis does.
SAYS_MORE = ("patient.", "pharmacy.", "practitioner.", "consent", "decision", "referral", "records_viewed", "observations", "reactions",
             "charge", "notice", "claim", "incident", "hold", "started_at", "ended_at", "recorded_at", "channel", "place", "late",
             "entered_by", "accompanied_by", "chaperone", "gateways_passed", "pregnancy_confirmed", "corrects", "first", "keep_until",
             "complaint", "identity_checked", "not_viewed_because", "strand_before", "id", "as_of", "measured_by", "visit", "continues",
             "duties", "readings", "to_show_in_app", "may_contact_by",
             "supplies.amp", "supplies.quantity", "supplies.batch", "supplies.expiry", "supplies.handed_over_at",
             "supplies.collected_by", "supplies.permit.warnings", "supplies.permit.at", "supplies.permit.as_if", "facts")  # fmt: skip
DECIDED = ("assessment", "in_words", "content_digest", "version")
DOSED = ("directions", "dose", "first_day_dose", "times_per_day", "times_per_day_max", "duration_days", "product", "form", "strength",
         "route", "dose_row", "medicine", "pgd", "pgd_title", "pgd_version", "mechanism", "legal_class", "quantity_offered")  # fmt: skip


def judge(original, path, schema, chance):
    """Alter one field, and say what came of it: refused, the same, only that field, or not judged. Raises AssertionError for anything else."""
    held = altered(original, path, schema, chance)
    where = field_of(path)
    by_hand = _read(json.dumps(held))
    before = _believed(json.dumps(original))
    assert by_hand is None or by_hand == before, f"{where}: altered by hand, and read as something else"
    sealed = _sealed(held)
    if sealed is None:
        return "refused"
    if sealed == before:
        return "the same"
    after = outputs(sealed)
    if not is_judged(sealed):
        assert where == "assessment.content_digest", f"{where}: altered, and not judged"
        assert all(NOT_JUDGED in made or made.startswith("none:") for made in after.values()), (
            f"{where}: not judged, and something does not say so"
        )
        return "not judged"
    practised = where == "supplies.permit" and sealed.practice  # which needs none
    assert practised or where.startswith(SAYS_MORE), f"{where}: altered and sealed again, and believed"
    old, new = before.as_dict(), sealed.as_dict()
    if where.partition(".")[0] != "facts":
        assert all(old.get(name) == new.get(name) for name in DECIDED), f"{where}: altered what was decided"
        for one, other in zip(old.get("supplies", ()), new.get("supplies", ()), strict=False):
            assert all(one.get(name) == other.get(name) for name in DOSED), f"{where}: altered what is taken"
    if is_free_words(schema):
        _only_those_words(where, outputs(before), after, _at(original, path), _at(held, path))
    return "only that field"


def is_free_words(schema):
    """Whether the field takes any words: no choice, no identifier, no day."""
    parts = [one for one in _resolved(schema) if one.get("type") == "string"]
    return bool(parts) and not any(
        one.keys() & {"enum", "examples", "pattern", "format", "description"} for one in parts
    )


def _at(held, path):
    for part in path:
        held = held.get(part) if isinstance(held, dict) else held[part]
    return held


def _only_those_words(where, before, after, old, new):
    """Each line that differs holds the words that were there, or those that are there now."""
    for name in before:
        was, now = before[name].splitlines(), after[name].splitlines()
        gone, come = [one for one in was if one not in now], [one for one in now if one not in was]
        for lines, words in ((gone, old), (come, new)):
            for line in lines if words else ():
                assert _holds(line, words) or where in ALSO, f"{where}: {name}: {line.strip()[:90]}"


# Where the first words bring a heading, or an entry with an id of its own, with them.
ALSO = ("decision.plan_for_professionals", "decision.plan_for_patient", "practitioner.sds_user_id")


def _holds(line, words):
    told = _plain(line)
    return any(_plain(part) in told for part in words.splitlines() if part.strip())


def _plain(words):
    unescaped = html.unescape(words.replace('\\"', '"').replace("\\n", " "))
    return "".join(letter for letter in unescaped.casefold() if letter.isalnum())


@cache
def _believed(words):
    return read_record(words, library())


def _read(words):
    try:
        return read_record(words, library())
    except RecordRefused:
        return None


def _sealed(held):
    """The record as it would be read had whoever altered it sealed it again; None where it is refused."""
    try:
        return _read(write_record(read_back(Consultation, copy.deepcopy(held)).sealed()))
    except RecordRefused:
        return None


def alter(record, start, times, seed):
    """Alterations of one record, its fields in turn, whichever of several a field stands in; those that few records have come more often."""
    chance = random.Random(f"{seed} {record} {start}")
    original = records()[record]
    found, turns = _by_field(original), _turns(record)
    counted = {"altered": 0, "refused": 0, "the same": 0, "only that field": 0, "not judged": 0}
    for number in range(start, start + times):
        counted[judge(original, *chance.choice(found[turns[number % len(turns)]]), chance)] += 1
        counted["altered"] += 1
    return counted


def _by_field(held):
    found = {}
    for path, schema in places(SCHEMA, held):
        found.setdefault(field_of(path), []).append((path, schema))
    return found


@cache
def _turns(record):
    """The fields of a record, each as often as it has to be altered here to be altered ``TIMES`` times in all."""
    of_each = [_by_field(one).keys() for one in records()]
    wanted = {name: -(-TIMES // sum(name in some for some in of_each)) for name in of_each[record]}
    return [name for turn in range(TIMES) for name, times in wanted.items() if turn < times]


def pieces(size, seed):
    for record in range(len(records())):
        times = max(size // len(records()), len(_turns(record)))
        for start in range(0, times, AT_ONCE):
            yield f"record {record} from {start + 1}", partial(alter, record, start, min(AT_ONCE, times - start), seed)


PART = Part(
    name="altered",
    property="a record altered in any field is refused, or everything made of it is the same but for that field",
    test="tests/record/test_altered.py",
    size=10_000,
    counts="alterations",
    pieces=pieces,
)
