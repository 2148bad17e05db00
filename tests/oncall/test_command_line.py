"""Commands find their instance, or say in words that none runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oncall import command_line
from oncall.embedded import environment, folders

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    lacking = environment.without(environment.ITS_OWN)
    return subprocess.run(  # noqa: S603
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=lacking,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["manage.py", "--data", "/srv/oncall", "migrate", "--plan"],
        ["manage.py", "migrate", "--plan", "--data=/srv/oncall"],
        ["manage.py", "migrate", "--data", "/srv/oncall", "--plan"],
    ],
)
def test_the_data_folder_is_taken_out_wherever_it_stands(arguments):
    found = command_line.without_data(arguments)

    assert found == (["manage.py", "migrate", "--plan"], Path("/srv/oncall"))


def test_the_default_folder_is_that_of_up():
    assert command_line.without_data(["manage.py", "check"])[1] == folders.DEFAULT


def test_a_data_folder_without_a_name_is_refused():
    with pytest.raises(SystemExit, match="--data needs a folder"):
        command_line.without_data(["manage.py", "migrate", "--data"])


def test_a_command_without_an_instance_names_the_command_that_starts_one(tmp_path):
    refused = manage("showmigrations", "--data", str(tmp_path))

    assert refused.returncode == 1
    assert f"OnCall is not running on {tmp_path}" in refused.stderr
    assert f"python3 manage.py up --data {tmp_path}" in refused.stderr


def test_a_command_that_reads_only_the_source_needs_no_instance(tmp_path):
    done = manage("check", "--data", str(tmp_path))

    assert done.returncode == 0, done.stderr


def test_a_command_finds_the_instance_of_its_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with folders.locked(tmp_path):
        environment.publish(tmp_path, {"DATABASE_URL": "postgresql://app@/oncall"})

        found = command_line.surroundings("migrate", tmp_path, [])

    assert found == {"DATABASE_URL": "postgresql://app@/oncall"}


def test_a_database_that_the_user_names_wins_over_any_instance(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/oncall")
    before = dict(os.environ)

    assert command_line.surroundings("migrate", tmp_path, []) == {}
    assert dict(os.environ) == before


def test_the_exit_code_of_the_tests_is_passed_on(tmp_path):
    missing = manage("test", "-p", "no:cacheprovider", str(tmp_path / "test_none.py"))

    assert missing.returncode == pytest.ExitCode.USAGE_ERROR
    assert "test_none.py" in missing.stderr


def test_a_tool_runs_with_settings_that_load_and_a_wrong_one_is_refused():
    done = manage("tool", "python", "-c", "import oncall.settings")
    refused = manage("tool", "no-such-tool")

    assert done.returncode == 0, done.stderr
    assert refused.returncode == 1
    assert "There is no no-such-tool in .venv/bin" in refused.stderr
