"""The command line, the one room that knows click: the guarded program (``main``), then one module a group of commands."""
