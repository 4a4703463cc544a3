"""The review pack: all that a clinical safety reviewer needs of one condition, in one page, as PDF and as data, to be signed by its digest."""
