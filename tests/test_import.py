"""Importing kerasphys is silent and changes nothing; a wrong backend is told how to be cured."""

import json
import os
import subprocess
import sys

import pytest

from kerasphys._backend import require_tensorflow

# One process for all of it: importing TensorFlow takes seconds.
PROGRAM = """
import json, locale, logging, os, random, signal, sys, warnings
import numpy as np
import tensorflow as tf
import keras
import absl.logging


def state():
    return {
        "floatx": keras.config.floatx(),
        "epsilon": keras.config.epsilon(),
        "image_data_format": keras.config.image_data_format(),
        "dtype_policy": keras.config.dtype_policy().name,
        "traceback_filtering": keras.config.is_traceback_filtering_enabled(),
        "interactive_logging": keras.config.is_interactive_logging_enabled(),
        "backend": keras.config.backend(),
        "numpy_print": str(np.get_printoptions()),
        "numpy_errors": np.geterr(),
        "numpy_random": str(np.random.get_state()),
        "python_random": hash(random.getstate()),
        "tensorflow_seed": str(tf.compat.v1.random.get_seed(None)),
        "eager": tf.executing_eagerly(),
        "functions_run_eagerly": tf.config.functions_run_eagerly(),
        "jit": str(tf.config.optimizer.get_jit()),
        "grappler": str(tf.config.optimizer.get_experimental_options()),
        "threads": [
            tf.config.threading.get_intra_op_parallelism_threads(),
            tf.config.threading.get_inter_op_parallelism_threads(),
        ],
        "warnings": str(warnings.filters),
        "loggers": [
            logging.getLogger().level,
            len(logging.getLogger().handlers),
            tf.get_logger().level,
            absl.logging.get_verbosity(),
        ],
        "environment": dict(os.environ),
        "path": list(sys.path),
        "locale": locale.setlocale(locale.LC_ALL),
        "interrupt": str(signal.getsignal(signal.SIGINT)),
        "recursion": sys.getrecursionlimit(),
        "matplotlib": str(getattr(sys.modules.get("matplotlib"), "rcParams", None)),
        "pyplot": "matplotlib.pyplot" in sys.modules,
    }


def say(text):
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.write(stream.fileno(), (text + "\\n").encode())


before = state()
modules = set(sys.modules)
say("IMPORT BEGINS")
import kerasphys
say("IMPORT ENDS")
after = state()

changed = [key for key in before if before[key] != after[key]]
loaded = {name.split(".")[0] for name in set(sys.modules) - modules}

for name in [name for name in sys.modules if name.split(".")[0] == "kerasphys"]:
    del sys.modules[name]
keras.backend.backend = lambda: "jax"
try:
    import kerasphys
    refusal = None
except ImportError as error:
    refusal = str(error)

print(json.dumps({"changed": changed, "loaded": sorted(loaded), "refusal": refusal}))
"""

# Few variables: what an import here has already set must not hide what the import there sets.
INHERITED = ("HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMPDIR")


@pytest.fixture(scope="module")
def process():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def facts(process):
    return json.loads(process.stdout.splitlines()[-1])


def test_importing_is_silent(process):
    for stream in (process.stdout, process.stderr):
        said = stream.partition("IMPORT BEGINS\n")[2].partition("IMPORT ENDS\n")[0]
        assert said == ""


def test_importing_changes_no_global_state(facts):
    assert facts["changed"] == []


def test_importing_loads_no_slow_package(facts):
    slow = {"matplotlib", "pandas", "sympy", "tensorboard", "shapely", "onnx", "pytest"}
    assert not slow & set(facts["loaded"])


def test_a_wrong_backend_is_refused_on_import(facts):
    assert "KERAS_BACKEND=tensorflow" in facts["refusal"]
    assert "'jax'" in facts["refusal"]


def test_the_cure_of_a_wrong_backend():
    require_tensorflow("tensorflow")
    with pytest.raises(ImportError, match=r"'torch'.*KERAS_BACKEND=tensorflow.*keras\.json"):
        require_tensorflow("torch")
