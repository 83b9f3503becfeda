"""The rules of the house: a fact that lives twice is compared here, and what must not happen anywhere is looked for."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir

from instruments.handbook import sections
from instruments.made_once import made_once
from kloof.actions.surveys.editing import UNREAD_SENTENCES
from kloof.cli import COMMANDS, main
from kloof.config.settings import Settings
from kloof.config.sources import ENVIRONMENT, FILE_KEYS
from kloof.domain import errors as domain_errors
from kloof.domain.errors import KloofError, Reason
from kloof.domain.mailing.company_texts import SENTENCES as TEXTS_SENTENCES
from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.states import CALL_STEPS, INVITATION_STEPS, JOB_STEPS, MESSAGE_STEPS
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.source import SENTENCES as SURVEY_SENTENCES
from kloof.mail.paper.personal_data import AROUND
from kloof.mail.texts import MailText, MailTexts
from kloof.web.app import errors, refusals
from kloof.web.app.refusals import REFUSALS
from kloof.web.app.routes import ROUTES
from kloof.wording import catalogue, file_words, message_words, people_words, sign_in_words, translator
from kloof.wording.data_words import CODE_WORDS, DATA_WORDS, LOG_WORDS
from kloof.wording.webhook_words import CHAT_WORDS, LOOK

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "service" / "kloof"
REFERENCE = ROOT / "site" / "reference"
LONGEST_ROOM = 300
MOST_SIDE_BY_SIDE = 16
MOST_WORDS = 40


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def visible_sentences() -> set[str]:
    """Every English sentence that a template or a view hands to the translator."""
    found = extract_from_dir(
        PACKAGE / "web",
        method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")],
        options_map={"**/templates/**.html": {"silent": "false", "trimmed": "true"}},
        keywords={"_": None, "say": None},
    )
    sentences = {message for _, _, message, _, _ in found if isinstance(message, str)}
    rows = {words for row in REFUSALS.values() for words in row.sentences}
    checkers = {*SURVEY_SENTENCES, *TEXTS_SENTENCES, *UNREAD_SENTENCES}
    told = {LOOK, *(words for both in CHAT_WORDS.values() for words in both)}
    about_them = {
        *DATA_WORDS.values(),
        *LOG_WORDS.values(),
        *(say for of in CODE_WORDS.values() for say in of.values()),
    }
    about_them |= set(AROUND)
    return sentences | rows | checkers | told | about_them | {kind.words for kind in MAIL_KINDS.values()}


def test_no_sentence_stands_twice_in_the_catalogue() -> None:
    written = re.findall(
        r"^msgid (.+)$", (PACKAGE / "wording" / "nl.po").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(written) == sorted(set(written))


@pytest.mark.slow
def test_every_visible_sentence_has_its_dutch() -> None:
    assert len(visible_sentences()) > 100
    assert sorted(visible_sentences() - set(catalogue())) == []


@pytest.mark.slow
def test_no_dutch_stands_there_for_a_sentence_that_is_gone() -> None:
    assert sorted(set(catalogue()) - visible_sentences()) == []


def test_dutch_and_english_fill_in_the_same_facts() -> None:
    for english, dutch in catalogue().items():
        assert sorted(re.findall(r"{(\w+)}", english)) == sorted(re.findall(r"{(\w+)}", dutch)), english


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_row_and_every_row_its_dutch(reason: Reason) -> None:
    row = REFUSALS[reason]
    say = translator("nl")
    assert all(say(sentence) != sentence for sentence in row.sentences)


def kinds(of: type[KloofError] = KloofError) -> set[str]:
    """The name of every kind of refusal."""
    return {of.__name__}.union(*(kinds(kind) for kind in of.__subclasses__()))


def caught(tree: ast.AST) -> Iterator[str]:
    """The name of every class that an `except` or an error handler of Flask takes."""
    for node in ast.walk(tree):
        taken: list[ast.expr] = []
        if isinstance(node, ast.ExceptHandler) and node.type:
            taken = [node.type]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("errorhandler", "error_handler")
        ):
            taken = node.args
        yield from (
            ast.unparse(part).split(".")[-1]
            for one in taken
            for part in ast.walk(one)
            if isinstance(part, ast.expr)
        )


def test_no_page_takes_a_kind_of_refusal_for_the_one_reason_that_it_has_words_for() -> None:
    """A kind carries many reasons: pages go by the reason, and classes are caught where the one table is."""
    for module in modules():
        if module.is_relative_to(PACKAGE / "web") and module != Path(errors.__file__):
            assert kinds().isdisjoint(caught(ast.parse(module.read_text(encoding="utf-8")))), module


@pytest.mark.slow
def test_every_refusal_brings_the_facts_that_its_words_name() -> None:
    checked = 0
    for module in modules():
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in kinds() and node.args:
                kind, _, name = ast.unparse(node.args[0]).partition(".")
                if kind == "Reason":
                    words = " ".join(REFUSALS[Reason[name]].sentences)
                    brought = {keyword.arg for keyword in node.keywords} | {"company"}
                    assert set(re.findall(r"{(\w+)}", words)) <= brought, f"{module}:{node.lineno}"
                    checked += 1
    assert checked > 60


def test_no_reason_stands_there_that_nobody_gives() -> None:
    tables = {
        Path(str(room.__file__))
        for room in (domain_errors, refusals, file_words, sign_in_words, message_words, people_words)
    }
    givers = [module.read_text(encoding="utf-8") for module in modules() if module not in tables]
    given = set(re.findall(r"\bReason\.([A-Z_]+)", "\n".join(givers))) | {"SETTINGS_UNUSABLE"}
    assert set(Reason.__members__) - given == set()


def commands() -> list[str]:
    """Every command with its subcommands, as one types it."""
    found = []
    with click.Context(main) as context:
        for name in COMMANDS:
            command = main.get_command(context, name)
            assert command is not None
            inner = sorted(command.commands) if isinstance(command, click.Group) else [""]
            found += [f"kloof {name} {sub}".strip() for sub in inner]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_reference(command: str) -> None:
    assert f"`{command}" in (REFERENCE / "commands.md").read_text(encoding="utf-8")


def test_the_reference_names_no_command_that_is_not_there() -> None:
    named = re.findall(
        r"^\| `(kloof [a-z]+(?: [a-z]+)?)", (REFERENCE / "commands.md").read_text(), re.MULTILINE
    )
    known = commands()
    assert [name for name in named if not any(command.startswith(name) for command in known)] == []


def settings() -> list[str]:
    inner = [key for section in sections().values() for key in section.model_fields]
    return sorted(
        [*inner, *(FILE_KEYS - set(sections())), *(name for name in ENVIRONMENT if name != "KLOOF_RUN")]
    )


@pytest.mark.parametrize("setting", settings())
def test_every_setting_is_in_the_reference(setting: str) -> None:
    assert f"`{setting}`" in (REFERENCE / "settings.md").read_text(encoding="utf-8")


def test_every_setting_of_the_environment_is_a_field() -> None:
    assert set(ENVIRONMENT.values()) <= set(Settings.model_fields)


def test_every_state_can_be_reached_and_every_step_leads_to_a_state() -> None:
    for steps, first in (
        (INVITATION_STEPS, "planned"),
        (MESSAGE_STEPS, "queued"),
        (CALL_STEPS, "open"),
        (JOB_STEPS, "queued"),
    ):
        reached = {first} | {to.value for targets in steps.values() for to in targets}
        assert reached == {state.value for state in steps}


def test_every_kind_of_mail_has_its_text_and_no_text_is_left_over() -> None:
    named = {
        f"{kind.text}_{wave}" if kind.asks else kind.text for kind in MAIL_KINDS.values() for wave in Wave
    }
    named |= {f"passed_on_{wave}" for wave in Wave}  # an invitation that says who passed it on
    written = {name for name, field in MailTexts.model_fields.items() if field.annotation is MailText}
    assert named == written - {"test"}


def names_a_kind_of_mail(value: ast.expr) -> bool:
    """Whether this is a kind of mail written out as text, with or without a number."""
    words = value.value if isinstance(value, ast.Constant) else None
    return isinstance(words, str) and words.rstrip("0123456789").rstrip("-") in MAIL_KINDS


def tells_kinds_apart(node: ast.AST) -> bool:
    """Whether this compares something called `kind` with the name of a kind of mail, in Python or in SQL."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return bool(re.search(r"\bkind\"? *(?:=|<>|!=|IN|LIKE|GLOB)[ (]*'[a-z]", node.value))
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        inner = [part for side in sides for part in getattr(side, "elts", [side])]
        return "kind" in ast.unparse(node) and any(map(names_a_kind_of_mail, inner))
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return is_method and "kind" in ast.unparse(node.func) and any(map(names_a_kind_of_mail, node.args))


