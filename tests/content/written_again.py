"""A library written again as the files it was loaded from, and what of a file is not found there. For tests.

Both sides are walked by the table of shapes, heading by heading, so that a word counts as found only where it stands in the file.
"""

from collections.abc import Iterable, Iterator

from by_shape import meant, shape_of_file, tree_of

from pharmacyfirst.content.amounts import days_within, quantity_range
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.every_shape import every_shape
from pharmacyfirst.content.files import HAZARDS, INVARIANTS
from pharmacyfirst.content.filled_in import plain
from pharmacyfirst.content.shape import SENTENCE, Shape
from pharmacyfirst.content.shapes import ALWAYS_999, PATHWAY_FILE, SHARED_ANSWERS, SHARED_LIST, SHARED_QUESTIONS
from pharmacyfirst.content.shapes_of_cases import FILE_OF_CASES, PUBLISHED_LIST
from pharmacyfirst.content.shapes_of_medicines import SHARED_DEFINITIONS, SHARED_MEDICINE, SHARED_SOURCES
from pharmacyfirst.content.shapes_of_pgds import DOSE_GAP, DOSE_ROW
from pharmacyfirst.content.shapes_of_questions import QUESTION, SHARED_QUESTION
from pharmacyfirst.content.shapes_of_services import SERVICE_FILE
from pharmacyfirst.content.spellings import NAMES, NO_DOSE
from pharmacyfirst.kernel.conditions import Count, Includes
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import Answer


def lost(library) -> dict[str, list[tuple]]:
    """Of each file the ways to the words that the library has lost, with the words."""
    found = {}
    for path in sorted(library.root.rglob("*.yaml")):
        if path.name in (INVARIANTS, HAZARDS):
            continue  # they stand beside the library and are no part of it
        tree = tree_of(path)
        shape = shape_of_file(tree)
        there = dict(leaves(written(library, path, plain(tree), shape), shape))
        missing = [(*way, words) for way, words in leaves(plain(tree), shape) if not _is_there(way, words, there)]
        if missing:
            found[path.relative_to(library.root).as_posix()] = missing
    return found


def leaves(tree, shape: Shape, way=()) -> Iterator[tuple]:
    """Every heading of a file that holds words, with the way to it and what stands there."""
    for heading, node in tree.items():
        under = shape.headings.get(heading)
        if under is None:
            continue  # the library holds what a clause takes of its bar, too
        if not under.shapes:
            as_it_is = under.how == SENTENCE or heading in ("points", "baseline")
            yield (*way, heading), (node if as_it_is else _said(heading, node))
        elif under.how == "grouped":
            for group, criteria in node.items():
                for name, one in criteria.items():
                    if name == "then":
                        yield (*way, heading, group, name), one
                    else:
                        yield from leaves(one, under.shapes[1], (*way, heading, group, name))
        else:
            items = node.items() if under.how == "named" else enumerate(node if isinstance(node, list) else [node])
            for name, one in items:
                if isinstance(one, str):
                    yield (*way, heading, name), one
                else:
                    yield (*way, heading, name), ""  # the name itself is a word, too
                    yield from leaves(one, _shape(one, under.shapes), (*way, heading, name))


def _shape(one, allowed):
    if SHARED_QUESTION in allowed:
        return SHARED_QUESTION if "shared" in one else QUESTION
    if DOSE_GAP in allowed:
        return DOSE_GAP if one.get("dose") == NO_DOSE else DOSE_ROW
    return meant(one, allowed)


_NAMES = {h for s in every_shape() for h, under in s.headings.items() if under is NAMES}


def _said(heading, node):
    """What stands under a heading, however it is laid out: names in any order, words with single blanks, lines one by one."""
    if heading == "pages":  # in the order to ask them
        return {title: _in_order(names) for title, names in node.items()}
    if isinstance(node, dict):
        return {name: _said("", one) for name, one in node.items()}
    if heading in _NAMES or isinstance(node, tuple):
        parts = [node] if isinstance(node, str) else node
        return tuple(sorted(name.strip() for part in parts for name in part.split(",")))
    lines = tuple(" ".join(line.split()) for line in ([node] if isinstance(node, str) else node))
    return lines[0] if len(lines) == 1 else lines


