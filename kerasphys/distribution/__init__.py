"""Several machines: who takes part in a training, and how it is started and kept alive."""

from kerasphys.distribution.cluster import Cluster
from kerasphys.distribution.launch import launch

__all__ = ["Cluster", "launch"]
