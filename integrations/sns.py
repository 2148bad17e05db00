"""Amazon SNS: who signed a message, and the answer that confirms a subscription."""

import re
import threading
from base64 import b64decode
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.utils.translation import gettext as _

from integrations import outgoing
from integrations.inbound import values

# Of Amazon's own hosts only those of SNS: anybody may put a file on the others.
ADDRESS: Final = re.compile(
    r"https://sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?/\S{1,900}"
)
HASHES: Final = {"1": hashes.SHA1, "2": hashes.SHA256}
SIGNED: Final = {
    "Notification": (
        "Message",
        "MessageId",
        "Subject",
        "Timestamp",
        "TopicArn",
        "Type",
    ),
    **dict.fromkeys(
        ("SubscriptionConfirmation", "UnsubscribeConfirmation"),
        (
            "Message",
            "MessageId",
            "SubscribeURL",
            "Timestamp",
            "Token",
            "TopicArn",
            "Type",
        ),
    ),
}
# How long a certificate is not asked for again.
KEPT: Final = timedelta(hours=24)
MOST_CERTIFICATES: Final = 32

_known: OrderedDict[str, tuple[datetime, x509.Certificate]] = OrderedDict()
_knowing = threading.Lock()


class Forged(Exception):
    """The message is not signed by SNS; str() says what is wrong."""


class Unavailable(Exception):
    """SNS could not be asked now; it sends the message again."""


def check(message: Any, *, at: datetime) -> None:
    """Look at the signature of a message; raises Forged or Unavailable."""
    if not isinstance(message, dict) or values.said(message, "Type") not in SIGNED:
        raise Forged(
            _("'Type' is none of SNS; raw message delivery must be switched off.")
        )
    version = HASHES.get(values.said(message, "SignatureVersion"))
    if version is None:
        raise Forged(_("'SignatureVersion' must be 1 or 2."))
    certificate = _certificate(values.said(message, "SigningCertURL"), at)
    key = certificate.public_key()
    try:
        signature = b64decode(values.said(message, "Signature"), validate=True)
        if not isinstance(key, RSAPublicKey):
            raise InvalidSignature
        key.verify(signature, _signed(message), PKCS1v15(), version())
    except (InvalidSignature, ValueError):
        raise Forged(_("'Signature' does not fit the message.")) from None


def confirm(message: Any) -> bool:
    """Confirm a subscription, if the message asks for it; raises as `check` does.

    The message was checked before. This will return whether it asked.
    """
    if values.said(message, "Type") != "SubscriptionConfirmation":
        return False
    _get(values.said(message, "SubscribeURL"), "SubscribeURL")
    return True


def forget() -> None:
    """Forget every certificate."""
    with _knowing:
        _known.clear()


def _signed(message: dict[str, Any]) -> bytes:
    """Write what was signed: names and values, each on a line of its own."""
    names = SIGNED[values.said(message, "Type")]
    found = [(name, message[name]) for name in names if message.get(name) is not None]
    lines = [line for name, value in found for line in (name, str(value))]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _certificate(url: str, at: datetime) -> x509.Certificate:
    with _knowing:
        until, found = _known.get(url, (datetime.min.replace(tzinfo=UTC), None))
    if found is None or until <= at:
        found = _fetched(url)
        with _knowing:
            _known[url] = (at + KEPT, found)
            while len(_known) > MOST_CERTIFICATES:
                _known.popitem(last=False)
    if not found.not_valid_before_utc <= at <= found.not_valid_after_utc:
        raise Forged(_("The certificate at 'SigningCertURL' is not valid now."))
    return found


def _fetched(url: str) -> x509.Certificate:
    content = _get(url, "SigningCertURL")
    try:
        return x509.load_pem_x509_certificate(content)
    except ValueError:
        raise Forged(_("At 'SigningCertURL' there is no certificate.")) from None


def _get(url: str, field: str) -> bytes:
    """Ask SNS for something; raises Forged for any other address, and Unavailable."""
    if not ADDRESS.fullmatch(url):
        raise Forged(
            _("'%(field)s' is no address of SNS at amazonaws.com.") % {"field": field}
        )
    try:
        found = _client().get(url)
    except outgoing.Refused as refusal:
        raise Forged(str(refusal)) from refusal
    except (requests.RequestException, outgoing.TooLong) as error:
        raise Unavailable(_("SNS does not answer.")) from error
    if found.status_code != 200:
        raise Unavailable(_("SNS answers %(code)s.") % {"code": found.status_code})
    return found.content


@cache
def _client() -> requests.Session:
    return outgoing.session()
