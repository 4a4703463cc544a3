"""An identity provider for the tests, over HTTP on this machine: discovery, codes bound to a PKCE challenge, tokens signed with a real key.

``says`` changes what it puts into a token, ``lies`` what it does with it.
"""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from pharmacyfirst.people import Role
from pharmacyfirst.people.provider import ProviderSettings

CLIENT, SECRET = "pharmacy", "a secret of the two"
KEY = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"}, private=True)


def settings_for(issuer, **more):
    settings = ProviderSettings(
        called="NHS Care Identity", issuer=issuer, client_id=CLIENT, client_secret=SECRET, back="https://pharmacy.example/provider/back",
        role_claim="role", roles={"R1": frozenset({Role.PHARMACIST}), "R2": frozenset({Role.AUDITOR})}, gphc_claim="gphc",
        assurance={"acr": frozenset({"AAL3"})}, acr_values="AAL3",
    )  # fmt: skip
    return replace(settings, **more)


class OwnProvider:
    """The provider. ``now`` gives seconds since 1970."""

    def __init__(self, now):
        self.now, self.says, self.lies, self.asked, self.codes = now, {}, {}, [], {}
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                provider.answer(
                    self, {"/.well-known/openid-configuration": provider.known, "/jwks": provider.keys}.get(self.path)
                )

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                fields = {name: values[0] for name, values in parse_qs(body).items()}
                provider.asked.append((self.headers.get("authorization", ""), fields))
                provider.answer(self, lambda: provider.token(self.headers.get("authorization", ""), fields))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, request, make):
        held = make() if make is not None else None
        body = json.dumps(held).encode()
        request.send_response(200 if held is not None else 400)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def known(self):
        ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        return (
            {"issuer": self.issuer}
            | {name: self.issuer + end for name, end in ends.items()}
            | self.lies.get("known", {})
        )

    def keys(self):
        return KeySet([KEY]).as_dict(private=False)

    def signs_in(self, address):
        """Somebody signs in at the address to which the browser was sent: the query with which the browser comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.codes["the code"] = asked
        return {"code": "the code", "state": asked["state"]}

    def token(self, authorization, fields):
        """The token for a code, where client, secret and verifier fit."""
        asked = self.codes.pop(fields.get("code"), None)
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or asked["code_challenge"] != challenge or authorization != f"Basic {client}":
            return None
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "555", "iat": self.now(), "exp": self.now() + 300, "auth_time": self.now(),
            "nonce": asked["nonce"], "family_name": "Sample", "given_name": "Robin", "gphc": "2999999", "role": "R1", "acr": "AAL3",
        }  # fmt: skip
        claims = {name: value for name, value in (claims | self.says).items() if value is not None}
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.signed(claims)} | self.lies.get(
            "reply", {}
        )

    def signed(self, claims):
        how = self.lies.get("signed", "RS256")
        if how == "none":
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
            return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}."
        if how == "HS256":  # with the public key, which everybody has, as the secret
            parts = [
                base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=")
                for one in ({"alg": "HS256", "kid": "one"}, claims)
            ]
            sign = hmac.digest(KEY.as_pem(private=False), b".".join(parts), "sha256")
            return b".".join([*parts, base64.urlsafe_b64encode(sign).rstrip(b"=")]).decode()
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, OTHER_KEY if how == "another key" else KEY)
