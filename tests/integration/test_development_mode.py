"""A company's first hour in Python's development mode, every warning an error: nothing is left open or outdated."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FIRST_HOUR = '''
import os
from pathlib import Path
from kloof import storage
from kloof.actions.clock import wall_clock
from kloof.cli import main
from kloof.config import load_settings
from kloof.web import create_app

HEAD = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
DEALS = HEAD + """
T-1,Jan de Boer,jan@home.example,nl,anouk@my-company.example,North,Groningen,Heat pump,installation,2026-03-02
T-2,Eva de Boer,,nl,anouk@my-company.example,North,Groningen,Heat pump,installation,2026-03-02
"""

def kloof(*words):
    try:
        main(words, standalone_mode=False)
    except SystemExit as end:
        assert end.code in (0, 1, None), (words, end.code)
    finally:
        storage.close_database()

kloof("init", "mine")
os.chdir("mine")
told = Path("kloof.toml").read_text(encoding="utf-8")
told = told.replace("# history_after_days = 60 ", "history_after_days = 3650 ")
Path("kloof.toml").write_text(told, encoding="utf-8")
Path("deals.csv").write_text(DEALS, encoding="utf-8")
kloof("db", "migrate")
kloof("people", "add", "--role", "salesperson", "--email", "anouk@my-company.example", "--name", "Anouk")
kloof("deals", "import", "deals.csv")
kloof("worker", "--once")
kloof("outbox", "list")
kloof("freeze")
kloof("publish")
kloof("site", "build")
kloof("doctor")
app = create_app(load_settings(Path.cwd(), {}), clock=wall_clock)
for path in ("/", "/sign-in", "/s/nobody", "/k", "/me", "/findings/", "/readyz", "/nothing", "/healthz"):
    with app.test_client().get(path) as answer:
        assert answer.status_code < 500, path
storage.close_database()
print("done")
'''


def test_nothing_is_left_open_and_nothing_warns(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KLOOF_")}
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", FIRST_HOUR],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.stderr, done.stdout.strip().endswith("done")) == ("", True)
