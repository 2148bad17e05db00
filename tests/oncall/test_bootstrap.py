"""A checkout readies its own `.venv`, from the lock alone and once."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAIN = """\
import sys
from oncall import bootstrap
bootstrap.enter()
import greeting
print(greeting.WORD, "from", sys.prefix)
"""
BEFORE_DJANGO = [
    "oncall.bootstrap",
    "oncall.supervisor",
    "oncall.testing",
    "oncall.tool",
]


class Checkout:
    """A clone of the project that needs one library, which lies beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "oncall").mkdir()
        (root / "oncall/__init__.py").touch()
        shutil.copy(ROOT / "oncall/bootstrap.py", root / "oncall")
        (root / "main.py").write_text(MAIN)
        (root / "requirements-dev.txt").touch()
        self.lock("Hello", "1.0")

    def lock(self, word: str, version: str) -> None:
        """Make an edition of the library and lock the checkout to it."""
        wheel = self.root / f"greeting-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as file:
            about = f"greeting-{version}.dist-info"
            file.writestr("greeting.py", f"WORD = {word!r}\n")
            file.writestr(
                f"{about}/METADATA",
                f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n",
            )
            file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            file.writestr(f"{about}/RECORD", f"greeting.py,,\n{about}/RECORD,,\n")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lock = f"greeting @ {wheel.as_uri()} --hash=sha256:{digest}\n"
        (self.root / "requirements.txt").write_text(lock)

    def command(self) -> list[str]:
        # As a user has it: the machine's Python, not that of another .venv.
        return [f"{sys.base_prefix}/bin/python3", str(self.root / "main.py")]

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            self.command(),
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1"},
        )


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path.resolve())


def test_the_first_start_installs_the_lock_and_the_next_only_a_new_lock(checkout):
    first, second = checkout.run(), checkout.run()
    checkout.lock("Good morning", "2.0")
    third = checkout.run()

    assert f"Hello from {checkout.root / '.venv'}" in first.stdout, first.stderr
    assert "Installing" in first.stdout
    assert second.stdout == f"Hello from {checkout.root / '.venv'}\n"
    assert "Good morning from" in third.stdout


def test_a_library_that_is_not_the_locked_one_is_refused(checkout):
    lock = checkout.root / "requirements.txt"
    lock.write_text(lock.read_text()[:-65] + "0" * 64 + "\n")

    refused = checkout.run()

    assert refused.returncode == 1
    assert "could not install requirements.txt" in refused.stderr
    assert "Hello" not in refused.stdout


def test_an_installation_that_was_cut_off_is_completed(checkout):
    venv.EnvBuilder(symlinks=True).create(checkout.root / ".venv")

    assert "Hello from" in checkout.run().stdout


def test_a_venv_whose_python_is_gone_is_made_again(checkout):
    lost = checkout.root / ".venv/bin/python"
    lost.parent.mkdir(parents=True)
    lost.symlink_to("/nonexistent/python3")

    assert "Hello from" in checkout.run().stdout


def test_two_starts_at_once_share_one_installation(checkout):
    both = [
        subprocess.Popen(checkout.command(), stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(2)
    ]
    said = [start.communicate(timeout=120)[0] for start in both]

    assert all("Hello from" in words for words in said)
    assert sum("Installing" in words for words in said) == 1


def test_a_python_without_installers_names_the_package_to_install(
    checkout, monkeypatch
):
    monkeypatch.setenv("PATH", "/nonexistent")
    for name in ("pip", "ensurepip"):
        (checkout.root / f"{name}.py").write_text("raise ModuleNotFoundError")

    refused = checkout.run()

    assert refused.returncode == 1
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"apt install python{version}-venv" in refused.stderr


@pytest.mark.parametrize("module", BEFORE_DJANGO)
def test_what_runs_before_the_libraries_needs_the_standard_library_alone(module):
    bare = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {module}"

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", "-c", bare], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
