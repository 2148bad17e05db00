"""The demo partner: connects over HTTP, then reports a problem and its end."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.parse
from pathlib import Path

import pytest
import requests
from django.db import connection
from django.utils import timezone

from accounts import tenancy
from incidents.models import Event
from integrations.demo import account as demo
from integrations.demo.partner import Keys, Server, Tool
from integrations.models import App
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
VENDOR = "0123456789abcdef0123"
KEY = "0123456789abcdef0123456789abcdef"


def get(url):
    """Fetch; a redirect is an answer like any other."""
    return requests.get(url, allow_redirects=False, timeout=20)


def press(url, **form):
    """Post a form."""
    return requests.post(url, form, allow_redirects=False, timeout=20)


@pytest.fixture
def partner():
    """The tool, listening on a free port; nothing answers at its OnCall."""
    tool = Tool("http://localhost:1", Keys(VENDOR, "an-app-id"))
    server = Server(0, tool)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield tool
    server.shutdown()
    thread.join()
    server.server_close()


def home(tool):
    return tool.address.removesuffix("callback")


def connected(tool, dialect="connect", **answer):
    """Press Connect and come back with an answer; the page that follows."""
    away = press(home(tool) + "connect", token=tool.token, dialect=dialect)
    leads_to = urllib.parse.urlsplit(away.headers["Location"])
    query = urllib.parse.parse_qs(leads_to.query)
    back = query["callback" if dialect == "connect" else "redirect_url"][0]
    taken = get(f"{back}&{urllib.parse.urlencode(answer)}")
    assert (taken.status_code, taken.headers["Location"]) == (303, "/")
    return get(home(tool)).text


class TestTool:
    def test_connect_leads_to_oncall_with_a_state(self, partner):
        away = press(home(partner) + "connect", token=partner.token, dialect="connect")
        assert away.status_code == 303
        assert away.headers["Location"].startswith(
            f"http://localhost:1/connect?vendor={VENDOR}&callback=http%3A%2F%2F"
        )

    def test_a_key_that_comes_back_is_kept(self, partner):
        page = connected(
            partner, account="acme", service_key=KEY, service_name="<b>Shop</b>"
        )
        assert "&lt;b&gt;Shop&lt;/b&gt;" in page
        assert partner.targets[0].key == KEY

    def test_keys_in_a_config_are_kept(self, partner):
        config = {
            "integration_keys": [{"integration_key": KEY, "name": "Shop"}],
            "account": {"subdomain": "acme"},
        }
        page = connected(partner, "install", config=json.dumps(config))
        assert "Trigger problem" in page

    @pytest.mark.parametrize(
        "answer",
        [
            {"error": "cancelled"},
            {},
            {"account": "acme", "service_key": "no key"},
            {"account": "a/b", "service_key": KEY},
            {"config": "no json"},
            {"config": "[]"},
            {"config": '{"account": {}, "integration_keys": 7}'},
        ],
    )
    def test_an_answer_without_a_key_is_told(self, partner, answer):
        page = connected(partner, **answer)
        assert "What happened" in page
        assert partner.targets == []

    def test_an_answer_that_nobody_waits_for_is_not_taken(self, partner):
        get(f"{partner.address}?state=x&account=acme&service_key={KEY}")
        assert partner.targets == []
        connected(partner, account="acme", service_key=KEY)
        assert partner.states == set()

    def test_another_page_cannot_press_our_buttons(self, partner):
        connected(partner, account="acme", service_key=KEY)
        refused = press(home(partner) + "event", verb="trigger", key=KEY)
        assert refused.status_code == 403
        assert len(partner.said) == 1

    def test_an_oncall_that_does_not_answer_is_told(self, partner):
        connected(partner, account="acme", service_key=KEY)
        press(home(partner) + "event", token=partner.token, verb="trigger", key=KEY)
        assert "no answer" in partner.said[0]


@pytest.mark.django_db(transaction=True)
def test_a_problem_and_its_end_arrive_as_events(live_server, partner):
    with tenancy.all_accounts():
        key = demo.make(timezone.now()).integration.key
    partner.oncall = live_server.url
    connected(partner, account="demo", service_key=key, service_name="Checkout")
    for verb in ("trigger", "clear"):
        press(home(partner) + "event", token=partner.token, verb=verb, key=key)
    assert "resolve Checkout: 202" in partner.said[0]
    assert "trigger Checkout: 202" in partner.said[1]
    with tenancy.all_accounts():
        found = Event.across_accounts.order_by("id")
        assert [(e.action, e.dedup_key) for e in found] == [
            ("trigger", "lighthouse-lamp"),
            ("resolve", "lighthouse-lamp"),
        ]


@pytest.mark.django_db(transaction=True)
class TestCommand:
    def test_it_registers_its_port_and_serves(self):
        with tenancy.all_accounts():
            demo.make(timezone.now())
        process = _start()
        line = process.stdout.readline()
        address = line.split()[-1]
        assert "Connect" in get(f"{address}/").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stdout.close()
        with tenancy.all_accounts():
            known = App.objects.get(name=demo.PARTNER).redirect_uris.split()
        assert known == [demo.PARTNER_ADDRESS, f"{address}/callback"]

    def test_another_account_can_have_it_too(self):
        with tenancy.all_accounts():
            acme = factories.account("Acme")
        process = _start("--account", acme.subdomain)
        address = process.stdout.readline().split()[-1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stdout.close()
        with tenancy.all_accounts():
            [app] = App.objects.filter(name=demo.PARTNER)
        assert app.account == acme
        assert f"{address}/callback" in app.redirect_uris.split()

    def test_an_account_that_is_not_there_is_refused(self):
        process = _start("--account", "initech")
        out, _err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "no account with the subdomain initech" in out

    def test_without_a_demo_account_it_says_so(self):
        process = _start()
        out, _err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "load_demo" in out


def _start(*options):
    """Start the command as its own process, on the database of the tests."""
    found = connection.settings_dict
    url = os.environ["DATABASE_URL"]
    path = urllib.parse.urlsplit(url)._replace(path=f"/{found['NAME']}")
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", "demo_partner", "--port", "0", *options],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": path.geturl()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
