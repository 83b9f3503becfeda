"""The handbook says what the code does: its tables, examples and refusals are read here and compared."""

import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import annotated_types
import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cast.builders import settings as company
from cast.synthetic import guarantee
from instruments.handbook import blocks, code, named, page, rows, sections, typed, under
from kloof import storage
from kloof.actions.releases.attack import Audit
from kloof.actions.releases.publish import PublishResult
from kloof.actions.today import LOOKED_AT
from kloof.cli import main
from kloof.cli.tree import CompanyCommand
from kloof.config.settings import Settings
from kloof.config.sources import ENVIRONMENT
from kloof.domain.access.people import Role
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import (
    OPTIONAL,
    REQUIRED,
    Cancellation,
    Delivery,
    LineRefused,
    read_cancellations,
    read_deals,
    read_deliveries,
)
from kloof.domain.deals.mail_domains import LEAST_SHARING
from kloof.domain.errors import BadInput
from kloof.domain.mailing.company_texts import ADDRESS, facts_of
from kloof.domain.releases import document as release
from kloof.domain.states import AWAITS_MAIL, CALL_STEPS, INVITATION_STEPS, JOB_STEPS, MESSAGE_STEPS, OPEN
from kloof.domain.surveys.definition import (
    RESERVED_IDS,
    RESERVED_PREFIXES,
    Aspect,
    OverallItem,
    Scale,
    Survey,
    Timing,
)
from kloof.domain.surveys.source import SurveySource
from kloof.mail.texts import overlaid, shipped
from kloof.publish.schema import TABLES
from kloof.web import create_app
from kloof.web.app.routes import ROUTES, AccessKind, Rule

# Commands


def usage() -> dict[str, str]:
    """Command → how the reference writes it."""
    before_json = page("commands").partition("## Exit status")[0]
    cells = [code(row[0]) for row in rows(before_json)]
    return {re.match(r"kloof( [a-z]+)+", cell)[0]: cell for cell in cells}  # type: ignore[index]


def test_the_reference_has_each_command_and_no_other() -> None:
    assert sorted(usage()) == sorted(name for name, _ in typed())


@pytest.mark.parametrize("name", [name for name, _ in typed()])
def test_each_command_stands_there_with_its_options_and_arguments(name: str) -> None:
    command, written = dict(typed())[name], usage()[name]
    shared = {"--json", "--folder"} if isinstance(command, CompanyCommand) else {"--json"}
    options = [option for option in command.params if isinstance(option, click.Option)]
    flags = {option.opts[0]: option.required for option in options if option.opts[0] not in shared}
    optional = set(re.findall(r"\[(--[a-z-]+)", written))
    required = set(re.findall(r"(?<!\[)(--[a-z-]+)", written))
    assert optional == {flag for flag, needed in flags.items() if not needed}
    assert required == {flag for flag, needed in flags.items() if needed}
    words = re.sub(r"\[?--[a-z-]+( [^ \]]+)?\]?", "", written)
    needed = [argument.required for argument in command.params if isinstance(argument, click.Argument)]
    assert [word[0] != "[" for word in re.findall(r"\[?[A-Z]+…?\]?", words)] == needed


@pytest.mark.parametrize("name", [name for name, _ in typed()])
def test_a_default_that_the_usage_shows_is_the_default(name: str) -> None:
    options = {
        option.opts[0]: option for option in dict(typed())[name].params if isinstance(option, click.Option)
    }
    for flag, value in re.findall(r"\[(--[a-z-]+) ([^\]A-Z]+)\]", usage()[name]):
        assert str(options[flag].default) == value


def test_the_reference_says_which_commands_take_json() -> None:
    takes = {
        name for name, command in typed() if any("--json" in parameter.opts for parameter in command.params)
    }
    described = named(under(page("commands"), "## JSON"))
    assert sorted(described) == sorted(takes)
    assert {name for name, _ in typed()} - takes == {
        "kloof deals watch",
        "kloof demo",
        "kloof serve",
        "kloof surveys preview",
    }


