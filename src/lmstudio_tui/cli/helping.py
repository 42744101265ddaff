"""Help that reads like a page of the manual: options and commands in groups, examples, and what concerns them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from lmstudio_tui.cli.examples import ENVIRONMENT, EXAMPLES, EXIT_CODES, FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import typer

OPTIONS = "Options"


def path_of(context: Any) -> str:
    """The words after the name of the program that led to a command."""
    words: list[str] = []
    while context is not None and context.parent is not None:
        words.insert(0, str(context.info_name))
        context = context.parent
    return " ".join(words)


def parameter_groups(command: Any, context: Any) -> dict[str, list[tuple[str, str]]]:
    """Arguments and options, as the help shows them, by the titles of their groups; the usual ones first."""
    found: dict[str, list[tuple[str, str]]] = {"Arguments": [], OPTIONS: []}
    for one in command.get_params(context):
        if one.param_type_name == "argument":
            found["Arguments"].append((_argument(one), one.help or ""))
            continue
        record = one.get_help_record(context)
        if record is not None:
            found.setdefault(getattr(one, "rich_help_panel", None) or OPTIONS, []).append(record)
    return {title: rows for title, rows in found.items() if rows}


class HelpfulCommand(TyperCommand):
    """A command whose help has its options in groups, and examples."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Arguments as in a page of the manual: brackets are around what may be left out."""
        arguments = [one for one in self.get_params(ctx) if one.param_type_name == "argument"]
        return [self.options_metavar or "", *map(_used, arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments and options."""
        _write(formatter, parameter_groups(self, ctx).items())

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Examples."""
        _examples(formatter, path_of(ctx))


class HelpfulGroup(TyperGroup):
    """A group of commands whose help is like that of a command."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Options, and then the commands."""
        _write(formatter, parameter_groups(self, ctx).items())
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Examples."""
        _examples(formatter, path_of(ctx))


class HelpfulProgram(HelpfulGroup):
    """The program: its commands in groups, and everything that concerns all of them."""

    def panels(self) -> dict[str, tuple[str, ...]]:
        """The commands by the titles of their groups."""
        return {}

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands in their groups."""
        for title, names in self.panels().items():
            limit = formatter.width - 6 - max(map(len, names))
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, one.get_short_help_str(limit)) for name, one in found if one is not None]
            _write(formatter, [(title, rows)])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Examples, environment, files, exit codes."""
        super().format_epilog(ctx, formatter)
        about = (("Environment", ENVIRONMENT), ("Files (on Linux)", FILES), ("Exit codes", EXIT_CODES))
        _write(formatter, about)
        formatter.write_paragraph()
        formatter.write_text(
            "--base-url, --api-key, --profile, --config, --demo and --log-level may stand before or after a command. "
            "Each command has --help; lmstudio-tui COMMAND --help shows its options and examples."
        )


def make_helpful(app: typer.Typer) -> None:
    """Let every command and group of an app have such a help."""
    for one in app.registered_commands:
        one.cls = HelpfulCommand
    for group in app.registered_groups:
        if group.typer_instance is not None:
            make_helpful(group.typer_instance)
    app.info.cls = HelpfulGroup


def _argument(one: Any) -> str:
    """What an argument is called."""
    return one.metavar or str(one.name).upper()


def _used(argument: Any) -> str:
    name = _argument(argument) if argument.required else f"[{_argument(argument)}]"
    return name if argument.nargs == 1 else f"{name}..."


def _write(formatter: Any, groups: Iterable[tuple[str, Sequence[tuple[str, str]]]]) -> None:
    for title, rows in groups:
        with formatter.section(title):
            formatter.write_dl(rows)


def _examples(formatter: Any, path: str) -> None:
    lines = EXAMPLES.get(path, ())
    if lines:
        with formatter.section("Examples"):
            for line in lines:
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
