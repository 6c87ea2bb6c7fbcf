"""``./inv`` on a small project, whose packages are made without an index: its build backend is one of its own files."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SECONDS = 120  # for one command; a longer one hangs
PYTHON = os.path.realpath(sys.executable)
SHELLS = [path for path in map(shutil.which, ("dash", "bash", "ksh")) if path]

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "dbtasks"
version = "1"
dynamic = ["dependencies", "optional-dependencies"]
"""

# Notes every build in the file builds; waits while there is a file slow; fails with the words of a file broken.
BACKEND = """
import time
import zipfile
from pathlib import Path


def files():
    metadata = "Metadata-Version: 2.1\\nName: dbtasks\\nVersion: 1\\nProvides-Extra: dev\\n"
    if Path("requires").exists():
        metadata += f"Requires-Dist: {Path('requires').read_text()}\\n"
    return {"METADATA": metadata, "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}


def prepare_metadata_for_build_editable(folder, settings=None):
    for name, text in files().items():
        path = Path(folder, "dbtasks-1.dist-info", name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return "dbtasks-1.dist-info"


def build_editable(folder, settings=None, metadata=None):
    with Path("builds").open("a") as builds:
        builds.write("one\\n")
    end = time.monotonic() + 60
    while Path("slow").exists() and time.monotonic() < end:
        time.sleep(0.02)
    if Path("broken").exists():
        raise RuntimeError(Path("broken").read_text())
    with zipfile.ZipFile(Path(folder, "dbtasks-1-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("dbtasks.pth", str(Path("src").resolve()))
        for name, text in {**files(), "RECORD": ""}.items():
            wheel.writestr(f"dbtasks-1.dist-info/{name}", text)
    return "dbtasks-1-py3-none-any.whl"
"""

TASKS = """
import json
import os
import sys


def main():
    print(json.dumps([os.getcwd(), *sys.argv[1:]]))
    sys.exit(7 if "fail" in sys.argv else 0)
"""

NEW = f"inv: creating .venv with Python {sys.version.split()[0]} …\n"
INSTALLING = "inv: installing the packages …\n"
INTERRUPTED = "inv: interrupted; the next run installs again …\n"
WAITING = "inv: waiting for another run, which is installing …\n"


@dataclass(frozen=True, slots=True)
class Project:
    """A repository with the wrapper, and how to run it."""

    root: Path

    def start(
        self, *args: str, cwd: Path | None = None, command: tuple[str, ...] = ("./inv",)
    ) -> subprocess.Popen[str]:
        """Start the wrapper as a terminal would, in a process group of its own."""
        return subprocess.Popen(
            [*command, *args],
            cwd=cwd or self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def inv(self, *args: str, cwd: Path | None = None, command: tuple[str, ...] = ("./inv",)) -> tuple[int, str, str]:
        """Run the wrapper; return its exit code, its output and what it wrote to stderr."""
        with self.start(*args, cwd=cwd, command=command) as process:
            out, err = process.communicate(timeout=SECONDS)
        return process.returncode, out, err

    def path(self, name: str) -> Path:
        """Return the path of a file of the project."""
        return self.root / name

    def write(self, name: str, text: str = "") -> None:
        """Write a file."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, encoding="utf-8")

    def builds(self) -> int:
        """Return how often pip has built the project."""
        return len(self.path("builds").read_text().splitlines()) if self.path("builds").exists() else 0

    def has_stamp(self) -> bool:
        """Return whether an installation was completed."""
        return self.path(".venv/inv.stamp").exists()


@pytest.fixture(scope="module", autouse=True)
def _sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the wrapper find an old Python first, then this one, and no package index; nothing of the developer's."""
    old, tools = tmp_path_factory.mktemp("old"), tools_only(tmp_path_factory.mktemp("tools"))
    pretend(old / "python3", "sys.version_info = (3, 9, 18)")
    (tools / "python3").symlink_to(PYTHON)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{old}:{tools}")
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.setenv("PIP_NO_INDEX", "1")
        patch.delenv("PIP_FIND_LINKS", raising=False)
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


def tools_only(folder: Path) -> Path:
    """Put the programs that the wrapper uses, and no Python, into a folder."""
    for name in ("cat", "cksum", "readlink"):
        (folder / name).symlink_to(shutil.which(name, path="/usr/bin:/bin") or name)
    return folder


def pretend(path: Path, statement: str) -> None:
    """Write a Python that runs a statement before the program after its options ``-I -c``."""
    path.write_text(f"#!/bin/sh\nexec {PYTHON} -I -c 'import sys; {statement}; exec(sys.argv[1])' \"$3\"\n")
    path.chmod(0o755)


def project_in(root: Path) -> Project:
    """Return a new project that nothing is installed for yet."""
    project = Project(root)
    project.write("pyproject.toml", PYPROJECT)
    project.write("constraints.txt")
    project.write("backend.py", BACKEND)
    project.write("src/dbtasks/__init__.py")
    project.write("src/dbtasks/tasks.py", TASKS)
    project.write("services/shop/types.py", "raise RuntimeError('this hides the standard library')\n")
    shutil.copy(ROOT / "inv", root / "inv")
    return project


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """Return a project that nothing is installed for yet."""
    return project_in(tmp_path / "bare")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, _sealed: None) -> Project:
    """Return an installed project in a path with a space."""
    project = project_in(tmp_path_factory.mktemp("wrapper") / "my project")
    code, out, err = project.inv("onboard")
    assert (code, json.loads(out), err) == (0, [str(project.root), "onboard"], NEW + INSTALLING)
    return project


