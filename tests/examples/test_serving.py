"""The program in C++, and TensorFlow's own command, on what `export` writes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.artifacts import Card, load_surrogate, write_artifact
from tests.artifacts.exports import every_network, export_grid_pinn, export_network, export_pinn

SOURCE = Path(__file__).resolve().parents[2] / "examples" / "serving"
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The program, built as its Makefile says."""
    for tool in ("make", "g++"):
        if shutil.which(tool) is None:
            pytest.skip(f"the program in C++ needs {tool}, which is not installed")
    build = tmp_path_factory.mktemp("build")
    words = ["make", "-s", f"PYTHON={sys.executable}", f"BUILD={build}", "CXXFLAGS=-O0 -Werror"]
    if shutil.which("ld.gold"):
        words.append("LDFLAGS=-fuse-ld=gold")  # the default linker takes five times longer
    subprocess.run(words, cwd=SOURCE, check=True)
    return build / "predict"


@pytest.fixture(scope="module")
def pinn(tmp_path_factory):
    path = tmp_path_factory.mktemp("pinn") / "artefact"
    return path, export_pinn(path, "float64")["points"]


def call(program, path, *words, lines=""):
    """What the program prints, or its last words."""
    done = subprocess.run(
        [str(program), str(path), *map(str, words)],
        input=lines,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        timeout=60,
    )
    if done.returncode:
        assert done.returncode == 1, done.stderr
        raise RuntimeError(done.stderr.splitlines()[-1])
    return done.stdout, done.stderr


def arrays(program, path, inputs, folder, signature="serve"):
    """The outputs of a signature by their names, through files."""
    folder.mkdir(exist_ok=True)
    words = [f"{name}={folder / name}.npy" for name in inputs]
    for name, array in inputs.items():
        np.save(folder / name, array)
    call(program, path, *words, "--signature", signature, "--output", folder / "out_")
    return {file.stem.removeprefix("out_"): np.load(file) for file in folder.glob("out_*.npy")}


def assert_agrees(found, path, inputs, signature="serve"):
    function = load_surrogate(path).signatures[signature]
    wanted = function(**{name: tf.constant(array) for name, array in inputs.items()})
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        expected = value.numpy()
        assert found[name].dtype == expected.dtype
        scale = TOLERANCE[expected.dtype.name] * np.abs(expected).max()
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=scale, strict=True)


def test_lines_of_a_pinn(program, pinn):
    path, points = pinn
    lines = "\n".join(f"{x!r}, {t!r}" for x, t in points.tolist())
    printed, timed = call(program, path, "--repeat", 3, "--threads", 1, lines=lines)
    head, *rows = printed.splitlines()
    assert head == "# u"
    expected = load_surrogate(path).predict(points)["u"]
    np.testing.assert_allclose([float(row) for row in rows], expected, rtol=0, atol=1e-12)
    assert "seconds a call: median" in timed


def test_lines_of_several_outputs(program, pinn):
    path, points = pinn
    lines = "\n".join(f"{x!r} {t!r}" for x, t in points.tolist())
    printed, _ = call(program, path, "--signature", "derivatives", lines=f"{lines}\n\n")
    assert printed.splitlines()[0] == "# grad_u(1),u_x,u_xx"
    table = np.array([line.split(",") for line in printed.splitlines()[1:]], float)
    wanted = load_surrogate(path).derivatives(points)
    columns = [wanted["grad_u"][:, 0], wanted["u_x"], wanted["u_xx"]]
    np.testing.assert_allclose(table, np.stack(columns, axis=1), rtol=1e-12)


def test_derivatives_of_a_pinn_through_files(program, pinn, tmp_path):
    path, points = pinn
    found = arrays(program, path, {"points": points}, tmp_path, "derivatives")
    assert_agrees(found, path, {"points": points}, "derivatives")


def test_no_points_give_no_lines(program, pinn):
    assert call(program, pinn[0])[0] == "# u\n"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@every_network
def test_networks(program, cls, dtype, tmp_path):
    path = tmp_path / "artefact"
    inputs = export_network(cls, path, dtype)
    assert_agrees(arrays(program, path, inputs, tmp_path / "arrays"), path, inputs)


