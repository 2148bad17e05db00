"""What `up` prints when all of it runs: where to go, and how to sign in."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from oncall.embedded import folders


def knows_demo(folder: Path) -> bool:
    """Whether the demo account was made here; this will make nothing."""
    return (folder / "demo.json").exists()


def remember_demo(folder: Path, demo: Mapping[str, str]) -> None:
    """Keep the demo's sign-in beside the data, so that this will show it again."""
    folders.write_secret(folder / "demo.json", dict(demo))


def words(folder: Path, environment: Mapping[str, str], tls: bool) -> str:
    """All of it as one text; this will show secrets of the demo account only."""
    site = environment["SITE_URL"]
    rows = [("OnCall is running at", site)]
    if tls:
        rows.append(("its authority", f"{folder / 'tls/ca.pem'} (trust this file)"))
    rows += _demo(folder, site)
    rows += [
        ("mail goes to", _mail(environment, site)),
        ("SMS and calls go to", _calls(environment, site)),
        ("pushes go to", "browsers that people add on their profile"),
        ("data and logs", f"{folder}, {folder / 'logs'}"),
    ]
    table = "\n".join(f"  {name:<22}{value}" for name, value in rows)
    return f"\n{table}\n\nCtrl-C stops everything; the data stays.\n"


def _demo(folder: Path, site: str) -> list[tuple[str, str]]:
    if not (demo := folders.read_secret(folder / "demo.json")):
        return [("sign up at", f"{site}/accounts/signup/")]
    return [
        ("demo sign-in", f"{demo.get('email')}  {demo.get('password')}"),
        ("demo API key", demo.get("api_key", "")),
        ("(both kept in", f"{folder / 'demo.json'}, readable by you only)"),
    ]


def _mail(environment: Mapping[str, str], site: str) -> str:
    if address := environment.get("EMAIL_URL"):
        found = urlsplit(address)
        # Never its user and password.
        return f"{found.scheme}://{found.hostname or ''} (EMAIL_URL)"
    return f"{site}/outbox (set EMAIL_URL to really send)"


def _calls(environment: Mapping[str, str], site: str) -> str:
    if environment.get("TWILIO_ACCOUNT_SID"):
        return f"Twilio, from {environment.get('TWILIO_FROM', '')}"
    return f"{site}/outbox (set TWILIO_... to really send)"
