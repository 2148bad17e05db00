"""The official JavaScript client, which knows TLS only."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients import traffic

HERE = Path(__file__).with_name("pdjs")
ENOUGH = 60
PATIENCE = 120


@pytest.fixture
def node() -> str:
    """Node's path, once the client lies beside our driver; else this will skip."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        pytest.skip("There is no Node here")
    if not (HERE / "node_modules/@pagerduty/pdjs").exists():
        if npm is None:
            pytest.skip("There is no npm here to install @pagerduty/pdjs")
        _install(npm)
    return node


def test_the_javascript_client_works_over_tls(node, secure):
    given = secure.described(server=secure.site.removeprefix("https://"))
    trust = {"NODE_EXTRA_CA_CERTS": str(secure.authority)}

    done = traffic.drive([node, str(HERE / "drive.js")], given, trust)

    assert not done.failures, "\n".join(done.failures.values())
    assert len(done.operations) >= ENOUGH, sorted(done.operations)
    assert {400, 401, 403, 404} <= done.statuses
    limited = [node, str(HERE / "limited.js")]
    statuses = traffic.drive_to_the_limit(limited, given, secure.running, trust)
    assert statuses == [200, 429, 200]


def _install(npm: str) -> None:
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        ran = subprocess.run(  # noqa: S603
            command, cwd=HERE, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        pytest.skip("@pagerduty/pdjs cannot be installed: npm takes too long")
    if ran.returncode:
        pytest.skip(f"@pagerduty/pdjs cannot be installed: {ran.stderr.strip()}")
