"""`manage.py up` as a newcomer meets it: real processes on a real folder."""

import signal

import psutil
import pytest

from tests.scenarios.instance import PATIENCE, manage, new_folder, up


@pytest.fixture(scope="module")
def folder():
    with new_folder() as data:
        yield data


@pytest.fixture(scope="module")
def running(folder):
    with up(folder) as instance:
        yield instance


def test_it_answers_and_says_where(running):
    status, body = running.answer("/readyz")

    assert status == 200, body
    assert f"http://localhost:{running.port}\n" in running.said
    assert f"http://localhost:{running.port}/outbox" in running.said


def test_the_folder_is_its_owners_only(running):
    readable = [
        path
        for path in (running.folder, *running.folder.iterdir())
        if path.stat().st_mode & 0o007
    ]

    assert readable == []


def test_only_migrate_knows_the_owner_of_the_tables(running):
    found = [part.info["environ"] or {} for part in psutil.process_iter(["environ"])]
    parts = [part for part in found if part.get("DATA_DIR") == str(running.folder)]

    # The web server and its process, the worker, and the clock.
    assert len(parts) == 4
    assert [part for part in parts if "DATABASE_OWNER_URL" in part] == []


def test_another_command_finds_it_by_its_folder(running):
    done = manage("showmigrations", "accounts", *running.data)

    assert "[X] 0001_" in done.stdout, done.stderr


def test_the_same_folder_twice_is_refused_in_words(running):
    refused = manage("up", *running.data, "--port", str(running.port + 1))

    assert refused.returncode == 1
    assert f"already running on {running.folder}" in refused.stderr
    assert f"pid {running.process.pid}" in refused.stderr
    assert running.answer("/healthz")[0] == 200


def test_the_same_port_twice_is_refused_in_words(running, tmp_path):
    refused = manage("up", "--data", str(tmp_path), "--port", str(running.port))

    assert refused.returncode == 1
    assert f"Another program has port {running.port}" in refused.stderr


def test_a_second_one_runs_beside_it_and_leaves_no_orphans_when_killed(running):
    beside = running.folder.with_name("beside")
    with up(beside, "--tls", "--workers", "2") as second:
        assert second.answer("/healthz", beside / "tls/ca.pem")[0] == 200
        second.end(signal.SIGKILL)

        assert len(second.parts) > 8
        assert second.orphans() == []
    assert running.answer("/healthz")[0] == 200


def test_the_death_of_a_part_ends_the_whole_with_its_last_words(running):
    beside = running.folder.with_name("beside")
    # The second start on a folder that a kill -9 has left as it was.
    with up(beside) as again:
        [worker] = [part for part in again.parts if "worker" in part.cmdline()]
        worker.kill()
        again.process.wait(PATIENCE)

        assert again.end(signal.SIGTERM) == 1
        assert "The worker was killed by signal 9" in again.said
        assert again.orphans() == []


def test_a_term_stops_everything_cleanly(running):
    assert running.end(signal.SIGTERM) == 0
    assert "Everything is stopped." in running.said
    assert running.orphans() == []
    assert not (running.folder / "instance.json").exists()
