"""A browser's subscription, as the browser itself spells it."""

import json
from base64 import urlsafe_b64decode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.utils.translation import gettext as _

from integrations import outgoing
from integrations.push.subscriptions import Subscription

AUTH_BYTES = 16


class SubscriptionField(forms.CharField):
    """Reads the JSON of a PushSubscription into ours; its address must be callable."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=3000, **options)

    def clean(self, value: Any) -> Subscription:
        """Check address and keys. Raises ValidationError."""
        text = super().clean(value)
        try:
            return read(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise forms.ValidationError(
                _("The browser sent a subscription that is not complete. Try again.")
            ) from error
        except outgoing.Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


def read(given: Any) -> Subscription:
    """Read what a browser sent. Raises ValueError and the like, or outgoing.Refused."""
    endpoint, sent = given["endpoint"], given["keys"]
    p256dh, auth = sent["p256dh"].rstrip("="), sent["auth"].rstrip("=")
    # Raises ValueError unless it is a point of the curve.
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
    if len(_bytes(auth)) != AUTH_BYTES:
        raise ValueError("auth")
    outgoing.check(endpoint)
    return Subscription(endpoint, p256dh, auth)


class SubscribeForm(forms.Form):
    """This browser shall show pushes."""

    subscription = SubscriptionField()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