@pytest.mark.slow
def test_only_their_table_tells_kinds_of_mail_apart_by_name() -> None:
    table, scripts = PACKAGE / "domain" / "mailing" / "kinds.py", PACKAGE / "storage" / "migrations"
    found = [
        f"{module.relative_to(PACKAGE)}:{node.lineno}"
        for module in modules()
        if module != table and scripts not in module.parents
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if tells_kinds_apart(node)
    ]
    assert found == []


@pytest.mark.parametrize(
    "told_apart",
    [
        "mail.kind == 'invitation'",
        "kind in ('call-due', 'reminder')",
        "mail.kind.startswith('findings-')",
        "Message.kind == 'reminder-2'",
        "run('SELECT id FROM message m WHERE m.kind = \\'sign-in\\'')",
        "run('SELECT id FROM message WHERE kind LIKE \\'call-%\\'')",
    ],
)
def test_whoever_tells_kinds_of_mail_apart_by_name_is_found(told_apart: str) -> None:
    assert any(map(tells_kinds_apart, ast.walk(ast.parse(told_apart))))


def test_no_access_rule_is_left_over_from_a_route_that_is_gone(database: str, tmp_path: Path) -> None:
    from cast.builders import settings as company
    from kloof.web import create_app

    app = create_app(company(database, tmp_path, run="demo"))
    assert set(ROUTES) == {rule.endpoint for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("module", modules(), ids=lambda module: str(module.relative_to(PACKAGE)))
def test_rooms_stay_small(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_ROOM


@pytest.mark.parametrize(
    "folder",
    sorted({module.parent for module in modules()} - {PACKAGE / "cli", PACKAGE / "storage/migrations"}),
    ids=lambda folder: str(folder.relative_to(PACKAGE.parent)),
)
def test_few_modules_stand_side_by_side(folder: Path) -> None:
    assert len([file for file in folder.glob("*.py") if file.stem != "__init__"]) <= MOST_SIDE_BY_SIDE


def imports() -> dict[str, set[str]]:
    """Module → the modules that it imports anywhere, also inside a function and under TYPE_CHECKING."""
    paths = {_dotted(module): module for module in modules() if "migrations" not in module.parts}
    found: dict[str, set[str]] = {}
    for name, path in paths.items():
        wanted = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                whole = {f"{node.module}.{alias.name}" for alias in node.names}
                wanted |= {one if one in paths else node.module for one in whole}
            elif isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
        found[name] = (wanted & set(paths)) - {name}
    return found


def _dotted(module: Path) -> str:
    return ".".join(module.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.slow
def test_no_modules_import_each_other_however_far_round() -> None:
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@cache
def public_classes() -> list[tuple[str, Path]]:
    return [
        (node.name, module)
        for module in modules()
        if "migrations" not in module.parts
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def test_no_two_public_classes_share_a_name_but_a_value_and_its_row() -> None:
    rows = PACKAGE / "storage" / "models"
    values = Counter(name for name, module in public_classes() if module.parent != rows)
    assert [name for name, times in values.items() if times > 1] == []
    assert max(Counter(name for name, module in public_classes() if module.parent == rows).values()) == 1


def glossary() -> list[tuple[str, str, str]]:
    """Word, meaning, and where it lives."""
    text = (PACKAGE / "domain" / "GLOSSARY.md").read_text(encoding="utf-8")
    return re.findall(r"^\| ([a-z -]+) \| (.+?) \| `(.+?)` \|$", text, re.MULTILINE)


def test_the_glossary_is_short_and_gives_each_word_one_sentence() -> None:
    words = [word for word, _, _ in glossary()]
    assert 20 < len(words) <= MOST_WORDS
    assert len(words) == len(set(words))
    assert [word for word, meaning, _ in glossary() if meaning.count(". ") or not meaning.endswith(".")] == []


@pytest.mark.parametrize(("word", "where"), [(word, where) for word, _, where in glossary()])
def test_each_word_of_the_glossary_lives_where_it_says(word: str, where: str) -> None:
    file, _, name = where.partition(": ")
    module = PACKAGE / "domain" / file
    assert module.is_file()
    if name:
        assert (name, module) in public_classes()


def test_nothing_is_called_utils_helpers_or_manager() -> None:
    for path in PACKAGE.rglob("*"):
        assert not re.search(r"\b(utils?|helpers?|managers?)\b", path.stem.replace("_", " "))


def test_the_clock_is_read_in_one_place_only() -> None:
    readers = [
        str(module.relative_to(PACKAGE))
        for module in modules()
        if re.search(
            r"\b(datetime\.now|date\.today|datetime\.utcnow|time\.time)\(", module.read_text(encoding="utf-8")
        )
    ]
    assert set(readers) <= {"actions/clock.py", "mail/catcher.py"}


def test_no_page_or_stylesheet_asks_for_anything_from_elsewhere() -> None:
    asks = re.compile(r"""(?:src|href)=["']https?://|url\(["']?https?://|@import""")
    for path in [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.css"), *PACKAGE.rglob("*.js")]:
        links_out = asks.findall(path.read_text(encoding="utf-8"))
        assert not links_out, path


def test_the_lock_files_hold_hashes_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_each_tool_from_npm_has_a_hash_and_no_address() -> None:
    lock = json.loads((ROOT / "tests/browser/tools/package-lock.json").read_text(encoding="utf-8"))
    tools = [tool for folder, tool in lock["packages"].items() if folder]
    assert len(tools) > 100
    assert [tool for tool in tools if not tool.get("integrity") or "resolved" in tool] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_link_and_picture_leads_to_a_file_that_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r'\]\(([^)#\s]+)\)|src="([^"]+)"', text)
    local = [target or source for target, source in targets if "://" not in (target or source)]
    assert [target for target in local if not (ROOT / target).exists()] == []


def test_each_command_in_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    typed = re.findall(
        r"\bkloof ([a-z]+(?: [a-z]+)?)", "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    )
    known = commands()
    assert typed
    assert [
        words
        for words in typed
        if not any(command.startswith(f"kloof {words.split()[0]}") for command in known)
    ] == []


def test_what_is_made_once_for_all_workers_is_not_made_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made: list[Path] = []
    first, second = (made_once(tmp_path_factory, "of the house", made.append) for _ in range(2))
    assert made == [first] == [second]


def patience(tree: ast.AST) -> Iterator[tuple[int, float]]:
    """The line and the seconds of every wait with a number of its own that ends if nothing comes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = [word.value for word in node.keywords if (word.arg or "").endswith("timeout")]
            if isinstance(node.func, ast.Attribute) and node.func.attr in {"wait", "join"}:
                given += node.args
            for one in given:
                if isinstance(one, ast.Constant) and isinstance(one.value, int | float):
                    yield node.lineno, one.value


@pytest.mark.slow
def test_no_test_gives_up_on_another_process_within_a_minute() -> None:
    """Beside other tests a server took half a minute to start. Up to a second is a pause, which is meant to run out."""
    waits = [
        (str(module.relative_to(ROOT)), line, seconds)
        for module in sorted((ROOT / "tests").rglob("*.py"))
        for line, seconds in patience(ast.parse(module.read_text(encoding="utf-8")))
    ]
    assert len(waits) > 40
    assert [wait for wait in waits if 1 < wait[2] < 60] == []


@pytest.mark.xdist_group("together")
def test_tests_that_share_what_is_dear_to_make_go_to_one_worker(request: pytest.FixtureRequest) -> None:
    """Else the kiosk and the demo are played out twice, and nothing says so."""
    one_of_several = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@together") == one_of_several
