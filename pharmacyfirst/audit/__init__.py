"""Many recorded consultations judged again: each by the version in force on its day, and where record and pathway disagree.

``table`` says what a table of consultations holds, the same for every condition. No row tells who somebody is.
"""
