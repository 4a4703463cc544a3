"""An assessment, an offer and all that they hold as JSON, field by field: the one table of each.

``as_dict``, the text of ``assess --jsonl``, the schema of what comes out and the cases of the conformance kit take their keys, their order
and their types from here. A new field is one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.dose import Amount, Supplied
from pharmacyfirst.kernel.evidence import OpenItem, Statement
from pharmacyfirst.kernel.fields import (
    NUMBER,
    TEXT,
    WHOLE_NUMBER,
    YES_NO,
    BlockOf,
    FieldTable,
    JsonField,
    ListOf,
    OneWord,
    OrNone,
    Plain,
)  # fmt: skip
from pharmacyfirst.kernel.offer import Arises, Instructed, Offer, Raised
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.pgd import Mechanism
from pharmacyfirst.kernel.rule import Finding, Judged
from pharmacyfirst.kernel.told import PARTS, Reason, Said, in_words

if TYPE_CHECKING:
    from pharmacyfirst.kernel.trace import Assessment

IF_NOT_ANSWERED = (Kind.REFER_URGENT, Kind.REFER)
EVALUATION_ONLY = "evaluation only: not authorised for supply"

# fmt: off
AMOUNT: FieldTable[Amount] = FieldTable(
    "Amount",
    "A number with its unit.",
    (
        JsonField("amount", lambda amount: amount.amount, NUMBER, "How much, exactly."),
        JsonField("unit", lambda amount: amount.unit, TEXT, "Of what, for instance mg or capsule."),
    ),
)

DOSE: FieldTable[Offer] = FieldTable(
    "Dose",
    "What is taken each time; on the first day perhaps another amount.",
    (
        *AMOUNT.within(lambda offer: offer.dose),
        JsonField("first_day_amount", lambda offer: offer.row.dose.first_day if offer.row.dose is not None else None, NUMBER,
                  "What is taken each time on the first day, in the same unit.", left_out=True),
    ),
)

SUPPLIED: FieldTable[Supplied] = FieldTable(
    "Supplied",
    "A product and how much of it.",
    (
        JsonField("product", lambda one: one.product.name, TEXT, "The product by name."),
        JsonField("form", lambda one: one.product.form, TEXT, "The form, for instance modified-release capsule."),
        JsonField("strength", lambda one: one.product.strength.words, TEXT, "The strength as printed."),
        JsonField("quantity", lambda one: one.quantity, OrNone(BlockOf(AMOUNT)), "How much is supplied; null where the document does not say."),
        JsonField("bottles", lambda one: one.bottles, WHOLE_NUMBER, "How many whole bottles that is.", left_out=True),
        JsonField("quantity_at_most", lambda one: one.quantity if one.pack else None, BlockOf(AMOUNT),
                  "The most that may be supplied, where less may be; the same as `quantity`.", left_out=True),
        JsonField("quantity_at_least", lambda one: one.quantity_at_least, BlockOf(AMOUNT),
                  "The least that is supplied, where the document says one.", left_out=True),
        JsonField("less_with_a_reason", lambda one: (one.pack and one.pack.less_with_reason) or None, YES_NO,
                  "Less than that least may be supplied where a reason is recorded.", left_out=True),
    ),
)

CAUTION: FieldTable[Raised] = FieldTable(
    "Caution",
    "Something to weigh or to tell the patient.",
    (
        JsonField("id", lambda one: one.caution.id, TEXT, "The id of the caution in its document."),
        JsonField("says", lambda one: one.caution.says, TEXT, "What there is to be careful about."),
        JsonField("action", lambda one: one.caution.action, TEXT, "What to do about it."),
        JsonField("arises", lambda one: one.arises.value, OneWord(tuple(arises.value for arises in Arises)),
                  "always: for everybody; applies: for this person, by the answers; ask: not ruled out, so it has to be asked."),
        JsonField("for", lambda one: one.caution.audience, ListOf(TEXT), "Whom it is for: patient, professional."),
    ),
)

REASON: FieldTable[Reason] = FieldTable(
    "Reason",
    "One of the things that decided.",
    (
        JsonField("id", lambda one: one.id, TEXT, "The id of the criterion, row or clause."),
        JsonField("says", lambda one: one.says, TEXT, "Why, in words."),
        JsonField("where_to", lambda one: one.where_to or None, OrNone(TEXT), "To whom the person goes; null where it says nothing of that."),
    ),
)

OPEN_ITEM: FieldTable[OpenItem] = FieldTable(
    "OpenItem",
    "Something that is not known, and what holds until it is.",
    (
        JsonField("id", lambda one: one.id, TEXT, "The id of the open item."),
        JsonField("says", lambda one: one.says, TEXT, "What is not known."),
        JsonField("until_then", lambda one: one.until_then, TEXT, "What holds until then."),
    ),
)

SAID: FieldTable[Said] = FieldTable(
    "Said",
    "One thing to say to the patient.",
    (
        JsonField("part", lambda one: one.part, OneWord(PARTS), "The heading it is said under."),
        JsonField("says", lambda one: one.says, TEXT, "The words."),
        JsonField("source", lambda one: one.source, TEXT, "The id of the statement, or the document and the heading it stands under."),
        JsonField("pgd", lambda one: one.pgd or None, OrNone(TEXT), "The document of the medicine it is about; null for none."),
        JsonField("forms", lambda one: one.forms, ListOf(TEXT), "The forms of product with which alone it is said; none: with all."),
    ),
)

INSTRUCTION: FieldTable[Instructed] = FieldTable(
    "Instruction",
    "How this person begins or takes the medicine; it never changes the outcome.",
    (
        JsonField("id", lambda one: one.id, TEXT, "The id of the instruction in its document."),
        JsonField("says", lambda one: one.says, TEXT, "The words."),
        JsonField("arises", lambda one: one.arises.value, OneWord(tuple(arises.value for arises in Arises)), "How it comes with the offer."),
        JsonField("why", lambda one: one.why, TEXT, "The answers by which it applies, or may; empty where it is for everybody."),
    ),
)

DUTY: FieldTable[Statement] = FieldTable(
    "Duty",
    "Something to be done and noted, whatever the outcome.",
    (
        JsonField("id", lambda one: one.id, TEXT, "The id of the duty."),
        JsonField("says", lambda one: one.says, TEXT, "What has to be done."),
        JsonField("who", lambda one: one.who, TEXT, "Whose duty it is."),
    ),
)

OFFER: FieldTable[Offer] = FieldTable(
    "Offer",
    "A medicine that may be offered, with the dose and quantity for this person.",
    (
        JsonField("pgd", lambda offer: offer.pgd.id, TEXT, "The id of the document it may be supplied under."),
        JsonField("medicine", lambda offer: offer.pgd.medicine, TEXT, "The medicine."),
        *SUPPLIED.within(lambda offer: offer.supplied[0]),
        JsonField("route", lambda offer: offer.pgd.route, TEXT, "How it is given, for instance oral."),
        JsonField("dose", lambda offer: offer, BlockOf(DOSE), "What is taken each time."),
        JsonField("times_per_day", lambda offer: offer.row.times_a_day, WHOLE_NUMBER, "How often a day, at least."),
        JsonField("duration_days", lambda offer: offer.row.days or None, OrNone(WHOLE_NUMBER),
                  "For how many days; null where the document says how many packs or months, and no days."),
        JsonField("mechanism", lambda offer: offer.pgd.mechanism.key, OneWord(tuple(mechanism.key for mechanism in Mechanism)),
                  "The legal ground of a supply."),
        JsonField("open_items", lambda offer: offer.open_items, ListOf(TEXT), "The ids of what is open about what led to it."),
        JsonField("pgd_version", lambda offer: offer.pgd.edition.version, TEXT, "The version of the document."),
        JsonField("dose_row", lambda offer: offer.row.id, TEXT, "The id of the row of its dose table."),
        JsonField("alternatives", lambda offer: offer.supplied[1:], ListOf(BlockOf(SUPPLIED)), "Other products of the same dose row."),
        JsonField("cautions", lambda offer: offer.cautions, ListOf(BlockOf(CAUTION)), "What arises for this person."),
        JsonField("times_per_day_max", lambda offer: offer.row.times_a_day_most, WHOLE_NUMBER,
                  "How often a day, at most, where the document gives a range.", left_out=True),
        JsonField("instructions", lambda offer: offer.instructions if offer.pgd.instructions else None, ListOf(BlockOf(INSTRUCTION)),
                  "How this person begins or takes it; of an unknown answer every instruction that could apply.", left_out=True),
    ),
)

OUTCOME: FieldTable[Outcome] = FieldTable(
    "Outcome",
    "How the consultation comes out.",
    (
        JsonField("kind", lambda outcome: outcome.kind.key, OneWord(tuple(kind.key for kind in Kind)), "The kind of outcome."),
        JsonField("destination", lambda outcome: outcome.destination, OrNone(TEXT),
                  f"Where an emergency goes, {EMERGENCY_999} or {EMERGENCY_DEPARTMENT}; of measure_next the id of the pathway; else null."),
        JsonField("says", in_words, TEXT, "What to do, in words: the first thing a pharmacist sees."),
        JsonField("within_days", lambda outcome: outcome.within_days, WHOLE_NUMBER, "By when, in days, where what decided says so.", left_out=True),
        JsonField("next", lambda outcome: outcome.next, TEXT, "The id of the pathway that may follow in the same visit.", left_out=True),
    ),
)


class TraceLine(NamedTuple):
    """A finding with the assessment that it belongs to, whose answers it read."""

    finding: Finding[Judged]
    assessment: Assessment


LINE: FieldTable[TraceLine] = FieldTable(
    "TraceLine",
    "One criterion as it was judged.",
    (
        JsonField("id", lambda line: line.finding.item.id, TEXT, "The id of the criterion, row or clause."),
        JsonField("stage", lambda line: line.finding.item.stage, TEXT, "The heading it stands under."),
        JsonField("verdict", lambda line: line.finding.verdict.value, OneWord(tuple(verdict.value for verdict in Verdict)), "What is known of it."),
        JsonField("read", lambda line: line.assessment.read(line.finding), Plain.ANSWERS,
                  "The answers it read; null is one that there is not, because it is not known or not asked."),
        JsonField("not_asked", lambda line: line.finding.not_asked, ListOf(TEXT), "Of the questions it reads, those that nobody asks this person."),
    ),
)

ASSESSMENT: FieldTable[Assessment] = FieldTable(
    "Assessment",
    "The answer to one consultation.",
    (
        JsonField("pathway", lambda found: found.pathway.id, TEXT, "The id of the pathway."),
        JsonField("version", lambda found: found.pathway.edition.version, TEXT, "The version of the pathway."),
        JsonField("as_of", lambda found: found.on.isoformat(), Plain.DAY, "The day of the consultation."),
        JsonField("outcome", lambda found: found.outcome, BlockOf(OUTCOME), "How the consultation comes out."),
        JsonField("offers", lambda found: found.offers, ListOf(BlockOf(OFFER)), "What may be offered, in order of preference."),
        JsonField("decided_by", lambda found: found.decided_by, ListOf(TEXT), "The ids of what decided."),
        JsonField("reasons", lambda found: found.reasons, ListOf(BlockOf(REASON)), "What decided, in words, in file order."),
        JsonField("where_to", lambda found: found.where_to or None, OrNone(TEXT),
                  "To whom the person goes, and by when; beside need_facts, where it cannot be found out. Null for nobody."),
        JsonField("missing", lambda found: found.missing, ListOf(TEXT),
                  "The questions whose answers can still change the outcome, in the order to ask them."),
        JsonField("if_not_answered", lambda found: found.if_not_answered and found.if_not_answered.key, OrNone(OneWord(tuple(kind.key for kind in IF_NOT_ANSWERED))),
                  "Beside need_facts: how to refer somebody of whom it cannot be found out; else null."),
        JsonField("gateways", lambda found: found.gateways, ListOf(TEXT), "The payment points reached; they decide nothing."),
        JsonField("gateways_not_known", lambda found: found.gateways_not_known, ListOf(TEXT),
                  "The payment points that may have been reached: something they read is not known, or where they stand."),
        JsonField("for_the_record", lambda found: found.for_the_record, ListOf(TEXT),
                  "Items of a score that change the outcome no more, and that the record wants all the same."),
        JsonField("diagnosis_established", lambda found: found.diagnosis_established, YES_NO,
                  "Whether a record may say that the person has the condition."),
        JsonField("open_items", lambda found: found.open_items, ListOf(BlockOf(OPEN_ITEM)),
                  "What is not known about what decided and what may be offered, in words."),
        JsonField("to_say", lambda found: found.to_say, ListOf(BlockOf(SAID)),
                  "All that is said to the patient, in order: when to get help, about the medicine, advice."),
        JsonField("duties", lambda found: found.duties if found.pathway.duties else None, ListOf(BlockOf(DUTY)),
                  "What has to be done and noted, whatever the outcome.", left_out=True),
        JsonField("advice", lambda found: found.advice, ListOf(TEXT), "What to tell the patient, the most cautious first."),
        JsonField("safety_netting", lambda found: found.safety_netting, ListOf(TEXT), "When to come back or seek help, the most cautious first."),
        JsonField("trace", lambda found: [TraceLine(finding, found) for finding in found.findings], ListOf(BlockOf(LINE)),
                  "Every criterion as it was judged, in file order."),
        JsonField("content_digest", lambda found: found.pathway.content_digest, Plain.DIGEST, "The digest of the pathway file and its documents."),
        JsonField("draft", lambda found: found.pathway.draft, YES_NO, "Whether the pathway or a document is not published."),
        JsonField("authority", lambda _: EVALUATION_ONLY, TEXT, "What this assessment allows by itself: nothing."),
    ),
)
