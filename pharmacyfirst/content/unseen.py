"""Letters that nobody sees, or takes for a blank: a file that holds one is not what its reviewer reads."""

import re

# Control characters, and those that an editor does not show, shows as a blank, or that turn round what stands beside them.
_BLANKS = "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
UNSEEN = re.compile(
    f"[{_BLANKS}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def what_is_unseen(letter: str) -> tuple[str, str]:
    """What such a letter is, and what to do about it."""
    if letter in _BLANKS:
        return f"what looks like a blank here is none, U+{ord(letter):04X}", "Put a blank in its place."
    return f"a character that nobody can see stands here, U+{ord(letter):04X}", "Take it out."
