"""What a scanner reads from a pack, in the ways that scanners send it."""

import pytest

from pharmacyfirst.web.scanned import Scanned, scanned

PACK = Scanned("05012345678900", "AB1234", "2028-05")


@pytest.mark.parametrize(
    "words",
    [
        "(01)05012345678900(17)280500(10)AB1234",
        "(01) 05012345678900 (17) 280500 (10) AB1234",
        "010501234567890017280500" + "10AB1234",
        "]d2010501234567890017280500" + "10AB1234",
        "0105012345678900" + "10AB1234\x1d" + "17280500",
        "0105012345678900" + "21SERIAL9\x1d" + "17280500" + "10AB1234",
    ],
)
def test_product_batch_and_expiry_are_read(words):
    assert scanned(words) == PACK


def test_a_day_is_kept_where_the_pack_has_one():
    assert scanned("(01)05012345678900(17)280514(10)AB1234").expiry == "2028-05-14"


@pytest.mark.parametrize(
    "words",
    [
        "", "5012345678900", "(01)0501234567890(17)280500(10)AB1234", "(01)05012345678900(17)281300(10)AB1234",
        "(01)05012345678900(17)280500", "(01)05012345678900(10)AB1234", "(01)05012345678900(17)280500(10)A(10)B",
        "0105012345678900" + "17280500" + "99AB1234", "hello",
    ],
)  # fmt: skip
def test_what_is_no_such_code_or_says_too_little_is_none(words):
    assert scanned(words) is None
