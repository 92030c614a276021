"""The house of kerasphys stands on its floors: an import goes down, or stays in its room."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "kerasphys"

FLOORS = {
    0: [
        *["_backend", "_files", "_limits", "_outside", "_precision", "_registry", "_validation"],
        "_version",
    ],
    1: ["_grid_fields", "_requested", "kernels"],
    2: ["artifacts", "derivatives", "distribution", "equations", "geometry", "plotting", "solvers"],
    3: ["layers", "losses", "metrics", "ode", "optimizers", "problem"],
    4: ["datasets", "networks"],
    5: ["models"],
    6: ["analysis", "callbacks"],
    7: ["_load"],
    8: ["__init__"],
}
FLOOR = {room: floor for floor, rooms in FLOORS.items() for room in rooms}

# Files and folders that together are one room: what must hold, and where; what functions ask for.
ROOM = dict.fromkeys(["conditions", "parameters", "point_sets"], "problem") | {
    "_functions": "_requested"
}

FORBIDDEN = {
    "equations": {"keras", "matplotlib", "numpy", "pandas", "scipy", "tensorflow"},
    "geometry": {"keras", "tensorflow"},
    "kernels": {"keras", "tensorflow"},
    "solvers": {"keras", "tensorflow"},
}

# Loaded when first used, so that importing the package stays quick.
LATE = {
    "matplotlib",
    "meshio",
    "onnx",
    "onnxruntime",
    "pandas",
    "shapely",
    "sklearn",
    "sympy",
    "tf2onnx",
}

# Files that hold several public classes, and why.
FAMILIES = {
    "derivatives/terms.py": "what a name can mean: small records, read together",
    "optimizers/objective.py": "what an optimizer may ask: small protocols, read together",
}

FILES = sorted(PACKAGE.rglob("*.py"))
every_file = pytest.mark.parametrize(
    "file", FILES, ids=[file.relative_to(PACKAGE).as_posix() for file in FILES]
)


def room_of(parts):
    """The room of a module, given the parts of its name below `kerasphys`."""
    top = parts[0] if parts else "__init__"
    return ROOM.get(top, top)


def own_room(file):
    return room_of(file.relative_to(PACKAGE).with_suffix("").parts)


def imports(tree, everywhere=True):
    """Names of the modules that a file imports, anywhere or at its top only."""
    late = set()
    if not everywhere:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                late.update(id(inner) for inner in ast.walk(node))
    for node in ast.walk(tree):
        if id(node) in late:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the floor that they go to"
            if node.module == "kerasphys":
                yield from (f"kerasphys.{alias.name}" for alias in node.names)
            else:
                yield node.module


def parse(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def test_the_table_knows_every_room():
    unknown = {own_room(file) for file in FILES} - FLOOR.keys()
    assert not unknown, f"give them a floor in FLOORS: {unknown}"


@every_file
def test_imports_go_down_or_stay(file):
    here = own_room(file)
    for name in imports(parse(file)):
        package, *parts = name.split(".")
        if package != "kerasphys":
            continue
        there = room_of(parts)
        assert there in FLOOR, f"{name} is in no room"
        assert there == here or FLOOR[there] < FLOOR[here], (
            f"{here} (floor {FLOOR[here]}) imports {name} (floor {FLOOR[there]})"
        )


@every_file
def test_rooms_keep_to_what_they_may_use(file):
    used = {name.split(".")[0] for name in imports(parse(file))}
    assert not used & FORBIDDEN.get(own_room(file), set())


@every_file
def test_slow_packages_load_late(file):
    for name in imports(parse(file), everywhere=False):
        assert name.split(".")[0] not in LATE, f"import {name} inside the function that needs it"
        assert not name.startswith("scipy."), (
            f"write `import scipy` and use {name} as an attribute: it loads when first used"
        )


@every_file
def test_files_are_short(file):
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{lines} lines"


@every_file
def test_one_public_class_a_file_named_after_it(file):
    name = file.relative_to(PACKAGE).as_posix()
    public = exported(file.parent / "__init__.py") | exported(PACKAGE / "__init__.py")
    classes = [
        node.name
        for node in parse(file).body
        if isinstance(node, ast.ClassDef) and node.name in public
    ]
    if name in FAMILIES:
        assert len(classes) > 1, f"{name} is no family any more"
        return
    assert len(classes) <= 1, classes
    for title in classes:
        stem = re.sub(r"_", "", file.stem)
        assert stem in title.lower(), f"{title} is in {file.name}"


def exported(init):
    """The names in the `__all__` of a file."""
    if not init.exists():
        return set()
    for node in parse(init).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


@pytest.mark.parametrize(
    ("code", "found", "at_top"),
    [
        ("import kerasphys.models", ["kerasphys.models"], True),
        ("from kerasphys import models", ["kerasphys.models"], True),
        ("from kerasphys.models.pinn import PINNModel", ["kerasphys.models.pinn"], True),
        ("def f():\n    import pandas", ["pandas"], False),
        ("class A:\n    import pandas", ["pandas"], True),
        ("if True:\n    import pandas", ["pandas"], True),
    ],
)
def test_the_reader_of_imports(code, found, at_top):
    assert list(imports(ast.parse(code))) == found
    assert list(imports(ast.parse(code), everywhere=False)) == (found if at_top else [])
