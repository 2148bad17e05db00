"""The connect flow for several services at once, chosen among few or very many."""

import json

import pytest

from incidents.models import Service
from integrations.models import Connection
from tests import factories
from tests.integrations.connecting import (
    CALLBACK,
    finish,
    install_url,
    make_app,
    query_of,
    token_of,
)


@pytest.fixture
def app(db):
    """A public partner."""
    return make_app()


class TestSeveral:
    def test_each_chosen_service_gets_a_key_of_its_own(self, client, acme, app):
        other = factories.service(acme.account, acme.policy, "Search")
        client.force_login(acme.alice.user)
        answer = finish(
            client,
            install_url(app, f"{CALLBACK}?state=7&account=12"),
            services=[acme.service.public_id, other.public_id],
            name="Shop",
            policy=acme.policy.public_id,
        )
        address, query = query_of(answer)
        assert address == CALLBACK
        assert query["state"] == ["7"]
        assert query["account"] == ["12"]
        config = json.loads(query["config"][0])
        assert config["account"] == {
            "subdomain": "acme",
            "name": "Acme",
            "Name": "Acme",
        }
        keys = config["integration_keys"]
        assert [key["name"] for key in keys] == ["Checkout", "Search", "Shop"]
        for key in keys:
            assert key["type"] == "service"
            service = Service.across_accounts.get(public_id=key["id"])
            assert service.integrations.filter(key=key["integration_key"]).exists()

    @pytest.mark.parametrize("name", ["redirect_url", "redirect_uri"])
    @pytest.mark.parametrize("by", ["client_id", "public_id"])
    def test_both_names_of_the_address_and_of_the_app_work(
        self, client, acme, app, name, by
    ):
        client.force_login(acme.alice.user)
        url = install_url(app, name=name, app_id=getattr(app, by))
        answer = finish(client, url, services=[acme.service.public_id])
        assert query_of(answer)[0] == CALLBACK

    def test_nothing_chosen_is_asked_again(self, client, acme, app):
        client.force_login(acme.alice.user)
        assert finish(client, install_url(app)).status_code == 422

    def test_cancel_goes_back_with_an_error(self, client, acme, app):
        client.force_login(acme.alice.user)
        page = client.get(install_url(app))
        assert page.context["cancel_url"] == f"{CALLBACK}?error=cancelled"

    def test_several_new_services_are_created_by_their_names(self, client, acme, app):
        client.force_login(acme.alice.user)
        answer = finish(
            client,
            install_url(app),
            name="Shop\r\n\r\n Search \r\nShop",
            policy=acme.policy.public_id,
        )
        _address, query = query_of(answer)
        keys = json.loads(query["config"][0])["integration_keys"]
        assert [key["name"] for key in keys] == ["Shop", "Search"]
        assert Service.across_accounts.filter(name__in=["Shop", "Search"]).count() == 2

    def test_a_name_that_is_taken_is_told_and_nothing_is_made(self, client, acme, app):
        client.force_login(acme.alice.user)
        answer = finish(
            client,
            install_url(app),
            services=[acme.service.public_id],
            name="Shop\nCheckout",
            policy=acme.policy.public_id,
        )
        assert answer.status_code == 422
        assert "Checkout: Another service has this name." in answer.text
        assert not Service.across_accounts.filter(name="Shop").exists()
        assert Connection.across_accounts.count() == 0

    def test_a_name_may_not_be_too_long(self, client, acme, app):
        client.force_login(acme.alice.user)
        answer = finish(
            client, install_url(app), name="x" * 256, policy=acme.policy.public_id
        )
        assert answer.status_code == 422
        assert "at most 255 characters" in answer.text

    def test_more_than_fits_into_an_address_is_refused(self, client, acme, app):
        names = "\n".join(f"{number}{'ж' * 250}" for number in range(8))
        client.force_login(acme.alice.user)
        answer = finish(
            client, install_url(app), name=names, policy=acme.policy.public_id
        )
        assert answer.status_code == 422
        assert "too many long names" in answer.text
        assert Connection.across_accounts.count() == 0
        assert Service.across_accounts.count() == 1

    def test_more_than_twenty_services_are_too_many(self, client, acme, app):
        client.force_login(acme.alice.user)
        names = "\n".join(f"Service {number}" for number in range(21))
        answer = finish(
            client, install_url(app), name=names, policy=acme.policy.public_id
        )
        assert answer.status_code == 422
        assert "at most 20 services" in answer.text

    @pytest.mark.parametrize("version", ["1", "2", "3", ""])
    def test_each_version_gets_the_same_answer(self, client, acme, app, version):
        client.force_login(acme.alice.user)
        url = install_url(app, version=version)
        answer = finish(client, url, services=[acme.service.public_id])
        assert json.loads(query_of(answer)[1]["config"][0])["integration_keys"]

    def test_who_comes_back_is_told_what_is_connected_already(self, client, acme, app):
        client.force_login(acme.alice.user)
        url = install_url(app)
        assert "connected already" not in client.get(url).text
        finish(client, url, services=[acme.service.public_id])
        page = client.get(url).text
        assert "Checkout (connected already)" in page
        assert "You have just connected ThousandEars" in page

    def test_what_somebody_else_connected_is_not_what_i_just_did(
        self, client, acme, app
    ):
        client.force_login(acme.alice.user)
        finish(client, install_url(app), services=[acme.service.public_id])
        carol = factories.person(acme.account, "Carol", "manager")
        client.force_login(carol.user)
        page = client.get(install_url(app)).text
        assert "Checkout (connected already)" in page
        assert "You have just connected" not in page


class TestThousandServices:
    @pytest.fixture
    def services(self, acme):
        return Service.across_accounts.bulk_create(
            Service(
                account=acme.account,
                escalation_policy=acme.policy,
                name=f"Shop {number:04}",
            )
            for number in range(1000)
        )

    def test_the_page_shows_the_first_ones_and_a_search(
        self, client, acme, app, services
    ):
        client.force_login(acme.alice.user)
        page = client.get(install_url(app))
        assert "There are 1001 services." in page.text
        assert page.text.count('type="checkbox"') == 50
        assert "Shop 0700" not in page.text
        assert len(page.content) < 60_000

    def test_a_search_keeps_what_was_chosen_and_typed(
        self, client, acme, app, services
    ):
        client.force_login(acme.alice.user)
        url = install_url(app)
        chosen, wanted = services[3], services[700]
        token = token_of(client, url)
        typed = {"services": [chosen.public_id], "name": "New one", "token": token}
        page = client.post(url, {"verb": "search", "q": "0700", **typed})
        assert page.status_code == 200
        assert "Shop 0700" in page.text
        assert "Shop 0701" not in page.text
        assert f'value="{chosen.public_id}"' in page.text
        assert page.text.count(" checked") == 1
        assert "New one" in page.text
        assert f'value="{token}"' in page.text
        assert Connection.across_accounts.count() == 0

        both = [chosen.public_id, wanted.public_id]
        form = {"verb": "finish", "token": token, "services": both}
        query_of(client.post(url, form))
        assert Connection.across_accounts.count() == 2

    def test_a_search_that_finds_nothing_says_so(self, client, acme, app, services):
        client.force_login(acme.alice.user)
        page = client.post(install_url(app), {"verb": "search", "q": "zz"})
        assert page.text.count('type="checkbox"') == 0
        assert "No service has these words in its name." in page.text
