"""The data folder: its lock, its secrets, and short paths for its sockets."""

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oncall.embedded.processes import Failed, identity

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT / ".data"

# How many points the curve P-256 has: a private key is a number below.
POINTS = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# A socket's path may have 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET = 103


class Taken(Failed):
    """Another instance runs on this folder."""


def prepare(folder: Path) -> Path:
    """Make the folder for our eyes only; this will return its absolute path."""
    folder = folder.expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = database_user()
    if user is None:
        folder.chmod(0o700)
    else:
        # The database's user passes through to its own folder and can list nothing.
        os.chown(folder, 0, user.pw_gid)
        folder.chmod(0o710)
    for name in ("logs", "tls", "beat"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    return folder


def database_user() -> pwd.struct_passwd | None:
    """Whom the database runs as: us, or nobody when we are root, whom it refuses."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder; raises Taken, and the kernel will let go when we die."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    with open(handle, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Taken(_taken(folder, file.read().strip())) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_running(folder: Path) -> bool:
    """Whether some `up` holds the folder; this will take nothing."""
    try:
        file = (folder / "lock").open()
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def own(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """Make a 0700 folder for the database's user; this will return it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)
    return folder


@contextmanager
def sockets(near: Path, user: pwd.struct_passwd | None) -> Iterator[Path]:
    """That folder, or a temporary one that this will remove if its path is too long."""
    if len(os.fsencode(near / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
        yield own(near, user)
        return
    # TMPDIR may be as long as the data folder's path.
    far = Path(tempfile.mkdtemp(prefix="oncall-", dir="/tmp"))
    try:
        yield own(far, user)
    finally:
        shutil.rmtree(far, ignore_errors=True)


def reachable(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder, or the one in /var/tmp that this will make for a user shut out."""
    if user is None or _may_enter(folder, user):
        return folder
    return elsewhere(folder)


def elsewhere(path: Path, edition: str = "") -> Path:
    """A folder of ours outside closed homes; raises Failed if it is not ours alone."""
    name = hashlib.sha256(os.fsencode(path) + edition.encode()).hexdigest()[:16]
    folder = Path("/var/tmp") / f"oncall-{name}"  # noqa: S108 checked right below
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise Failed(f"{folder} belongs to somebody else; remove it or use --data.")
    folder.chmod(0o755)
    return folder


def write_secret(path: Path, value: object) -> None:
    """Replace a file as a whole; this will leave it readable by its owner only."""
    draft = path.with_name(f"{path.name}.new")
    with suppress(FileNotFoundError):
        draft.unlink()
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(value, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def read_secret(path: Path) -> dict[str, str]:
    """What write_secret kept, or nothing; this will not make the file."""
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return found


def keys(folder: Path) -> dict[str, str]:
    """The keys of new_keys, and one for OIDC; each is made once per folder."""
    path = folder / "secrets.json"
    known = read_secret(path)
    # A folder of an older version lacks the newer ones.
    missing = {k: v for k, v in new_keys().items() if k not in known}
    if "OIDC_KEYS" not in known:
        missing["OIDC_KEYS"] = new_oidc_key()
    if missing:
        write_secret(path, known | missing)
    return read_secret(path)


def new_keys() -> dict[str, str]:
    """Fresh random keys that nothing works without; this will keep them nowhere."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ENCRYPTION_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "VAPID_PRIVATE_KEY": new_vapid_key(),
    }


def new_vapid_key() -> str:
    """A fresh key for pushes to browsers; this will keep it nowhere."""
    number = 1 + secrets.randbelow(POINTS - 1)
    return urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


def new_oidc_key() -> str:
    """A fresh key that signs who signed in; this will keep it nowhere."""
    done = subprocess.run(
        [sys.executable, "-m", "oncall.embedded.oidc_key"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _taken(folder: Path, pid: str) -> str:
    return (
        f"OnCall is already running on {folder}, pid {pid or 'unknown'}. Stop it with "
        f"Ctrl-C there or `kill {pid or 'PID'}`, or start a second one beside it with "
        "`--data OTHER_FOLDER --port OTHER_PORT`."
    )


def _may_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    def enter() -> None:
        os.chdir(folder)

    try:
        subprocess.run(
            ["/bin/sh", "-c", ":"], check=True, preexec_fn=enter, **identity(user)
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True
