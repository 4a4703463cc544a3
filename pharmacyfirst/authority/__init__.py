"""The legal half, kept apart from the clinical one: what an organisation has adopted, and whether this person may now supply.

Pure like the kernel, which it reads and never changes: no file, no network, no clock of its own. It reads the time zone that ships with
the system, because an adoption, a permit and a hand-over are told by England's clock.
"""
