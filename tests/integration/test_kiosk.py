"""207 real people's answers through the real path: import, SMTP, links out of mails, HTTP, freeze, publish, site.

The data is https://github.com/hanakim120/kiosk-servqual-research (MIT); it lies beside the project, not in it.
"""

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup
from scipy import stats

from instruments import commands
from instruments.running import free_port, wait_for
from kloof import storage
from kloof.mail.catcher import Catcher

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "kiosk"
SELLERS = 6
OVERALL = ("satisfied", "quality", "use_again", "recommend")
TEAMS = (("North", "Up"), ("South", "Down"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("kiosk"),
    pytest.mark.skipif(
        not DATA.is_dir(), reason="the kiosk data is not beside the project (../shared/data/kiosk)"
    ),
]


class Company:
    """A company folder with its settings in the environment, and `kloof` run in it as a person would."""

    def __init__(self, folder: Path, smtp_url: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = os.environ | {
            "KLOOF_BASE_URL": f"http://localhost:{self.port}",
            "KLOOF_SMTP_URL": smtp_url,
            "KLOOF_MAIL_FROM": "feedback@kiosk.example",
        }

    def prepare(self, *arguments: str) -> None:
        """What nothing hangs on but that it was done: without a process of its own, a third of a second each."""
        done = commands.kloof("--folder", str(self.folder), *arguments, environment=self.environment)
        assert done.exit_code == 0, f"kloof {' '.join(arguments)}: {done.output}"
        storage.close_database()

    def kloof(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "kloof", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"kloof {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def answers() -> list[dict[str, str]]:
    with (DATA / "answers.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def items() -> list[str]:
    with (DATA / "items.csv").open(encoding="utf-8") as file:
        return [row["short_name"] for row in csv.DictReader(file)]


def survey_file(items: list[str]) -> str:
    def both(words: str) -> dict[str, str]:
        return {"nl": words, "en": words}

    def item(name: str, words: str) -> dict[str, object]:
        ends = {"low_label": both("not at all"), "high_label": both("entirely")}
        return {"id": name.replace("_", "-"), "name": both(words), "question": both(f"{words}?"), **ends}

    aspects = [
        {
            "id": f"item-{number}",
            "name": both(name),
            "at_sale": both(f"A kiosk should be like this: {name}"),
            "after_delivery": both(f"The kiosk was like this: {name}"),
            "norm": 5.5,
        }
        for number, name in enumerate(items, start=1)
    ]
    scale = {"low": 1, "high": 7, "low_label": both("not at all"), "high_label": both("entirely")}
    timing = {"first_after_days": 0, "second_after_days": 0}
    whole = {
        "id": "kiosk",
        "version": 1,
        "title": both("Kiosk"),
        "scale": scale,
        "timing": timing,
        "aspects": aspects,
        "overall": [item(name, name) for name in OVERALL],
    }
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False)


def seller(respondent: int) -> str:
    return f"seller{respondent % SELLERS}@kiosk.example"


def deals_file(answers: list[dict[str, str]]) -> str:
    header = (
        "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
    )
    rows = []
    for row in answers:
        number = int(row["respondent"])
        team, region = TEAMS[number % 2]
        language = ("nl", "en")[number % 2]
        rows.append(
            f"K-{number},Respondent {number},r{number}@home.example,{language},{seller(number)},"
            f"{team},{region},Kiosk,kiosk,2026-03-02"
        )
    return "\ufeff" + "\r\n".join([header, *rows]).replace(",", ";") + "\r\n"


@pytest.fixture(scope="module")
def company(
    tmp_path_factory: pytest.TempPathFactory, answers: list[dict[str, str]], items: list[str]
) -> Iterator[Company]:
    """The whole loop, played once: everything that the tests look at has happened."""
    root = tmp_path_factory.mktemp("kiosk")
    mails = root / "mails"
    with Catcher(mails) as catcher:
        company = Company(root / "company", catcher.url)
        company.folder.mkdir()
        _set_up(company, items)
        (company.folder / "deals.csv").write_text(deals_file(answers), encoding="utf-8")
        delivered = "".join(f"K-{row['respondent']},2026-03-09\n" for row in answers)
        (company.folder / "delivered.csv").write_text(f"deal_id,delivered_on\n{delivered}", encoding="utf-8")
        serving = subprocess.Popen(
            [sys.executable, "-m", "kloof", "serve", "--port", str(company.port)],
            cwd=company.folder,
            env=company.environment,
        )
        try:
            wait_for(company.port)
            company.kloof("deals", "import", "deals.csv")
            company.kloof("worker", "--once")
            _answer_all(company, links_in(mails), answers, "expected", "sale")
            company.kloof("deals", "delivered", "delivered.csv")
            company.kloof("worker", "--once")
            _answer_all(company, links_in(mails), answers, "perceived", "delivery")
        finally:
            serving.terminate()
            serving.wait(timeout=120)
        company.kloof("freeze")
        company.kloof("publish")
        company.kloof("site", "build")
        yield company


def _set_up(company: Company, items: list[str]) -> None:
    company.kloof("init", ".")
    for shipped in (company.folder / "surveys").glob("*.yaml"):
        shipped.unlink()
    (company.folder / "surveys" / "kiosk.yaml").write_text(survey_file(items), encoding="utf-8")
    (company.folder / "kloof.toml").write_text(
        '[company]\nname = "Kiosk"\nlanguage = "en"\n[mail]\nhours = [0, 24]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\n'
        'holidays = ""\nmost_per_day = 9\nmost_per_month = 9\n'
        "[deals]\nhistory_after_days = 3650\n",
        encoding="utf-8",
    )
    company.kloof("surveys", "check")
    company.kloof("db", "migrate")
    for number in range(SELLERS):
        name, email = f"Seller {number}", f"seller{number}@kiosk.example"
        company.prepare("people", "add", "--role", "salesperson", "--email", email, "--name", name)


def links_in(mails: Path) -> dict[str, list[str]]:
    """Personal links out of the received mails, oldest first, by recipient."""
    found: dict[str, list[str]] = {}
    for file in sorted(mails.glob("*.eml")):
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        link = re.search(r"http://localhost:\d+(/s/[\w-]{43})\b", body.get_content())
        assert link, body.get_content()
        found.setdefault(str(message["To"].addresses[0].addr_spec), []).append(link[1])
    return found


def _answer_all(
    company: Company, links: dict[str, list[str]], answers: list[dict[str, str]], prefix: str, wave: str
) -> None:
    assert len(links) == len(answers) == 207
    connection = HTTPConnection("127.0.0.1", company.port, timeout=120)
    for row in answers:
        path = links[f"r{row['respondent']}@home.example"][-1]
        fields = {f"item-{number}": row[f"{prefix}_{number}"] for number in range(1, 25)}
        if wave == "delivery":
            fields |= {name.replace("_", "-"): row[name] for name in OVERALL}
        fields |= {"consent": "totals", "action": "submit"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 303, body
        assert urlsplit(answer.headers["Location"]).path.endswith("/receipt"), body
    connection.close()


@pytest.fixture(scope="module")
def release(company: Company) -> dict[str, Any]:
    file = company.folder / "site" / "findings" / "releases" / "0001" / "release.json"
    return json.loads(file.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def let_through(company: Company, answers: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of the file whose pair stands in a closed block."""
    with sqlite3.connect(company.folder / "instance" / "kloof.db") as database:
        rows = database.execute(
            "SELECT d.deal_id FROM placement p JOIN pair q ON q.id = p.id JOIN deal d ON d.id = q.deal_id"
        ).fetchall()
    database.close()
    ids = {deal_id for (deal_id,) in rows}
    return [row for row in answers if f"K-{row['respondent']}" in ids]


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([int(row[name]) for row in rows])


def test_nearly_everybody_is_let_through(let_through: list[dict[str, str]]) -> None:
    assert len(let_through) >= 0.75 * 207


BASE = 3
"""Half the width of 1 to 7: sums are multiples of it, block by block."""


def of_the_company(release: dict[str, Any]) -> dict[str, Any]:
    [cell] = [cell for cell in release["cells"] if cell["level"] == "company"]
    return cell


def test_the_sums_in_the_release_file_are_those_of_the_file_rounded_block_by_block(
    release: dict[str, Any], let_through: list[dict[str, str]]
) -> None:
    cell = of_the_company(release)
    assert cell["n"] == len(let_through)
    assert cell["customers"] == len(let_through) // 5 * 5
    for number in range(1, 25):
        sums = cell["aspects"][f"item-{number}"]
        assert set(sums) == {"v", "r"}
        for side, name in (("v", "expected"), ("r", "perceived")):
            exact = column(let_through, f"{name}_{number}").sum()
            assert sums[side] % BASE == 0
            assert abs(sums[side] - exact) < BASE * len(cell["blocks"])


def test_the_spread_in_the_release_file_is_that_of_the_file_to_a_tenth(
    release: dict[str, Any], let_through: list[dict[str, str]]
) -> None:
    [spread] = release["spreads"]
    for number in range(1, 25):
        v, r = column(let_through, f"expected_{number}"), column(let_through, f"perceived_{number}")
        told = spread["aspects"][f"item-{number}"]
        for side, values in (("v", v), ("r", r), ("s", v - r)):
            assert abs(told[side] - values.std(ddof=1)) <= 0.05 + 1e-9


@pytest.mark.parametrize(("language", "folder"), [("en", ""), ("nl", "nl/")])
def test_the_published_page_shows_the_gap_and_interval_that_follow_from_the_release_file(
    company: Company,
    release: dict[str, Any],
    items: list[str],
    let_through: list[dict[str, str]],
    language: str,
    folder: str,
) -> None:
    page = company.folder / "build" / "site" / folder / "findings" / "kiosk-1" / "index.html"
    shown, cell = published_rows(page, language), of_the_company(release)
    together = {"en": "All aspects together", "nl": "Alle aspecten samen"}[language]
    assert set(shown) == {*items, together}
    n, blocks = cell["n"], len(cell["blocks"])
    for number, name in enumerate(items, start=1):
        sums = cell["aspects"][f"item-{number}"]
        v, r = sums["v"] / n, sums["r"] / n
        sd = release["spreads"][0]["aspects"][f"item-{number}"]["s"]
        # Rounding to a multiple of 3 adds (9 - 1) / 6 to the variance of each of the two sums of each block.
        error = (sd**2 / n + 2 * blocks * (BASE**2 - 1) / 6 / n**2) ** 0.5
        reach = stats.t.ppf(0.975, n - 1) * error
        expected = (v, r, v - r, v - r - reach, v - r + reach)
        *figures, deals = shown[name]
        assert figures == pytest.approx(expected, abs=0.1 + 1e-9), name
        assert figures[0] - figures[1] == pytest.approx(figures[2], abs=1e-9), "V - R = S, also in print"
        assert deals == n, name
        exact = column(let_through, f"expected_{number}") - column(let_through, f"perceived_{number}")
        assert figures[3] <= exact.mean() <= figures[4], "the mean of the file lies within"


def test_every_figure_of_the_file_is_told_with_the_sign_that_the_page_explains(company: Company) -> None:
    page = company.folder / "build" / "site" / "findings" / "kiosk-1" / "index.html"
    words = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ", strip=True)
    assert "S = V − R" in words
    assert "These figures do not show why." in words


def published_rows(page: Path, language: str) -> dict[str, tuple[float, ...]]:
    """Aspect name → (V, R, S, low, high, n) as a reader finds them in the table of the page."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    rows = {}
    for row in soup.select("table tbody tr"):
        name, *cells = [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]
        if len(cells) == 5:
            low, high = cells[3].split({"nl": " tot ", "en": " to "}[language])
            rows[name] = tuple(figure(words, language) for words in (*cells[:3], low, high, cells[4]))
    return rows


def figure(words: str, language: str) -> float:
    """`+0,9` or `−0.9` as a number; raises ValueError for a decimal mark of the other language."""
    plain = words.replace("−", "-")
    if language == "nl":
        assert "." not in plain, words
        plain = plain.replace(",", ".")
    return float(plain)