def keys(cell: str) -> set[str]:
    """The keys that a cell names, without those of what is inside them."""
    return set(re.findall(r"`([a-z_]+)`", re.sub(r"\([^)]*\)", "", cell).partition(";")[0]))


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, set[str]]]:
    """Command → the keys of what it prints with --json, in a company's first hour."""
    (csv, *_), found = csv_examples(), {}
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("kloof.actions.mailing.trial.dns_lookup", lambda _: [])
    monkeypatch.setattr("kloof.actions.releases.attack.audit", lambda _: Audit(1, {}))
    # In the first hour nothing is published, so there is nothing yet that an action could be about.
    monkeypatch.setattr("kloof.actions.releases.company_actions._refuse_unless_published", lambda *_: None)
    # The examples are of a day that is past.
    monkeypatch.setattr("kloof.actions.mailing.invite.is_history", lambda *_: False)
    monkeypatch.chdir(tmp_path)
    for words in FIRST_HOUR:
        if words == "db rekey --lost":
            (tmp_path / "mine" / "instance" / "secret_key").unlink()
        storage.close_database()
        if words.startswith("deals import"):
            Path("deals.csv").write_text(csv, encoding="utf-8")
            Path("delivered.csv").write_text("deal_id,delivered_on\n2026-0417,2026-03-12\n", encoding="utf-8")
            Path("cancelled.csv").write_text("deal_id,cancelled_on\n2026-0418,2026-03-20\n", encoding="utf-8")
        if words.startswith("people import"):
            Path("people.csv").write_text(
                "email,name,roles\njo@my-company.example,Jo,lead\n", encoding="utf-8"
            )
        answer = CliRunner().invoke(main, [*words.split(), "--json"])
        assert answer.exit_code in {0, 1}, answer.output
        assert answer.stdout, f"{words}: {answer.output}"
        found[next(name for name, _ in typed() if f"kloof {words} ".startswith(f"{name} "))] = set(
            json.loads(answer.stdout)
        )
        if words.startswith("init"):
            monkeypatch.chdir(tmp_path / "mine")
    yield found
    storage.close_database()


FIRST_HOUR = (
    "init mine",
    "surveys check",
    "db migrate",
    "people add --role salesperson --email anouk@my-company.example --name Anouk",
    "deals import deals.csv",
    "deals delivered delivered.csv",
    "worker --once",
    "letters post.pdf",
    "outbox list",
    "outbox resolve 1 --cancel",
    "retention",
    "outbox pause",
    "outbox resume",
    "deals cancelled cancelled.csv",
    "mail test somebody@home.example",
    "mail bounces --pipe",
    "doctor",
    "freeze",
    "plan",
    "publish",
    "person export jansen@home.example",
    "person erase jansen@home.example",
    "person allow jansen@home.example",
    "papers papers",
    "people link anouk@my-company.example",
    "people unlink --email anouk@my-company.example",
    "people import people.csv",
    "people list",
    "hosts list",
    "hosts accept",
    "hosts forget a",
    "tokens add --name crm --kind read --scope deals --owner anouk@my-company.example",
    "tokens list",
    "tokens revoke 1",
    "webhooks add --name crm --url https://crm.my-company.example/in",
    "webhooks list",
    "webhooks test 1",
    "webhooks rotate 1",
    "webhooks pause 1",
    "webhooks resume 1",
    "webhooks deliveries 1",
    "webhooks replay 1 1",
    "webhooks remove 1",
    "people change --email anouk@my-company.example --team North",
    "people leave --email anouk@my-company.example --to-desk",
    "people export anouk@my-company.example",
    "people erase anouk@my-company.example",
    "audit",
    "actions add --title Call --survey installation --aspect lead-time",
    "actions list",
    "actions end 1",
    "actions remove 1",
    "site build",
    "backup all.zip",
    "restore all.zip --into elsewhere",
    "db move sqlite:///other.db",
    "db rekey --lost",
)


