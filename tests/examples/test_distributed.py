"""The example on several machines: that it runs, and that its recipes say what it needs."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import kerasphys as kp
from examples.distributed import train
from kerasphys.distribution._environments import expand_hosts
from kerasphys.distribution.launch import free_addresses

FOLDER = Path(train.__file__).parent


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    for name in ("TF_CONFIG", "SLURM_NTASKS", "SLURM_STEP_NUM_TASKS", "KERASPHYS_HOSTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("model", sorted(train.TASKS))
def test_it_runs(tmp_path, capsys, model):
    numbers = train.main(["--quick", "--model", model, "--output", str(tmp_path)])
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    card = kp.load_surrogate(tmp_path / model).card
    assert card.errors == {"relative_l2": numbers["relative_l2"]}


def test_the_manifest_names_all_pods():
    """The index of a pod is that of its name, and there are as many as the Job starts."""
    text = (FOLDER / "kubernetes.yaml").read_text()
    hosts = expand_hosts(re.search(r"value: (train-\S+)", text)[1])
    pods = int(re.search(r"completions: (\d+)", text)[1])
    job, service = re.findall(r"^  name: (\w+)", text, re.M)[::-1]
    assert hosts == [f"{job}-{index}.{service}" for index in range(pods)]
    assert f"parallelism: {pods}" in text
    assert "completionMode: Indexed" in text
    assert f"subdomain: {service}" in text
    port = int(re.search(r"containerPort: (\d+)", text)[1])
    environment = {"KERASPHYS_HOSTS": ",".join(hosts), "JOB_COMPLETION_INDEX": "3"}
    cluster = kp.distribution.Cluster.find(environment)
    assert (cluster.index, cluster.workers[3]) == (3, f"{hosts[3]}:{port}")


def batch(tmp_path, code, restarts):
    """Runs the batch script where srun and scontrol write down what they are asked."""
    for name, status in (("srun", code), ("scontrol", 0)):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/log\nexit {status}\n')
        program.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SLURM_SUBMIT_DIR": str(tmp_path),
        "SLURM_JOB_ID": "7",
        "SLURM_RESTART_COUNT": str(restarts),
    }
    script = FOLDER / "slurm.sbatch"
    found = subprocess.run(["bash", script, "--epochs", "3"], env=environment, check=False)
    return found.returncode, (tmp_path / "log").read_text().splitlines()


@pytest.mark.parametrize(
    ("code", "restarts", "requeued"),
    [(0, 0, False), (1, 0, True), (1, 4, False)],
    ids=["well", "failed", "failed too often"],
)
def test_the_batch_job_begins_again_after_a_failure(tmp_path, code, restarts, requeued):
    status, log = batch(tmp_path, code, restarts)
    assert status == code
    command = shlex.split(log[0])
    assert "--kill-on-bad-exit=1" in command
    assert "--distribution=block" in command
    module = command.index("examples.distributed.train")
    assert command[module + 1 :] == [
        "--output",
        f"{tmp_path}/outputs/distributed",
        "--epochs",
        "3",
    ]
    assert log[1:] == (["scontrol requeue 7"] if requeued else [])


@pytest.mark.slow
def test_two_tasks_of_slurm_train_together(tmp_path):
    """With the environment that Slurm would make for two tasks on one node."""
    job = int(free_addresses(1)[0].rpartition(":")[2])
    command = [sys.executable, "-m", "examples.distributed.train", "--quick"]
    processes = [
        subprocess.Popen(
            [*command, "--output", str(tmp_path)],
            env={
                **os.environ,
                "SLURM_JOB_ID": str(job),
                "SLURM_STEP_NODELIST": "localhost",
                "SLURM_STEP_TASKS_PER_NODE": "2",
                "SLURM_STEP_NUM_TASKS": "2",
                "SLURM_PROCID": str(index),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        for index in range(2)
    ]
    said = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert "workers: 2" in said[0]
    assert said[1] == ""
