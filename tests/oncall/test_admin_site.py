"""The operators' site: who comes in, and how the installation is."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from incidents import engine, pulse
from incidents.models import Notification
from tests.factories import NOON


@pytest.fixture
def site(client, db):
    operator = User.objects.create_superuser("root@example.com", name="Olga Operator")
    client.force_login(operator)
    return client


def health(site) -> dict[str, tuple[str, bool | None]]:
    lines = site.get(reverse("admin:index")).context["health"]
    return {str(line.label): (str(line.value), line.is_good) for line in lines}


def test_the_health_box_is_calm_when_nothing_is_wrong(site):
    pulse.beat(engine.now())

    lines = health(site)

    assert lines["Oldest due work"] == ("nothing is late", True)
    assert lines["Events that wait"] == ("0", None)
    assert lines["Notifications that are due"] == ("0", None)
    assert lines["Failed within the hour: E-mail"] == ("0", True)
    assert lines["Last tick"] == ("0 s ago", True)


def test_the_health_box_says_what_is_late_and_what_failed(site, acme):
    cache.delete(pulse.KEY)
    long_ago = engine.now() - timedelta(minutes=5)
    both = {"account": acme.account, "purpose": "test", "created_at": NOON}
    both |= {"kind": "sms", "planned_for": NOON, "send_at": long_ago}
    Notification.across_accounts.create(status="planned", **both)
    Notification.across_accounts.create(status="failed", failed_at=engine.now(), **both)
    Notification.across_accounts.create(
        status="failed", failed_at=engine.now() - timedelta(hours=2), **both
    )
    acme.integration.events.create(
        account=acme.account, action="trigger", body={}, received_at=long_ago
    )

    lines = health(site)

    assert lines["Oldest due work"] == ("5 min ago", False)
    assert lines["Events that wait"] == ("1", None)
    assert lines["Notifications that are due"] == ("1", None)
    assert lines["Failed within the hour: Text message"] == ("1", False)
    assert lines["Last tick"] == ("never", False)


def test_the_health_box_stands_without_redis(site, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    lines = health(site)

    assert lines["Last tick"] == ("could not be read", False)
    assert lines["Oldest due work"] == ("nothing is late", True)


def test_signing_in_leads_back_to_where_one_wanted_to_go(client, db):
    wanted = reverse("admin:accounts_account_changelist")

    answer = client.get(wanted, follow=True)

    assert answer.redirect_chain[-1][0] == f"{reverse('account_login')}?next={wanted}"


def test_somebody_without_the_right_is_told_so(client, acme):
    client.force_login(acme.alice.user)

    answer = client.get(reverse("admin:index"), follow=True)

    assert answer.status_code == 403
    assert "Only operators" in answer.content.decode()


def test_an_operator_signs_out_by_a_button_only(site):
    site.get(reverse("admin:logout"))
    assert "_auth_user_id" in site.session

    site.post(reverse("admin:logout"))
    assert "_auth_user_id" not in site.session


def test_a_password_is_changed_where_everybody_changes_it(site):
    answer = site.get(reverse("admin:password_change"))

    assert answer["Location"] == reverse("account_change_password")