@pytest.mark.slow
def test_each_command_prints_the_keys_that_the_reference_names(printed: dict[str, set[str]]) -> None:
    written = {code(row[0]): keys(row[1]) for row in rows(under(page("commands"), "## JSON"))}
    assert printed.pop("kloof publish") == {"release", "dry_run"}, "in the first hour there is nothing new"
    written.pop("kloof publish")
    assert printed == written


def test_a_release_prints_the_keys_that_the_reference_names(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = SimpleNamespace(number=1, cells=(), withheld=(), guarantee=guarantee())
    monkeypatch.setattr(
        "kloof.actions.releases.publish.publish", lambda *_, **__: PublishResult(document, tmp_path)
    )
    monkeypatch.setenv("KLOOF_DATABASE_URL", database)
    (tmp_path / "kloof.toml").touch()
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(main, ["publish", "--json"])
    written = {code(row[0]): keys(row[1]) for row in rows(under(page("commands"), "## JSON"))}
    assert answer.exit_code == 0, answer.stderr
    assert set(json.loads(answer.stdout)) == written["kloof publish"]


# Settings

SECTIONS: Mapping[str, type[BaseModel]] = {f"### {name}": section for name, section in sections().items()}


def bounds(field: Any) -> set[str]:
    """The numbers between which a setting must lie, wherever in its type they stand."""
    found = {str(part.ge) for part in getattr(field, "metadata", ()) if isinstance(part, annotated_types.Ge)}
    found |= {str(part.le) for part in getattr(field, "metadata", ()) if isinstance(part, annotated_types.Le)}
    for part in getattr(field, "metadata", ()):
        found |= bounds(part) if isinstance(part, FieldInfo) else set()
    kinds = (
        getattr(field, "annotation", None),
        *get_args(field),
        *get_args(getattr(field, "annotation", None)),
    )
    for kind in kinds:
        if hasattr(kind, "__metadata__"):
            for part in kind.__metadata__:
                found |= bounds(part)
    return found


def in_toml(value: object) -> str:
    """A default as one would write it in kloof.toml, in backticks; what is not set is none."""
    if value is None:
        return "none"
    written = list(value) if isinstance(value, tuple) else value
    return f"`{json.dumps(written)}`"


@pytest.mark.parametrize("section", SECTIONS)
def test_each_setting_stands_under_its_section_with_its_default_and_its_range(section: str) -> None:
    fields = SECTIONS[section].model_fields
    written = {code(row[0]): row for row in rows(under(page("settings"), section))}
    assert list(written) == list(fields)
    for name, field in fields.items():
        _, kind, default, _ = written[name]
        assert default == in_toml(field.default), name
        assert bounds(field) <= set(re.findall(r"\d+", kind)), name


def test_each_variable_stands_there_with_its_default() -> None:
    written = {code(row[0]): row[2] for row in rows(under(page("settings"), "## Environment"))}
    assert list(written) == list(ENVIRONMENT)
    for variable, default in written.items():
        field = Settings.model_fields[ENVIRONMENT[variable]]
        value = None if field.is_required() or field.default == "" else field.default
        assert default == ("none" if value is None else f"`{value}`")


# Survey files


def example() -> str:
    (text,) = blocks(page("survey-files"), "yaml")
    return text


def test_the_example_of_a_survey_file_is_a_survey() -> None:
    survey = SurveySource(example(), "surveys/bicycle.yaml").survey()
    assert f"`{survey.key}: {len(survey.aspects)} aspects, nothing wrong.`" in page("survey-files")


def test_the_example_of_a_survey_file_uses_every_field() -> None:
    written = set(re.findall(r"([a-z_]+):", example()))
    models = (Survey, Scale, Timing, Aspect, OverallItem)
    assert {name for model in models for name in model.model_fields} <= written


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("### The survey", Survey),
        ("### Scale", Scale),
        ("### Timing", Timing),
        ("### An aspect", Aspect),
        ("### An overall item", OverallItem),
    ],
)
def test_each_field_of_a_survey_file_stands_there(heading: str, model: type[BaseModel]) -> None:
    written = {code(row[0]): row for row in rows(under(page("survey-files"), heading))}
    assert list(written) == list(model.model_fields)
    for name, field in model.model_fields.items():
        assert (written[name][2] == "required") == field.is_required(), name
        assert bounds(field) <= set(re.findall(r"\d+", written[name][1])), name
        if isinstance(field.default, int):
            assert written[name][2] == in_toml(field.default), name


