"""Switches addresses off to which nobody may write any more: STOP, bounces."""

from django.db.models import Q
from django.utils import timezone

from accounts import contact_methods, tenancy
from accounts.contact_methods import STOPPED
from accounts.models import ContactMethod
from integrations import borrowed


def stop(number: str) -> int:
    """Text a number no more; this will return how many contact methods had it."""
    return off("sms", number, STOPPED)


def start(number: str) -> int:
    """Text a number again that STOP had switched off; otherwise as `stop`."""
    at = timezone.now()
    found = _found("sms", number, Q(disabled_reason=STOPPED, disabled_at__isnull=False))
    with borrowed.connected():
        for method in found:
            with tenancy.scope(method.account):
                contact_methods.enable(method, at=at)
    return len(found)


def off(kind: str, address: str, reason: str) -> int:
    """Page an address no more, in whatever account it is, and tell its people.

    Asked outside of any scope; this will return how many contact methods had it.
    """
    at = timezone.now()
    found = _found(kind, address, Q(disabled_at=None))
    with borrowed.connected():
        for method in found:
            with tenancy.scope(method.account):
                contact_methods.disable(method, reason, at=at)
    return len(found)


def _found(kind: str, address: str, which: Q) -> list[ContactMethod]:
    with borrowed.connected(), tenancy.all_accounts():
        rows = ContactMethod.across_accounts.filter(which, kind=kind, address=address)
        return list(rows.select_related("account"))
