"""Whatever can happen to a message, for the tests that let anything happen."""

from hypothesis import strategies as st
from practice_system import NOON

from pharmacyfirst.sending.standing import Happened, MessageEvent, MessageState

CODES = ("20013", "30001", "30004", "30002", "30003", "10009", "20007", "20009", "20010", "20014", "99999")
GOOD_ENDS = (MessageState.DONE, MessageState.FALLBACK_SENT, MessageState.REPLACED, MessageState.VOID)

anything = st.one_of(
    st.builds(MessageEvent, st.sampled_from(sorted(Happened, key=lambda one: one.value)), st.just(NOON), mesh_id=st.sampled_from(["M1", "M2", ""]), by=st.sampled_from(["", "A"])),
    st.builds(MessageEvent, st.just(Happened.ANSWERED), st.just(NOON), code=st.sampled_from(CODES)),
    st.builds(MessageEvent, st.just(Happened.REPORTED), st.just(NOON), code=st.just("14"), mesh_id=st.sampled_from(["M1", "M2", ""])),
)  # fmt: skip

ON_ITS_WAY = [
    MessageEvent(one, NOON) for one in (Happened.DRAFTED, Happened.VALIDATED, Happened.QUEUED, Happened.POSTING)
]
