"""Certificates, and the weights for which they hold."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasphys._validation import message

if TYPE_CHECKING:
    from kerasphys.models.problem_model import ProblemModel


def weights_digest(model: ProblemModel) -> str:
    """A digest of all numbers that training changes in the fields of a model."""
    networks = [model.network, *getattr(model, "field_networks", {}).values()]
    variables = [variable for network in networks for variable in network.variables]
    digest = hashlib.sha256()
    for variable in [*variables, *model.unknowns.values()]:
        digest.update(np.ascontiguousarray(variable.numpy()).tobytes())
    return digest.hexdigest()


def certificate_entry(model: ProblemModel, certificate: Any, dtype: str | None) -> dict[str, Any]:
    """The entry of a certificate in the card of a model.

    Raises:
        TypeError: If it is no certificate.
        ValueError: If it is of other weights, or the artefact has other numbers than the model.
    """
    expected = "what kp.certify(model) returns"
    if not callable(getattr(certificate, "to_dict", None)):
        raise TypeError(message("certificate", expected, certificate))
    entry = certificate.to_dict()
    if entry.get("weights") != weights_digest(model):
        cure = "The weights have changed since: call kp.certify again."
        raise ValueError(message("certificate", expected, certificate, cure))
    if dtype not in (None, model.compute_dtype):
        cure = f"The certificate holds in {model.compute_dtype}: leave out one of the two."
        raise ValueError(message("dtype", "None with a certificate", dtype, cure))
    return entry