@pytest.fixture
def installed(shared: Project) -> Project:
    """Return the installed project in order, whatever the test before left."""
    for name in ("slow", "broken", "requires"):
        shared.path(name).unlink(missing_ok=True)
    assert shared.inv()[0] == 0
    return shared


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def slow_installation(project: Project) -> subprocess.Popen[str]:
    """Start the wrapper and return when pip is at work, which lasts until the file slow is gone."""
    project.write("slow")
    builds = project.builds()
    process = project.start()
    wait_until(lambda: project.builds() > builds)
    return process


@pytest.mark.parametrize("shell", [(), *[(shell,) for shell in SHELLS]])
def test_arguments_and_exit_code(installed: Project, shell: tuple[str, ...]) -> None:
    """Arguments arrive as they are, nothing else is written, and the exit code is that of Invoke, in every shell."""
    arguments = ["fail", "", "a b", "--name=*", "'\"$HOME\\", "two\nlines", "ü"]
    code, out, err = installed.inv(*arguments, command=(*shell, "./inv"))
    assert (code, json.loads(out), err) == (7, [str(installed.root), *arguments], "")


def test_subfolder(installed: Project) -> None:
    """Invoke starts where the caller stands, and modules that lie there hide no library."""
    folder = installed.path("services/shop")
    code, out, err = installed.inv("db.status", cwd=folder, command=("../../inv",))
    assert (code, json.loads(out), err) == (0, [str(folder), "db.status"], "")


def test_symlinks(installed: Project, tmp_path: Path) -> None:
    """A link to a relative link to inv runs for the folder of the real file."""
    installed.path("services/again").unlink(missing_ok=True)
    installed.path("services/again").symlink_to("../inv")
    (tmp_path / "db").symlink_to(installed.path("services/again"))
    code, out, err = installed.inv("x", cwd=tmp_path, command=("./db",))
    assert (code, json.loads(out), err) == (0, [str(tmp_path), "x"], "")


def test_started_by_python(installed: Project) -> None:
    """``python inv`` does the same as ``./inv``."""
    code, out, err = installed.inv("x", command=(PYTHON, "inv"))
    assert (code, json.loads(out), err) == (0, [str(installed.root), "x"], "")