def _in_order(names):
    return tuple(name.strip() for part in ([names] if isinstance(names, str) else names) for name in part.split(","))


def _is_there(way, words, there) -> bool:
    if way[0] == "each dose":  # said once for all rows: it is there where a row has it
        rows = [value for at, value in there.items() if at[0] == "doses" and at[-1] == way[-1]]
        return way[-1] == 0 or words in rows
    if way[-1] == "then" and len(way) == 3 and way[0] == "stopping criteria":
        return words in [value for at, value in there.items() if at[:2] == way[:2] and at[-1] == "then"]
    if words == "shared" and len(way) == 2:
        return "shared" in (there.get(way), "shared" if there.get((*way, "shared")) == "yes" else "")
    if way not in there:
        return False
    is_there = there[way]
    if way[-1] in ("when", "any of", "must", "asked when", "points"):
        return _says(is_there, words, all_of_them=way[-1] != "any of")
    if way[-1] == "within":
        return days_within(words) == days_within(is_there)
    if way[-1] == "quantity" and quantity_range(words):
        return quantity_range(words) == quantity_range(is_there)
    if way[-1] == "answer":
        return words == is_there or (words.startswith(("one of", "any of")) and _within(words, is_there))
    if way[-1] == "unset":
        return not set(words) & set(is_there)
    if way[-1] == "baseline":  # an answer of the baseline is there where a case has it
        return all(any(_same(answer, facts.get(name, "")) for facts in is_there) for name, answer in words.items())
    if way == ("pages",):
        return words == is_there
    if way[-1] == "note":  # that of the bar stands after that of the clause
        return words == is_there or is_there.startswith(f"{words.rstrip('.')}; ")
    if isinstance(words, dict):
        return isinstance(is_there, dict) and all(_same(said, is_there.get(name, "")) for name, said in words.items())
    return words == is_there


def _same(answer: str | tuple, there: str) -> bool:
    """The same answer, several names in any order."""
    names = answer.split(", ") if isinstance(answer, str) else answer
    return sorted(names) == sorted(there.split(", "))


def _within(words: str, there: str) -> bool:
    """Answers named on a line are among those there are."""
    return words[:6] == there[:6] and {*filter(None, words[7:].split(", "))} <= {*there[7:].split(", ")}


def _says(condition, words, *, all_of_them: bool) -> bool:
    # Of whom an exclusion of every medicine is not, the document of that medicine shows: it has none.
    lines = [
        " ".join(line.split()).partition(", except ")[0] for line in ([words] if isinstance(words, str) else words)
    ]
    if isinstance(condition, tuple):
        return len(condition) == len(lines) and all(
            line in spellings(one) for line, one in zip(lines, condition, strict=True)
        )
    if len(lines) == 1:
        return lines[0] in spellings(condition)
    wanted = len(lines) if all_of_them else 1
    return isinstance(condition, Count) and condition.low == wanted and _says(condition.items, lines, all_of_them=True)


def spellings(condition) -> set[str]:
    """Every way to write a sentence that means this."""
    words = {condition.in_words()}
    if isinstance(condition, Includes):
        words |= {f"{condition.fact} {'bars' if condition.barred else 'includes'} this medicine"}
    if isinstance(condition, Count):
        low, high, size = condition.low, condition.high, len(condition.items)
        if condition.name:
            name = condition.name
            words |= {f"{name} is {low} to {high}", f"{name} is {low} to below {high + 1}"}
            words |= {f"{name} is at least {low}", f"{name} is above {low - 1}"} if high == size else set()
            words |= {f"{name} is at most {high}", f"{name} is below {high + 1}"} if low == 0 else set()
            words |= {f"{name} is {low}"} if low == high else set()
        else:
            _, _, names = condition.in_words().partition(" of ")
            counted = (
                {f"at least {low} of", "all of" if low == size else "", "any of" if low == 1 else ""}
                if high == size
                else set()
            )
            counted |= (
                {f"at most {high} of", f"fewer than {high + 1} of", "none of" if high == 0 else ""}
                if low == 0
                else set()
            )
            words |= {f"{how} {names}" for how in counted if how}
    return words


