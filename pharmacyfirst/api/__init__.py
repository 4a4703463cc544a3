"""The JSON API: a consultation held over HTTP by a system in any language.

``calls`` says what a call is, and each module named for its subject (``of_assessments``, ``of_content``, ...) has the calls of it. ``app``
has the one door that every request comes through, ``openapi`` the description, made from the same table; ``keys`` and ``once`` are what
the ledger keeps: who may call, and what was answered to a call that writes.
"""
