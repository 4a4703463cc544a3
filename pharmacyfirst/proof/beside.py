"""What stands beside an outcome, as formulas: how to refer where an answer cannot be found out, payment points, what is said, cautions.

None of it changes an outcome. It is here so that the kernel has a second opinion on it, and mutants of it can be told apart.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.offer import Arises
from pharmacyfirst.kernel.outcome import STOPPING_KINDS, Kind
from pharmacyfirst.kernel.pathway import GatewayPoint
from pharmacyfirst.kernel.trace import EVERYONE, NOT_TODAY, NOTHING_LEFT, TODAY
from pharmacyfirst.proof.encoding import Encoding, Judgement
from pharmacyfirst.proof.reasons import decided_by, missing
from pharmacyfirst.proof.solver import FALSE, TRUE, Formula, both, either, no

Named = Mapping[str, Formula]


def if_not_answered(encoding: Encoding, asked: Named) -> dict[Kind, Formula]:
    """Rule 9: beside need facts, that somebody of whom it cannot be found out is sent the same day, and that they are referred.

    ``asked`` says of each question when it is among the missing.
    """
    waiting = encoding.kinds[Kind.NEED_FACTS]
    urgent = either(judged.not_known for stop, judged in encoding.stops if stop.kind <= Kind.REFER_URGENT)
    closing = [one.name for one in encoding.pathway.questions.values() if one.if_not_answered is not None]
    today = either((urgent, *(asked.get(name, FALSE) for name in closing)))
    return {Kind.REFER_URGENT: both((waiting, today)), Kind.REFER: both((waiting, no(today)))}


def gateway(encoding: Encoding, point: GatewayPoint) -> Judgement:
    """Rule 5: when a payment point is known to be reached, and when it is known not to be."""
    closed = [judged.flipped() for stop, judged in encoding.stops if point.comes_after(stop)]
    said = [encoding.sentences.judged(point.sentence)] if point.sentence is not None else []
    needed = [*closed, *said]
    placed = TRUE if point.position_known else FALSE
    return Judgement(both((placed, *(one.met for one in needed))), either(one.not_met for one in needed))


def said(encoding: Encoding, decided: Named, unanswered: Mapping[Kind, Formula]) -> dict[str, Formula]:
    """For each line of advice and safety-netting: it is said. For each duty: it is one of this person's, or not known not to be."""
    pathway, kinds = encoding.pathway, encoding.kinds
    audience: dict[str, list[Formula]] = defaultdict(list)
    for kind, when in kinds.items():
        audience[kind.word].append(when)
    for words in (decided, encoding.offered):
        for word, when in words.items():
            audience[word].append(when)
    audience[EVERYONE] = [no(either((kinds[Kind.EMERGENCY], kinds[Kind.NEED_FACTS])))]
    audience[TODAY], audience[NOT_TODAY] = ([unanswered[kind]] for kind in (Kind.REFER_URGENT, Kind.REFER))
    audience[NOTHING_LEFT] = [_nothing_left(encoding)]
    theirs = {
        one.id: both((either(when for word in one.audience for when in audience[word]), _where(encoding, one).met))
        for one in (*pathway.advice, *pathway.safety_netting)
    }
    return theirs | {
        one.id: both((either(when for word in one.audience for when in audience[word]), _where(encoding, one).may_be))
        for one in pathway.duties
    }


def _where(encoding: Encoding, statement: Statement) -> Judgement:
    return Judgement(TRUE, FALSE) if statement.sentence is None else encoding.sentences.judged(statement.sentence)


def outcome_in_full(encoding: Encoding) -> dict[str, Formula]:
    """For each thing that criteria and rows say beside their kind, such as ``within 21``: it stands beside the outcome."""
    found: dict[str, list[Formula]] = defaultdict(list)
    for kind in STOPPING_KINDS:
        decides = encoding.kinds[kind] if kind is not Kind.EMERGENCY else FALSE
        stops = [(stop, judged.met) for stop, judged in encoding.stops if stop.kind is kind]
        for stop, met in stops:
            sooner = [m for other, m in stops if other.within_days and other.within_days < (stop.within_days or 0)]
            if stop.within_days:
                found[f"within {stop.within_days}"].append(both((decides, met, no(either(sooner)))))
        before: list[Formula] = []
        for stop, met in stops:
            if stop.next:
                found[f"next {stop.next}"].append(both((decides, met, no(either(before)))))
                before.append(met)
    for (row, _), turn in zip(encoding.rows, encoding.turns, strict=True):
        for name, value in (("leads to", row.leads_to), ("within", row.within_days), ("next", row.next)):
            if value:
                some = either(encoding.offers(row).values()) if row.offers else TRUE
                found[f"{name} {value}"].append(both((encoding.by_table, turn, some)))
    return {name: either(whens) for name, whens in found.items()}


