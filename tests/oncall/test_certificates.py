"""The certificate of `up --tls`."""

import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509

from oncall import certificates

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES = ["localhost", "127.0.0.1", "[::1]"]


@pytest.fixture
def folder(tmp_path):
    certificates.ensure(tmp_path, NAMES, NOON)
    return tmp_path


def read(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_the_authority_signed_a_certificate_for_this_machine(folder):
    leaf, authority = read(folder / "localhost.pem"), read(folder / "ca.pem")
    found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    leaf.verify_directly_issued_by(authority)
    assert found.get_values_for_type(x509.DNSName) == ["localhost"]
    assert found.get_values_for_type(x509.IPAddress) == [
        ip_address("127.0.0.1"),
        ip_address("::1"),
    ]


def test_the_key_is_the_owners_only_and_the_authoritys_key_is_nowhere(folder):
    assert stat.S_IMODE((folder / "localhost.key").stat().st_mode) == 0o600
    assert {path.name for path in folder.iterdir()} == {
        "ca.pem",
        "localhost.pem",
        "localhost.key",
    }


def test_a_certificate_that_is_good_stays_so_nobody_must_trust_it_again(folder):
    before = read(folder / "ca.pem")

    certificates.ensure(folder, ["localhost"], NOON + timedelta(days=700))

    assert read(folder / "ca.pem") == before


@pytest.mark.parametrize(
    ("names", "days"), [(NAMES, 800), ([*NAMES, "oncall.example.com"], 0)]
)
def test_one_that_ends_soon_or_lacks_a_name_is_replaced(folder, names, days):
    before = read(folder / "localhost.pem")

    certificates.ensure(folder, names, NOON + timedelta(days=days))

    assert read(folder / "localhost.pem") != before


def test_one_that_is_damaged_is_replaced(folder):
    (folder / "localhost.pem").write_text("not a certificate")

    certificates.ensure(folder, NAMES, NOON)

    assert read(folder / "localhost.pem").not_valid_before_utc < NOON
