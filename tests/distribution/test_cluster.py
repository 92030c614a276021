"""Who trains together: what the environment says, and what is wrong with it."""

import json
import socket
import threading

import pytest

import kerasphys as kp
from kerasphys.distribution import _meeting
from kerasphys.distribution._environments import expand_hosts
from kerasphys.distribution.launch import free_addresses

Cluster = kp.distribution.Cluster
WORKERS = ("node1:12345", "node2:12345")


def tf_config(cluster=None, task=None):
    config = {"cluster": {"worker": list(WORKERS)}, "task": {"type": "worker", "index": 1}}
    config |= {k: v for k, v in (("cluster", cluster), ("task", task)) if v is not None}
    return {"TF_CONFIG": json.dumps(config)}


class TestTFConfig:
    def test_what_it_writes_it_reads(self):
        cluster = Cluster(WORKERS, 1)
        assert Cluster.find({"TF_CONFIG": cluster.tf_config}) == cluster
        assert not cluster.is_chief

    def test_a_chief_comes_first(self):
        cluster = {"chief": ["head:1"], "worker": list(WORKERS)}
        assert Cluster.from_tf_config(tf_config(cluster)).workers == ("head:1", *WORKERS)
        assert Cluster.from_tf_config(tf_config(cluster)).index == 2
        task = {"type": "chief", "index": 0}
        assert Cluster.from_tf_config(tf_config(cluster, task)).is_chief

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{'cluster': 1}", "must be JSON such as"),
            ("[1]", "an entry 'cluster'"),
            ('{"cluster": {"worker": ["a:1", "b:1"]}}', "an entry 'task'"),
            ('{"cluster": [], "task": {}}', "'cluster' is an object"),
        ],
        ids=["no JSON", "no object", "no task", "a list"],
    )
    def test_bad_text(self, text, said):
        with pytest.raises(ValueError, match=said):
            Cluster.from_tf_config({"TF_CONFIG": text})

    @pytest.mark.parametrize(
        ("cluster", "task", "said"),
        [
            ({}, None, "a cluster of a `chief`"),
            ({"worker": ["a:1", "b:1"], "ps": ["c:1"]}, None, "no parameter servers"),
            ({"worker": "a:1"}, None, "'worker' is a list"),
            ({"worker": ["a:1"]}, {"type": "worker", "index": 0}, "A process alone"),
            ({"worker": ["a:1", "a:1"]}, None, "a:1 stands there twice"),
            ({"worker": ["a:1", "b"]}, None, "A port is 1 to 65535"),
            ({"worker": ["a:1", "b:0"]}, None, "A port is 1 to 65535"),
            ({"worker": ["a:1", 7]}, None, "addresses such as"),
            (None, {"type": "worker", "index": 2}, "below 2"),
            (None, {"type": "worker", "index": "1"}, "'index' is an integer"),
            (None, {"type": "worker", "index": -1}, "at least 0"),
            (None, {"type": "chief", "index": 0}, "a type among worker"),
            (None, {"index": 0}, "an entry 'type'"),
        ],
        ids=str,
    )
    def test_bad_content(self, cluster, task, said):
        with pytest.raises((ValueError, TypeError), match=said):
            Cluster.from_tf_config(tf_config(cluster, task))

    def test_missing(self):
        with pytest.raises(ValueError, match="TF_CONFIG is not set"):
            Cluster.from_tf_config({})


JOB = {
    "SLURM_JOB_ID": "123456",
    "SLURM_JOB_NODELIST": "gpu[08-10],big",
    "SLURM_TASKS_PER_NODE": "2(x3),1",
    "SLURM_NTASKS": "7",
    "SLURM_PROCID": "3",
}


