"""What is generated from a pathway for speed: it gives what the kernel's ``assess`` gives, which stays the reference.

``sentences`` spells a sentence as Python, ``make`` a whole pathway; ``run`` reads what was generated, ``check`` reads plain answers, and
``assess`` makes the kernel's own ``Assessment`` of it. A test compares both on thousands of consultations, unknown answers included.
"""
