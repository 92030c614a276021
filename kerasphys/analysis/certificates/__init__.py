"""Bounds on the error of a model, from what can be measured without knowing the solution."""

from kerasphys.analysis.certificates.certificate import Certificate
from kerasphys.analysis.certificates.certify import certify

__all__ = ["Certificate", "certify"]