class TestSlurm:
    def test_tasks_in_the_order_of_the_nodes(self):
        cluster = Cluster.find(JOB)
        hosts = [worker.split(":")[0] for worker in cluster.workers]
        assert hosts == ["gpu08", "gpu08", "gpu09", "gpu09", "gpu10", "gpu10", "big"]
        assert cluster.workers[2:4] == ("gpu09:23456", "gpu09:23457")
        assert cluster.index == 3

    def test_a_step_on_fewer_nodes_than_the_job(self):
        step = {
            "SLURM_STEP_NODELIST": "gpu[09-10]",
            "SLURM_STEP_TASKS_PER_NODE": "1(x2)",
            "SLURM_STEP_NUM_TASKS": "2",
            "SLURM_PROCID": "0",
        }
        cluster = Cluster.from_slurm({**JOB, **step}, port=5000)
        assert cluster.workers == ("gpu09:5000", "gpu10:5000")

    def test_a_process_alone(self):
        assert Cluster.find({"SLURM_NTASKS": "1", "SLURM_JOB_ID": "1"}) is None
        assert Cluster.find({}) is None

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"SLURM_PROCID": ""}, "SLURM_PROCID is not set. Start the program with srun"),
            ({"SLURM_PROCID": "7"}, "below 7"),
            ({"SLURM_JOB_NODELIST": "gpu[08-09]"}, "2 nodes and tasks for 4"),
            ({"SLURM_TASKS_PER_NODE": "two"}, "a list such as"),
            ({"SLURM_DISTRIBUTION": "cyclic"}, "srun -m block"),
            ({"SLURM_JOB_NODELIST": "gpu[08"}, "a list such as node"),
        ],
        ids=str,
    )
    def test_bad_environment(self, change, said):
        with pytest.raises(ValueError, match=said):
            Cluster.find({**JOB, **change})


HOSTS = {"KERASPHYS_HOSTS": "train-[0-2].workers"}


class TestKubernetes:
    def test_an_indexed_job(self):
        cluster = Cluster.find({**HOSTS, "JOB_COMPLETION_INDEX": "1", "HOSTNAME": "x"})
        assert cluster.workers == tuple(f"train-{i}.workers:12345" for i in range(3))
        assert cluster.index == 1

    def test_a_stateful_set(self):
        cluster = Cluster.from_kubernetes({**HOSTS, "HOSTNAME": "train-2"}, port=7)
        assert (cluster.index, cluster.workers[0]) == (2, "train-0.workers:7")

    def test_a_pod_without_a_number(self):
        with pytest.raises(ValueError, match="an indexed Job"):
            Cluster.find({**HOSTS, "HOSTNAME": "train-x7kq"})


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("a", ["a"]),
        ("a,b.c", ["a", "b.c"]),
        ("n[1-3,7]", ["n1", "n2", "n3", "n7"]),
        ("n[098-101].c,m", ["n098.c", "n099.c", "n100.c", "n101.c", "m"]),
    ],
)
def test_lists_of_hosts(text, hosts):
    assert expand_hosts(text) == hosts


class TestMeeting:
    def test_who_comes_late_is_waited_for(self):
        """Who has met everybody leaves its port to TensorFlow; here to a server."""
        workers = free_addresses(2)
        left = []

        def come(index):
            _meeting.meet(workers, index, 20.0)
            left.append(socket.create_server(("", int(workers[index].rpartition(":")[2]))))

        threads = [threading.Timer(0.3 * index, come, (index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(25.0)
        assert len(left) == 2
        for server in left:
            server.close()

    def test_who_does_not_come(self):
        with pytest.raises(TimeoutError, match="could not reach worker 0"):
            Cluster(free_addresses(2), 1).strategy(timeout=0.2)

    def test_a_port_that_is_taken(self):
        workers = free_addresses(2)
        port = int(workers[0].rpartition(":")[2])
        with (
            socket.create_server(("127.0.0.1", port)),
            pytest.raises(OSError, match=f"Worker 0 cannot listen on port {port}"),
        ):
            _meeting.meet(workers, 0, 1.0)


def test_the_strategy_is_that_of_tensorflow(monkeypatch):
    """What TensorFlow reads from the environment is what the cluster says."""
    import tensorflow as tf

    made = []
    monkeypatch.setenv("TF_CONFIG", "")
    monkeypatch.setattr(_meeting, "_answers", lambda worker: True)
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda: made.append(1))
    cluster = Cluster(free_addresses(2), 1)
    cluster.strategy()
    assert made == [1]
    assert Cluster.find() == cluster
