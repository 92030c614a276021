"""What leaves the toolkit: SavedModels with named signatures, a model card and a manifest.

An artefact is a directory. TensorFlow alone loads and runs it; `load_surrogate` adds checks,
batches and named columns for users of Python.
"""

from kerasphys.artifacts.card import Card, read_card
from kerasphys.artifacts.onnx_export import to_onnx
from kerasphys.artifacts.surrogate import Surrogate, load_surrogate
from kerasphys.artifacts.writer import write_artifact

__all__ = ["Card", "Surrogate", "load_surrogate", "read_card", "to_onnx", "write_artifact"]
