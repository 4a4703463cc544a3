"""What each word of a plan means, said once more as simply as it can be: one row, in plain Python, with None for null."""


class PlainPython:
    """A backend (``pharmacyfirst.audit.words.Backend``) whose terms are values of one row."""

    def row(self, wanted, facts):
        """Every column wanted of one row of facts, sets as lists."""
        self._facts, self._kept = facts, {}
        return {name: self._value(term) for name, term in wanted.items()}

    def _value(self, term):
        if term not in self._kept:
            self._kept[term] = getattr(self, term.word)(*map(self._value, term.inner), *term.told)
        return self._kept[term]

    def fact(self, name):
        return self._facts.get(name)

    def truth(self, value):
        return value

    number = truth

    def every(self, *each):
        return False if False in each else None if None in each else True

    def some(self, *each):
        return True if True in each else None if None in each else False

    def opposite(self, one):
        return None if one is None else not one

    def known(self, one):
        return one is not None

    def first_known(self, *each):
        return next((one for one in each if one is not None), None)

    def is_one_of(self, one, values):
        return None if one is None else one in values

    def includes(self, fact, values):
        held = self._facts.get(fact)
        return None if held is None else any(value in held for value in values)

    def within(self, one, limits):
        if one is None:
            return None
        low, high = (None if bound is None else float(bound) for bound in (limits.low, limits.high))
        above = low is None or (one > low if limits.above else one >= low)
        return above and (high is None or (one < high if limits.to_below else one <= high))

    def above(self, one, other):
        return None if one is None or other is None else one > other

    def total(self, *each):
        assert None not in each, "what is not known is counted"
        return sum(each)

    def at_least(self, one, number):
        return None if one is None else one >= number

    def at_most(self, one, number):
        return None if one is None else one <= number

    def is_number(self, one, number):
        return None if one is None else one == number

    def differs(self, one, other):
        return None if one is None or other is None else one != other

    def ladder(self, *each):
        return next((number for truth, number in zip(each[:-1:2], each[1::2], strict=True) if truth), each[-1])

    def word_of(self, one, words):
        return words.get(one)

    number_of = word_of

    def thousandths(self, one):
        if one is None or abs(one * 1000 - round(one * 1000)) >= 1e-9:
            return None
        return round(one * 1000)

    def times(self, one, number):
        return None if one is None else one * number

    def rounded(self, one, step, add):
        return None if one is None else (one + add) // step * step