def _nothing_left(encoding: Encoding) -> Formula:
    """A row that offers decided, and nothing may be offered."""
    offering = [turn for (row, _), turn in zip(encoding.rows, encoding.turns, strict=True) if row.offers]
    return both((encoding.by_table, either(offering), no(encoding.kinds[Kind.SUPPLY])))


def cautions(encoding: Encoding) -> dict[tuple[str, str, Arises], Formula]:
    """For each caution of each PGD and each way in which it may arise: it comes with an offer in this way."""
    found: dict[tuple[str, str, Arises], list[Formula]] = defaultdict(list)
    for (id_, row_id), offered in encoding.offered_by_row.items():
        pgd = encoding.pathway.pgds[id_]
        row = next(one for one in pgd.doses if one.id == row_id)
        forms = {pack.product.form for pack in row.packs}
        for caution in pgd.cautions:
            if caution.forms and forms.isdisjoint(caution.forms):
                continue
            if caution.sentence is None:
                found[id_, caution.id, Arises.ALWAYS].append(offered)
                continue
            judged = encoding.sentences.judged(caution.sentence)
            found[id_, caution.id, Arises.APPLIES].append(both((offered, judged.met)))
            found[id_, caution.id, Arises.ASK].append(both((offered, judged.not_known)))
    return {key: either(whens) for key, whens in found.items()}


def instructions(encoding: Encoding) -> Iterator[tuple[str, Formula]]:
    """For each instruction of each PGD and each way in which it may arise, by the name of both: it comes with an offer in this way."""
    for id_, offered in encoding.offered.items():
        for one in encoding.pathway.pgds[id_].instructions:
            judged = Judgement(TRUE, FALSE) if one.sentence is None else encoding.sentences.judged(one.sentence)
            met = Arises.ALWAYS if one.sentence is None else Arises.APPLIES
            yield instructed_as(id_, one.id, met), both((offered, judged.met))
            yield instructed_as(id_, one.id, Arises.ASK), both((offered, judged.not_known))


def instructed_as(pgd: str, id_: str, arises: Arises) -> str:
    """The name under which an instruction of a PGD comes with an offer in one way."""
    return f"instruction {pgd} {id_} {arises.value}"


def diagnosis_established(encoding: Encoding) -> Formula:
    """A record may say that the person has the condition."""
    diagnosis = encoding.pathway.diagnosis
    if diagnosis is None:
        return FALSE
    clear = [
        judged.not_met for one, judged in encoding.stops if one.stage in diagnosis.clear or one.id in diagnosis.clear
    ]
    said = [encoding.sentences.judged(diagnosis.sentence).met] if diagnosis.sentence is not None else []
    return both((*clear, *said))


def beside(encoding: Encoding) -> dict[str, Formula]:
    """Everything that a case can look at beside the outcome and the offers, by name: when it is so."""
    decided, asked = decided_by(encoding), missing(encoding)
    unanswered = if_not_answered(encoding, asked)
    found = {f"decided by {id_}": when for id_, when in decided.items()}
    found.update({f"missing {name}": when for name, when in asked.items()})
    found.update({f"if not answered {kind.word}": when for kind, when in unanswered.items()})
    for point in encoding.pathway.gateways:
        judged = gateway(encoding, point)
        found[f"gateway {point.id} reached"] = judged.met
        found[f"gateway {point.id} not known"] = judged.not_known
    found.update({f"says {id_}": when for id_, when in said(encoding, decided, unanswered).items()})
    found.update(outcome_in_full(encoding))
    found.update(instructions(encoding))
    return found
