"""The files of a commit, beside the working copy, which stays as it is."""

import subprocess
from pathlib import Path

import pytest

from dbtasks import checkout
from dbtasks.errors import GitNotUsable, UnknownRef
from support.checkout import git
from support.messages import snapshot

BYTES = bytes(range(256)) * 40


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a repository with one commit, whose files are not easy, and changes that are not committed."""
    top = tmp_path / "top"
    (top / "in" / "ner").mkdir(parents=True)
    (top / "in" / "ner" / "ä file.py").write_text("old = 1\r\n", encoding="utf-8", newline="")
    (top / "in" / "bytes.bin").write_bytes(BYTES)
    (top / "in" / "empty").touch()
    (top / "link").symlink_to("in/empty")
    (top / ".gitattributes").write_text("*.bin export-ignore\n*.py filter=broken\n* ident text=auto eol=crlf\n")
    git(tmp_path, "init", "-q", "-b", "main", str(top))
    git(top, "add", "--all")
    git(top, "commit", "-q", "-m", "Begin")
    git(top, "tag", "v1")
    (top / "in" / "ner" / "ä file.py").write_text("new = 2\n", encoding="utf-8")
    (top / "in" / "staged").write_text("mine\n")
    git(top, "add", "in/staged")
    return top


def test_every_file_is_as_it_was_committed(top: Path) -> None:
    """Names, bytes and links are the commit's, whatever attributes and filters say; below the project, and beside it."""
    before, state = snapshot(top), git(top, "status", "--porcelain")
    with checkout.at(top / "in" / "ner", "v1") as tree:
        assert tree.root == tree.tree / "in" / "ner"
        assert (tree.root / "ä file.py").read_bytes() == git_bytes(top, "v1:in/ner/ä file.py")
        assert (tree.tree / "in" / "bytes.bin").read_bytes() == BYTES
        assert (tree.tree / "in" / "empty").read_bytes() == b""
        assert (tree.tree / "link").readlink() == Path("in/empty")
        assert not (tree.tree / "in" / "staged").exists()
        assert tree.commit == git(top, "rev-parse", "HEAD").strip()
        assert tree.top == top.resolve()
    assert not tree.folder.exists()
    assert (snapshot(top), git(top, "status", "--porcelain")) == (before, state)


def git_bytes(top: Path, name: str) -> bytes:
    """Return what git itself says is in a file."""
    return subprocess.run(["git", "-C", str(top), "cat-file", "blob", name], capture_output=True, check=True).stdout


def test_the_folder_goes_whatever_happens(top: Path) -> None:
    """An error in between, or Ctrl-C, leaves nothing behind."""
    with pytest.raises(KeyboardInterrupt), checkout.at(top, "main") as tree:
        raise KeyboardInterrupt
    assert not tree.folder.exists()


@pytest.mark.parametrize("ref", ["", "mian", "--all", "a..b", "HEAD:in", "v1^9", "-h", "HEAD\nHEAD"])
def test_what_is_no_commit(top: Path, ref: str) -> None:
    """A name that means no commit is refused, also one that looks like an option of git."""
    with pytest.raises(UnknownRef) as caught:
        checkout.resolved(top, ref)
    assert (caught.value.ref, caught.value.is_shallow) == (ref, False)
    assert set(caught.value.known) == {"main", "v1"}


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a repository, and without git, there is nothing to read."""
    with pytest.raises(GitNotUsable, match="not a git repository"):
        checkout.resolved(tmp_path, "main")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitNotUsable, match="git cannot be run"):
        checkout.resolved(tmp_path, "main")


def test_submodules_are_left_out(top: Path, tmp_path: Path) -> None:
    """The files of another repository are not here."""
    commit = git(top, "rev-parse", "HEAD").strip()
    git(top, "update-index", "--add", "--cacheinfo", f"160000,{commit},other")
    git(top, "commit", "-q", "-m", "Submodule")
    with checkout.at(top, "main") as tree:
        assert not (tree.tree / "other").exists()
        assert (tree.tree / "in" / "empty").exists()
    assert tmp_path.exists()
