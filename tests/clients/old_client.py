"""Installs the client of before TLS was a must, which cannot lie beside today's."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from oncall.embedded import folders

LOCK = Path(__file__).with_name("requirements-older.txt")
PATIENCE = 120


class Unreachable(Exception):
    """There is no installer, or it gets nothing."""


def installed() -> Path:
    """Return the folder to import it from, made at the first time.

    Raises Unreachable in words.
    """
    mark = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    folder = folders.ROOT / ".pytest_cache" / f"older-client-{mark}"
    if not folder.exists():
        # Half of it must never look like all of it.
        half = folder.with_suffix(".half")
        half.parent.mkdir(exist_ok=True)
        shutil.rmtree(half, ignore_errors=True)
        _install(half)
        half.rename(folder)
    return folder


def _install(folder: Path) -> None:
    ran = subprocess.run(  # noqa: S603
        [*_installer(), "--require-hashes", "--target", str(folder), "-r", str(LOCK)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if ran.returncode:
        raise Unreachable(ran.stderr.strip().splitlines()[-1])


def _installer() -> list[str]:
    """pip or uv, whichever is there; raises Unreachable."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet"]
    for python in (sys.executable, shutil.which("python3") or ""):
        command = [python, "-m", "pip"]
        if (
            python
            and not subprocess.run(  # noqa: S603
                [*command, "--version"], capture_output=True
            ).returncode
        ):
            return [*command, "install", "--quiet", "--disable-pip-version-check"]
    raise Unreachable("neither pip nor uv is here")
