"""What schedulers tell a process of the others: environment variables to addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kerasphys._validation import check_int, check_positive_int, message

Found = tuple[list[str], int]

FIRST_PORT, PORTS = 20_000, 10_000  # where the port of a Slurm job lies
FORM = (
    '{"cluster": {"worker": ["node1:12345", "node2:12345"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


def check_workers(argument: str, workers: Any) -> tuple[str, ...]:
    """At least two different addresses."""
    expected = 'a sequence of at least two addresses such as "node1:12345"'
    if isinstance(workers, str) or not isinstance(workers, Sequence):
        raise TypeError(message(argument, expected, workers))
    for worker in workers:
        if not isinstance(worker, str):
            raise TypeError(message(argument, expected, workers))
        _, colon, port = worker.rpartition(":")
        if not colon or worker.startswith(":") or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(message(argument, expected, worker, "A port is 1 to 65535."))
    twice = sorted({worker for worker in workers if workers.count(worker) > 1})
    if twice:
        cure = f"{', '.join(twice)} stands there twice: each process needs a port of its own."
        raise ValueError(message(argument, "different addresses", list(workers), cure))
    if len(workers) < 2:
        cure = "A process alone needs no cluster: it would train by itself and say nothing."
        raise ValueError(message(argument, expected, list(workers), cure))
    return tuple(workers)


def check_index(argument: str, index: Any, count: int) -> int:
    """The number of one of so many workers."""
    index = check_int(argument, index, minimum=0)
    if index >= count:
        expected = f"below {count}, the number of workers"
        raise ValueError(message(argument, expected, index, "They are counted from 0."))
    return index


def tf_config(environment: Mapping[str, str]) -> Found:
    """What TensorFlow's own variable says."""
    text = _variable(environment, "TF_CONFIG", f"Set it to a text such as {FORM}")
    try:
        config = json.loads(text)
    except ValueError as error:
        raise ValueError(message("TF_CONFIG", f"JSON such as {FORM}", text)) from error
    cluster, task = _entry(config, "cluster", dict), _entry(config, "task", dict)
    roles = set(cluster) - {"chief", "worker"}
    if roles or not cluster:
        cure = "MultiWorkerMirroredStrategy knows these two: no parameter servers, no evaluator."
        expected = "a cluster of a `chief` and `worker`s, or of `worker`s"
        raise ValueError(message("TF_CONFIG", expected, sorted(cluster), cure))
    chiefs, workers = (_addresses(cluster, role) for role in ("chief", "worker"))
    role, index = _entry(task, "type", str), _entry(task, "index", int)
    own = {"chief": chiefs, "worker": workers}.get(role)
    if not own:
        expected = f"a task of a type among {', '.join(sorted(cluster))}"
        raise ValueError(message("TF_CONFIG", expected, role))
    check_index("TF_CONFIG: task.index", index, len(own))
    everybody = list(check_workers("TF_CONFIG: cluster", chiefs + workers))
    return everybody, index + (len(chiefs) if role == "worker" else 0)


def slurm(environment: Mapping[str, str], port: int | None) -> Found:
    """What Slurm says, without asking its programs."""
    cure = "Start the program with srun, one task for each process."
    hosts = expand_hosts(_either(environment, "SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", cure))
    tasks = _tasks(_either(environment, "SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE", cure))
    if len(tasks) != len(hosts):
        raise ValueError(
            f"Slurm names {len(hosts)} nodes and tasks for {len(tasks)}. "
            f"Received: {hosts}, {tasks}."
        )
    order = environment.get("SLURM_DISTRIBUTION", "block")
    if max(tasks) > 1 and not order.startswith("block"):
        expected = "'block' where a node has several tasks"
        raise ValueError(message("SLURM_DISTRIBUTION", expected, order, "srun -m block"))
    if port is None:
        job = _variable(environment, "SLURM_JOB_ID", cure)
        port = FIRST_PORT + int(job) % PORTS
    first = check_positive_int("port", port)
    workers = [
        f"{host}:{first + task}"
        for host, count in zip(hosts, tasks, strict=True)
        for task in range(count)
    ]
    return workers, int(_variable(environment, "SLURM_PROCID", cure))


def kubernetes(environment: Mapping[str, str], port: int) -> Found:
    """What the manifest and Kubernetes say."""
    cure = "Set it in the manifest to the names of all pods, such as train-[0-3].workers."
    hosts = expand_hosts(_variable(environment, "KERASPHYS_HOSTS", cure))
    index = environment.get("JOB_COMPLETION_INDEX")
    if index is None:
        name = _variable(environment, "HOSTNAME", "It is the name of the pod.")
        number = re.search(r"-(\d+)$", name)
        if number is None:
            cure = "Use an indexed Job, which sets JOB_COMPLETION_INDEX, or a StatefulSet."
            raise ValueError(message("HOSTNAME", "a name that ends in a number", name, cure))
        index = number[1]
    port = check_positive_int("port", port)
    return [f"{host}:{port}" for host in hosts], int(index)


def expand_hosts(text: str) -> list[str]:
    """The names that a list such as `gpu[01-03,7],login.cluster` stands for."""
    hosts: list[str] = []
    for part in re.split(r",(?![^\[]*\])", text):  # at commas that are in no brackets
        match = re.fullmatch(r"([^\[\],]*)(?:\[([\d,-]+)\])?([^\[\],]*)", part.strip())
        if match is None:
            raise ValueError(message("hosts", "a list such as node[01-03,07],login", text))
        before, ranges, after = match.groups()
        if ranges is None:
            hosts.append(before + after)
            continue
        for numbers in ranges.split(","):
            first, _, last = numbers.partition("-")
            span = range(int(first), int(last or first) + 1)
            hosts += [f"{before}{number:0{len(first)}d}{after}" for number in span]
    return hosts


def _tasks(text: str) -> list[int]:
    """The numbers that a list such as `2(x3),1` stands for."""
    counts: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", part)
        if match is None:
            raise ValueError(message("SLURM_TASKS_PER_NODE", "a list such as 2(x3),1", text))
        counts += [int(match[1])] * int(match[2] or 1)
    return counts


def _variable(environment: Mapping[str, str], name: str, cure: str) -> str:
    value = environment.get(name)
    if not value:
        raise ValueError(f"The environment variable {name} is not set. {cure}")
    return value


def _either(environment: Mapping[str, str], first: str, second: str, cure: str) -> str:
    return environment.get(first) or _variable(environment, second, cure)


def _entry(config: Any, name: str, kind: type) -> Any:
    if not isinstance(config, dict) or name not in config:
        raise ValueError(
            message("TF_CONFIG", f"JSON with an entry {name!r}", config, f"Like {FORM}")
        )
    value = config[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        names = {dict: "an object", str: "a string", int: "an integer"}
        raise ValueError(message("TF_CONFIG", f"JSON where {name!r} is {names[kind]}", value))
    return value


def _addresses(cluster: dict[str, Any], role: str) -> list[str]:
    found = cluster.get(role, [])
    if not isinstance(found, list):
        raise ValueError(message("TF_CONFIG", f"JSON where {role!r} is a list of addresses", found))
    return found
