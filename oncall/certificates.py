"""The certificate of `up --tls`, and the authority that signed it and nothing else."""

import ipaddress
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Browsers refuse more for certificates that a person has installed.
VALID = timedelta(days=820)
RENEW = timedelta(days=30)


def ensure(folder: Path, names: list[str], at: datetime) -> None:
    """Keep ca.pem, localhost.pem and localhost.key; this will renew them in time."""
    if not _is_good(folder, names, at):
        _issue(folder, names, at)


def _is_good(folder: Path, names: list[str], at: datetime) -> bool:
    if not all((folder / name).exists() for name in ("ca.pem", "localhost.key")):
        return False
    try:
        found = x509.load_pem_x509_certificate((folder / "localhost.pem").read_bytes())
    except (OSError, ValueError):
        return False
    named = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    if set(_alternatives(names)) - set(named.value):
        return False
    return found.not_valid_after_utc > at + RENEW


def _issue(folder: Path, names: list[str], at: datetime) -> None:
    """Sign with an authority whose key is forgotten: nobody can sign more with it."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _authority(authority_key, at)
    leaf = (
        _builder("OnCall on this machine", authority.subject, key, at)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(_signed_by(authority_key), False)
        .sign(authority_key, hashes.SHA256())
    )
    _write(folder / "localhost.key", _pem(key))
    _write(folder / "localhost.pem", leaf.public_bytes(serialization.Encoding.PEM))
    _write(folder / "ca.pem", authority.public_bytes(serialization.Encoding.PEM))


def _authority(key: EllipticCurvePrivateKey, at: datetime) -> x509.Certificate:
    name = f"OnCall, made on this machine {at:%Y-%m-%d %H:%M}"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        _builder(name, subject, key, at)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(_may_sign_certificates(), True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
        )
        .sign(key, hashes.SHA256())
    )


def _builder(
    name: str, issuer: x509.Name, key: EllipticCurvePrivateKey, at: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # The clocks of the machines that read it may be behind ours.
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + VALID)
    )


def _may_sign_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _signed_by(key: EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _alternatives(names: list[str]) -> list[x509.GeneralName]:
    return [_alternative(name.strip("[]")) for name in names]


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    draft.rename(path)


if __name__ == "__main__":
    # A process of its own, so that the supervisor stays small.
    ensure(Path(sys.argv[1]), sys.argv[2:], datetime.now(UTC))
