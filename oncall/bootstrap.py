"""Readies `.venv` with the standard library alone and goes on inside it."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"

Command = Callable[[Path], list[str]]

NO_INSTALLER = """\
This Python cannot install libraries: it has neither `ensurepip` nor `pip`, and there is
no `uv`. On Debian and Ubuntu run

    apt install python{major}.{minor}-venv

(as root, or with sudo) and then the same command again."""


def enter(*, development: bool = False) -> None:
    """Go on in .venv with the locked libraries; this will install what is missing."""
    install(development=development)
    if not VENV.samefile(sys.prefix):
        _exec()


def install(*, development: bool = False) -> None:
    """Make .venv and what it lacks of the lock; raises SystemExit, in words."""
    wanted = DEVELOPMENT if development else RUNTIME
    if not _is_installed(wanted):
        with _alone():
            # Whoever held the lock may have done it for us.
            if not _is_installed(wanted):
                _install(wanted)


def python() -> Path:
    """The interpreter of .venv; this will not make it."""
    return VENV / "bin" / "python"


def _exec() -> NoReturn:
    sys.stdout.flush()
    os.execv(python(), [str(python()), *sys.argv])  # noqa: S606 our own interpreter


def _is_installed(wanted: Path) -> bool:
    """The stamp names each lock file that .venv was made from, by its content."""
    if not python().exists():
        return False
    try:
        return _mark(wanted) in _stamp().read_text().splitlines()
    except FileNotFoundError:
        return False


def _stamp() -> Path:
    return VENV / "installed-locks"


def _mark(lock: Path) -> str:
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()}  {lock.name}"


@contextmanager
def _alone() -> Iterator[None]:
    """One bootstrap of a checkout at a time; the kernel will let go when we die."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _install(wanted: Path) -> None:
    """Install the lock with the first installer that can; raises SystemExit."""
    if not python().exists():
        _make_venv()
    said = NO_INSTALLER.format(
        major=sys.version_info.major, minor=sys.version_info.minor
    )
    for name, command in _installers():
        code, output = _run(f"Installing the libraries with {name}", command(wanted))
        if code == 0:
            _remember(wanted)
            return
        said = f"{name} could not install {wanted.name}:\n\n{output}"
    sys.exit(said)


def _make_venv() -> None:
    """Make .venv without pip, which Debian's python3 could not put there."""
    _say("Making .venv\n")
    venv.EnvBuilder(clear=True, symlinks=True).create(VENV)
    # Nobody's `git add` should ever find it, wherever the checkout lies.
    (VENV / ".gitignore").write_text("*\n")


def _installers() -> Iterator[tuple[str, Command]]:
    """Each installer that is here, the quickest first; the last unpacks its own."""
    if uv := shutil.which("uv"):
        yield "uv", partial(_with_uv, uv)
    base, ours = sys.executable, str(python())
    if _works(base, "-m", "pip", "--version"):
        yield "pip", partial(_with_pip, base)
    if _works(ours, "-m", "ensurepip"):
        yield "a pip of its own", partial(_with_pip, ours)


def _with_uv(uv: str, wanted: Path) -> list[str]:
    options = ["--require-hashes", "--no-deps", "--requirement", str(wanted)]
    return [uv, "pip", "install", "--python", str(python()), *options]


def _with_pip(base: str, wanted: Path) -> list[str]:
    # The lock is complete, so there is nothing to resolve; what is compiled at first
    # use need not be compiled now. Both halve the time.
    options = ["--require-hashes", "--no-deps", "--no-compile", "--progress-bar=off"]
    quiet = ["--disable-pip-version-check", "--no-input", "--root-user-action=ignore"]
    pip = [base, "-m", "pip", "--python", str(python())]
    return [*pip, "install", *options, *quiet, "--requirement", str(wanted)]


def _works(*command: str) -> bool:
    # From our own folder: `-m` would take a pip.py that lies where the user is.
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env=_environment())
    return done.returncode == 0


def _run(words: str, command: list[str]) -> tuple[int, str]:
    """Run it with a dot a second; this will return its code and its last lines."""
    started = time.monotonic()
    _say(f"{words} ")
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=_environment(),
        ) as process:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(1)
                    break
                _say(".")
        _say(f" {time.monotonic() - started:.1f} s\n")
        out.seek(0)
        lines = out.read().decode(errors="replace").splitlines()
    return process.returncode, "\n".join(lines[-20:])


def _environment() -> dict[str, str]:
    """Ours, less what would make pip install beside .venv."""
    strange = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX"}
    kept = {name: value for name, value in os.environ.items() if name not in strange}
    return kept | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}


def _remember(wanted: Path) -> None:
    # The development set holds the runtime's, from the same lock.
    done = [RUNTIME, DEVELOPMENT] if wanted == DEVELOPMENT else [RUNTIME]
    _stamp().write_text("".join(f"{_mark(lock)}\n" for lock in done))


def _say(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()
