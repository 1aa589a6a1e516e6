"""Flags from RunConfig's fields, and complaints in one sentence."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from kd.config import FIELD_TYPES, FIELDS, PRESETS
from kd.terminal.arguments import Parser

Command = Callable[[argparse.Namespace], int]


def parse(arguments: list[str] | None) -> tuple[Command, argparse.Namespace]:
    """The command and its options.

    Raises:
        Refusal: when the command line makes no sense.
    """
    parser = Parser(prog="python -m kd", description="Understand knowledge distillation by doing it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_train(commands)
    _add_runs(commands)
    _add_predict(commands)
    _add_stop(commands)
    _add_rebuild_index(commands)
    options = parser.parse_args(arguments)
    return options.command, options


def _add_train(commands) -> None:
    parser = commands.add_parser("train", help="train a teacher's student and its twin without help")
    parser.add_argument(
        "--preset",
        choices=PRESETS,
        default="default",
        help="; ".join(f"{name}: {preset.label.lower()}" for name, preset in PRESETS.items()),
    )
    for name, spec in FIELDS.items():
        flag = "--" + name.replace("_", "-")
        if FIELD_TYPES[name] is bool:
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=spec.help)
        else:
            # kept as text: RunConfig converts and refuses with the sentence the pages use too
            parser.add_argument(
                flag, metavar=_metavar(name), default=None, help=f"{spec.help} {spec.allowed}"
            )
    _add_json(parser)
    parser.set_defaults(command=_train)


def _add_runs(commands) -> None:
    parser = commands.add_parser("runs", help="list the runs that are stored")
    _add_json(parser)
    parser.set_defaults(command=_runs)


def _add_predict(commands) -> None:
    parser = commands.add_parser("predict", help="ask a run's three models what a picture shows")
    parser.add_argument("run", metavar="RUN", help="a run's id, as `python -m kd runs` lists it")
    parser.add_argument("image", metavar="IMAGE", help="a picture of one digit: PNG, JPEG, WebP, BMP or GIF")
    _add_json(parser)
    parser.set_defaults(command=_predict)


def _add_stop(commands) -> None:
    parser = commands.add_parser("stop", help="stop a run that waits or trains, whoever asked for it")
    parser.add_argument("run", metavar="RUN", help="a run's id, or how it begins")
    parser.set_defaults(command=_stop)


def _add_rebuild_index(commands) -> None:
    parser = commands.add_parser("rebuild-index", help="read the stored runs anew, after the index was lost")
    parser.set_defaults(command=_rebuild_index)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line on standard output")


def _metavar(name: str) -> str:
    spec = FIELDS[name]
    return "|".join(spec.choices) if spec.choices else {float: "NUMBER", int: "N"}[FIELD_TYPES[name]]


def _train(options: argparse.Namespace) -> int:
    changes: dict[str, Any] = {name: getattr(options, name) for name in FIELDS}
    changes = {name: value for name, value in changes.items() if value is not None}
    config = PRESETS[options.preset].config.replace(**changes)
    from kd.cli.train import train  # after the config: it is refused before the engine's code is read

    return train(config, options.json)


def _runs(options: argparse.Namespace) -> int:
    from kd.cli.runs import runs

    return runs(options.json)


def _predict(options: argparse.Namespace) -> int:
    from kd.cli.predict import predict

    return predict(options.run, options.image, options.json)


def _stop(options: argparse.Namespace) -> int:
    from kd.cli.stop import stop

    return stop(options.run)


def _rebuild_index(options: argparse.Namespace) -> int:
    from kd.cli.rebuild_index import rebuild_index

    return rebuild_index()
