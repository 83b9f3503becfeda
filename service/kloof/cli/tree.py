"""What all commands share: --folder and --json in any place, no work in a wrong folder, and whole lines of help."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from kloof.domain.errors import Reason, Refused

_HANDED_DOWN = "kloof.handed_down"
_NAMED = "named_folder"
_NOT_HERE = {
    "--json": "{command} takes no --json: it has no result to print.",
    "--folder": "{command} takes no --folder: the folder that it makes stands behind it, as in kloof init DIR.",
}
_WHOLE = 10_000  # of a sentence of help: click cuts longer ones off


def _folders(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(incomplete, type="dir")]


def _hand_down(context: click.Context, option: click.Parameter, value: Any) -> None:
    """The command at the end takes it, as though it stood behind that."""
    words = option.opts if value is True else [f"{option.opts[0]}={one}" for one in value or ()]
    context.meta.setdefault(_HANDED_DOWN, []).extend(words)


def _folder_option(**more: Any) -> click.Option:
    help_ = "The company's folder; without it KLOOF_FOLDER, else the folder where you are."
    return click.Option(["--folder", _NAMED], metavar="DIR", help=help_, shell_complete=_folders, **more)


class Group(click.Group):
    """Commands of a company, unless they say otherwise. Its help shows of each the whole first sentence."""

    shows_options = False
    """Whether its help names --folder and --json too; every command below it does."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        both: dict[str, Any] = {
            "expose_value": False, "callback": _hand_down, "hidden": not self.shows_options,
        }  # fmt: skip
        self.params += [
            _folder_option(multiple=True, **both),
            click.Option(["--json"], is_flag=True, help="Print the result as JSON.", **both),
        ]

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        found = {name: self.get_command(context, name) for name in self.list_commands(context)}
        rows = [(name, command.get_short_help_str(_WHOLE)) for name, command in found.items() if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class Command(click.Command):
    """A command that takes what it knows of --folder and --json also before its name."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        args = [*context.meta.get(_HANDED_DOWN, ()), *args]
        try:
            values, _, order = self.make_parser(context).parse_args(list(args))
        except click.NoSuchOption as unknown:
            if unknown.option_name in _NOT_HERE:
                sentence = _NOT_HERE[unknown.option_name].format(command=context.command_path)
                raise click.UsageError(sentence, context) from None
            raise
        if not context.resilient_parsing and self.get_help_option(context) not in order:
            self.look_first(context, values, order)
        return super().parse_args(context, args)

    def look_first(
        self, context: click.Context, values: dict[str, Any], order: Sequence[click.Parameter]
    ) -> None:
        """What is looked at before any other argument: a script's empty "$DIR" must not become the folder here."""
        if "" in (values.get("folder"), values.get(_NAMED)):
            raise click.UsageError("The name of the folder is empty.", context)
        if sum("--folder" in parameter.opts for parameter in order) > 1:
            raise click.UsageError("Name one --folder, not several.", context)


class CompanyCommand(Command):
    """A command that works in the company's folder, which is its `context.obj`, and refuses where there is none."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.params.append(_folder_option(expose_value=False))

    def look_first(
        self, context: click.Context, values: dict[str, Any], order: Sequence[click.Parameter]
    ) -> None:
        from kloof.config import find_company

        super().look_first(context, values, order)
        context.obj = find_company(values.get(_NAMED), os.environ, _here())


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise Refused(
            Reason.SETTINGS_UNUSABLE, "The folder where you are is gone.", remedy="Go to another one with cd."
        ) from None


Group.command_class = CompanyCommand
