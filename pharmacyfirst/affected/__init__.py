"""How many consultations of a table would come out differently by another version of a pathway: what is asked before one is changed."""
