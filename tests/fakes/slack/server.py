"""The port of the fake Slack: its methods, its addresses for answers and its pages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes import web
from tests.fakes.slack import blocks as shapes
from tests.fakes.slack import directory, messages, methods, pages, sign_ins, sockets
from tests.fakes.slack.acting import Slack
from tests.fakes.slack.faults import (
    Dies,
    Drips,
    Fault,
    HangsUp,
    Limited,
    Says,
    Silent,
    Status,
)
from tests.fakes.slack.state import Call

# Loaded for the methods in them.
LOADED = (directory, messages, sign_ins)
MOST_USES, USE_SECONDS = 5, 1800


class _Handler(web.Handler):
    slack: Slack

    def do_GET(self) -> None:
        """Show a page, or answer a method that was asked by GET."""
        if self.path.startswith("/api/"):
            self._method({})
        else:
            self._page(pages.shown)

    def do_POST(self) -> None:
        """Answer a method, take an answer, or do what a page's form says."""
        parts = urlsplit(self.path).path.strip("/").split("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts[0] == "api":
            self._method(self._arguments(body))
        elif parts[0] in ("actions", "commands"):
            self._taken(parts[-1], json.loads(body))
        else:
            given = dict(parse_qsl(body.decode(), keep_blank_values=True))
            self._page(lambda slack, path, asked: pages.done(slack, path, asked, given))

    # Methods

    def _arguments(self, body: bytes) -> dict[str, Any]:
        if "json" in self.headers.get("Content-Type", ""):
            found = json.loads(body or b"{}")
            return dict(found) if isinstance(found, dict) else {}
        return dict(parse_qsl(body.decode(), keep_blank_values=True))

    def _method(self, args: dict[str, Any]) -> None:
        address = urlsplit(self.path)
        name = address.path.removeprefix("/api/")
        args |= dict(parse_qsl(address.query))
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            args["_basic"], token = token, ""
        token = token or str(args.pop("token", ""))
        call = Call(name, dict(args), token, self.slack.now())
        self.slack.calls.append(call)
        fault = self.slack.fault_of(name)
        if fault is None or fault.takes:
            self._call(name, token, args, is_silent=fault is not None)
        else:
            self._fail(fault)

    def _call(
        self, name: str, token: str, args: dict[str, Any], *, is_silent: bool
    ) -> None:
        with self.slack.lock:
            try:
                said = methods.called(self.slack, name, token, args)
            except methods.Wrong as error:
                said = error.said
        if is_silent:
            self.hang_up()
            return
        grant = self.slack.grants.get(token)
        scopes = ",".join(sorted(grant.scopes)) if grant else ""
        self.answer(200, said, **{"X-OAuth-Scopes": scopes})

    def _fail(self, fault: Fault) -> None:
        match fault:
            case Says(error, more):
                self.answer(200, {"ok": False, "error": error, **dict(more)})
            case Limited(seconds):
                said = {"ok": False, "error": "ratelimited"}
                self.answer(429, said, **{"Retry-After": str(seconds)})
            case Status(code):
                self.page(code, "<!DOCTYPE html><title>Server Error</title>")
            case Silent():
                self.slack.over.wait()
                self.hang_up()
            case Drips():
                self._drip()
            case HangsUp() | Dies():
                self.hang_up()

    def _drip(self) -> None:
        """Answer a byte at a time, for ever."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            while not self.slack.over.wait(0.05):
                self.wfile.write(b" ")
                self.wfile.flush()
        except OSError:
            pass
        self.hang_up()

    # Addresses for answers

    def _taken(self, name: str, said: dict[str, Any]) -> None:
        """Take an answer to a press or a command: five times, for half an hour."""
        fault = self.slack.fault_of("response_url")
        if fault is not None:
            self._fail(fault)
            return
        use = self.slack.response_urls.get(name)
        if use is None or self.slack.now() - use.at > USE_SECONDS:
            self.answer(404, {"ok": False, "error": "expired_url"})
        elif len(use.uses) >= MOST_USES:
            self.answer(404, {"ok": False, "error": "used_url"})
        elif faults := shapes.faults_of(said.get("blocks") or []):
            said = {"ok": False, "error": "invalid_blocks", "errors": faults}
            self.answer(400, said)
        else:
            use.uses.append(self.slack.now())
            self._answered(use, said)
            self.answer(200, {"ok": True})

    def _answered(self, use: Any, said: dict[str, Any]) -> None:
        slack, old = self.slack, use.message
        slack.responses.append(said)
        is_there = old is not None and old in old.channel.messages
        if said.get("delete_original"):
            if is_there:
                old.channel.messages.remove(old)
            return
        text, shown = said.get("text") or "", said.get("blocks") or []
        if said.get("replace_original") and is_there:
            old.past.append(old.words)
            old.text, old.blocks = text, shapes.numbered(shown, "r")
            return
        only_for = "" if said.get("response_type") == "in_channel" else use.person.id
        team = slack.workspaces[use.person.team_id]
        slack.posted(
            use.channel,
            text,
            team.bot,
            blocks=shapes.numbered(shown, "r"),
            thread_ts=said.get("thread_ts"),
            only_for=only_for,
        )

    # Pages

    def _page(self, make: Any) -> None:
        address = urlsplit(self.path)
        asked = dict(parse_qsl(address.query, keep_blank_values=True))
        status, said = make(self.slack, address.path, asked)
        if status == 302:
            self.send_response(302)
            self.send_header("Location", said)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.page(status, said)

    def page(self, status: int, html: str) -> None:
        """Answer with a page."""
        content = html.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(*, has_socket: bool = False) -> Iterator[Slack]:
    """Run a Slack on a free port; with Socket Mode if a test says so."""
    slack = Slack()
    with web.serving(_Handler, slack=slack) as slack.base:
        try:
            if has_socket:
                with sockets.serving() as slack.socket:
                    yield slack
            else:
                yield slack
        finally:
            slack.over.set()