def written(library, path, tree, shape) -> dict:
    """The file as the library would have it."""
    if shape is PUBLISHED_LIST:
        return {"published": dict(_digests(library)) or "", "withdrawn": {
            f"{one.condition}/{one.document} {one.version}": {"digest": one.digest, "day": str(one.day), "because": one.because}
            for one in library.withdrawn
        }}  # fmt: skip
    if shape is SHARED_QUESTIONS:
        return {"questions": {name: _shared_question(library, one) for name, one in library.questions.items()}}
    if shape in (SHARED_ANSWERS, SHARED_LIST):
        return _list(library.lists[path.stem])
    if shape is SHARED_MEDICINE:
        return _medicine(library.medicines[path.stem])
    if shape is SHARED_DEFINITIONS:
        return {"shared definitions": {name: _once(one, "means") for name, one in library.definitions.items()}}
    if shape is SHARED_SOURCES:
        return {"shared sources": _sources(library.sources)}
    if shape is SERVICE_FILE:
        return _service(library.services[path.stem])
    condition = path.relative_to(library.root).parts[0]
    if shape is FILE_OF_CASES:
        return _cases(condition, cases_of(library, condition))
    pathways = [stretch.pathway for stretch in library.stretches[condition]]
    if shape is PATHWAY_FILE:
        return _pathway(next(one for one in pathways if one.edition.version == tree["version"]))
    pgds = [one.pgds[path.stem] for one in pathways if path.stem in one.pgds]
    return _pgd(next(one for one in pgds if one.edition.version == tree["version"]))


def _only(**headings) -> dict:
    """Headings that say something; an underscore stands for a blank."""
    said = {heading.rstrip("_").replace("_", " "): value for heading, value in headings.items()}
    return {heading: value for heading, value in said.items() if value not in ("", None, (), [], {})}


def _backing(backing) -> dict:
    return _only(evidence=[line.in_words() for line in backing.evidence], open=backing.open, note=backing.note)


def _sentence(rule, *, must=False) -> dict:
    if rule.sentence is None:
        return {}
    return {"must": rule.sentence} if must else {"when": rule.sentence, "any of": rule.sentence}


def _edition(edition) -> dict:
    days, behind = edition.in_force.in_words(), _backing(edition.dates)
    return {
        "version": edition.version,
        "status": edition.status,
        "in force": {"days": days} | behind if behind else days,
    }


def _sources(sources) -> dict:
    return {tag: _only(says=one.says, date=one.date, note=one.note) for tag, one in sources.items()}


class Spelt(str):
    """A sentence as its file spells it, which nothing has read."""

    __slots__ = ()

    def in_words(self):
        return str(self)


def _days(number) -> str:
    return f"{number} days" if number else ""


def _service(one) -> dict:
    codes = {
        each.code: {"says": each.says, "days": each.in_force.in_words()} | _backing(each.backing) for each in one.codes
    }
    parts = {
        heading: {each.id: _statement(each) for each in getattr(one, heading.replace(" ", "_"))}
        for heading in ("ways in", "consents")
    }
    open_items = {
        each.id: {"says": each.says, "until then": each.until_then} | _backing(each.backing) for each in one.open_items
    }
    return parts | {
        "service": one.id, "title": one.title, "title for patients": one.title_for_patients, "pathways": one.pathways, "code": codes,
        "provided by": [_statement(each) for each in one.providers], "claim": [_statement(each) for each in one.claim],
        "claimable": one.claimable or f"answered {' or '.join(one.answered)}", "open items": open_items,
        "sources": _sources({each.tag: each for each in one.sources}),
    } | ({} if one.charged else {"prescription charge": "none"})  # fmt: skip


def _once(one, says="says") -> dict:
    heading = "any of" if one.any_of else "when"
    said = {says: one.says} | _only(because=one.because, action=one.action, for_=one.audience, form=one.forms)
    return said | {heading: tuple(map(Spelt, one.sentences))} | _backing(one.backing)


