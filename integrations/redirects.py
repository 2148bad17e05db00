"""Where we may send a person back to: an app's exact addresses, and nowhere else."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

from django.utils.translation import gettext as _

OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST = 2000


class Unfit(ValueError):
    """The address cannot be registered; the words are fit for a person."""


def is_registered(address: str, registered: Iterable[str]) -> bool:
    """Say whether the address is a registered one, but for parameters it adds.

    They are compared letter by letter, so that two readers of an address cannot
    differ on what it means.
    """
    if len(address) > LONGEST or not _is_plain(address):
        return False
    base, _mark, query = address.partition("?")
    for other in registered:
        its_base, _mark, its_query = other.partition("?")
        if base == its_base and set(_parts(its_query)) <= set(_parts(query)):
            return base.startswith(("https://", "http://"))
    return False


def extend(
    address: str, parameters: Mapping[str, str], *, instead_of: Iterable[str] = ()
) -> str:
    """Add the parameters to those that the address has, instead of some of its own."""
    base, _mark, query = address.partition("?")
    kept = [part for part in _parts(query) if _name(part) not in instead_of]
    return f"{base}?{'&'.join([*kept, urlencode(parameters, quote_via=quote)])}"


def check(address: str) -> None:
    """Do nothing, or raise Unfit for an address that nobody may register."""
    if not _is_plain(address) or len(address) > LONGEST:
        raise Unfit(_("Use a plain web address without spaces, # and @."))
    try:
        found = urlsplit(address)
        host, _port = found.hostname, found.port
    except ValueError:
        raise Unfit(_("This is not a web address.")) from None
    if found.scheme not in {"https", "http"} or not host:
        raise Unfit(_("Begin the address with https://"))
    if found.scheme == "http" and host not in OWN_MACHINE:
        raise Unfit(_("Use https://; only localhost may do without."))
    if found.query or address.endswith("?"):
        raise Unfit(_("Leave out what follows the ?; parameters may be added later."))
    if not found.path:
        raise Unfit(_("Add a path, at least a / at the end."))
    if set(found.path.split("/")) & {".", ".."}:
        raise Unfit(_("Write the path without . and .. in it."))


def _is_plain(address: str) -> bool:
    """Whether all readers agree on what the address is."""
    before = address.partition("?")[0]
    return (
        address.isascii()
        and address.isprintable()
        and not set(address) & set(' #\\<>"')
        and "@" not in before
        and "%" not in before.partition("://")[2].partition("/")[0]
    )


def _parts(query: str) -> list[str]:
    return [part for part in query.split("&") if part]


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])
