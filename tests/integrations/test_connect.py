"""The connect flow: a partner asks, a person chooses, and only then goes a key back."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
import requests
from django.test import Client
from django.utils import timezone

from accounts import tenancy
from accounts.models import User
from incidents.models import Integration, Service
from integrations.demo import account as demo
from integrations.models import Connection
from tests.integrations.connecting import (
    CALLBACK,
    connect_url,
    finish,
    make_app,
    query_of,
)


@pytest.fixture
def app(db):
    """A public partner."""
    return make_app()


class TestConnect:
    def test_a_chosen_service_gets_a_key_that_goes_to_the_partner(
        self, client, acme, app
    ):
        client.force_login(acme.alice.user)
        answer = finish(client, connect_url(app), service=acme.service.public_id)
        address, query = query_of(answer)
        integration = Integration.across_accounts.get(name="ThousandEars")
        assert address == CALLBACK
        assert query == {
            "account": ["acme"],
            "service_key": [integration.key],
            "service_name": ["Checkout"],
        }
        assert integration.service == acme.service
        connection = Connection.across_accounts.get()
        assert connection.integration == integration
        assert connection.connected_by == acme.alice.membership

    def test_a_new_service_is_created_by_name_and_policy(self, client, acme, app):
        client.force_login(acme.alice.user)
        answer = finish(
            client,
            connect_url(app),
            name="Café & Bar",
            policy=acme.policy.public_id,
        )
        _address, query = query_of(answer)
        assert query["service_name"] == ["Café & Bar"]
        service = Service.across_accounts.get(name="Café & Bar")
        assert service.escalation_policy == acme.policy
        assert service.integrations.get().key == query["service_key"][0]

    def test_the_partners_own_parameters_are_kept(self, client, acme, app):
        client.force_login(acme.alice.user)
        url = connect_url(app, f"{CALLBACK}?state=a%2Bb&step=2")
        answer = finish(client, url, service=acme.service.public_id)
        assert answer["Location"].startswith(f"{CALLBACK}?state=a%2Bb&step=2&account=")

    def test_a_link_cannot_bring_answers_of_its_own(self, client, acme, app):
        client.force_login(acme.alice.user)
        stolen = f"{CALLBACK}?service_key=evil&serv%69ce_key=evil&state=1"
        answer = finish(
            client, connect_url(app, stolen), service=acme.service.public_id
        )
        _address, query = query_of(answer)
        assert len(query["service_key"]) == 1
        assert "evil" not in answer["Location"]
        assert query["state"] == ["1"]

    def test_sending_the_form_twice_makes_one_integration(self, client, acme, app):
        client.force_login(acme.alice.user)
        url = connect_url(app)
        token = client.get(url).context["form"].initial["token"]
        form = {"verb": "finish", "token": token, "name": "Shop"}
        form["policy"] = acme.policy.public_id
        first, second = (client.post(url, form) for _ in range(2))
        assert first["Location"] == second["Location"]
        assert Connection.across_accounts.count() == 1

    def test_opening_the_page_makes_nothing(self, client, acme, app):
        client.force_login(acme.alice.user)
        page = client.get(connect_url(app))
        assert page.status_code == 200
        assert "ThousandEars" in page.text
        assert "Finish integration" in page.text
        assert Connection.across_accounts.count() == 0

    def test_cancel_goes_back_with_an_error(self, client, acme, app):
        client.force_login(acme.alice.user)
        page = client.get(connect_url(app, f"{CALLBACK}?state=1"))
        assert page.context["cancel_url"] == f"{CALLBACK}?state=1&error=cancelled"
        assert f'href="{CALLBACK}?state=1&amp;error=cancelled"' in page.text

    def test_a_stranger_signs_in_first_and_comes_back(self, client, app):
        url = connect_url(app)
        page = client.get(url)
        way_back = urlencode({"next": url})
        assert f'href="/accounts/login/?{way_back}"' in page.text
        assert f'href="/accounts/signup/?{way_back}"' in page.text
        assert "Finish integration" not in page.text

    def test_a_stranger_may_not_sign_up_for_an_app_that_they_would_not_find(
        self, client, acme
    ):
        page = client.get(connect_url(make_app(account=acme.account)))
        assert "/accounts/login/?" in page.text
        assert "/accounts/signup/?" not in page.text

    def test_a_user_without_an_account_makes_one_first_and_comes_back(
        self, client, app
    ):
        user = User.objects.create_user("carol@example.com", name="Carol")
        client.force_login(user)
        url = connect_url(app)
        asked = client.get(url)
        assert asked.status_code == 302
        made = client.post(
            asked["Location"], {"account_name": "New", "time_zone": "UTC"}
        )
        assert made["Location"] == url
        assert "Finish integration" in client.get(url).text

    def test_a_stranger_can_finish_nothing(self, client, acme, app):
        answer = client.post(
            connect_url(app),
            {"verb": "finish", "token": "x" * 32, "service": acme.service.public_id},
        )
        assert answer.status_code == 200
        assert Connection.across_accounts.count() == 0

    def test_a_responder_reads_who_may_finish(self, client, acme, app):
        client.force_login(acme.bob.user)
        page = client.get(connect_url(app))
        assert "Finish integration" not in page.text
        assert "Alice" in page.text

    def test_a_responder_may_not_finish(self, client, acme, app):
        client.force_login(acme.bob.user)
        answer = client.post(
            connect_url(app),
            {"verb": "finish", "token": "x" * 32, "service": acme.service.public_id},
        )
        assert answer.status_code == 403
        assert Connection.across_accounts.count() == 0

    @pytest.mark.parametrize(
        "values",
        [
            {},
            {"name": " "},
            {"service": "PNOSUCHSERVICE"},
            {"name": "Both", "service": "mine"},
            {"name": "New", "policy": "PNOSUCHPOLICY"},
            {"name": "Checkout", "policy": "mine"},
            {"service": "mine", "token": ""},
        ],
    )
    def test_an_unclear_choice_is_asked_again(self, client, acme, app, values):
        client.force_login(acme.alice.user)
        mine = {"service": acme.service.public_id, "policy": acme.policy.public_id}
        values = {n: mine[n] if v == "mine" else v for n, v in values.items()}
        answer = finish(client, connect_url(app), **values)
        assert answer.status_code == 422
        assert Connection.across_accounts.count() == 0
        if values.get("name", "").strip():
            assert f'value="{values["name"]}"' in answer.text

    def test_another_accounts_service_and_policy_are_refused(
        self, client, acme, globex, app
    ):
        client.force_login(globex.mallory.user)
        stolen = finish(client, connect_url(app), service=acme.service.public_id)
        assert stolen.status_code == 422
        stolen = finish(
            client, connect_url(app), name="X", policy=acme.policy.public_id
        )
        assert stolen.status_code == 422
        assert Connection.across_accounts.count() == 0

    def test_another_persons_token_gives_no_key(self, client, acme, globex, app):
        client.force_login(acme.alice.user)
        url = connect_url(app)
        token = client.get(url).context["form"].initial["token"]
        mine = {"verb": "finish", "token": token, "service": acme.service.public_id}
        _address, query = query_of(client.post(url, mine))
        client.force_login(globex.mallory.user)
        other = mine | {"service": globex.service.public_id}
        _address, stolen = query_of(client.post(url, other))
        assert stolen["service_key"] != query["service_key"]
        assert stolen["account"] == ["globex"]

    def test_a_form_of_another_site_is_refused(self, acme, app):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(acme.alice.user)
        answer = strict.post(connect_url(app), {"verb": "finish"})
        assert answer.status_code == 403

    def test_one_may_go_on_in_another_account(self, client, acme, globex, app):
        globex.account.memberships.create(user=acme.alice.user, role="owner")
        client.force_login(acme.alice.user)
        url = connect_url(app)
        assert "Use Globex instead" in client.get(url).text
        moved = client.post(url, {"verb": "switch", "account": "globex"})
        assert moved["Location"] == url
        _address, query = query_of(
            finish(client, url, service=globex.service.public_id)
        )
        assert query["account"] == ["globex"]

    def test_one_may_not_go_on_in_somebody_elses_account(
        self, client, acme, globex, app
    ):
        client.force_login(acme.alice.user)
        answer = client.post(connect_url(app), {"verb": "switch", "account": "globex"})
        assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_make_one_integration(live_server, client):
    with tenancy.all_accounts():
        demo.make(timezone.now())
        app, user = make_app(), User.objects.get(email=demo.OWNER.email)
        [policy] = user.memberships.get().account.escalation_policies.all()[:1]
    client.force_login(user)
    url = connect_url(app)
    token = client.get(url).context["form"].initial["token"]
    form = {"verb": "finish", "token": token, "name": "Shop"}
    form |= {"policy": policy.public_id}
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    form["csrfmiddlewaretoken"] = cookies["csrftoken"]

    def submit(_number):
        answer = requests.post(
            live_server.url + url,
            form,
            cookies=cookies,
            allow_redirects=False,
            timeout=30,
        )
        return answer.headers.get("Location", answer.text)

    with ThreadPoolExecutor(4) as several:
        answers = set(several.map(submit, range(4)))
    assert len(answers) == 1
    assert answers.pop().startswith(CALLBACK)
    with tenancy.all_accounts():
        assert Connection.across_accounts.count() == 1
