"""The processes that train one model together."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kerasphys._validation import check_positive
from kerasphys.distribution import _environments
from kerasphys.distribution._meeting import meet

if TYPE_CHECKING:
    import tensorflow as tf

Environment = Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The processes of a training on several machines, and which of them this one is.

    All run the same program. The first is the chief: it alone should write what is meant to exist
    once, such as a saved model.

    Args:
        workers: Sequence of addresses `"host:port"`, at least two, the same in all processes.
        index: Non-negative integer: which of them this process is.

    Raises:
        ValueError: If an address is none, or stands there twice; if there are fewer than two, or
            not as many as `index` needs.

    Example:
        ```python
        import kerasphys as kp

        cluster = kp.distribution.Cluster(["node1:12345", "node2:12345"], index=0)
        assert cluster.is_chief
        print(cluster.tf_config)  # what TensorFlow reads from the environment
        ```
    """

    workers: Sequence[str]
    index: int

    def __post_init__(self) -> None:
        workers = _environments.check_workers("workers", self.workers)
        object.__setattr__(self, "workers", workers)
        _environments.check_index("index", self.index, len(workers))

    @classmethod
    def find(cls, environment: Environment | None = None) -> Cluster | None:
        """The cluster that the environment tells of; `None` for a process alone.

        It asks, in this order, TensorFlow's own variable `TF_CONFIG`, Slurm, and Kubernetes.

        Args:
            environment: Environment variables; by default those of this process.

        Raises:
            ValueError: If the environment contradicts itself, or lacks something.
        """
        environment = os.environ if environment is None else environment
        if "TF_CONFIG" in environment:
            return cls.from_tf_config(environment)
        if int(environment.get("SLURM_STEP_NUM_TASKS", environment.get("SLURM_NTASKS", "1"))) > 1:
            return cls.from_slurm(environment)
        if "KERASPHYS_HOSTS" in environment:
            return cls.from_kubernetes(environment)
        return None

    @classmethod
    def from_tf_config(cls, environment: Environment | None = None) -> Cluster:
        """The cluster that `TF_CONFIG` describes.

        Args:
            environment: Environment variables; by default those of this process.

        Raises:
            ValueError: If `TF_CONFIG` is missing, is not JSON, lacks a key or holds other roles
                than workers; or for what is wrong with the workers themselves.
        """
        found = _environments.tf_config(os.environ if environment is None else environment)
        return cls(*found)

    @classmethod
    def from_slurm(cls, environment: Environment | None = None, port: int | None = None) -> Cluster:
        """The cluster of a Slurm job, one process for each task of the step.

        Args:
            environment: Environment variables; by default those of this process.
            port: The port of the first task on each node, the next tasks take the next ones; by
                default one that follows from the number of the job.

        Raises:
            ValueError: If a variable of Slurm is missing or has a form that is not known.
        """
        found = _environments.slurm(os.environ if environment is None else environment, port)
        return cls(*found)

    @classmethod
    def from_kubernetes(cls, environment: Environment | None = None, port: int = 12345) -> Cluster:
        """The cluster of an indexed Job or a StatefulSet, one process for each pod.

        The manifest sets `KERASPHYS_HOSTS` to the names of the pods, such as
        `train-[0-3].workers`. Which of them this one is, says `JOB_COMPLETION_INDEX`, or the number
        at the end of `HOSTNAME`.

        Args:
            environment: Environment variables; by default those of this process.
            port: Positive integer, the port of all pods.

        Raises:
            ValueError: If a variable is missing or has a form that is not known.
        """
        found = _environments.kubernetes(os.environ if environment is None else environment, port)
        return cls(*found)

    @property
    def is_chief(self) -> bool:
        """Whether this process is the first."""
        return self.index == 0

    @property
    def tf_config(self) -> str:
        """The value of `TF_CONFIG` that says the same."""
        task = {"type": "worker", "index": self.index}
        return json.dumps({"cluster": {"worker": list(self.workers)}, "task": task})

    def strategy(self, timeout: float = 600.0) -> tf.distribute.MultiWorkerMirroredStrategy:
        """Meets the others and makes the strategy to build and compile a model in.

        To be called at the beginning of a program, before anything is computed.

        Args:
            timeout: Positive number, the seconds to wait for the others.

        Raises:
            OSError: If this process cannot listen on its port.
            TimeoutError: If another process cannot be reached.
        """
        import tensorflow as tf

        meet(self.workers, self.index, check_positive("timeout", timeout))
        os.environ["TF_CONFIG"] = self.tf_config
        return tf.distribute.MultiWorkerMirroredStrategy()
