"""What an instance tells its children, and later the other commands of its folder."""

import os
import secrets
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from oncall.embedded import folders
from oncall.embedded.processes import Failed

# What makes an instance this one; all else a command takes from its own surroundings.
ITS_OWN = (
    *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"),
    *("SECRET_KEY", "ENCRYPTION_KEYS", "OIDC_KEYS", "REGION"),
    *("SITE_URL", "ALLOWED_HOSTS", "APP_DOMAIN"),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "HEARTBEAT_URL"),
    *("VAPID_PRIVATE_KEY", "VAPID_SUBJECT", "ALLOWED_PRIVATE_HOSTS"),
    *("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "TWILIO_API_BASE"),
    *("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"),
    *("SLACK_APP_TOKEN", "SLACK_API_BASE", "TELEGRAM_API_BASE"),
    *("EMBEDDED", "DATA_DIR", "INSTANCE_ID"),
)
# Mail that goes nowhere, for commands and tests that send none.
NO_MAIL = "dummymail://"
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 a comparison


def of_instance(folder: Path, *, host: str, port: int, tls: bool) -> dict[str, str]:
    """All but the addresses of the services; what the user has set wins."""
    scheme = "https" if tls else "http"
    site = os.environ.get("SITE_URL") or f"{scheme}://localhost:{port}"
    defaults = folders.keys(folder) | {
        "SITE_URL": site,
        "ALLOWED_HOSTS": ",".join(map(_in_a_url, names(site, host))),
    }
    ours = {
        "EMBEDDED": "true",
        "DATA_DIR": str(folder),
        "INSTANCE_ID": secrets.token_hex(8),
        "PYTHONUNBUFFERED": "1",
    }
    # A variable that is set but empty says nothing, as in `EMAIL_URL= manage.py up`.
    return defaults | {k: v for k, v in os.environ.items() if v} | ours


def names(site: str, host: str) -> list[str]:
    """The names by which a browser may reach us; this will ask no name server."""
    # Open to the network: people come by the machine's name.
    listening = socket.gethostname() if host in EVERYWHERE else host
    named = urlsplit(site).hostname or "localhost"
    return list(dict.fromkeys(["localhost", "127.0.0.1", "::1", listening, named]))


def of_the_app(environment: Mapping[str, str]) -> dict[str, str]:
    """The same without the owner's address, which only `migrate` may know."""
    return {k: v for k, v in environment.items() if k != "DATABASE_OWNER_URL"}


def publish(folder: Path, environment: Mapping[str, str]) -> None:
    """Leave it for the other commands of the folder; this will replace the last."""
    kept = {name: environment[name] for name in ITS_OWN if name in environment}
    folders.write_secret(folder / "instance.json", kept)


def withdraw(folder: Path) -> None:
    """The instance is gone: this will keep commands from its dead addresses."""
    (folder / "instance.json").unlink(missing_ok=True)


def published(folder: Path) -> dict[str, str]:
    """What the running instance left; raises Failed, in words, if none runs."""
    if not folders.is_running(folder):
        raise Failed(
            f"OnCall is not running on {folder}. Start it with\n\n    {up(folder)}"
        )
    if not (found := folders.read_secret(folder / "instance.json")):
        raise Failed(
            f"OnCall is only just starting on {folder}: try again in a moment."
        )
    return found


def up(folder: Path) -> str:
    """The command that starts the folder's instance; this will not run it."""
    where = "" if folder == folders.DEFAULT else f" --data {folder}"
    return f"python3 manage.py up{where}"


def placeholders() -> dict[str, str]:
    """What lets settings load when no database is asked; it leads nowhere."""
    nowhere = "/nonexistent"
    return folders.new_keys() | {
        "DATABASE_URL": f"postgresql://oncall_app@/oncall?host={nowhere}",
        "REDIS_URL": f"unix://{nowhere}/redis.sock?db=0",
        "EMAIL_URL": NO_MAIL,
    }


def without(names: Iterable[str]) -> dict[str, str]:
    """Our surroundings less some names; this will not change them."""
    return {k: v for k, v in os.environ.items() if k not in set(names)}


def _in_a_url(name: str) -> str:
    return f"[{name}]" if ":" in name else name
