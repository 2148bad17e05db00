"""`manage.py test`: pytest on a PostgreSQL and a Redis of its own."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

from oncall.embedded import environment, folders, services
from oncall.embedded.processes import Failed


def main(arguments: list[str]) -> int:
    """Run pytest to its end; this will give back its exit code and clean up."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        # Short, because sockets lie in it; of its own, so runs can go side by side.
        with (
            tempfile.TemporaryDirectory(prefix="oncall-test-") as folder,
            services.throw_away(Path(folder)) as found,
        ):
            return _pytest(arguments, _keys() | _surroundings() | found)
    except Failed as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


def _keys() -> dict[str, str]:
    return folders.new_keys() | {"OIDC_KEYS": folders.new_oidc_key()}


def _surroundings() -> dict[str, str]:
    """Ours less the settings, because tests must not depend on who runs them."""
    services_named = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}
    strange = {*environment.ITS_OWN, "DJANGO_SETTINGS_MODULE", "DEBUG"} - services_named
    return environment.without(strange) | {"EMAIL_URL": environment.NO_MAIL}


def _pytest(arguments: list[str], surroundings: dict[str, str]) -> int:
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], cwd=folders.ROOT, env=surroundings
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached pytest too: it still has its summary to say.
            process.send_signal(signal.SIGINT)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:]))
