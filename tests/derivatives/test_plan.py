"""Plans: what an engine has to compute."""

import dataclasses

import pytest

from kerasphys.derivatives import Field, Laplacian, Namespace, Parameter, Partial, Plan

NAMES = Namespace(("x", "y", "t"), ("u", "v"), ("k",), vectors={"w": ("u", "v")})


def test_names_keep_their_order_and_are_kept_once():
    plan = Plan.of(NAMES, ["u_xt", "x", "u", "u_xt"])
    assert plan.names == ("u_xt", "x", "u")
    assert plan.terms[2] == Field(0)
    assert Plan.of(NAMES, "u_x").names == ("u_x",)
    assert Plan.of(NAMES, (name for name in "uv")).names == ("u", "v")


@pytest.mark.parametrize(
    ("names", "partials", "order"),
    [
        ([], (), 0),
        (["x", "t"], (), 0),
        (["u"], ((0, ()),), 0),
        (["v_tx", "v_xt", "u"], ((0, ()), (1, (0, 2))), 2),
        (["laplacian_u", "u_xx"], ((0, (0, 0)), (0, (1, 1))), 2),
        (["grad_v", "div_w"], ((0, (0,)), (1, (0,)), (1, (1,))), 1),
        (["u_xxxx", "u"], ((0, ()), (0, (0, 0, 0, 0))), 4),
    ],
)
def test_needed_partials(names, partials, order):
    plan = Plan.of(NAMES, names)
    assert plan.partials == partials
    assert plan.order == order


def test_plans_are_values():
    first, second = Plan.of(NAMES, ["u", "laplacian_u"]), Plan.of(NAMES, ["u", "laplacian_u"])
    assert first.order == 2
    assert first == second
    assert len({first, second}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.names = ()


def test_parameters_are_refused():
    with pytest.raises(ValueError, match="'k' is a parameter"):
        Plan.of(NAMES, ["u", "k"])
    with pytest.raises(ValueError, match="'k' is a parameter"):
        Plan(("k",), (Parameter("k"),))


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="'u_z' is unknown"):
        Plan.of(NAMES, ["u_z"])


def test_arguments_are_checked():
    with pytest.raises(TypeError, match="namespace"):
        Plan.of(object(), ["u"])
    for bad in (object(), [object()]):
        with pytest.raises(TypeError, match="names"):
            Plan.of(NAMES, bad)
    with pytest.raises(TypeError, match="names"):
        Plan(object(), ())
    for bad in (object(), (object(),), "u"):
        with pytest.raises(TypeError, match="terms"):
            Plan(("u",), bad)
    with pytest.raises(ValueError, match="one term for each name"):
        Plan(("u",), (Laplacian(0, (0,)), Partial(0, (0,))))
