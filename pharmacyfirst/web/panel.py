"""The *So far* panel: how the consultation stands, beside every page. It never says what the outcome would be if the rest were clear."""

from dataclasses import dataclass

from pharmacyfirst.contract.conversation import StageSoFar
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import LIFE_THREATENING
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.web.desk import Talk
from pharmacyfirst.web.frame import page_path, path_of

# How urgent an outcome looks: the colour of its edge, beside the words.
TONES = {
    Kind.EMERGENCY: "red",
    Kind.REFER_URGENT: "amber",
    Kind.SUPPLY: "green",
    Kind.SELF_CARE: "blue",
}


@dataclass(frozen=True, slots=True)
class StageShown:
    """A heading of stopping criteria with how far it is, and where to go on with it."""

    title: str
    says: str
    clear: bool
    path: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows."""

    title: str
    tone: str
    where_to: str
    why: tuple[str, ...]
    checked: str
    scores: tuple[str, ...]
    stages: tuple[StageShown, ...]
    in_the_way: tuple[str, ...]
    still_open: str
    outcome: str


def panel(talk: Talk) -> Panel:
    """The panel of a consultation as it stands."""
    conversation = talk.conversation
    assessment = conversation.assessment
    decided = conversation.decided
    questions = talk.pathway.questions
    return Panel(
        title=title_of(talk),
        tone=TONES.get(assessment.outcome.kind, "grey"),
        where_to=assessment.where_to if decided else "",
        why=tuple(one.says for one in assessment.reasons)
        if decided
        else tuple(one.because for one in conversation.stopped),
        checked=", ".join(conversation.checked) if not decided else "",
        scores=tuple(one.in_words() for one in conversation.scores),
        stages=tuple(_stage(talk, one) for one in conversation.stages),
        in_the_way=tuple(questions[name].called or questions[name].ask for name in conversation.in_the_way),
        still_open=_still_open(talk),
        outcome=path_of(talk, "outcome") if decided or conversation.undecided_by_not_known else "",
    )


def title_of(talk: Talk) -> str:
    """The outcome in words; that it is not decided yet while anything is left to ask."""
    conversation = talk.conversation
    undecided = not conversation.decided and bool(conversation.open)
    return "Not decided yet" if undecided else in_words(conversation.assessment.outcome)


def stop_of(talk: Talk) -> str:
    """What a stop that stands means for going on."""
    conversation = talk.conversation
    if conversation.emergency:
        return f"{title_of(talk)}. Continue leads to the outcome."
    if conversation.decided and conversation.stopped:
        more = conversation.could_be_more_urgent
        rest = "what is left could only make it more urgent" if more else "nothing that is left changes it"
        return f"{title_of(talk)}. You can end here; {rest}."
    if conversation.stopped:
        return f"{conversation.stopped[0].because[:1].upper()}{conversation.stopped[0].because[1:]}. Only what could make it more urgent is asked now."
    return ""


def _stage(talk: Talk, stage: StageSoFar) -> StageShown:
    clear = stage.clear == stage.of
    words = f"all {stage.of} clear" if stage.of > 1 else "clear"
    says = "stopped here" if stage.met else words if clear else f"{stage.clear} of {stage.of} clear"
    path = page_path(talk, stage.page) if stage.page is not None else ""
    return StageShown(f"{stage.title[:1].upper()}{stage.title[1:]}", says, clear, path)


def _still_open(talk: Talk) -> str:
    conversation = talk.conversation
    if conversation.emergency:
        return ""
    if conversation.decided and conversation.could_be_more_urgent:
        several = len([one for one in conversation.could_be_more_urgent if one != LIFE_THREATENING])
        return f"{several} answer{'s' if several != 1 else ''} could still make it more urgent" if several else ""
    left = [name for name in conversation.wanted if not conversation.answered(name)]
    return f"{len(left)} still open" if left else "Nothing is open"
