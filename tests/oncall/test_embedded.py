"""The database and the broker that `up` brings along, and the folder they live in."""

import json
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis

from oncall.embedded import environment, folders, postgres, services
from oncall.embedded.processes import Failed

ROOT = Path(__file__).resolve().parents[2]


def never():
    """Nobody presses Ctrl-C in these tests."""


def fresh_folder():
    # Not in pytest's own folder: it is closed to the database's user when we are root.
    with tempfile.TemporaryDirectory(prefix="oncall-test-") as folder:
        yield folders.prepare(Path(folder))


folder = pytest.fixture(fresh_folder, scope="module")
another_folder = pytest.fixture(fresh_folder)


@pytest.fixture(scope="module")
def database(folder):
    with services.database(folder, stop=never) as (_, found):
        yield found


@pytest.fixture(scope="module")
def broker(folder):
    with (
        services.broker(folder, stop=never) as (_, found),
        closing(redis.from_url(found["REDIS_URL"], decode_responses=True)) as client,
    ):
        yield client


def ask(url, query):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchone()


@pytest.mark.parametrize(
    ("address", "role", "may_create"),
    [
        ("DATABASE_URL", "oncall_app", False),
        ("DATABASE_OWNER_URL", "oncall_owner", True),
    ],
)
def test_only_the_owner_may_create_and_neither_role_is_a_superuser(
    database, address, role, may_create
):
    found = ask(
        database[address],
        "SELECT rolname, has_schema_privilege('public', 'CREATE'), rolsuper,"
        " rolbypassrls, rolcreaterole, rolcreatedb"
        " FROM pg_roles WHERE rolname = current_user",
    )

    assert found == (role, may_create, False, False, False, False)


def test_a_throw_away_database_may_have_others_and_leaves_nothing(
    tmp_path, monkeypatch
):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")

    with services.throw_away(tmp_path) as found:
        url = found["DATABASE_OWNER_URL"]
        query = "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user"
        assert ask(url, query) == (True,)
        assert "REDIS_URL" not in found
    sockets = Path(url.partition("host=")[2])
    assert not sockets.parent.exists()


def test_a_commit_survives_a_power_cut_and_nothing_listens_on_the_network(database):
    found = ask(
        database["DATABASE_URL"],
        "SELECT current_setting('fsync'), current_setting('synchronous_commit'),"
        " current_setting('listen_addresses')",
    )

    assert found == ("on", "on", "")


def test_nobody_else_of_this_machine_may_be_a_role(database, folder):
    [rule] = (folder / "postgres/data/pg_hba.conf").read_text().splitlines()
    [(name, who, role)] = [
        line.split()
        for line in (folder / "postgres/data/pg_ident.conf").read_text().splitlines()
    ]

    assert rule.split()[:4] == ["local", "all", "all", "peer"]
    us = pwd.getpwuid(os.geteuid()).pw_name
    assert (name, who, role) == ("oncall", f'"{us}"', "all")


def test_rows_are_there_again_after_a_restart(another_folder):
    with (
        services.database(another_folder, stop=never) as (_, found),
        psycopg.connect(found["DATABASE_OWNER_URL"]) as connection,
    ):
        connection.execute("CREATE TABLE page AS SELECT 7")

    with services.database(another_folder, stop=never) as (child, found):
        assert ask(found["DATABASE_OWNER_URL"], "SELECT * FROM page") == (7,)
    assert not child.is_running()


def test_a_cluster_that_was_half_made_is_made_anew(another_folder):
    home = folders.own(another_folder / "postgres", folders.database_user())
    folders.own(home / "data.new", folders.database_user())
    (home / "data.new/PG_VERSION").write_text("half")

    with services.database(another_folder, stop=never) as (_, found):
        assert ask(found["DATABASE_URL"], "SELECT 1") == (1,)


def test_data_of_another_release_is_refused_in_words(another_folder):
    data = another_folder / "postgres/data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")

    with (
        pytest.raises(Failed, match="made by PostgreSQL 17, and this is 18"),
        postgres.cluster(another_folder),
    ):
        pass


