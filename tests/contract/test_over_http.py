"""The conformance kit over HTTP: TLS where the address says so, and nowhere else."""

from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

import pytest

from pharmacyfirst.contract.conformance import _connection


@pytest.mark.parametrize(("scheme", "kind"), [("http", HTTPConnection), ("https", HTTPSConnection)])
def test_tls_is_spoken_where_the_address_says_so(scheme, kind):
    made = _connection(urlsplit(f"{scheme}://127.0.0.1:8081/v1"))
    assert type(made) is kind
    assert (made.host, made.port) == ("127.0.0.1", 8081)
