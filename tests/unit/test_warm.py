"""Processes that begin with the libraries imported: in all else they are as any other."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support import warm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there")
TOLD = """
import os, sys
print(os.getcwd(), sorted(os.environ), sys.argv, sys.stdin.read(), __name__)
print("\\r\\nnot found", file=sys.stderr)
sys.exit(3)
"""
LOADED = "import sys; print(sorted({'dbtasks', 'sqlalchemy'} & {name.partition('.')[0] for name in sys.modules}))"


def run(code: str, *arguments: str, seconds: float = 30, **options: str | None) -> warm.Ended:
    """Return what comes of code in a folder of its own."""
    cwd = Path(options.get("cwd") or ".")
    return warm.process().run(["-c", code, *arguments], cwd, {"ONE": "1"}, options.get("answers"), seconds)


def test_it_is_a_process_like_any_other(tmp_path: Path) -> None:
    """It has its folder, variables, arguments and input; what it writes and how it ends is told."""
    told = f"{tmp_path} ['ONE'] ['-c', 'a b'] {{}} __main__\n"
    assert run(TOLD, "a b", cwd=str(tmp_path), answers="yes") == (3, told.format("yes"), "\nnot found\n")
    assert run(TOLD, "a b", cwd=str(tmp_path)) == (3, told.format(""), "\nnot found\n")
    assert run("import os; os.kill(os.getpid(), 9)") == (-9, "", "")
    failed = run("raise ValueError('bug')")
    assert (failed.code, failed.err.splitlines()[0]) == (1, "Traceback (most recent call last):")


def test_a_module_is_run(tmp_path: Path) -> None:
    """``-m`` runs a module by its name."""
    done = warm.process().run(["-m", "alembic", "--version"], tmp_path, {}, None, 30)
    assert (done.code, done.err, done.out.split()[-1].count(".")) == (0, "", 2)


def test_only_the_libraries_are_there() -> None:
    """What is tested is imported by each process itself."""
    assert run(LOADED).out == "['sqlalchemy']\n"


def test_one_that_hangs_is_ended() -> None:
    """It is given up after its time, and does not go on."""
    with pytest.raises(subprocess.TimeoutExpired):
        run("import time; time.sleep(60)", seconds=0.2)


def test_one_beside_another(tmp_path: Path) -> None:
    """A process that begins while another runs is told of when it ends, not later, and has nothing of the other's."""
    begun, enough = tmp_path / "begun", tmp_path / "enough"
    waits = "import pathlib, sys, time\npathlib.Path('begun').touch()\n"
    waits += "while not pathlib.Path('enough').exists(): time.sleep(0.01)\nsys.exit(5)"
    opened = "import os; print(sorted(os.listdir('/proc/self/fd'), key=int))"
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(run, waits, cwd=str(tmp_path))
        while not begun.exists():
            assert not first.done(), first.result()
        try:
            assert run(opened) == (0, "['0', '1', '2', '3']\n", "")  # 3 is the folder that is listed
            assert run("raise SystemExit(4)").code == 4
            assert not first.done()
        finally:
            enough.touch()
    assert first.result() == (5, "", "")


def test_which_begin_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable for Python itself, and ``--all``, are for processes that begin with nothing."""
    monkeypatch.delenv("DBTASKS_TEST_ALL", raising=False)
    assert warm.is_able({"DATABASE_URL": "x"})
    assert not warm.is_able({"PYTHONPATH": "x"})
    monkeypatch.setitem(os.environ, "DBTASKS_TEST_ALL", "1")
    assert not warm.is_able({})