def test_a_server_that_ends_at_once_tells_its_last_words(another_folder):
    with services.database(another_folder, stop=never):
        pass
    (another_folder / "postgres/data/postgresql.conf").write_text(
        "no_such_setting = 1\n"
    )

    with (
        pytest.raises(Failed, match=r"(?s)PostgreSQL ended at once.*no_such_setting"),
        services.database(another_folder, stop=never),
    ):
        pass


def test_the_broker_keeps_nothing_and_listens_on_its_socket_only(broker):
    wanted = {"appendonly": "no", "save": "", "port": "0"}

    found = {name: broker.config_get(name)[name] for name in wanted}

    assert found == wanted


def test_a_long_path_gets_short_sockets_which_are_gone_after(tmp_path):
    folder = tmp_path / ("long" * 20)
    folder.mkdir()

    with folders.sockets(folder / "run", None) as sockets:
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= folders.LONGEST_SOCKET
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert not sockets.exists()


def test_keys_are_generated_once_and_are_the_owners_only(tmp_path):
    first = folders.keys(tmp_path)

    assert first == folders.keys(tmp_path)
    assert first["SECRET_KEY"] != folders.new_keys()["SECRET_KEY"]
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_folder_of_an_older_version_gets_the_keys_it_lacks_and_keeps_its_own(
    tmp_path,
):
    old = {"SECRET_KEY": "old", "ENCRYPTION_KEYS": "older"}
    folders.write_secret(tmp_path / "secrets.json", old)

    found = folders.keys(tmp_path)

    assert found["VAPID_PRIVATE_KEY"]
    assert found["OIDC_KEYS"]
    assert old.items() <= found.items()
    assert found == folders.keys(tmp_path)


def test_a_folder_is_held_once_and_let_go_when_its_holder_is_killed(tmp_path):
    hold = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from oncall.embedded import folders\n"
        f"with folders.locked(Path({str(tmp_path)!r})):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert folders.is_running(tmp_path)
        with (
            pytest.raises(folders.Taken, match=f"already running on .* {holder.pid}"),
            folders.locked(tmp_path),
        ):
            pass
        holder.send_signal(signal.SIGKILL)
    assert not folders.is_running(tmp_path)


def test_the_database_of_root_moves_out_of_a_closed_home(tmp_path):
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    user = folders.database_user()

    found = folders.reachable(closed, user)

    if user is None:
        assert found == closed
    else:
        assert found == folders.elsewhere(closed)
        assert stat.S_IMODE(found.stat().st_mode) == 0o755
        found.rmdir()


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path):
    found = folders.elsewhere(tmp_path)
    try:
        found.chmod(0o777)
        with pytest.raises(Failed, match="belongs to somebody else"):
            folders.elsewhere(tmp_path)
    finally:
        found.rmdir()


def test_what_the_user_has_set_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://oncall.example.com")
    monkeypatch.setenv("SECRET_KEY", "mine")
    monkeypatch.setenv("EMAIL_URL", "")

    found = environment.of_instance(tmp_path, host="127.0.0.1", port=8000, tls=False)

    assert found["SITE_URL"] == "https://oncall.example.com"
    assert found["SECRET_KEY"] == "mine"
    assert "EMAIL_URL" not in found
    assert "oncall.example.com" in found["ALLOWED_HOSTS"].split(",")


def test_only_migrate_learns_the_owners_address(tmp_path):
    given = {"DATABASE_URL": "app", "DATABASE_OWNER_URL": "owner"}

    assert environment.of_the_app(given) == {"DATABASE_URL": "app"}


def test_a_published_environment_is_the_owners_only_and_of_a_running_instance(
    tmp_path,
):
    with folders.locked(tmp_path):
        environment.publish(tmp_path, {"DATABASE_URL": "app", "HOME": "/somewhere"})
        path = tmp_path / "instance.json"
        assert environment.published(tmp_path) == {"DATABASE_URL": "app"}
        assert json.loads(path.read_text()) == {"DATABASE_URL": "app"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    # The file may be left behind by a kill -9; the lock never is.
    with pytest.raises(Failed, match=f"manage.py up --data {tmp_path}"):
        environment.published(tmp_path)
