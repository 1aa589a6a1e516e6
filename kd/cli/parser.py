"""The commands and their flags; those of `train` are made from RunConfig's fields."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

from kd._version import __version__
from kd.cli.program import MODULE
from kd.config import FIELD_TYPES, FIELDS, MODELS, OFFERED, PRESETS, FieldSpec
from kd.export import FORMATS, TABLES
from kd.studies.study import Study
from kd.terminal.arguments import OneAxis, Parser, Refusal, shown
from kd.text.translation import _
from kd.text.words import listing, quoted

Command = Callable[[argparse.Namespace], int]
_LONGEST_LIST = 27  # of what a flag allows, so that a help page fits 80 columns
_Commands = Any  # argparse has no public name for what add_subparsers returns


def parse(arguments: list[str] | None, name: str = MODULE) -> tuple[Command, argparse.Namespace]:
    """The command and its options.

    Raises:
        Refusal: when the command line cannot be understood.
    """
    parser, _commands = command_line(name)
    if not (sys.argv[1:] if arguments is None else arguments):
        return lambda _options: _explain(parser), argparse.Namespace()
    options = parser.parse_args(arguments)
    return options.command, options


def command_line(name: str = MODULE) -> tuple[Parser, Mapping[str, argparse.ArgumentParser]]:
    """The whole command line, and each command's part of it."""
    parser = Parser(prog=name, description=_("Understand knowledge distillation by doing it."))
    if name != MODULE:
        parser.epilog = shown(
            _(
                "Without a command, it opens the app in your browser; options of the app's server may "
                "follow, such as --server.port 8600."
            )
        )
    parser.add_argument(
        "--version",
        action="version",
        version=f"KD Lab {__version__}",
        help=shown(_("show the version and exit")),
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_train(commands)
    _add_sweep(commands)
    _add_experiment(commands)
    _add_runs(commands)
    _add_predict(commands)
    _add_export(commands)
    _add_stop(commands)
    return parser, commands.choices


def _explain(parser: Parser) -> int:
    """What a command line without a command gets: its commands, each in a line."""
    parser.print_help()
    return 0


def _command(commands: _Commands, name: str, purpose: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=shown(purpose), description=shown(purpose))


def _add_train(commands: _Commands) -> None:
    parser = _command(commands, "train", _("train two identical students, one of them with a teacher's help"))
    _add_preset(parser)
    for name, spec in OFFERED.items():
        flag = _flag(name)
        if FIELD_TYPES[name] is bool:
            parser.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=None, help=shown(_(spec.help))
            )
        else:
            # kept as text: RunConfig converts it, or refuses it in the same words as on the pages
            allowed = _("{help} Allowed: {values}.", **_said(spec))
            parser.add_argument(flag, metavar=_metavar(name), default=None, help=shown(allowed))
    _add_json(parser)
    parser.set_defaults(command=_train)


def _add_sweep(commands: _Commands) -> None:
    parser = _command(
        commands,
        "sweep",
        _("train many runs that differ in some fields, and say how sure the differences are"),
    )
    _add_preset(parser)
    for name, spec in OFFERED.items():
        if name == "seed":
            continue
        values = _("{help} One value, or several with commas between them: {values}.", **_said(spec))
        parser.add_argument(
            _flag(name),
            action=OneAxis,
            metavar=f"{_metavar(name)}[,…]",
            default=argparse.SUPPRESS,
            help=shown(values),
        )
    parser.add_argument("--seed", metavar="N", default=argparse.SUPPRESS, help=shown(_("The first seed.")))
    parser.add_argument(
        "--seeds", metavar="N", default="1", help=shown(_("How many seeds each setting gets."))
    )
    parser.add_argument(
        "--against",
        metavar="scratch|FIELD=VALUE[,…]",
        default="scratch",
        help=shown(
            _("What a distilled student is compared with: its scratch student, or another setting's.")
        ),
    )
    for name in TABLES:
        about = _("at the end, write the numbers of its runs to this file as {format}", format=name)
        parser.add_argument(f"--{name}", metavar="FILE", help=shown(about))
    parser.add_argument(
        "--yes", action="store_true", help=shown(_("start even if it would take more than an hour"))
    )
    _add_json(parser)
    parser.set_defaults(command=_sweep)


def _add_experiment(commands: _Commands) -> None:
    parser = _command(
        commands,
        "experiment",
        _("try what papers have claimed, or list what can be tried"),
    )
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help=shown(_("which one; without it, all of them are listed"))
    )
    parser.add_argument(
        "--seeds", metavar="N", help=shown(_("How many seeds; by default as many as are judged first, 5."))
    )
    parser.add_argument(
        "--length", metavar="LENGTH", help=shown(_("short or long: how long students train; both by default"))
    )
    parser.add_argument(
        "--set",
        metavar="OPTION=VALUE",
        action="append",
        default=[],
        help=shown(_("an option that the experiment has, such as omitted_digits=37; may be repeated")),
    )
    parser.add_argument(
        "--guess", metavar="CODE", help=shown(_("what you expect; it is compared with what comes out"))
    )
    _add_json(parser)
    parser.set_defaults(command=_experiment)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _said(spec: FieldSpec) -> dict[str, str]:
    return {"help": _(spec.help), "values": spec.allowed}


