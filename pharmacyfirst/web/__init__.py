"""The pharmacist's form: one process on this machine, pages made from ``pathway.pages()``, nothing of a condition in code."""