def test_up_to_date_needs_no_other_python(installed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that has nothing to install starts the environment's Python only, even when files were touched."""
    builds = installed.builds()
    installed.path("pyproject.toml").touch()
    monkeypatch.setenv("PATH", str(tools_only(tmp_path)))
    assert installed.inv()[0] == 0
    assert installed.builds() == builds


def test_up_to_date_is_fast(installed: Project) -> None:
    """A run that has nothing to install costs at most 60 ms more than Invoke itself."""
    direct = (".venv/bin/python", "-P", "-c", "from dbtasks.tasks import main; main()")

    def best(command: tuple[str, ...]) -> float:
        times = []
        for _ in range(20):
            begin = time.perf_counter()
            installed.inv(command=command)
            times.append(time.perf_counter() - begin)
        return min(times)

    assert best(("./inv",)) - best(direct) < 0.06


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt", "inv"])
def test_changed_file(installed: Project, file: str) -> None:
    """A change of what says what to install installs once more, into the same environment."""
    builds = installed.builds()
    with installed.path(file).open("a") as changed:
        changed.write("\n# changed\n")
    code, _, err = installed.inv()
    assert (code, err) == (0, INSTALLING)
    assert installed.inv()[2] == ""
    assert installed.builds() == builds + 1


def test_environment_made_by_hand(installed: Project) -> None:
    """An environment that somebody else made in .venv, and that works, is installed into and not replaced."""
    for file in installed.path(".venv").glob("inv.*"):
        file.unlink()
    code, _, err = installed.inv()
    assert (code, err) == (0, INSTALLING)


def test_python_gone(installed: Project) -> None:
    """When the Python under the environment is uninstalled, another one makes it anew."""
    python = installed.path(".venv/bin/python")
    python.unlink()
    python.symlink_to("/nowhere/python3")
    code, _, err = installed.inv()
    assert (code, err) == (0, NEW + INSTALLING)


def test_moved(bare: Project, tmp_path: Path) -> None:
    """A folder that was moved gets a new environment, because scripts and editable packages hold absolute paths."""
    bare.inv()
    moved = Project(bare.root.rename(tmp_path / "moved"))
    code, out, err = moved.inv()
    assert (code, json.loads(out), err) == (0, [str(moved.root)], NEW + INSTALLING)
    assert str(bare.root) not in moved.path(".venv/bin/pip").read_text()


def test_two_at_once(bare: Project) -> None:
    """Of two first runs one installs, the other waits for it, and both run."""
    bare.write("slow")
    first = bare.start("first")
    wait_until(lambda: bare.builds() == 1)
    second = bare.start("second")
    assert second.stderr
    assert second.stderr.readline() == WAITING
    bare.path("slow").unlink()
    results = [(*process.communicate(timeout=SECONDS), process.returncode) for process in (first, second)]
    assert results[0] == (json.dumps([str(bare.root), "first"]) + "\n", NEW + INSTALLING, 0)
    assert results[1] == (json.dumps([str(bare.root), "second"]) + "\n", "", 0)
    assert bare.builds() == 1


def test_interrupted(bare: Project) -> None:
    """Ctrl-C leaves a first installation that the next run does again from the beginning."""
    with slow_installation(bare) as process:
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (130, NEW + INSTALLING + INTERRUPTED)
    assert not bare.has_stamp()
    bare.path("slow").unlink()
    code, _, err = bare.inv()
    assert (code, err) == (0, NEW + INSTALLING)


def test_interrupted_change(installed: Project) -> None:
    """A later installation that was cut short does not count either, even when the change is taken back."""
    before = installed.path("constraints.txt").read_text()
    installed.write("constraints.txt", "# for test_interrupted_change\n")
    with slow_installation(installed) as process:
        process.terminate()
        _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (130, INSTALLING + INTERRUPTED)
    assert not installed.has_stamp()
    installed.path("slow").unlink()
    installed.write("constraints.txt", before)
    code, _, err = installed.inv()
    assert (code, err) == (0, NEW + INSTALLING)


def test_killed(installed: Project) -> None:
    """When the wrapper is killed and pip goes on, the next run waits for pip and then begins again."""
    installed.write("constraints.txt", "# for test_killed\n")
    with slow_installation(installed) as process:
        process.kill()
    with installed.start() as process:
        assert process.stderr
        assert process.stderr.readline() == WAITING
        assert not installed.has_stamp()
        installed.path("slow").unlink()
        _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, NEW + INSTALLING)


