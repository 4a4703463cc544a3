"""Pathways, baselines and invariants as they ship, for the tests of proofs; one property or one invariant at a time."""

from datetime import date
from functools import cache

from pharmacyfirst import load
from pharmacyfirst.content.cases import baseline_of
from pharmacyfirst.content.invariants import invariants_of
from pharmacyfirst.proof.invariants import applying, broken
from pharmacyfirst.proof.proof import Proof
from pharmacyfirst.proof.properties import PROPERTIES, words_of

ON = date(2026, 11, 21)
LIBRARY = load()


@cache
def invariants():
    return invariants_of(LIBRARY)


@cache
def baseline(condition):
    return baseline_of(LIBRARY, condition)[1]


def proof_of(pathway):
    """The proof of a pathway that was changed by hand, with the baseline and the invariants of its condition."""
    return Proof(pathway, ON, baseline(pathway.id), invariants())


def shipped(condition):
    return proof_of(LIBRARY.in_force(condition, ON))


def failures(proof, name):
    """What fails of one property, by its letter, or of one invariant, by its id or its words."""
    for look in PROPERTIES:
        if words_of(look)[0] == name:
            return list(look(proof))
    (invariant,) = (one for one in applying(proof, invariants().invariants) if name in (one.id, one.says))
    return list(broken(proof, invariant))