def test_the_names_that_the_form_needs_are_all_there() -> None:
    taken = under(page("survey-files"), "## Names that are taken")
    assert set(re.findall(r"`([^`]+)`", taken)) == RESERVED_IDS | set(RESERVED_PREFIXES)


def test_the_mistakes_in_a_survey_file_read_as_the_page_shows_them() -> None:
    wrong = example().replace("norm: 5.5", "norm: 9").replace("core: false", "cor: false")
    with pytest.raises(BadInput) as refusal:
        SurveySource(wrong, "surveys/bicycle.yaml").survey()
    (shown,) = blocks(page("survey-files"), "text")
    assert refusal.value.problems == shown.splitlines()


# Texts of mails


def test_the_example_of_a_texts_file_can_be_used_and_its_mistakes_read_as_the_page_shows_them() -> None:
    (text,) = blocks(page("texts-file"), "yaml")
    assert overlaid(text).greeting.nl == "Dag {name},"
    wrong = text.replace("Dag {name}", "Dag {naam}").replace("  subject:", "  buton:")
    with pytest.raises(BadInput) as refusal:
        overlaid(wrong)
    (shown,) = blocks(page("texts-file"), "text")
    assert refusal.value.problems == shown.splitlines()


def test_each_text_of_a_mail_stands_there_with_the_facts_that_it_can_name() -> None:
    table = {name: row for row in rows(page("texts-file")) for name in re.findall(r"`(\w+)`", row[0])}
    assert set(table) == {str(place[0]) for place in shipped()} | {ADDRESS}
    for place in shipped():
        listed = set(re.findall(r"{(\w+)}", table[str(place[0])][2]))
        if listed and place[-1] not in {"subject", "contact"}:
            extra = facts_of(place) - {"name", "company", "k", "delivered_on"}
            assert extra - listed == set() or "those" in table[str(place[0])][2], place


# CSV files


def csv_examples() -> tuple[str, str, str]:
    deals, delivered, cancelled = blocks(page("csv-files"), "csv")
    return deals, delivered, cancelled


def test_the_examples_of_csv_files_go_in_as_they_are() -> None:
    deals, delivered, cancelled = csv_examples()
    taken = [entry for _, entry in read_deals(deals, "deals.csv")]
    assert len(taken) == 2
    assert all(isinstance(entry, DealLine) for entry in taken)
    assert taken[0].practices  # type: ignore[union-attr]
    assert all(isinstance(entry, Delivery) for _, entry in read_deliveries(delivered, "delivered.csv"))
    called_off = [entry for _, entry in read_cancellations(cancelled, "cancelled.csv")]
    assert all(isinstance(entry, Cancellation) for entry in called_off)


def test_each_column_stands_there_and_whether_it_is_required() -> None:
    written = {code(row[0]): row[1] for row in rows(under(page("csv-files"), "## Deals"))}
    assert list(written) == [*REQUIRED, *OPTIONAL]
    assert [name for name, need in written.items() if need == "required"] == list(REQUIRED)
    assert named(under(page("csv-files"), "## Delivered")) == ["deal_id", "delivered_on"]
    assert named(under(page("csv-files"), "## Cancelled")) == ["deal_id", "cancelled_on"]


def test_from_how_many_customers_an_account_is_asked_about_and_over_which_deals_stands_there() -> None:
    accounts = under(page("csv-files"), "### Accounts")
    assert {5: "five"}[LEAST_SHARING] + " or more customers" in accounts
    assert f"the newest {LOOKED_AT:,} deals" in accounts


