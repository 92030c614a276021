"""What the parameters of a problem must satisfy."""

import warnings

import numpy as np
import pytest

import kerasphys as kp

LINE = kp.geometry.Interval(0.0, 1.0, "x")
ROD = LINE * kp.geometry.Interval(0.0, 2.0, "t")


def problem(parameters, domain=LINE, **conditions):
    conditions = {"equation": kp.Residual(lambda u: u), **conditions}
    return kp.Problem(domain, "u", conditions, parameters=parameters)


@pytest.mark.parametrize(
    "parameter", [kp.Unknown(1.0), kp.UnknownField(), kp.Range(0.0, 1.0)], ids=repr
)
def test_what_no_condition_depends_on_is_refused(parameter):
    name = type(parameter).__name__
    with pytest.raises(ValueError, match=f"no condition depends on 'k', a kp.{name}, so"):
        problem({"k": parameter})


@pytest.mark.parametrize(
    ("parameter", "condition"),
    [
        (kp.Unknown(1.0), kp.Residual(lambda u, k: u - k)),
        (kp.UnknownField(), kp.Residual(lambda u, k_x: u - k_x)),
        (kp.UnknownField(), kp.Residual(lambda laplacian_k: laplacian_k)),
        (kp.UnknownField(), kp.Dirichlet(k=1.0, on=LINE.start("x"))),
        (kp.UnknownField(), kp.Data(at=[[0.5]], k=[1.0])),
        (kp.Range(0.0, 1.0), kp.Residual(lambda u_k: u_k)),
        (kp.Range(0.0, 1.0), kp.Dirichlet(u=lambda x, k: x + k, on=LINE.boundary())),
        (kp.Range(0.0, 1.0), kp.Data(at=[[0.5, 0.2], [0.5, 0.7]], u=[1.0, 2.0])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_kind_of_dependence_counts(parameter, condition):
    assert "k" in problem({"k": parameter}, other=condition).parameters


def test_an_unknown_field_of_what_is_no_coordinate_is_refused():
    with pytest.raises(ValueError, match=r"'k' depends on y, which must be among .* x, t"):
        problem({"k": kp.UnknownField(of="y")}, ROD)


@pytest.mark.parametrize("name", ["loss", "learning_rate", "equation_loss", "val_k"])
def test_an_unknown_that_could_not_be_told_from_other_entries_of_the_logs(name):
    uses = kp.Residual(lambda u, k: u - k, rename={"k": name})
    with pytest.raises(ValueError, match=f"must not be called '{name}'.*logs"):
        problem({name: kp.Unknown(1.0)}, uses=uses)


def two_unknowns(at):
    return problem(
        {"a": kp.Unknown(1.0), "b": kp.Unknown(1.0)},
        balance=kp.Residual(lambda u, a, b: u - a - b),
        sensors=kp.Data(at=at, u=np.ones(len(at))),
    )


@pytest.mark.parametrize("at", [[[0.5]], [[0.5]] * 7], ids=["few", "repeated"])
def test_fewer_readings_than_unknowns_warn_of_the_rank(at):
    text = rf"2 unknown parameters \(a, b\) and {len(at)} readings at 1 .* a rank of 1 at most"
    with pytest.warns(UserWarning, match=text) as caught:
        two_unknowns(at)
    assert caught[0].filename == __file__


def test_as_many_readings_as_unknowns_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        two_unknowns([[0.2], [0.7]])
