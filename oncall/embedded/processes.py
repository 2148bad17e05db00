"""Child processes that log to a file, stop in order and never outlive their parent."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PAUSE = 0.05
TAIL = 25


class Failed(Exception):
    """Something could not be started; the words are for the person at the terminal."""


@dataclass(frozen=True)
class Child:
    """A running child, what ends it kindly, and where its words go."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    goodbye: signal.Signals

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self, patience: float) -> None:
        """End the child and whatever it left behind; this will wait for it."""
        if self.is_running():
            self.process.send_signal(self.goodbye)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        # Its session is its own, so the group holds its children and nobody else's.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self) -> str:
        """The end of its log, which this will read without loading all of it."""
        return tail(self.log)


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    cwd: Path,
    user: pwd.struct_passwd | None = None,
    goodbye: signal.Signals = signal.SIGTERM,
    orphaned: signal.Signals = signal.SIGKILL,
) -> Child:
    """Start a child in a session of its own; this will bind its life to ours.

    `goodbye` ends it in order; `orphaned` is what the kernel sends when we are
    killed, and must be gentle only to a child that has children of its own.
    """
    if log.exists():
        log.rename(log.with_suffix(".log.1"))
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=partial(die_with, os.getpid(), orphaned),
            **identity(user),
        )
    return Child(name, process, log, goodbye)


def identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """The arguments of subprocess that this will need to run as that user."""
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def die_with(parent: int, orphaned: int) -> None:
    """Between fork and exec: this will ask the kernel to end us with our parent."""
    # After setuid, which would forget the request; subprocess calls us that late.
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(orphaned))
    if os.getppid() != parent:
        os._exit(1)


def wait_until(
    is_true: Callable[[], bool],
    child: Child,
    *,
    patience: float,
    stop: Callable[[], None],
) -> None:
    """Raises Failed when the child ends or the time is over; this will call stop()."""
    deadline = time.monotonic() + patience
    while not is_true():
        stop()
        if not child.is_running():
            raise Failed(f"{child.name} ended at once.\n{child.last_words()}")
        if time.monotonic() > deadline:
            raise Failed(
                f"{child.name} is silent after {patience:.0f} s.\n{child.last_words()}"
            )
        time.sleep(PAUSE)


def tail(log: Path) -> str:
    """The last lines of a file, or a word that it is empty; this will not raise."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError as error:
        return f"(no log: {error})"
    return (
        "\n".join(f"    {line}" for line in lines[-TAIL:]) or "    (its log is empty)"
    )


def wait_for_end(child: Child, *, stop: Callable[[], None]) -> None:
    """However long it takes; this will call stop() in between."""
    while child.is_running():
        stop()
        time.sleep(PAUSE)
