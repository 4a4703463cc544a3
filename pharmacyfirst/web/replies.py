"""What is sent back: a page, or the way to another one."""

from starlette.responses import HTMLResponse, RedirectResponse, Response

SEE_OTHER = 303


def html(words: str, status: int = 200) -> Response:
    """A page."""
    return HTMLResponse(words, status_code=status)


def go(path: str) -> Response:
    """The way to another page, which is then fetched anew. ``path`` is one of ours."""
    return RedirectResponse(path, status_code=SEE_OTHER)
