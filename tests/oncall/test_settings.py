"""The settings are complete, or the product says what is missing and does not start."""

import os
import subprocess
import sys

import pytest

from oncall.embedded import environment


def load(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own, with some variables changed."""
    merged = {**os.environ, **environment.placeholders(), **changes}
    surroundings = {name: value for name, value in merged.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", "import oncall.settings"],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_complete_settings_load():
    assert load().returncode == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"SECRET_KEY": None, "REDIS_URL": None},
            "Missing in the environment: SECRET_KEY, REDIS_URL",
        ),
        ({"EMAIL_URL": None}, "Missing in the environment: EMAIL_URL"),
        ({"DATABASE_URL": "mysql://a@b/c"}, "DATABASE_URL must begin with postgresql"),
        ({"VAPID_PRIVATE_KEY": "short"}, "manage.py create_vapid_key"),
        ({"VAPID_PRIVATE_KEY": "*" * 43}, "VAPID_PRIVATE_KEY is not a key"),
        ({"OIDC_KEYS": "short"}, "manage.py create_oidc_key"),
        ({"REDIS_URL": "http://localhost"}, "REDIS_URL must begin with redis://"),
        ({"SITE_URL": "oncall.example"}, "SITE_URL must begin with http"),
        (
            {"TWILIO_ACCOUNT_SID": "AC1"},
            "also set TWILIO_AUTH_TOKEN, TWILIO_FROM",
        ),
        (
            {"SLACK_CLIENT_SECRET": "1"},
            "Slack is half configured; also set SLACK_CLIENT_ID, SLACK_SIGNING_SECRET",
        ),
        (
            {"SMS_HTTP_URL": "https://gateway.example/texts"},
            "Missing in the environment: PHONE_HTTP_TOKEN, PHONE_HTTP_SECRET",
        ),
        ({"SMS_PROVIDERS": "twilio,pigeon"}, "No provider of texts and calls: pigeon"),
        ({"EMAIL_PROVIDER": "pigeon"}, "EMAIL_PROVIDER cannot be pigeon"),
        (
            {"EMAIL_PROVIDER": "postmark"},
            "Missing in the environment: EMAIL_WEBHOOK_SECRET",
        ),
        (
            {"EMAIL_PROVIDER": "postmark", "EMAIL_WEBHOOK_SECRET": "secret"},
            "EMAIL_WEBHOOK_SECRET must be name:password",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named(changes, words):
    refused = load(**changes)
    assert refused.returncode != 0
    assert words in refused.stderr


def test_the_embedded_default_needs_no_mail_server():
    assert load(EMAIL_URL=None, EMBEDDED="true").returncode == 0
