"""The key by which push services know our pushes (VAPID)."""

import functools

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode


def is_there() -> bool:
    """Say whether this installation can push at all."""
    return bool(settings.VAPID_PRIVATE_KEY)


def vapid() -> Vapid02:
    """Return what signs our pushes."""
    return _vapid(settings.VAPID_PRIVATE_KEY)


def public() -> str:
    """Return what browsers ask for when they subscribe; nothing without a key."""
    if not is_there():
        return ""
    key = vapid().public_key
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return str(b64urlencode(point))


@functools.lru_cache(maxsize=4)
def _vapid(private: str) -> Vapid02:
    return Vapid02.from_string(private)
