"""Chooses the subdomain of a new account from its name."""

import secrets
from collections.abc import Iterator

from django.utils.text import slugify

# What the installation itself answers under, or what would mislead people.
WORDS = (
    "about account accounts admin api app apps assets auth billing blog cdn connect"
    " demo dev docs email events ftp help id identity imap info install integration"
    " localhost login mail mx news ns ns1 ns2 oauth oncall pop production public root"
    " security settings signin signup smtp sso staging static status support system"
    " test twilio webhooks www"
)
RESERVED = frozenset(WORDS.split())
LONGEST = 40


def is_reserved(subdomain: str) -> bool:
    """Say whether the installation keeps this name for itself."""
    return subdomain in RESERVED


def candidates(name: str) -> Iterator[str]:
    """Yield ever less pretty subdomains for a name; the first free one will do."""
    base = slugify(name)[:LONGEST].strip("-_").replace("_", "-") or "account"
    if not is_reserved(base):
        yield base
    for number in range(2, 10):
        yield f"{base}-{number}"
    while True:
        yield f"{base}-{secrets.token_hex(3)}"