def _add_preset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--preset",
        choices=PRESETS,
        metavar="PRESET",  # their names and what they are follow: in one line they would be too long
        default="default",
        help=shown("; ".join(f"{name}: {_(preset.label)}" for name, preset in PRESETS.items())),
    )


def _add_runs(commands: _Commands) -> None:
    parser = _command(commands, "runs", _("list the stored runs"))
    _add_json(parser)
    parser.set_defaults(command=_runs)


def _add_predict(commands: _Commands) -> None:
    parser = _command(commands, "predict", _("ask a run's three models which digit a picture shows"))
    parser.add_argument("run", metavar="RUN", help=shown(_("a run's id, or the beginning of it")))
    parser.add_argument(
        "image", metavar="IMAGE", help=shown(_("a picture of one digit: PNG, JPEG, WebP, BMP or GIF"))
    )
    _add_json(parser)
    parser.set_defaults(command=_predict)


def _add_export(commands: _Commands) -> None:
    parser = _command(
        commands,
        "export",
        _("write a run, one of its models, or the numbers of many, as files to take along"),
    )
    parser.add_argument(
        "run",
        metavar="RUN",
        nargs="+",
        help=shown(
            _(
                "a run's id, or the beginning of it; for {tables} several of them, or a study's id",
                tables=listing(list(TABLES)),
            )
        ),
    )
    format = parser.add_mutually_exclusive_group(required=True)
    format.add_argument(
        "--format",
        metavar="FORMAT",
        choices=FORMATS,
        help=shown("; ".join(f"{name}: {_(about)}" for name, about in FORMATS.items())),
    )
    format.add_argument(
        "--tensorboard",
        metavar="DIR",
        help=shown(_("short for --format tensorboard --output DIR")),
    )
    parser.add_argument(
        "--model",
        choices=MODELS,
        default="distilled",
        help=shown(_("which of the run's models, for a format that holds one")),
    )
    parser.add_argument(
        "--output", metavar="PATH", help=shown(_("the file to write, or a folder for it; by default here"))
    )
    parser.add_argument("--force", action="store_true", help=shown(_("replace files of the same name")))
    parser.set_defaults(command=_export)


def _add_stop(commands: _Commands) -> None:
    parser = _command(commands, "stop", _("stop a waiting or training run, whoever started it"))
    parser.add_argument("run", metavar="RUN", help=shown(_("a run's id, or the beginning of it")))
    parser.set_defaults(command=_stop)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=shown(_("print one JSON object per line")))


def _metavar(name: str) -> str:
    spec = FIELDS[name]
    choices = "|".join(map(str, spec.choices))
    if choices:
        return choices if len(choices) <= _LONGEST_LIST else "NAME"
    return {bool: "true|false", float: "NUMBER", int: "N", str: "DIGITS"}[FIELD_TYPES[name]]


def _train(options: argparse.Namespace) -> int:
    changes: dict[str, Any] = {name: getattr(options, name) for name in OFFERED}
    changes = {name: value for name, value in changes.items() if value is not None}
    config = PRESETS[options.preset].config.replace(**changes)
    from kd.cli.train import train  # after the config: a bad one is refused before the engine loads

    return train(config, options.json)


def _sweep(options: argparse.Namespace) -> int:
    from kd.cli.sweep import sweep

    # in the order in which they were given: that of the axes
    lists = {name: text.split(",") for name, text in vars(options).items() if name in OFFERED}
    axes = {name: values for name, values in lists.items() if len(values) > 1}
    # each axis at its first value, which the others may need: the preset's own may contradict them
    base = PRESETS[options.preset].config.replace(**{name: values[0] for name, values in lists.items()})
    study = Study(base, axes, _seeds(options.seeds), _baseline(options.against))
    tables = {name: getattr(options, name) for name in TABLES if getattr(options, name) is not None}
    return sweep(study, options.json, options.yes, tables)


def _experiment(options: argparse.Namespace) -> int:
    from kd.cli import experiment

    if options.name is None:
        return experiment.listed(options.json)
    seeds = None if options.seeds is None else _seeds(options.seeds)
    chosen = dict(_option(text) for text in options.set)
    return experiment.tried(options.name, seeds, chosen, options.guess, options.length, options.json)


def _option(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Refusal(_("Argument --set: must be OPTION=VALUE, got {value}.", value=quoted(text)))
    return name, value


def _seeds(text: str) -> Any:
    return int(text) if text.isdecimal() and len(text) < 10 else text


def _baseline(text: str) -> str | dict[str, str]:
    parts = [part.partition("=") for part in text.split(",")]
    return {name: value for name, _sign, value in parts} if "=" in text else text


def _runs(options: argparse.Namespace) -> int:
    from kd.cli.runs import runs

    return runs(options.json)


def _predict(options: argparse.Namespace) -> int:
    from kd.cli.predict import predict

    return predict(options.run, options.image, options.json)


def _export(options: argparse.Namespace) -> int:
    from kd.cli.export import export

    format, output = options.format, options.output
    if options.tensorboard is not None:
        if output is not None:
            raise Refusal(
                _("Argument --output: not allowed with argument --tensorboard, which names the folder.")
            )
        format, output = "tensorboard", options.tensorboard
    return export(options.run, format, options.model, output, options.force)


def _stop(options: argparse.Namespace) -> int:
    from kd.cli.stop import stop

    return stop(options.run)