def _medicine(medicine) -> dict:
    bars = {one.name: _once(one) for one in medicine.bars}
    cautions = {one.name: _once(one) for one in medicine.cautions}
    return {"shared medicine": medicine.id, "title": medicine.title, "bars": bars, "cautions": cautions}


def _document(one) -> dict:
    return _only(title=one.title, reference=one.reference, edition=one.edition) | _backing(one.backing)


def _statement(one) -> dict:
    said = _only(says=one.says, professions=one.professions, for_=one.audience, form=one.forms, at=one.at, who=one.who)
    return said | _sentence(one) | _backing(one.backing)


def _pathway(pathway) -> dict:
    stopping: dict = {}
    for one in pathway.stopping:
        kind = ALWAYS_999 if one.always_999 else one.kind.word
        said = _only(
            because=one.because, where_to=one.where_to, then=kind, within=_days(one.within_days), next=one.next
        )
        stopping.setdefault(one.stage, {})[one.id] = said | _sentence(one, must=one.must) | _backing(one.backing)
    every = {one.id: one for pgd in pathway.pgds.values() for one in pgd.every_medicine}
    named = {True: {}, False: {}}
    for one in pathway.named:
        body = (
            {"title": one.says, "points": one.sentence.items} if one.points else _only(means=one.says) | _sentence(one)
        )
        named[one.points][one.name] = "shared" if one.shared else body | _only(id=one.id) | _backing(one.backing)
    said = {
        heading: {one.id: _statement(one) for one in getattr(pathway, heading.replace("-", "_"))}
        for heading in ("advice", "safety-netting", "leaflets", "records", "prompts", "duties")
    }
    return said | _edition(pathway.edition) | {
        "pathway": pathway.id,
        "title": pathway.title,
        "title for patients": pathway.title_for_patients,
        "where to": {kind.word: _statement(one) for kind, one in pathway.where_to.items()},
        "pages": {page.title: page.facts for page in pathway.pages},
        "diagnosis established when": _diagnosis(pathway.diagnosis) if pathway.diagnosis is not None else {},
        "cannot be": pathway.cannot_be,
        "source documents": [_document(one) for one in pathway.source_documents],
        "stopping criteria": stopping,
        "treatment": {one.id: _row(one) for one in pathway.treatment},
        "questions": {name: _question(one) for name, one in pathway.questions.items()},
        "sources": _sources(pathway.sources),
        "channels": {one.name: {"allowed": one.allowed} | _backing(one.backing) for one in pathway.channels},
        "scores": named[True],
        "definitions": named[False],
        "every medicine": {id: _clause(one) for id, one in every.items()},
        "gateway points": {
            one.id: _only(after=one.after, position="" if one.position_known else "not known")
            | _sentence(one) | _backing(one.backing)
            for one in pathway.gateways
        },
        "codes": {one.code: _only(says=one.says, use=one.use) | _backing(one.backing) for one in pathway.codes},
        "open items": {
            id: {"says": one.says, "until then": one.until_then} | _backing(one.backing)
            for id, one in pathway.open_items.items()
        },
        "conflicts": {one.id: _only(says=one.says, shipped=one.shipped) | _backing(one.backing) for one in pathway.conflicts},
    }  # fmt: skip


def _diagnosis(one) -> dict:
    return _only(clear=one.clear, otherwise=one.otherwise) | _sentence(one) | _backing(one.backing)


def _row(row) -> dict:
    words = row.kind.word
    if row.kind is Kind.SUPPLY:
        words = f"offer {row.offers[0]}"
        if row.offers[1:]:
            words += f", or {row.offers[1]} where that is excluded" if row.fallback else f" and {row.offers[1]}"
    nothing_left = row.nothing_left.word if row.nothing_left is not Kind.REFER else ""
    if row.each:
        words = f"offer each of {', '.join(row.offers)}"
    beside = _only(leads_to=row.leads_to, within=_days(row.within_days), next=row.next)
    said = beside | _only(because=row.because, then=words, where_to=row.where_to, when_nothing_is_left=nothing_left)
    return said | _only(where_nothing_can_be_offered=row.where_nothing) | _sentence(row) | _backing(row.backing)


