"""The kloof command: what the desk, and the machine that runs kloof, type."""

import os
import sys
from importlib import import_module

import click

from kloof import __version__
from kloof.cli.run import FOR_ITS_OWNER, UMASK, in_a_sentence
from kloof.cli.tree import Group

COMMANDS = {
    "audit": "releases:audit",
    "backup": "backups:backup",
    "db": "database:db",
    "deals": "deals:deals",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "freeze": "releases:freeze",
    "hosts": "hosts:hosts",
    "init": "init:init",
    "letters": "letters:letters",
    "mail": "mail:mail",
    "outbox": "mail:outbox",
    "actions": "actions:actions",
    "papers": "papers:papers",
    "people": "people:people",
    "person": "person:person",
    "plan": "releases:plan",
    "publish": "releases:publish",
    "restore": "backups:restore",
    "retention": "retention:retention",
    "serve": "serve:serve",
    "site": "site:site",
    "surveys": "surveys:surveys",
    "tokens": "tokens:tokens",
    "webhooks": "webhooks:webhooks",
    "worker": "worker:worker",
}
"""Command → where it stands in this folder; loaded when it is called, so that each starts with what it needs only."""


class _Commands(Group):
    """Every refusal is a sentence on stderr and exit status 1; wrong usage is 2, as click has it.

    What a command writes is for the owner of the files only, unless it is `readable`.
    """

    shows_options = True

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(import_module(f"kloof.cli.{module}"), attribute)
        return command

    def invoke(self, context: click.Context) -> object:
        context.meta[UMASK] = os.umask(FOR_ITS_OWNER)
        try:
            return super().invoke(context)
        except Exception as trouble:
            sentence = in_a_sentence(trouble)
            if sentence is None:
                raise
            click.echo(sentence, err=True)
        finally:
            os.umask(context.meta[UMASK])
        sys.exit(1)


@click.group(cls=_Commands, name="kloof", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kloof")
def main() -> None:
    """V − R = S: paired surveys that measure the gap between what was promised and what was got.

    A command works in the company's folder, the one with kloof.toml; elsewhere it refuses and writes nothing.
    """
