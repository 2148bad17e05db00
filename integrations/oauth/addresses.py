"""Where an answer may go: the exact address that the app registered."""

from collections.abc import Iterable
from urllib.parse import urlsplit

LONGEST = 2000
OWN_MACHINE = {"127.0.0.1", "::1", "localhost"}


def is_registered(address: str, registered: Iterable[str], *, any_port: bool) -> bool:
    """Say whether the address is a registered one, letter by letter.

    With `any_port` one on the person's own machine may have any port there: a native
    app listens wherever there is room (RFC 8252).
    """
    if len(address) > LONGEST or not address.isprintable() or "#" in address:
        return False
    known = set(registered)
    if address in known:
        return True
    return any_port and _without_port(address) in {
        found for one in known if (found := _without_port(one))
    } - {""}


def _without_port(address: str) -> str:
    """Return the address less its port, or nothing where it is not on one's machine."""
    try:
        found = urlsplit(address)
        host, port = found.hostname, found.port
    except ValueError:
        return ""
    if found.scheme != "http" or host not in OWN_MACHINE or "@" in found.netloc:
        return ""
    bare = found.netloc.removesuffix(f":{port}") if port is not None else found.netloc
    return found._replace(netloc=bare).geturl()
