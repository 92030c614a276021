"""Documentation that is there, and code in it that runs.

Every block that is fenced as ```python in a docstring of the package, in README.md or in docs/ is
a program: it runs here, alone, in an empty directory. A block that cannot (it trains for minutes,
or needs a file of the reader's) is fenced as ```python notest.
"""

import ast
import importlib
import inspect
import re
import runpy
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "kerasphys"
ROOMS = [
    "kerasphys",
    *sorted(f"kerasphys.{init.parent.name}" for init in PACKAGE.glob("*/__init__.py")),
]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

BLOCK = re.compile(r"^([ \t]*)```python[ \t]*(\S*)[ \t]*\n(.*?)^\1```[ \t]*$", re.M | re.S)


def blocks(text):
    """The blocks of a text that are meant to run."""
    for _, info, code in BLOCK.findall(text):
        assert info in ("", "notest"), f"unknown mark of a block: {info}"
        if not info:
            yield textwrap.dedent(code)


def docstrings(file):
    """Names and docstrings of everything that a file defines."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "name", "module"), ast.get_docstring(node) or ""


def examples():
    for page in PAGES:
        for number, code in enumerate(blocks(page.read_text(encoding="utf-8")), start=1):
            yield pytest.param(code, id=f"{page.relative_to(ROOT).as_posix()}-{number}")
    for file in sorted(PACKAGE.rglob("*.py")):
        for name, text in docstrings(file):
            for number, code in enumerate(blocks(text), start=1):
                where = file.relative_to(PACKAGE).as_posix()
                yield pytest.param(code, id=f"{where}-{name}-{number}")


@pytest.mark.parametrize("code", list(examples()))
def test_example_runs(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "example.py"  # a real file: TensorFlow reads the source of functions
    program.write_text(code, encoding="utf-8")
    try:
        runpy.run_path(str(program), run_name="example")
    finally:
        plt.close("all")


@pytest.mark.parametrize("room", ROOMS)
def test_everything_public_has_a_docstring(room):
    module = importlib.import_module(room)
    assert module.__doc__, room
    for name in module.__all__:
        item = getattr(module, name)
        if not (inspect.isclass(item) or inspect.isroutine(item)):
            continue
        text = item.__doc__ or ""
        assert text.strip(), f"{room}.{name} has no docstring"
        assert not text.startswith(f"{name}("), f"{room}.{name} has that of its dataclass only"


def test_blocks_are_found():
    text = """Words.

    ```python
    a = 1

    b = 2
    ```
    ```python notest
    never()
    ```
    ```bash
    make
    ```
"""
    assert list(blocks(text)) == ["a = 1\n\nb = 2\n"]
    assert list(blocks("```python\nc = 3\n```\n")) == ["c = 3\n"]
    with pytest.raises(AssertionError, match="no-test"):
        list(blocks("```python no-test\nc = 3\n```\n"))
