"""`python -m oncall.embedded.oidc_key`: prints a fresh key that signs who signed in.

A process of its own, because what runs before the libraries cannot import them.
"""

import sys
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def main() -> None:
    """Print the key: 2,048 bits of RSA, as PKCS #8 in base64."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    raw = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    sys.stdout.write(urlsafe_b64encode(raw).decode().rstrip("="))


if __name__ == "__main__":
    main()