@pytest.mark.slow
@pytest.mark.parametrize("signature", ["serve", "derivatives"])
def test_a_pinn_on_a_grid(program, signature, tmp_path):
    export_grid_pinn(tmp_path / "artefact", "float64")
    inputs = {"inputs": np.random.default_rng(0).normal(size=(2, 7, 6, 1))}
    found = arrays(program, tmp_path / "artefact", inputs, tmp_path / "arrays", signature)
    assert_agrees(found, tmp_path / "artefact", inputs, signature)


def test_functions_and_points(program, tmp_path):
    spec = [
        tf.TensorSpec((None, 3), tf.float64, "f"),
        tf.TensorSpec((None, 1), tf.float64, "points"),
    ]

    @tf.function(input_signature=spec, autograph=False)
    def serve(f, points):
        return {"u": f @ tf.transpose(points ** tf.range(3, dtype=points.dtype))}

    coordinates = [{"name": "x", "lower": 0.0, "upper": 1.0}]
    card = Card(kind="formula", name="Polynomials", coordinates=coordinates, fields=["u"])
    path = write_artifact(tmp_path / "artefact", {"serve": serve}, card)
    inputs = {"f": np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1 / 3]]), "points": np.eye(4)[:, :1] / 7}
    found = arrays(program, path, inputs, tmp_path / "arrays")["u"]
    x = inputs["points"][:, 0]
    np.testing.assert_allclose(found, inputs["f"] @ [x**0, x, x**2], rtol=0, atol=1e-15)
    with pytest.raises(RuntimeError, match=r"file for each of the inputs: f\(\?, 3\) points"):
        call(program, path)


REFUSED = {
    "signature": (["--signature", "band"], "", "no signature band. There are: derivatives serve"),
    "one column": ([], "1.0\n", "Line 1 must have 2 numbers: 1.0"),
    "no number": ([], "1.0, 2.0\n3.0; 4.0", "Line 2 is not numbers: 3.0; 4.0"),
    "input": (["x={wide}"], "", r"There is no input x; there are points\(\?, 2\)"),
    "integers": (["points={integers}"], "", "must hold float32 or float64"),
    "shape": (["points={wide}"], "", r"must have the shape \(\?, 2\), and has \(1, 3\)"),
    "short file": (["points={short}"], "", "ends too early"),
    "text file": (["points={text}"], "", "is not a file of NumPy"),
    "option": (["--unknown", "1"], "", "usage: predict"),
}


@pytest.mark.parametrize(("words", "lines", "match"), REFUSED.values(), ids=REFUSED)
def test_what_it_refuses(program, pinn, tmp_path, words, lines, match):
    np.save(tmp_path / "integers.npy", np.ones((1, 2), int))
    np.save(tmp_path / "wide.npy", np.ones((1, 3)))
    np.save(tmp_path / "short.npy", np.ones((5, 2)))
    with (tmp_path / "short.npy").open("r+b") as file:
        file.truncate(180)
    (tmp_path / "text.npy").write_text("0.5 0.5")
    files = {file.stem: file for file in tmp_path.glob("*.npy")}
    with pytest.raises(RuntimeError, match=match):
        call(program, pinn[0], *(word.format(**files) for word in words), lines=lines)


def test_no_model_at_all(program, tmp_path):
    with pytest.raises(RuntimeError, match="Could not find SavedModel"):
        call(program, tmp_path)
    with pytest.raises(RuntimeError, match="usage: predict"):
        call(program, "--threads", 1)


COMMANDS = """
import sys
from tensorflow.python.tools import saved_model_cli

path, points, folder = sys.argv[1:]
serve = ["--dir", path, "--tag_set", "serve", "--signature_def", "serve"]
run = ["run", *serve, "--input_exprs", f"points={points}", "--outdir", folder]
for words in (["show", "--dir", path, "--all"], run):
    sys.argv = ["saved_model_cli", *words]
    try:
        saved_model_cli.main()
    except SystemExit as end:
        assert not end.code, end.code
"""


def test_the_command_of_tensorflow(pinn, tmp_path):
    """`saved_model_cli show` and `run`, in one process since TensorFlow takes long to load."""
    path, points = pinn
    words = [sys.executable, "-c", COMMANDS, path, str(points.tolist()), tmp_path]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout
    for text in ("signature_def['serve']", "signature_def['derivatives']", "inputs['points']"):
        assert text in shown
    assert "shape: (-1, 2)" in shown
    assert "dtype: DT_DOUBLE" in shown
    expected = load_surrogate(path).predict(points)["u"]
    np.testing.assert_allclose(np.load(tmp_path / "u.npy"), expected, rtol=0, atol=1e-12)