def test_what_is_refused_of_a_csv_file_reads_as_the_page_shows_it() -> None:
    of_the_file, of_a_line = (block.splitlines() for block in blocks(page("csv-files"), "text"))
    deals, *_ = csv_examples()
    header, first, *_ = deals.splitlines()
    wrong = header.replace("survey,", "").replace("salesperson_email", "salesperson_email,salesperson_mail")
    with pytest.raises(BadInput) as refusal:
        list(read_deals(f"{wrong}\n", "deals.csv"))
    assert refusal.value.problems == of_the_file
    header, first = (line.rpartition(",")[0] for line in (header, first))
    bad = first.replace("0417", "0419").replace("home.example", "home").replace("2026-03-02", "3-3-2026")
    lines = [header, first, bad, f"{first},more".replace("0417", "0420"), first]
    refused = [entry for _, entry in read_deals("\n".join(lines), "deals.csv")]
    assert ["; ".join(entry.reasons) for entry in refused if isinstance(entry, LineRefused)] == of_a_line


# Web addresses


def who(rule: Rule) -> str:
    if rule.door is AccessKind.ROLE:
        return "signed in" if rule.roles == frozenset(Role) else " or ".join(sorted(rule.roles))
    return {AccessKind.PUBLIC: "anyone", AccessKind.LINK: "personal link", AccessKind.TOKEN: "bearer token"}[
        rule.door
    ]


def test_each_address_stands_there_with_who_may_open_it(database: str, tmp_path: Path) -> None:
    app = create_app(company(database, tmp_path, run="demo"))
    answered = {
        (str(rule).replace("<deal:", "<"), method): who(ROUTES[rule.endpoint])
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    tables = page("web-addresses").partition("## When kloof says no")[0]
    written = {(code(row[0]), row[1]): row[2] for row in rows(tables)}
    assert written == answered


# States


def states(steps: Mapping[Any, frozenset[Any]], flags: tuple[frozenset[Any], ...]) -> dict[str, list[str]]:
    """State → its flags in words and what may follow it, as the page writes them."""

    def following(state: Any) -> str:
        return ", ".join(f"`{other.value}`" for other in steps if other in steps[state]) or "–"

    return {
        state.value: [*("yes" if state in flag else "no" for flag in flags), following(state)]
        for state in steps
    }


@pytest.mark.parametrize(
    ("heading", "steps", "flags"),
    [
        ("## Invitations", INVITATION_STEPS, (OPEN, AWAITS_MAIL)),
        ("## Messages", MESSAGE_STEPS, ()),
        ("## Calls", CALL_STEPS, ()),
        ("## Jobs", JOB_STEPS, ()),
    ],
)
def test_the_tables_of_states_are_those_of_the_code(
    heading: str, steps: dict[StrEnum, frozenset[StrEnum]], flags: tuple[frozenset[StrEnum], ...]
) -> None:
    written = {code(row[0]): row[2:] for row in rows(under(page("states"), heading))}
    assert written == states(steps, flags)
    assert list(written) == [state.value for state in steps]


# Release files


@pytest.mark.parametrize(("file", "fields"), [(name, table.fields) for name, table in TABLES.items()])
def test_each_column_of_a_table_stands_there_with_its_type(file: str, fields: Mapping[str, Any]) -> None:
    written = {code(row[0]): row[1] for row in rows(under(page("release-files"), f"## {file}"))}
    assert written == {name: field["type"] for name, field in fields.items()}
    assert list(written) == list(fields)


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("### guarantee", release.Guarantee),
        ("### cells", release.Cell),
        ("### practices", release.PracticeCell),
        ("### arms", release.ArmCell),
        ("### response", release.ResponseCounts),
    ],
)
def test_each_key_of_a_release_stands_there(heading: str, model: type[BaseModel]) -> None:
    assert named(under(page("release-files"), heading)) == list(model.model_fields)


def test_each_key_at_the_top_of_a_release_and_each_reason_stands_there() -> None:
    text = page("release-files")
    top = under(text, "## release.json").partition("### guarantee")[0]
    assert named(top) == list(release.ReleaseDocument.model_fields)
    assert named(under(text, "### Why a set is withheld")) == [
        reason.value for reason in release.WithheldReason
    ]
