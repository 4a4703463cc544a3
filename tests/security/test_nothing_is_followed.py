"""Whoever we call cannot send us to somebody else: no redirect is followed, to MESH or to an identity provider."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from pharmacyfirst.people import NotSignedIn
from pharmacyfirst.people.provider import Provider, ProviderSettings
from pharmacyfirst.people.roles import Role
from pharmacyfirst.sending.mesh import Mailbox, MeshSettings, MeshUnreachable, NotKnown

MESSAGE = SimpleNamespace(
    recipient="X26GP01", xml=b"<Bundle>Featherstonehaugh</Bundle>", local_id="FZZ99-1", subject="s", file_name="f", bundle_id="1"
)  # fmt: skip


@contextmanager
def answering(status, to=""):
    """A server of this machine that answers everything so; its address, and what it was asked for, with the bodies."""
    asked = []

    class Answers(BaseHTTPRequestHandler):
        def answer(self):
            asked.append(self.rfile.read(int(self.headers.get("content-length", 0))))
            self.send_response(status)
            if to:
                self.send_header("location", to)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(b"" if to else b'{"message_id": "taken", "issuer": "x"}')

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_message_goes_to_no_address_that_mesh_names(status):
    with answering(200) as (elsewhere, told), answering(status, f"{elsewhere}/x") as (mesh, asked):
        with Mailbox(MeshSettings(mesh, "X26ABC1", "password", "shared")) as mailbox:
            with pytest.raises(NotKnown, match="TooManyRedirects"):
                mailbox.send(MESSAGE)
            for question in (mailbox.handshake, mailbox.waiting):
                with pytest.raises(MeshUnreachable, match=f"MESH answered {status}"):
                    question()
            with pytest.raises(NotKnown):
                mailbox.find(MESSAGE)
        assert asked
        assert told == []


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_provider_that_names_another_address_lets_nobody_in(status):
    with answering(200) as (elsewhere, told), answering(status, f"{elsewhere}/x") as (issuer, asked):
        settings = ProviderSettings(
            "A provider", issuer, "pharmacy", "https://pharmacy.example/provider/back", "role", {"R1": frozenset({Role.PHARMACIST})}, "gphc",
            {"acr": frozenset({"AAL3"})},
        )  # fmt: skip
        with pytest.raises(NotSignedIn):
            Provider(settings, lambda: datetime.now(UTC), lambda: 0.0).go_there()
        assert asked
        assert told == []