def _clause(clause) -> dict:
    said = _only(says=clause.says, because=clause.because, covered_by=clause.covered_by, as_=clause.bar)
    return said | _sentence(clause, must=clause.must) | _backing(clause.backing)


def _answer_line(question) -> str:
    match question.answer:
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            return f"{question.answer.value} from {question.low} to {question.high} {question.unit}"
        case Answer.ONE_OF | Answer.ANY_OF:
            return f"{question.answer.value} {', '.join(question.choice_names())}".strip()
        case _:
            return question.answer.value


def _choices(choices: Iterable, shared: str) -> dict:
    found: dict = {}
    for choice in choices:
        for one in choice.origins:
            if one.shared == shared:
                bars, action = tuple(bar.pgd for bar in one.bars), one.action
                calls = {each.pgd: {"action": each.says} | _backing(each.backing) for each in one.actions}
                if calls or any(bar.because for bar in one.bars):
                    bars = {bar.pgd: _only(because=bar.because) | _backing(bar.backing) for bar in one.bars}
                    action = ""
                said = _only(says=one.says, group=choice.group, bars=bars, cautions=calls, action=action, was=one.was)
                found[choice.name] = said | _backing(one.backing)
    return found


def _question(question) -> dict:
    lists = tuple(dict.fromkeys(one.shared for choice in question.choices for one in choice.origins if one.shared))
    said = _only(
        answer=_answer_line(question), note=question.backing.note, explained_by=question.explained_by, values_from=lists,
        values=_choices(question.choices, ""), was=question.was, **_words_of(question),
    )  # fmt: skip
    said |= _only(asked_after=question.asked_after, observation=question.observation)
    if question.asked_when is not None:
        said["asked when"] = question.asked_when.items[0] if question.asked_after else question.asked_when
    if question.shared:
        return said | {"shared": "yes"}
    return said | _only(ask=question.ask, called=question.called, judgement="yes" if question.judgement else "")


def _words_of(question) -> dict:
    closing = question.if_not_answered.word if question.if_not_answered is not None else ""
    said = {"help": question.help, "singular": question.singular, "where_it_cannot_be_answered": closing}
    if (moment := question.moment) is not None:
        how = "as long as possible" if moment.as_long_as_possible else "as short as possible"
        counted = _only(since=moment.since, until=moment.until, day_only=how)
        said["hours_since_a_moment"] = counted | _backing(moment.backing)
    return said


def _shared_question(library, question) -> dict:
    asked = [
        p.questions[question.name]
        for s in library.stretches.values()
        for p in [s[-1].pathway]
        if question.name in p.questions
    ]
    gates = [one.asked_when for one in asked if one.shared and one.asked_when is not None]
    said = _only(
        ask=question.ask, called=question.called, answer=_answer_line(question), note=question.backing.note, was=question.was,
        values=_choices(question.choices, ""), **_words_of(question),
    )  # fmt: skip
    return said | _only(judgement="yes" if question.judgement else "") | ({"asked when": gates[0]} if gates else {})


def _list(shared) -> dict:
    parts = {heading: [_statement(one) for one in statements] for heading, statements in shared.parts.items()}
    kind = "list" if parts else "values"
    values = _only(values_list=_choices(shared.choices, shared.name))
    return {kind: shared.name, "title": shared.title, "sources": _sources(shared.sources)} | parts | values


def _amount(amount) -> str:
    return f"{amount.amount} {amount.unit}"


def _pack(pack) -> dict:
    words = "worked out" if pack.worked_out else "not stated" if pack.quantity is None else _amount(pack.quantity)
    if pack.up_to:
        words = pack.in_words()
    return {"product": pack.product.name, "quantity": words} | _backing(pack.backing)


def _dose_row(row) -> dict:
    said = _only(who=row.who, because=row.because) | _sentence(row)
    if row.dose is None:
        return said | {"dose": NO_DOSE} | _backing(row.backing)
    dose = _amount(row.dose.each) + (" for each kg" if row.dose.for_each_kg else "")
    if row.dose.first_day is not None:
        dose += f", {row.dose.first_day} {row.dose.each.unit} on the first day"
    rounding = row.dose.rounding
    how = f"{'down to' if rounding.down else 'to the nearest'} {rounding.step} {row.dose.each.unit}" if rounding else ""
    times = f"{row.times_a_day} to {row.times_a_day_most}" if row.times_a_day_most else str(row.times_a_day)
    more = _only(
        dose=dose, times_a_day=times, days=str(row.days or ""), rounding=how, or_=[_pack(one) for one in row.packs[1:]]
    )
    return said | more | _pack(row.packs[0]) | _backing(row.backing)


