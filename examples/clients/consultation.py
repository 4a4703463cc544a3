"""A consultation over the JSON API, in Python, with the standard library alone.

python examples/clients/consultation.py URL ACCOUNT, with the key in PHARMACYFIRST_API_KEY. ACCOUNT stands for the pharmacist and the PMR: who,
when, what they answer, what they did (examples/account-uti.json, a training patient).
"""

import http.client
import json
import os
import sys
import urllib.error
import urllib.request
import uuid


class Refused(Exception):
    """The server refused: ``problem`` says what is wrong. It is never an all-clear."""

    def __init__(self, problem):
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.problem = problem


class NotAnswered(Exception):
    """No answer came, so nobody knows whether anything was written: send the same again, with the same ``once``. It is never an all-clear."""


class Server:
    def __init__(self, url, key):
        self.url, self.key = url, key

    def post(self, path, body, once=""):
        """Post JSON; what the server answers, as bytes. ``once`` names what is written, so that it can be sent again and is written once."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        headers |= {"Idempotency-Key": once} if once else {}
        words = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, words, headers), timeout=30) as reply:
                return reply.read()
        except urllib.error.HTTPError as error:
            raise Refused(json.loads(error.read())) from None
        # The line was cut, the server is not there, or took too long.
        except (OSError, http.client.HTTPException) as error:
            raise NotAnswered(f"no answer: {error}. Send the same again.") from None


def hold(server, pathway, as_of, answer):
    """Hold a consultation: ``answer(name)`` puts a question to somebody and gives the answer, None for not known. The assessment."""
    facts = {}
    while True:
        given = {"pathway": pathway, "as_of": as_of, "facts": facts}
        asked = json.loads(server.post("/v1/next-questions", given))
        if asked["ask"] is None:
            return json.loads(server.post("/v1/assessments", given)), facts
        facts[asked["ask"]] = answer(asked["ask"])


def main(url, account):
    server = Server(url, os.environ["PHARMACYFIRST_API_KEY"])
    with open(account, encoding="utf-8") as file:
        account = json.load(file)
    found, facts = hold(server, account["pathway"], account["as_of"], account["facts"].get)
    print(found["outcome"]["says"], *(offer["pgd"] for offer in found["offers"]))
    if found["outcome"]["kind"] != "supply":
        return
    # A consultation of its own each time, and a key of its own for the one thing that is written. For a real supply the id is the one
    # that the permit was given for, and the key is kept with the consultation until the answer is there.
    account["id"], once = str(uuid.uuid4()), str(uuid.uuid4())
    # What the pharmacist did. A training patient's may be as if at another time; anybody else's is recorded now, without at.
    at = account["ended_at"].replace("+", "%2B")
    account["facts"] = facts
    kept = json.loads(server.post(f"/v1/consultations?at={at}", account, once))
    print(kept["state"], kept["done"])
    record = server.post(f"/v1/made-records?at={at}", account)
    message = server.post("/v1/made-messages", record)
    print("message", b"<resource>" in message and b"nitrofurantoin" in message.lower())


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (Refused, NotAnswered) as stopped:
        sys.exit(str(stopped))
