"""Deep learning for computational physics with Keras.

Whoever knows `model.fit` knows how to use it; what it trains leaves as a SavedModel that runs
without it. Start with the README, or with `examples/`.
"""

from kerasphys import _backend as _backend  # first: it refuses a wrong Keras backend
from kerasphys._version import __version__

__all__ = ["__version__"]
