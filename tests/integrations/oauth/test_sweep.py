"""What is over is deleted in the end, and nothing that is still needed."""

from datetime import timedelta

from django.utils import timezone

from integrations.models import AccessToken, Grant, RefreshToken
from integrations.oauth.sweep import sweep
from tests.integrations.oauth.flows import call


def test_codes_and_tokens_go_days_after_their_end(alice, scoped):
    scoped.tokens(alice)
    now = timezone.now()

    assert sweep(now + timedelta(hours=23)) == 0
    assert sweep(now + timedelta(days=2)) == 1
    assert not Grant.objects.exists()
    assert sweep(now + timedelta(days=9)) == 1
    assert not AccessToken.objects.exists()
    assert sweep(now + timedelta(days=36)) == 0
    assert sweep(now + timedelta(days=38)) == 1
    assert not RefreshToken.objects.exists()


def test_a_token_can_be_renewed_after_its_access_token_was_swept(alice, classic):
    token = classic.tokens(alice)
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=8))
    sweep(timezone.now())
    assert not AccessToken.objects.exists()

    renewed = classic.renews(token["refresh_token"])

    assert renewed.status_code == 200
    assert call(renewed.json()["access_token"]).status_code == 200


def test_a_used_refresh_token_is_remembered_until_its_own_end(alice, classic):
    old = classic.tokens(alice)["refresh_token"]
    new = classic.renews(old).json()
    sweep(timezone.now() + timedelta(days=200))

    assert classic.renews(old).status_code == 400
    assert call(new["access_token"]).status_code == 401
