"""The baseline's own database, in the instance's server, and its web server."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from oncall.embedded import parts
from tests.bench.instance import Instance, beside, free_port
from tests.bench.load import Client

OWNER = "oncall_owner"
DATABASE = "bench"
TABLES = """
CREATE TABLE alert (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tool text NOT NULL,
    dedup_key text NOT NULL,
    is_open boolean NOT NULL DEFAULT true,
    events integer NOT NULL DEFAULT 1,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_event_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX alert_open_once ON alert (tool, dedup_key) WHERE is_open;
CREATE TABLE log_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL,
    body jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX log_entry_of_alert ON log_entry (alert_id);
CREATE TABLE timer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL,
    due_at timestamptz NOT NULL
);
CREATE INDEX timer_due ON timer (due_at);
CREATE FUNCTION take_event(the_tool text, the_key text, the_body jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE found bigint; is_fresh boolean;
BEGIN
    INSERT INTO alert (tool, dedup_key, body) VALUES (the_tool, the_key, the_body)
    ON CONFLICT (tool, dedup_key) WHERE is_open
    DO UPDATE SET events = alert.events + 1, last_event_at = now()
    RETURNING id, xmax = 0 INTO found, is_fresh;
    INSERT INTO log_entry (alert_id, body) VALUES (found, the_body);
    IF is_fresh THEN
        INSERT INTO timer (alert_id, due_at) VALUES (found, now() + interval '5 min');
    END IF;
    RETURN found;
END $$;
"""


@contextmanager
def baseline(instance: Instance) -> Iterator[int]:
    """Run the baseline beside the instance; this will name its port, and end it."""
    with instance.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}".encode())
    with instance.connect(DATABASE) as connection:
        connection.execute(f"SET ROLE {OWNER}".encode())
        connection.execute(TABLES.encode())
    port = free_port()
    address = f"postgresql://{OWNER}@/{DATABASE}?host={instance.sockets}"
    log = instance.folder / "logs" / "baseline.log"
    child = beside("The baseline", _command(port), log, BASELINE_DATABASE=address)
    try:
        yield port
    finally:
        child.stop(patience=15)


async def wait_until_it_answers(port: int, seconds: float = 20) -> None:
    """Return once the server takes a request; raises the last refusal."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            client = await Client.connect(port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
            continue
        await client.post("/hello", b"")
        client.close()
        return


def _command(port: int) -> list[str]:
    """The options of `oncall.embedded.parts.web`, with another application."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", parts.THREADS),
        *("--workers-kill-timeout", parts.STOP_WORKERS),
        "tests.bench.baseline:application",
    ]
