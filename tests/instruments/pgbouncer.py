"""A real PgBouncer that gives a connection for a transaction only, before a PostgreSQL server."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from instruments.running import free_port, wait_for

_TOLD = """
[databases]
* = host={host} port={there}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {here}
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
unix_socket_dir =
"""


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """The same database by way of it, with four connections for all; skips by name where it is not installed."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("no pgbouncer")
    there, here = urlsplit(url), free_port()
    told = _TOLD.format(host=there.hostname, there=there.port or 5432, here=here)
    # Whoever may connect at all is who the server trusts; it has to name the user.
    told = told.replace("* = host", f"* = user={there.username} host")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "pgbouncer.ini"
        file.write_text(told, encoding="utf-8")
        process = subprocess.Popen(
            [program, "-q", str(file)],
            user="nobody" if os.geteuid() == 0 else None,  # it refuses to run as root
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        try:
            wait_for(here)
            yield there._replace(netloc=f"{there.username}@127.0.0.1:{here}").geturl()
        finally:
            process.terminate()
            process.wait(timeout=120)
