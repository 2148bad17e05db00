"""Shows a new secret to whoever made it, on the page that they are sent on to.

The page's address carries a token of that member, which ends soon; the secret itself is
in no address, cookie or session.
"""

from datetime import timedelta
from typing import Final

from django.core import signing

from accounts import sealing
from accounts.models import Membership
from integrations.models import WebhookSecret, WebhookSubscription

SALT: Final = "webhook secret"
LASTS: Final = timedelta(minutes=5)


def token(secret: WebhookSecret, member: Membership) -> str:
    """Allow the member to see the secret for a few minutes."""
    return signing.dumps([secret.pk, member.pk], salt=SALT)


def secret(subscription: WebhookSubscription, given: str, member: Membership) -> str:
    """Return what the token shows this member; nothing for an old or strange one."""
    try:
        key, whose = signing.loads(given, salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError):
        return ""
    found = subscription.secrets.filter(pk=key, revoked_at=None).first()
    if found is None or whose != member.pk:
        return ""
    return sealing.unseal(found.sealed)
