"""Pictures of fields, training and comparisons: functions that return matplotlib figures.

Nothing here touches pyplot or its state: show a figure in a notebook by naming it, and write it
with `save`.
"""

from kerasphys.plotting.comparison import comparison
from kerasphys.plotting.computational_graph import computational_graph
from kerasphys.plotting.confusion import confusion
from kerasphys.plotting.diagnosis import diagnosis
from kerasphys.plotting.field import field
from kerasphys.plotting.history import history
from kerasphys.plotting.images import images
from kerasphys.plotting.maps import maps
from kerasphys.plotting.save import save

__all__ = [
    "comparison",
    "computational_graph",
    "confusion",
    "diagnosis",
    "field",
    "history",
    "images",
    "maps",
    "save",
]
