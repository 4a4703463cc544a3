"""The store under the form: consultations under way, finished records, what came in, and what there is to do.

::

    from pharmacyfirst.store import Actor, open_store

    with open_store(folder, clock) as store:                         # clock() gives the time with its distance from UTC
        robin = Actor("Robin Sample", "pharmacist", "2999999")
        now = store.drafts.begin(pathway, robin, practice=False)      # each call returns the consultation as it then stands
        now = store.drafts.post(now.id, robin, now.revision, now.patient_mark, "Red flags", {"rigors": False, ...})
        now = store.drafts.who(now.id, robin, now.revision, now.patient_mark, {"family": ..., "birth_date": ...})
        now = store.drafts.finish(now.id, robin, now.revision, record, message=prepare(update_record(...)))
        store.work_list()

What has returned is on disk; what was refused changed nothing. Events are only ever added, with who did it and the server's time, and a
consultation is what its events come to. ``Outdated`` (two tabs), ``NotYours`` (two people) and ``NotUnderWay`` carry what a form needs to show.
No error, ``repr`` or file name tells who a patient is. ``Watch`` sees a suspension or a withdrawal while the process runs.
"""

from pharmacyfirst.store.anchors import Anchor, read_anchor
from pharmacyfirst.store.came_in import CameIn, OnPaperForm
from pharmacyfirst.store.deeds import Actor, Deed, StoreEvent, StoreRefused
from pharmacyfirst.store.drafts import CONFIRMED, HANDED_OVER, TYPED, NotUnderWay, NotYours, Outdated
from pharmacyfirst.store.in_force_now import InForceNow, Watch
from pharmacyfirst.store.kept import NotThere, StoreSettings
from pharmacyfirst.store.records import Sought
from pharmacyfirst.store.so_far import ClaimStep, ConsultationSoFar, ConsultationState, PostedPage, TypedPage
from pharmacyfirst.store.store import Store, Verified, WorkList, open_store

__all__ = [
    "CONFIRMED",
    "HANDED_OVER",
    "TYPED",
    "Actor",
    "Anchor",
    "CameIn",
    "ClaimStep",
    "ConsultationSoFar",
    "ConsultationState",
    "Deed",
    "InForceNow",
    "NotThere",
    "NotUnderWay",
    "NotYours",
    "OnPaperForm",
    "Outdated",
    "PostedPage",
    "Sought",
    "Store",
    "StoreEvent",
    "StoreRefused",
    "StoreSettings",
    "TypedPage",
    "Verified",
    "Watch",
    "WorkList",
    "open_store",
    "read_anchor",
]
