"""The commands and their flags; those of `train` and `sweep` are made from RunConfig's fields."""

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

from kd._version import __version__
from kd.base.data_sets import MNIST
from kd.base.fields import ID, FieldSpec
from kd.base.unusable import Unusable
from kd.config import FIELD_TYPES, FIELDS, MODELS, OFFERED, PRESETS
from kd.export import FORMATS, TABLES
from kd.studies.address import seeds_of
from kd.studies.study import Study
from kd.terminal.entry import MODULE, PROGRAM, Parser
from kd.text.translation import _, pgettext
from kd.text.words import listing, quoted

_LONGEST_LIST = 27  # of what a flag allows, so that a help page fits 80 columns

Command = Callable[[argparse.Namespace], int]
_Commands = Any  # argparse has no public name for what add_subparsers returns


def parse(arguments: list[str] | None, name: str = MODULE) -> tuple[Command, argparse.Namespace]:
    """Returns the command and its options; from now on, messages name this program.

    Raises:
        Unusable: when the command line cannot be understood.
    """
    PROGRAM.set(name)
    parser, _commands = command_line(name)
    if not (sys.argv[1:] if arguments is None else arguments):
        return _help, argparse.Namespace(parser=parser)
    options = parser.parse_args(arguments)
    return options.command, options


def command_line(name: str = MODULE) -> tuple[Parser, Mapping[str, argparse.ArgumentParser]]:
    """Returns the parser of the whole command line, and that of each command."""
    parser = Parser(prog=name, description=_("Understand knowledge distillation by doing it."))
    if name != MODULE:
        parser.epilog = _shown(
            _(
                "Without a command, it opens the app in your browser; options of the app's server may "
                "follow, such as --server.port 8600."
            )
        )
    version = f"KD Lab {__version__}"
    _add(parser, "--version", _("show the version and exit"), action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar=pgettext("in a command", "COMMAND"))
    for add in (_add_train, _add_sweep, _add_experiment, _add_runs, _add_predict, _add_export, _add_stop):
        add(commands)
    found = dict(commands.choices)
    for name, add_own in (("data", _add_data), ("class", _add_class)):
        found |= {f"{name} {each}": own for each, own in add_own(commands).choices.items()}
    return parser, found


def _help(options: argparse.Namespace) -> int:
    options.parser.print_help()
    return 0


def _command(commands: _Commands, name: str, purpose: str, carry_out: Command) -> argparse.ArgumentParser:
    about = _shown(purpose)
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(command=carry_out)
    return parser


def _add(parser: Any, name: str, about: str, **options: Any) -> None:
    parser.add_argument(name, help=_shown(about), **options)


def _add_json(parser: argparse.ArgumentParser) -> None:
    _add(parser, "--json", _("print one JSON object per line"), action="store_true")


def _add_preset(parser: argparse.ArgumentParser) -> None:
    about = "; ".join(f"{name}: {_(preset.label)}" for name, preset in PRESETS.items())
    # their names and what they are follow: in one line they would be too long
    _add(
        parser,
        "--preset",
        about,
        choices=PRESETS,
        metavar=pgettext("in a command", "PRESET"),
        default="default",
    )


def _add_train(commands: _Commands) -> None:
    purpose = _("train two identical students, one of them with a teacher's help")
    parser = _command(commands, "train", purpose, _train)
    _add_preset(parser)
    for name, spec in OFFERED.items():
        if FIELD_TYPES[name] is bool:
            _add(parser, _flag(name), _(spec.help), action=argparse.BooleanOptionalAction, default=None)
        else:
            # kept as text: RunConfig converts it, or refuses it in the same words as on the pages
            _add(parser, _flag(name), _("{help} Allowed: {values}.", **_said(spec)), metavar=_metavar(name))
    _add_json(parser)


