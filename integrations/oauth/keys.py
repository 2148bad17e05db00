"""The keys that sign id tokens, and what the world may know of them."""

import functools
from base64 import urlsafe_b64decode

from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings
from jwcrypto.jwk import JWK

ALGORITHM = "RS256"


def is_there() -> bool:
    """Say whether this installation can say who signed in."""
    return bool(settings.OIDC_KEYS)


def signing() -> JWK:
    """Return the key that signs."""
    return _key(settings.OIDC_KEYS[0])


def published() -> list[dict[str, str]]:
    """Return the public halves, by which anybody can check a signature."""
    return [
        {**_key(text).export_public(as_dict=True), "use": "sig", "alg": ALGORITHM}
        for text in settings.OIDC_KEYS
    ]


@functools.lru_cache(maxsize=8)
def _key(text: str) -> JWK:
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    key = JWK.from_pyca(load_der_private_key(raw, password=None))
    # Named, so that a reader finds it among several.
    return JWK(**{**key.export(as_dict=True), "kid": key.thumbprint()})