def test_pip_fails(installed: Project) -> None:
    """What pip says in the end is shown, nothing runs, and the next run installs again into the same environment."""
    installed.write("requires", "no-such-package")
    installed.write("constraints.txt", "# for test_pip_fails\n")
    code, out, err = installed.inv("db.upgrade")
    assert (code, out) == (2, "")
    # pip's versions name the project with or without its extras.
    assert err.replace("dbtasks[dev]", "dbtasks") == (
        "inv: installing the packages …\n"
        "error: The packages could not be installed.\n"
        "  why: pip ended with exit code 1; its last lines:\n"
        "       ERROR: Could not find a version that satisfies the requirement no-such-package (from dbtasks) (from versions: none)\n"
        "       ERROR: No matching distribution found for no-such-package\n"
        "  fix: check the network, then ./inv onboard\n"
    )
    assert not installed.has_stamp()
    installed.path("requires").unlink()
    code, _, err = installed.inv()
    assert (code, err) == (0, INSTALLING)


def test_no_password_in_errors(installed: Project) -> None:
    """A password in the address of an index is not shown when pip repeats the address."""
    installed.write("broken", "no answer from https://me:secret@packages.example/simple")
    installed.write("constraints.txt", "# for test_no_password_in_errors\n")
    code, _, err = installed.inv()
    installed.path("broken").unlink()
    assert code == 2
    assert "no answer from https://***@packages.example/simple" in err
    assert "secret" not in err


def test_python_too_old(bare: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Python that is new enough the message names the one that was found."""
    pretend(tools_only(tmp_path) / "python3", "sys.version_info = (3, 9, 18)")
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = bare.inv("db.status", cwd=bare.path("src"), command=("../inv",))
    assert (code, out) == (2, "")
    assert err == (
        "error: No Python 3.11 or newer was found.\n"
        f"  why: {tmp_path}/python3 is Python 3.9.18.\n"
        "  fix: install one (apt install python3.13-venv, brew install python@3.13 or python.org/downloads), then ../inv onboard\n"
    )
    assert not bare.path(".venv").exists()


def test_no_python(bare: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any Python the message says so."""
    monkeypatch.setenv("PATH", str(tools_only(tmp_path)))
    code, out, err = bare.inv()
    assert (code, out) == (2, "")
    assert err == (
        "error: No Python 3.11 or newer was found.\n"
        "  why: there is no python3 on the PATH that runs.\n"
        "  fix: install one (apt install python3.13-venv, brew install python@3.13 or python.org/downloads), then ./inv onboard\n"
    )


def test_python_without_venv(bare: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Debian that lacks the package of the module ensurepip is told which one to install."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    pretend(tools_only(tmp_path) / "python3", 'sys.modules["ensurepip"] = None')
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = bare.inv()
    assert (code, out) == (2, "")
    assert err == (
        f"error: Python {version} cannot make virtual environments.\n"
        "  why: it has no module ensurepip, which Debian and Ubuntu keep in a package of its own.\n"
        f"  fix: apt install python{version}-venv, then ./inv onboard\n"
    )
    assert not bare.path(".venv").exists()


def test_folder_cannot_be_written(bare: Project) -> None:
    """Where .venv cannot be made, the message says where and why."""
    bare.write(".venv", "a file, because root may write to every folder\n")
    venv = bare.path(".venv")
    code, out, err = bare.inv()
    assert (code, out) == (2, "")
    assert err == (
        "error: .venv could not be written.\n"
        f"  why: {venv}: File exists.\n"
        f"  fix: see that {venv} can be a folder of yours and that the disk has room, then ./inv onboard\n"
    )


def test_constraints_are_complete() -> None:
    """Every package that is installed with the extra dev has an exact version in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.split("==")[0]) for line in lines if re.fullmatch(r"[\w.-]+==[\w.]+", line)}
    assert needed(Requirement("dbtasks[dev]")) - {"dbtasks"} == pinned


def needed(requirement: Requirement, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of all that a requirement installs here."""
    if str(requirement) in seen:
        return set()
    names = {str(canonicalize_name(requirement.name))}
    for text in metadata.requires(requirement.name) or []:
        child = Requirement(text)
        if any(child.marker is None or child.marker.evaluate({"extra": extra}) for extra in {"", *requirement.extras}):
            names |= needed(child, seen | {str(requirement)})
    return names
