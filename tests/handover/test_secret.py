"""The secret of a start: its owner alone reads the file, an old one opens nothing, and it is never shown."""

import os
import stat

import pytest

from pharmacyfirst.handover.secret import SecretUnusable, make_secret, read_secret, sent_by_a_browser


def test_the_secret_stands_in_a_file_that_its_owner_alone_can_read_whatever_the_mask(tmp_path):
    path = tmp_path / "secret"
    before = os.umask(0)
    try:
        secret = make_secret(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*tmp_path.iterdir()] == [path]
    assert secret.is_shown(read_secret(path))
    assert read_secret(path) not in repr(secret)


def test_a_new_start_makes_a_new_secret_and_the_old_one_opens_nothing(tmp_path):
    path = tmp_path / "secret"
    old = make_secret(path)
    words = read_secret(path)
    new = make_secret(path)
    assert old.is_shown(words)
    assert not new.is_shown(words)
    assert new.is_shown(read_secret(path))


@pytest.mark.parametrize("given", ["", "x", "\N{SNOWMAN}", "\ud800", "a" * 100_000])
def test_anything_else_is_not_the_secret(tmp_path, given):
    assert not make_secret(tmp_path / "secret").is_shown(given)


def test_a_file_that_others_could_read_gives_no_secret_and_is_not_named(tmp_path):
    path = tmp_path / "Featherstonehaugh"
    make_secret(path)
    path.chmod(0o640)
    with pytest.raises(SecretUnusable) as refused:
        read_secret(path)
    assert "could be read by others" in str(refused.value)
    assert "Featherstonehaugh" not in str(refused.value)
    make_secret(path)
    assert read_secret(path)


def test_a_link_to_another_file_is_neither_read_nor_written_through(tmp_path):
    other, path = tmp_path / "other", tmp_path / "secret"
    other.write_text("mine")
    path.symlink_to(other)
    with pytest.raises(SecretUnusable):
        read_secret(path)
    make_secret(path)
    assert other.read_text() == "mine"
    assert not path.is_symlink()


def test_where_nothing_can_be_written_the_reason_is_said_without_the_path(tmp_path):
    for ask in (make_secret, read_secret):
        with pytest.raises(SecretUnusable, match="No such file") as refused:
            ask(tmp_path / "Featherstonehaugh" / "secret")
        assert "Featherstonehaugh" not in str(refused.value)
        assert refused.value.__context__ is None


def test_a_browser_is_told_by_what_it_sends_of_itself():
    assert not sent_by_a_browser(["Host", "Content-Type", "Authorization", "User-Agent", "Content-Length", "Accept"])
    for name in ("Origin", "sec-fetch-site", "SEC-FETCH-MODE", "Cookie", "Referer"):
        assert sent_by_a_browser(["Host", name])
