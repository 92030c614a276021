"""What a problem depends on beside its coordinates: unknown, varied, or given as functions.

A number that is known needs no class: `parameters={"viscosity": 0.01}`.
"""

from kerasphys.parameters.input_function import InputFunction
from kerasphys.parameters.range import Range
from kerasphys.parameters.unknown import Unknown
from kerasphys.parameters.unknown_field import UnknownField

__all__ = [
    "InputFunction",
    "Range",
    "Unknown",
    "UnknownField",
]