def _pgd(pgd) -> dict:
    particulars = {heading: [_statement(one) for one in said] for heading, said in pgd.particulars.items()}
    return particulars | _edition(pgd.edition) | _backing(pgd.backing) | {
        "pgd": pgd.id,
        "title": pgd.title,
        "mechanism": pgd.mechanism.value,
        "medicine": pgd.medicine,
        "legal class": pgd.legal_class,
        "route": pgd.route,
        "source document": _document(pgd.source_document),
        "inclusion": {one.id: _clause(one) for one in pgd.inclusion},
        "exclusions": {one.id: _clause(one) for one in pgd.exclusions},
        "differs": {one.name: {"because": one.because} | _backing(one.backing) for one in pgd.differs},
        "cautions": {
            one.id: _only(says=one.says, action=one.action, for_=one.audience, form=one.forms) | _sentence(one) | _backing(one.backing) for one in pgd.cautions
        },
        "products": {
            one.name: _only(form=one.form, strength=one.strength.words, codes=one.codes or ("not known",), bottle=_amount(one.bottle) if one.bottle else "")
            | _backing(one.backing)
            for one in pgd.products
        },
        "doses": {row.id: _dose_row(row) for row in pgd.doses},
        "instructions": {one.id: {"says": one.says} | _sentence(one) | _backing(one.backing) for one in pgd.instructions},
        "document": pgd.document,
    }  # fmt: skip


def _digests(library) -> Iterator[tuple[str, str]]:
    for condition, stretches in library.stretches.items():
        for pathway in (stretch.pathway for stretch in stretches):
            for name, edition in {
                "pathway": pathway.edition,
                **{id: pgd.edition for id, pgd in pathway.pgds.items()},
            }.items():
                if not edition.draft:
                    yield f"{condition}/{name} {edition.version}", edition.digest


def _fact(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value)


def _cases(condition, cases) -> dict:
    answers = [{name: _fact(value) for name, value in case.facts.items()} for case in cases]
    found = {one.id: _case(one) for one in cases}
    return {"pathway": condition, "as of": str(cases[0].as_of), "baseline": answers, "cases": found}


def _or_none(names):
    return ("none",) if names == () else names


def _case(case) -> dict:
    wanted = case.expected
    offers = None if wanted.offers is None else [_offer(one) for one in wanted.offers]
    expect = _only(
        outcome=wanted.kind.word,
        destination=wanted.destination,
        decided_by=wanted.decided_by,
        missing=wanted.missing,
        not_missing=wanted.not_missing,
        if_not_answered=wanted.if_not_answered.word if wanted.if_not_answered else "",
        gateways=_or_none(wanted.gateways),
        gateways_not_known=_or_none(wanted.gateways_not_known),
        tells=list(wanted.tells or ()),
        tells_not=list(wanted.tells_not or ()),
        offers=offers,
        within=_days(wanted.within_days),
        next=wanted.next,
        duties=_or_none(wanted.duties),
    )
    facts = {name: _fact(value) for name, value in case.facts.items()}
    said = {
        "says": case.says,
        "expect": expect,
        "evidence": case.evidence,
        "set": facts,
        "only": facts or "nothing",
        "unset": tuple(facts),
    }
    return said | _only(note=case.note)


def _offer(offer) -> dict:
    return _only(
        pgd=offer.pgd, dose=_amount(offer.dose) if offer.dose else "", first_day=str(offer.first_day or ""),
        times_a_day=str(offer.times_a_day or ""), days=str(offer.days or ""), quantity=_amount(offer.quantity) if offer.quantity else "",
        quantity_at_least=_amount(offer.quantity_at_least) if offer.quantity_at_least else "", instructions=_or_none(offer.instructions),
    )  # fmt: skip
