"""What must hold: equations, boundary and initial values, periodicity, measurements."""

from kerasphys.conditions.condition import Condition
from kerasphys.conditions.data import Data
from kerasphys.conditions.dirichlet import Dirichlet
from kerasphys.conditions.integral import Integral
from kerasphys.conditions.located import Located
from kerasphys.conditions.neumann import Neumann
from kerasphys.conditions.periodic import Periodic
from kerasphys.conditions.residual import Residual
from kerasphys.conditions.robin import Robin
from kerasphys.conditions.table import Table

__all__ = [
    "Condition",
    "Data",
    "Dirichlet",
    "Integral",
    "Located",
    "Neumann",
    "Periodic",
    "Residual",
    "Robin",
    "Table",
]
