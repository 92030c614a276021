"""Processes that are started together, watched, and started again."""

import runpy
import sys
import time

import pytest

import kerasphys as kp

WHO = "import json, os; index = json.loads(os.environ['TF_CONFIG'])['task']['index'];"
PROGRAM = [sys.executable, "-S", "-c"]


def test_every_process_knows_its_place(tmp_path):
    code = f"{WHO} open(f'{tmp_path}/{{index}}', 'w').write(os.environ['TF_CONFIG'])"
    assert kp.distribution.launch([*PROGRAM, code], workers=3) == 0
    texts = [(tmp_path / str(index)).read_text() for index in range(3)]
    clusters = [kp.distribution.Cluster.find({"TF_CONFIG": text}) for text in texts]
    assert [cluster.index for cluster in clusters] == [0, 1, 2]
    assert len({cluster.workers for cluster in clusters}) == 1


def test_one_is_killed_and_all_begin_again(tmp_path, capfd, monkeypatch):
    """The other, which would wait for ever, is ended; on the second start both are well."""
    code = f"""
{WHO}
import signal, time
mark = f'{tmp_path}/{{index}}'
first = not os.path.exists(mark)
open(mark, 'w')
if first and index == 1:
    os.kill(os.getpid(), signal.SIGKILL)
if first:
    time.sleep(60)
"""
    monkeypatch.setattr(sys.modules["kerasphys.distribution.launch"], "GRACE", 0.5)
    start = time.monotonic()
    assert kp.distribution.launch([*PROGRAM, code]) == 1
    assert time.monotonic() - start < 20
    assert "Start 1 of 4: worker 1 was killed by SIGKILL." in capfd.readouterr().err


def test_what_fails_always_is_given_up():
    with pytest.raises(RuntimeError, match="failed 2 times, last because worker"):
        kp.distribution.launch([*PROGRAM, "raise SystemExit(3)"], restarts=1)


def test_what_hangs_is_ended():
    with pytest.raises(RuntimeError, match=r"it had not ended after 0.3 s"):
        kp.distribution.launch([*PROGRAM, "import time; time.sleep(60)"], restarts=0, timeout=0.3)


@pytest.mark.parametrize("module", [False, True], ids=["file", "module"])
def test_command_line(tmp_path, monkeypatch, module):
    (tmp_path / "program.py").write_text(f"{WHO}\nimport sys\nassert sys.argv[1:] == ['--lr', '1']")
    monkeypatch.chdir(tmp_path)
    program = ["-m", "program"] if module else ["program.py"]
    monkeypatch.setattr(sys, "argv", ["launch", "--restarts", "0", *program, "--lr", "1"])
    runpy.run_module("kerasphys.distribution", run_name="__main__")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"command": "train.py"}, TypeError),
        ({"command": []}, TypeError),
        ({"workers": 1}, ValueError),
        ({"restarts": -1}, ValueError),
        ({"timeout": 0.0}, ValueError),
    ],
    ids=["text", "empty", "workers", "restarts", "timeout"],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=f"Argument `{next(iter(arguments))}`"):
        kp.distribution.launch(**{"command": ["true"], **arguments})
