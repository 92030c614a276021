"""Where things hold: domains, their boundaries, clouds of points, and how to sample them.

NumPy and SciPy only. A `Geometry` is a domain (`Interval`, `Box`, `Disk` and their products), a
`Boundary` is the union of some of its faces, and both are a `Region`, as is a `PointCloud`.
"""

from kerasphys.geometry.boundary import Boundary
from kerasphys.geometry.box import Box
from kerasphys.geometry.disk import Disk
from kerasphys.geometry.face import Face
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.interval import Interval
from kerasphys.geometry.point_cloud import PointCloud
from kerasphys.geometry.product import Product
from kerasphys.geometry.region import Region
from kerasphys.geometry.samplers import unit_samples

__all__ = [
    "Boundary",
    "Box",
    "Disk",
    "Face",
    "Geometry",
    "Interval",
    "PointCloud",
    "Product",
    "Region",
    "unit_samples",
]