def _train(options: argparse.Namespace) -> int:
    changes: dict[str, Any] = {name: getattr(options, name) for name in OFFERED}
    changes = {name: value for name, value in changes.items() if value is not None}
    if "data" in changes:
        changes["data"] = _data_id(changes["data"])
    config = PRESETS[options.preset].config.replace(**changes)
    from kd.cli.train import train  # after the config: a bad one is refused before the engine loads

    return train(config, options.json)


def _data_id(name: str) -> str:
    """Returns the id of a data set by its name or id."""
    from kd.base.data_sets import find, use_folder
    from kd.store.data_sets import DATA_FOLDER
    from kd.store.store import default_home

    if name == MNIST or ID.fullmatch(name):
        return name
    use_folder(default_home() / DATA_FOLDER)
    return find(name).id


def _add_sweep(commands: _Commands) -> None:
    purpose = _("train many runs that differ in some fields, and say how sure the differences are")
    parser = _command(commands, "sweep", purpose, _sweep)
    _add_preset(parser)
    for name, spec in OFFERED.items():
        if name == "seed":
            continue
        about = _("{help} One value, or several with commas between them: {values}.", **_said(spec))
        metavar = f"{_metavar(name)}[,…]"
        _add(parser, _flag(name), about, action=_OneAxis, metavar=metavar, default=argparse.SUPPRESS)
    _add(parser, "--seed", _("The first seed."), metavar="N", default=argparse.SUPPRESS)
    _add(parser, "--seeds", _("How many repeats (seeds) each setting gets."), metavar="N", default="1")
    _add(
        parser,
        "--against",
        _("What a distilled student is compared with: its scratch student, or another setting's."),
        metavar=pgettext("in a command", "scratch|FIELD=VALUE[,…]"),
        default="scratch",
    )
    for name in TABLES:
        about = _("at the end, write the numbers of its runs to this file as {format}", format=name)
        _add(parser, f"--{name}", about, metavar=pgettext("in a command", "FILE"))
    _add(parser, "--yes", _("start even if it would take more than an hour"), action="store_true")
    _add_json(parser)


def _sweep(options: argparse.Namespace) -> int:
    from kd.cli.sweep import sweep

    # in the order in which they were given: that of the axes
    lists = {name: text.split(",") for name, text in vars(options).items() if name in OFFERED}
    lists |= {name: [_data_id(each) for each in lists[name]] for name in ("data",) if name in lists}
    if lists.get("data", [MNIST]) != [MNIST] and "omitted_digits" in lists:
        lists["omitted_digits"] = [options.omitted_digits]  # names of classes, which are no axis
    axes = {name: values for name, values in lists.items() if len(values) > 1}
    # each axis at its first value, which the others may need: the preset's own may contradict them
    base = PRESETS[options.preset].config.replace(**{name: values[0] for name, values in lists.items()})
    study = Study(base, axes, seeds_of(options.seeds), _baseline(options.against))
    tables = {name: getattr(options, name) for name in TABLES if getattr(options, name) is not None}
    return sweep(study, options.json, options.yes, tables)


def _baseline(text: str) -> str | dict[str, str]:
    parts = [part.partition("=") for part in text.split(",")]
    return {name: value for name, _sign, value in parts} if "=" in text else text


def _add_experiment(commands: _Commands) -> None:
    purpose = _("try what papers have claimed, or list what can be tried")
    parser = _command(commands, "experiment", purpose, _experiment)
    _add(
        parser,
        "name",
        _("which one; without it, all of them are listed"),
        metavar=pgettext("in a command", "NAME"),
        nargs="?",
    )
    _add(parser, "--seeds", _("How many repeats (seeds); by default 5, where verdicts begin."), metavar="N")
    _add(
        parser,
        "--length",
        _("short or long: how long students train; both by default"),
        metavar=pgettext("in a command", "LENGTH"),
    )
    _add(
        parser,
        "--set",
        _("an option that the experiment has, such as omitted_digits=37; may be repeated"),
        metavar=pgettext("in a command", "OPTION=VALUE"),
        action="append",
        default=[],
    )
    _add(
        parser,
        "--guess",
        _("what you expect; it is compared with what comes out"),
        metavar=pgettext("in a command", "CODE"),
    )
    _add_json(parser)


