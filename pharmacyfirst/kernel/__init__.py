"""The rules engine: pure, frozen, standard library only.

Nothing here reads a clock, a file or a network, and nothing here imports anything of ours outside this folder.
"""
