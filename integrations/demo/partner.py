"""A tiny monitoring tool that connects to OnCall as strangers do: over HTTP alone."""

import json
import re
import secrets
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from django.template.loader import render_to_string

KEY = re.compile(r"[0-9a-f]{32}")
SUBDOMAIN = re.compile(r"[A-Za-z0-9_-]{1,63}")
LARGEST_FORM: Final = 10_000
PATIENCE_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Keys:
    """By which the two dialects of the connect flow know this tool."""

    vendor_key: str
    app_id: str


@dataclass(frozen=True, slots=True)
class Target:
    """A service that gave us its key."""

    name: str
    key: str
    account: str

    @property
    def masked_key(self) -> str:
        return f"{self.key[:4]}…{self.key[-4:]}"


@dataclass
class Tool:
    """What the monitoring tool knows; it is gone when its process ends."""

    oncall: str
    keys: Keys
    address: str = ""
    trust: ssl.SSLContext | None = None
    targets: list[Target] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    # Handed out with a link, and taken back once.
    states: set[str] = field(default_factory=set)
    # In each of our forms, so that no other page can press our buttons.
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def link(self, dialect: str) -> str:
        """Return where the button leads; this will expect one answer to it."""
        state = secrets.token_hex(16)
        self.states.add(state)
        back = f"{self.address}?{urlencode({'state': state})}"
        if dialect == "install":
            query = {"app_id": self.keys.app_id, "redirect_url": back, "version": "2"}
            return f"{self.oncall}/install/integration?{urlencode(query)}"
        query = {"vendor": self.keys.vendor_key, "callback": back}
        return f"{self.oncall}/connect?{urlencode(query)}"

    def take(self, answer: dict[str, str]) -> None:
        """Keep the keys of an answer that we wait for, or say what is wrong with it."""
        if answer.get("state") not in self.states:
            self.say("An answer came that nobody waits for. Press Connect again.")
            return
        self.states.discard(answer["state"])
        if error := answer.get("error"):
            self.say(f"Not connected: {error[:100]}.")
            return
        found = _targets(answer)
        self.targets.extend(found)
        for target in found:
            self.say(f"Connected to {target.name} of {target.account}.")
        if not found:
            self.say("The answer has no key in it.")

    def send(self, action: str, target: Target) -> None:
        """Send an event about the one problem that the service may have."""
        event: dict[str, Any] = {
            "routing_key": target.key,
            "event_action": action,
            "dedup_key": "lighthouse-lamp",
            "client": "Lighthouse",
            "client_url": self.address.removesuffix("callback"),
        }
        if action == "trigger":
            event["payload"] = {
                "summary": f"The lamp of {target.name} is out",
                "source": "lighthouse",
                "severity": "critical",
                "custom_details": {"lumen": 0, "expected": 4000},
            }
        self.say(f"{action} {target.name}: {self._post(event)}")

    def say(self, words: str) -> None:
        """Show the words on the page, the latest first."""
        self.said.insert(0, words)
        del self.said[20:]

    def _post(self, event: dict[str, Any]) -> str:
        request = urllib.request.Request(  # noqa: S310 the address is the operator's
            f"{self.oncall}/v2/enqueue",
            json.dumps(event).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(  # noqa: S310
                request, timeout=PATIENCE_SECONDS, context=self.trust
            ) as answer:
                return f"{answer.status} {answer.read(2000).decode()}"
        except urllib.error.HTTPError as refusal:
            with refusal:
                return f"{refusal.code} {refusal.read(2000).decode()}"
        except OSError as error:
            return f"no answer ({error})"


class Door(BaseHTTPRequestHandler):
    """Answers the browser."""

    server: "Server"

    def do_GET(self) -> None:
        """Show the page, or take the answer of the connect flow."""
        found = urlsplit(self.path)
        if found.path == "/callback":
            self.server.tool.take(_last(found.query))
            self._to_the_page()
        elif found.path == "/":
            self._page()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """Press one of our buttons."""
        form = self._form()
        if form.get("token") != self.server.tool.token:
            self.send_error(HTTPStatus.FORBIDDEN)
        elif self.path == "/connect":
            self._redirect(self.server.tool.link(form.get("dialect", "")))
        elif self.path == "/event":
            self._send(form)
            self._to_the_page()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: addresses have keys in them."""

    def _send(self, form: dict[str, str]) -> None:
        action = {"trigger": "trigger", "clear": "resolve"}.get(form.get("verb", ""))
        key = form.get("key", "")
        for target in self.server.tool.targets:
            if action and target.key == key:
                self.server.tool.send(action, target)
                return

    def _form(self) -> dict[str, str]:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_FORM:
            return {}
        return _last(self.rfile.read(int(length)).decode(errors="replace"))

    def _page(self) -> None:
        tool = self.server.tool
        html = render_to_string("integrations/demo_partner.html", {"tool": tool})
        body = html.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Frame-Options", "DENY")
        self.end_headers()
        self.wfile.write(body)

    def _to_the_page(self) -> None:
        self._redirect("/")

    def _redirect(self, address: str) -> None:
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(ThreadingHTTPServer):
    """Listens on this machine only."""

    daemon_threads = True

    def __init__(self, port: int, tool: Tool) -> None:
        super().__init__(("127.0.0.1", port), Door)
        self.tool = tool
        tool.address = f"http://localhost:{self.server_port}/callback"


def _targets(answer: dict[str, str]) -> list[Target]:
    """Read the keys in either dialect; what does not look like one is left out."""
    if "config" not in answer:
        name = answer.get("service_name", "")
        key, account = answer.get("service_key", ""), answer.get("account", "")
        found = [Target(name, key, account)]
    else:
        found = _of_config(answer["config"])
    return [
        target
        for target in found
        if KEY.fullmatch(target.key) and SUBDOMAIN.fullmatch(target.account)
    ]


def _of_config(text: str) -> list[Target]:
    try:
        config = json.loads(text)
        account = config["account"]["subdomain"]
        return [
            Target(key["name"], key["integration_key"], account)
            for key in config["integration_keys"]
        ]
    except (ValueError, KeyError, TypeError):
        return []


def _last(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query).items()}