def _experiment(options: argparse.Namespace) -> int:
    from kd.cli import experiment

    if options.name is None:
        return experiment.listed(options.json)
    seeds = None if options.seeds is None else seeds_of(options.seeds)
    chosen = dict(map(_option, options.set))
    return experiment.tried(options.name, seeds, chosen, options.guess, options.length, options.json)


def _option(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Unusable("Argument --set: must be OPTION=VALUE, got {value}.", value=quoted(text))
    return name, value


def _add_runs(commands: _Commands) -> None:
    _add_json(_command(commands, "runs", _("list the stored runs"), _runs))


def _runs(options: argparse.Namespace) -> int:
    from kd.cli.runs import runs

    return runs(options.json)


def _add_predict(commands: _Commands) -> None:
    parser = _command(
        commands, "predict", _("ask a run's three models which digit a picture shows"), _predict
    )
    _add(parser, "run", _("a run's id, or the beginning of it"), metavar=pgettext("in a command", "RUN"))
    about = _("a picture of one digit: PNG, JPEG, WebP, BMP or GIF")
    _add(parser, "image", about, metavar=pgettext("in a command", "IMAGE"))
    about = _("IMAGE is the name of drawings that a class has kept: count how many each model reads")
    _add(parser, "--drawings", about, action="store_true")
    _add_json(parser)


def _predict(options: argparse.Namespace) -> int:
    from kd.cli.predict import predict, predict_drawings

    answer = predict_drawings if options.drawings else predict
    return answer(options.run, options.image, options.json)


def _add_export(commands: _Commands) -> None:
    purpose = _("write a run, one of its models, or the numbers of many, as files to take along")
    parser = _command(commands, "export", purpose, _export)
    about = _(
        "a run's id, or the beginning of it; for {tables} several of them, or a study's id",
        tables=listing(list(TABLES)),
    )
    _add(parser, "run", about, metavar=pgettext("in a command", "RUN"), nargs="+")
    format = parser.add_mutually_exclusive_group(required=True)
    about = "; ".join(f"{name}: {_(about)}" for name, about in FORMATS.items())
    _add(format, "--format", about, metavar=pgettext("in a command", "FORMAT"), choices=FORMATS)
    _add(
        format,
        "--tensorboard",
        _("short for --format tensorboard --output DIR"),
        metavar=pgettext("in a command", "DIR"),
    )
    about = _("which of the run's models, for a format that holds one")
    _add(parser, "--model", about, choices=MODELS, default="distilled")
    _add(
        parser,
        "--output",
        _("the file to write, or a folder for it; by default here"),
        metavar=pgettext("in a command", "PATH"),
    )
    _add(parser, "--force", _("replace files of the same name"), action="store_true")


def _export(options: argparse.Namespace) -> int:
    from kd.cli.export import export

    format, output = options.format, options.output
    if options.tensorboard is not None:
        if output is not None:
            raise Unusable(
                "Argument --output: not allowed with argument --tensorboard, which names the folder."
            )
        format, output = "tensorboard", options.tensorboard
    return export(options.run, format, options.model, output, options.force)


def _add_stop(commands: _Commands) -> None:
    parser = _command(commands, "stop", _("stop a waiting or training run, whoever started it"), _stop)
    _add(parser, "run", _("a run's id, or the beginning of it"), metavar=pgettext("in a command", "RUN"))


def _stop(options: argparse.Namespace) -> int:
    from kd.cli.runs import stop

    return stop(options.run)


def _add_data(commands: _Commands) -> _Commands:
    """Adds `data` with its own commands, which are returned."""
    about = _shown(_("list the data sets, add pictures of your own, or remove them"))
    parser = commands.add_parser("data", help=about, description=about)
    own = parser.add_subparsers(required=True, metavar=pgettext("in a command", "COMMAND"))
    _add_json(_command(own, "list", _("list the data sets that runs can learn from"), _data_list))
    called = pgettext("in a command", "NAME")
    adding = _command(own, "add", _("add pictures of your own, to learn from instead of MNIST"), _data_add)
    about = _("an npz file with x_train, y_train, x_test and y_test")
    _add(adding, "file", about, metavar=pgettext("in a command", "FILE"))
    about = _("the names of the classes in the order of their labels, with commas between them")
    _add(adding, "--classes", about, metavar=f"{called},…")
    about = _("what to call it: up to 30 letters, digits, hyphens and underscores; by default as the file")
    _add(adding, "--name", about, metavar=called)
    about = _("only scale drawings, even if the pictures are centred as MNIST's are")
    _add(adding, "--plain", about, action="store_true")
    removing = _command(own, "remove", _("remove pictures of which there are no runs"), _data_remove)
    _add(removing, "name", _("the data set's name or id"), metavar=called)
    return own


def _data_list(options: argparse.Namespace) -> int:
    from kd.cli.data import listed

    return listed(options.json)


def _data_add(options: argparse.Namespace) -> int:
    from kd.cli.data import add

    classes = None if options.classes is None else options.classes.split(",")
    return add(options.file, options.name, classes, options.plain)


def _data_remove(options: argparse.Namespace) -> int:
    from kd.cli.data import remove

    return remove(options.name)


def _add_class(commands: _Commands) -> _Commands:
    """Adds `class` with its own commands, which are returned."""
    about = _shown(_("list the classes that are open, end one, or save its answers"))
    parser = commands.add_parser("class", help=about, description=about)
    own = parser.add_subparsers(required=True, metavar=pgettext("in a command", "COMMAND"))
    _add_json(_command(own, "list", _("list the classes that are open"), _class_list))
    ending = _command(own, "end", _("end a class: its names, answers and drawings are deleted"), _class_end)
    purpose = _("write the answers of a class as CSV, with names if its wall shows them")
    saving = _command(own, "export", purpose, _class_export)
    for each in (ending, saving):
        _add(each, "code", _("the four letters of the class"), metavar=pgettext("in a command", "CODE"))
    about = _("the file to write, or a folder for it; by default class-CODE.csv here")
    _add(saving, "--output", about, metavar=pgettext("in a command", "PATH"))
    _add(saving, "--force", _("replace a file of the same name"), action="store_true")
    return own


def _class_list(options: argparse.Namespace) -> int:
    from kd.cli.class_ import listed

    return listed(options.json)


def _class_end(options: argparse.Namespace) -> int:
    from kd.cli.class_ import end

    return end(options.code)


def _class_export(options: argparse.Namespace) -> int:
    from kd.cli.class_ import export

    return export(options.code, options.output, options.force)


class _OneAxis(argparse.Action):
    """Keeps the last value of a field, as usual, but refuses an axis that is there twice."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, values: Any, option: Any = None) -> None:
        if hasattr(namespace, self.dest) and "," in f"{getattr(namespace, self.dest)}{values}":
            raise Unusable(
                "{flag} is there twice: give its values once, with commas between them.", flag=option
            )
        setattr(namespace, self.dest, values)


def _shown(text: str) -> str:
    """Returns a help text that argparse shows as it is, percent signs included."""
    return text.replace("%", "%%")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _said(spec: FieldSpec) -> dict[str, str]:
    return {"help": _(spec.help), "values": spec.allowed}


def _metavar(name: str) -> str:
    choices, called = "|".join(map(str, FIELDS[name].choices)), pgettext("in a command", "NAME")
    if choices:
        return choices if "|" in choices and len(choices) <= _LONGEST_LIST else called
    number, digits = pgettext("in a command", "NUMBER"), pgettext("in a command", "DIGITS")
    return {bool: "true|false", float: number, int: "N", str: digits}[FIELD_TYPES[name]]
