"""Secrets of apps: shown once, two at a time, known by their digest, revoked."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor, NotPermitted
from integrations import app_secrets
from integrations.models import App, AppSecret
from tests.factories import NOON

SOON = NOON + timedelta(minutes=5)


@pytest.fixture
def app(acme):
    """A confidential app of Acme."""
    return acme.account.apps.create(
        name="House monitor",
        kind=App.Kind.CLASSIC,
        client_type=App.CLIENT_CONFIDENTIAL,
        authorization_grant_type=App.GRANT_AUTHORIZATION_CODE,
    )


@pytest.fixture
def alice(acme):
    return Actor("web", acme.alice.membership)


class TestVerbs:
    def test_a_secret_matches_its_own_app_alone(self, acme, app, alice):
        row, secret = app_secrets.add(app, actor=alice, at=NOON)
        other = App.objects.create(name="Other", client_type="confidential")
        assert app_secrets.matches(app, secret, at=SOON)
        assert not app_secrets.matches(other, secret, at=SOON)
        assert not app_secrets.matches(app, secret[:-1], at=SOON)
        assert not app_secrets.matches(app, "", at=SOON)
        row.refresh_from_db()
        assert row.last_used_at == SOON

    def test_nothing_of_it_is_kept_but_its_beginning(self, app, alice):
        row, secret = app_secrets.add(app, actor=alice, at=NOON)
        kept = AppSecret.across_accounts.values().get()
        assert secret not in map(str, kept.values())
        assert secret.startswith(row.prefix)
        assert len(secret) == 40

    def test_the_last_use_is_noted_once_a_minute(self, app, alice):
        row, secret = app_secrets.add(app, actor=alice, at=NOON)
        for seconds, noted in ((0, 0), (59, 0), (60, 60)):
            at = NOON + timedelta(seconds=seconds)
            assert app_secrets.matches(app, secret, at=at)
            row.refresh_from_db()
            assert row.last_used_at == NOON + timedelta(seconds=noted)

    def test_two_work_at_a_time_and_a_third_is_refused(self, acme, app, alice):
        first, old = app_secrets.add(app, actor=alice, at=NOON)
        _second, new = app_secrets.add(app, actor=alice, at=NOON)
        with pytest.raises(app_secrets.Refused, match="two valid secrets"):
            app_secrets.add(app, actor=alice, at=NOON)
        assert all(app_secrets.matches(app, each, at=NOON) for each in (old, new))

        app_secrets.revoke(first, actor=alice, at=SOON)
        app_secrets.revoke(first, actor=alice, at=SOON)
        assert not app_secrets.matches(app, old, at=SOON)
        assert app_secrets.matches(app, new, at=SOON)
        app_secrets.add(app, actor=alice, at=SOON)
        actions = acme.account.audit_entries.values_list("action", flat=True)
        assert list(actions) == [
            "added app secret",
            "revoked app secret",
            "added app secret",
            "added app secret",
        ]

    def test_an_app_that_cannot_keep_one_gets_none(self, app, alice):
        app.client_type = App.CLIENT_PUBLIC
        app.save()
        with pytest.raises(app_secrets.Refused, match="cannot keep a secret"):
            app_secrets.add(app, actor=alice, at=NOON)

    def test_a_responder_may_neither_make_nor_end_one(self, acme, app, alice):
        bob = Actor("web", acme.bob.membership)
        row, _secret = app_secrets.add(app, actor=alice, at=NOON)
        with pytest.raises(NotPermitted):
            app_secrets.add(app, actor=bob, at=NOON)
        with pytest.raises(NotPermitted):
            app_secrets.revoke(row, actor=bob, at=NOON)


class TestPage:
    def test_a_secret_is_shown_once(self, client, acme, app):
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/"
        made = client.post(f"{url}secrets/")
        secret = made.context["secret"]
        assert made.status_code == 200
        assert secret in made.text
        assert "no-store" in made["Cache-Control"]
        page = client.get(url).text
        assert secret not in page
        assert secret[:6] in page
        assert app_secrets.matches(app, secret, at=NOON)

    def test_a_third_is_refused_in_words(self, client, acme, app):
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/"
        for _count in range(2):
            client.post(f"{url}secrets/")
        page = client.get(url).text
        assert f'{url}secrets/"' not in page
        refused = client.post(f"{url}secrets/", follow=True)
        assert "The app has two valid secrets." in refused.text
        assert AppSecret.across_accounts.count() == 2

    def test_a_revoked_one_works_no_more(self, client, acme, app, alice):
        row, secret = app_secrets.add(app, actor=alice, at=NOON)
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/secrets/{row.public_id}/revoke/"
        page = client.post(url, follow=True)
        assert "does not work any more" in page.text
        assert not app_secrets.matches(app, secret, at=NOON)

    def test_a_responder_is_refused(self, client, acme, app, alice):
        row, secret = app_secrets.add(app, actor=alice, at=NOON)
        client.force_login(acme.bob.user)
        url = f"/settings/apps/{app.public_id}/secrets/"
        assert client.post(url).status_code == 403
        assert client.post(f"{url}{row.public_id}/revoke/").status_code == 403
        assert app_secrets.matches(app, secret, at=NOON)

    def test_another_apps_secret_is_not_there(self, client, acme, app, alice):
        other = acme.account.apps.create(name="Other", client_type="confidential")
        row, _secret = app_secrets.add(other, actor=alice, at=NOON)
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/secrets/{row.public_id}/revoke/"
        assert client.post(url).status_code == 404
