"""KD Lab is a guest in the process that imports it, and changes nothing there.

Each test is a program of its own. It looks at all that a process has once, does something with KD Lab, and
looks again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import PROJECT

LOOK = """
import decimal, gc, locale, logging, os, random, signal, socket, ssl, sys, threading, warnings
import numpy, threadpoolctl

def umask():
    found = os.umask(0)
    os.umask(found)
    return found

def look():
    loggers = {"": logging.getLogger(), **logging.root.manager.loggerDict}
    return {
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "paths": [path for path in sys.path],
        "umask": umask(),
        "BLAS and OpenMP": {i["filepath"]: i["num_threads"] for i in threadpoolctl.threadpool_info()},
        "loggers": {
            name: (logger.level, list(logger.handlers), logger.propagate, list(logger.filters))
            for name, logger in loggers.items()
            if isinstance(logger, logging.Logger) and (logger.handlers or logger.level or logger.filters)
        },
        "logging": (logging.getLoggerClass(), logging.root.manager.disable, logging.lastResort),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "warnings": list(warnings.filters),
        "hooks": (sys.excepthook, sys.unraisablehook, sys.displayhook, threading.excepthook, sys.gettrace()),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "meta path": [repr(finder) for finder in sys.meta_path],
        "NumPy": (numpy.geterr(), numpy.get_printoptions(), hash(numpy.random.get_state()[1].tobytes())),
        "random numbers": hash(random.getstate()),
        "garbage": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
        "language": (locale.setlocale(locale.LC_ALL), str(decimal.getcontext())),
        "sockets": (socket.getdefaulttimeout(), ssl.SSLContext.sslsocket_class),
        "limits": sys.getrecursionlimit(),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "heavy libraries": {"tensorflow", "keras", "distributed", "dask", "pandas"} & set(sys.modules),
    }

threadpoolctl.threadpool_limits(limits=3)
before = look()

def same(but=()):
    after = look()
    for name in set(before) - {*but}:
        assert after[name] == before[name], f"{name}: {before[name]} became {after[name]}"
"""


def run(program: str, home: Path, look: str = LOOK, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{look}\nhome = {str(home)!r}\n{program}"],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


LIGHT = """
import kd; kd.__version__
same()
from kd import PRESETS, Lab, RunConfig, Study
same()
from kd import load_mnist, to_mnist; to_mnist(load_mnist().x_test[0])
same()
import rich.style  # it draws a random number
before = look()
import kd.__main__
from kd.cli import parser, predict, runs, train
same()
kd.__main__.main(["train", "--alpha", "1.5"])
same()
with Lab(home) as lab:
    lab.runs.views(), lab.estimate("notebook")
    run, pictures = lab.train("default"), load_mnist().x_test[:3]
    run.wait(), run.predict(pictures), run.test_logits(), run.models()
    same()
    import pandas
    before = look()
    lab.runs.to_frame()
same()
"""


def test_imports_commands_and_a_lab_leave_the_process_as_it_was(tmp_path):
    run(LIGHT, tmp_path)


TRAINING = """
import asyncio, multiprocessing
import dask, distributed, scipy.special  # their own doing

def is_used():
    return (
        dict(dask.config.config), multiprocessing.get_start_method(allow_none=True),
        type(asyncio.get_event_loop_policy()),
    )

before, used = look(), is_used()
from kd import Lab, RunConfig
with Lab(home) as lab:
    run = lab.train(RunConfig(train_size=100, epochs=1))
    assert run.wait().status == "finished", run.view().message
    same(but={"threads", "heavy libraries"})
    assert is_used() == used
same(but={"threads", "heavy libraries"})
"""


def test_a_training_leaves_the_process_as_it_was(lab, tmp_path):
    """On the engine of all tests, which its credentials admit to."""
    client = lab._engine.ensure()
    tls = {"CA_FILE": "tls_ca_file", "CLIENT__CERT": "tls_client_cert", "CLIENT__KEY": "tls_client_key"}
    credentials = {
        f"DASK_DISTRIBUTED__COMM__TLS__{name}": getattr(client.security, field) for name, field in tls.items()
    }
    run(TRAINING, tmp_path, KD_SCHEDULER=client.scheduler.address, **credentials)


KERAS = """
import keras, tensorflow as tf
from tensorflow.python.framework import config as op_determinism
keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).predict(numpy.zeros((1, 2)), verbose=0)
keras.mixed_precision.set_dtype_policy("mixed_float16")
keras.config.set_epsilon(1e-6)

def keras_is():
    return (
        keras.config.dtype_policy().name, keras.config.floatx(), keras.config.epsilon(),
        keras.config.image_data_format(), keras.config.is_traceback_filtering_enabled(),
        tf.config.threading.get_intra_op_parallelism_threads(),
        tf.config.threading.get_inter_op_parallelism_threads(), tf.config.optimizer.get_jit(),
        tf.config.optimizer.get_experimental_options(), tf.config.functions_run_eagerly(),
        tf.get_logger().level, op_determinism.is_op_determinism_enabled(),
    )

def all_the_same():
    same(but={"random numbers", "NumPy"})  # Keras draws seeds from them
    assert keras_is() == was, (was, keras_is())

before, was = look(), keras_is()
from kd import Lab
with Lab(home) as lab:
    lab.train("default").student()(numpy.zeros((1, 28, 28, 1)))
all_the_same()
from kd import Distiller, build_student, build_teacher
distiller = Distiller(student=build_student(), teacher=build_teacher(width=1/64))
distiller.compile(
    optimizer="adam",
    student_loss_fn=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    distillation_loss_fn=keras.losses.KLDivergence(),
)
distiller.fit(numpy.zeros((8, 28, 28, 1)), numpy.zeros(8), verbose=0)
all_the_same()
"""


def test_keras_is_left_as_its_user_set_it(tmp_path):
    run(KERAS, tmp_path)


# What a command must not wait for: these take longer to load than all that it does.
COMMANDS = """
import sys
SLOW = {"distributed", "dask", "tensorflow", "keras", "pandas", "scipy", "h5py", "asyncio", "ssl"}
from pathlib import Path
from kd.__main__ import main

def loaded(*arguments):
    assert main([*arguments]) in (0, 2)
    return SLOW & set(sys.modules)

assert loaded("runs") == set()
assert "numpy" not in sys.modules
for command in ("--version", "--help", "train --help", "train --alpha 7", "runs --json", "stop nothing"):
    assert loaded(*command.split()) == set(), command
assert loaded("predict", "1099", "nothing.png") == set()
from kd import load_mnist
from PIL import Image
Image.fromarray(load_mnist().x_test[0]).save(Path(home) / "picture.png")
assert loaded("predict", "1099", str(Path(home) / "picture.png")) == {"h5py"}
"""


def test_a_command_loads_only_what_it_needs(tmp_path):
    run(COMMANDS, tmp_path, look="", KD_HOME=str(tmp_path / "home"))
