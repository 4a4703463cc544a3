"""A request whose body comes in parts, as a test says: straight into an application, past any client that would put it together."""


def answered_in_parts(client, method, path, headers, receive, query=b""):
    """What is answered where the body comes as ``receive`` says: the status, and all that was said. ``headers`` are pairs of bytes."""
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": b"", "root_path": "", "query_string": query, "headers": headers,
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8080), "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    said = []

    async def send(message):
        said.append(message)

    client.portal.call(client.app, scope, receive, send)
    return said[0]["status"], b"".join(one.get("body", b"") for one in said)
