"""What lets OnCall be installed as an app, and its keys."""

from io import StringIO

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command

from integrations.push import browsers, keys
from tests.fakes.push import decoded
from tests.integrations.subscribers import ANDROID

pytestmark = pytest.mark.django_db


class TestTheInstalledApp:
    def test_the_manifest_makes_it_installable(self, client):
        answer = client.get("/manifest.webmanifest")
        found = answer.json()

        assert answer["Content-Type"] == "application/manifest+json"
        assert (found["name"], found["display"]) == ("OnCall", "standalone")
        assert found["start_url"].startswith(found["scope"])
        icons = {(icon["sizes"], icon["purpose"]) for icon in found["icons"]}
        assert {("192x192", "any"), ("512x512", "any")} <= icons
        assert ("512x512", "maskable") in icons

    def test_the_worker_serves_every_page_and_is_always_fresh(self, client):
        answer = client.get("/sw.js")

        assert answer["Content-Type"].startswith("text/javascript")
        assert answer["Cache-Control"] == "no-cache"
        assert "showNotification" in answer.content.decode()

    def test_pages_name_the_manifest(self, client):
        page = client.get("/accounts/login/").content.decode()
        assert '<link rel="manifest" href="/manifest.webmanifest">' in page


@pytest.mark.parametrize(
    ("user_agent", "name", "device"),
    [
        (ANDROID, "Chrome on Android", "android"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
            None,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1"
            " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
            "ios",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like"
            " Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
            None,
        ),
        ("", "Browser", None),
    ],
)
def test_browsers_have_names_as_people_call_them(user_agent, name, device):
    assert browsers.name(user_agent) == name
    assert browsers.device_type(name) == device


def test_a_key_can_be_made_for_other_installations(settings):
    out = StringIO()
    call_command("create_vapid_key", stdout=out)
    settings.VAPID_PRIVATE_KEY = out.getvalue().strip().splitlines()[-1]

    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(keys.public()))
