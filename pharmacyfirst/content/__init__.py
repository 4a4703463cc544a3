"""Content files in, kernel objects out: the strict reader, the checks, the library of versions, and the cases."""
