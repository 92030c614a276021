"""Where things hold: domains, their boundaries, clouds of points, and how to sample them.

NumPy and SciPy only. A `Geometry` is a domain (`Interval`, `Box`, `Disk`, `Ball`, `Polygon`,
`Mesh`, their products `a * b`, unions `a | b`, differences `a - b` and intersections `a & b`), a
`Boundary` is the union of some of its faces, and both are a `Region`, as is a `PointCloud`.
"""

from kerasphys.geometry.ball import Ball
from kerasphys.geometry.boundary import Boundary
from kerasphys.geometry.box import Box
from kerasphys.geometry.combinations.difference import Difference
from kerasphys.geometry.combinations.intersection import Intersection
from kerasphys.geometry.combinations.union import Union
from kerasphys.geometry.disk import Disk
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.interval import Interval
from kerasphys.geometry.meshes.mesh import Mesh
from kerasphys.geometry.point_cloud import PointCloud
from kerasphys.geometry.polygon import Polygon
from kerasphys.geometry.product import Product
from kerasphys.geometry.quadrature import quadrature
from kerasphys.geometry.region import Region
from kerasphys.geometry.samplers import unit_samples

__all__ = [
    "Ball",
    "Boundary",
    "Box",
    "Difference",
    "Disk",
    "Face",
    "Geometry",
    "Intersection",
    "Interval",
    "Mesh",
    "PointCloud",
    "Polygon",
    "Product",
    "Region",
    "Union",
    "quadrature",
    "unit_samples",
]
