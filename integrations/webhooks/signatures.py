"""Signs what is sent, so that receivers know that it is from us, and unchanged."""

import hmac
from collections.abc import Iterable
from hashlib import sha256


def sign(body: bytes, secrets: Iterable[str]) -> str:
    """Return the header's value: a signature for each secret, split by commas alone."""
    return ",".join(f"v1={_digest(body, secret)}" for secret in secrets)


def headers(
    body: bytes, secrets: Iterable[str], *, webhook_id: str, subscription_id: str
) -> dict[str, str]:
    """Return the headers that are ours; the subscription's own come besides."""
    return {
        "Content-Type": "application/json",
        "X-PagerDuty-Signature": sign(body, secrets),
        "X-Webhook-Id": webhook_id,
        "X-Webhook-Subscription": subscription_id,
    }


def _digest(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, sha256).hexdigest()
