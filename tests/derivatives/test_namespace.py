"""Names: what they mean, and which declarations are refused."""

import pytest

from kerasphys.derivatives import (
    Coordinate,
    Divergence,
    Field,
    Gradient,
    Laplacian,
    Namespace,
    Parameter,
    Partial,
)


@pytest.fixture
def flow():
    return Namespace(
        coordinates=("x", "y", "t"),
        fields=("v1", "v2", "p"),
        parameters=("viscosity",),
        vectors={"velocity": ("v1", "v2")},
    )


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("x", Coordinate(0)),
        ("t", Coordinate(2)),
        ("viscosity", Parameter("viscosity")),
        ("p", Field(2)),
        ("p_x", Partial(2, (0,))),
        ("v1_xt", Partial(0, (0, 2))),
        ("v1_tx", Partial(0, (0, 2))),
        ("v1_x_t", Partial(0, (0, 2))),
        ("v2_xxyt", Partial(1, (0, 0, 1, 2))),
        ("laplacian_p", Laplacian(2, (0, 1))),
        ("grad_p", Gradient(2, (0, 1))),
        ("div_velocity", Divergence((0, 1), (0, 1))),
    ],
)
def test_names_have_their_meaning(flow, name, term):
    assert flow.resolve(name) == term
    assert flow.require(name) == term
    assert name in flow


@pytest.mark.parametrize(
    "name",
    [
        *("q", "q_x", "p_z", "p_", "p__x", "p_x_", "_p", "x_x", "viscosity_x", "velocity"),
        *("div", "grad", "laplacian_", "laplacian_velocity", "laplacian_p_x", "grad_x", "div_p"),
    ],
)
def test_other_names_mean_nothing(flow, name):
    assert flow.resolve(name) is None
    assert name not in flow
    with pytest.raises(ValueError, match="unknown"):
        flow.require(name)


def test_contains_answers_for_anything(flow):
    assert "p x" not in flow
    assert 3 not in flow


def test_long_coordinates():
    names = Namespace(coordinates=("r", "theta", "time"), fields=("u", "p_total"), time="time")
    assert names.resolve("u_r_theta") == names.resolve("u_theta_r") == Partial(0, (0, 1))
    assert names.resolve("u_theta_theta") == Partial(0, (1, 1))
    assert names.resolve("u_rr_theta_r_time") == Partial(0, (0, 0, 0, 1, 2))
    assert names.resolve("p_total_theta") == Partial(1, (1,))
    assert names.resolve("laplacian_p_total") == Laplacian(1, (0, 1))
    assert names.resolve("u_thetatheta") is None


def test_runs_of_letters_beside_long_coordinates():
    names = Namespace(coordinates=("x", "t", "theta", "x1"), fields="u")
    assert names.resolve("u_xt_theta") == Partial(0, (0, 1, 2))
    assert names.resolve("u_x1_x") == Partial(0, (0, 3))
    assert names.resolve("u_xx1") is None


def test_unicode_is_read_as_python_reads_it():
    names = Namespace(coordinates=("r", "θ"), fields="ϕ", parameters=("ν",), vectors={})

    def residual(ϕ, ϕ_θθ, laplacian_ϕ, ν):
        return ϕ

    assert names.fields == ("φ",)  # U+03D5 becomes U+03C6, in Python source too
    assert names.resolve("ϕ_θr") == names.resolve("φ_rθ") == Partial(0, (0, 1))
    for name in residual.__code__.co_varnames:
        assert names.resolve(name) is not None
    with pytest.raises(ValueError, match="different"):
        Namespace(coordinates="x", fields=("ϕ", "φ"))


def test_long_unicode_names():
    names = Namespace(coordinates=("été", "é"), fields="température")
    assert names.resolve("température_é_été") == Partial(0, (0, 1))


class TestTime:
    def test_t_is_time_by_default(self):
        assert Namespace(("x", "t"), "u").time == "t"
        assert Namespace(("x", "t"), "u").spatial == (0,)
        assert Namespace(("x", "y"), "u").time is None
        assert Namespace(("x", "y"), "u").spatial == (0, 1)

    def test_another_name(self):
        names = Namespace(("τ", "x", "y"), "u", time="τ")
        assert names.resolve("grad_u") == Gradient(0, (1, 2))
        assert names.resolve("u_τ") == Partial(0, (0,))

    def test_must_be_a_coordinate(self):
        with pytest.raises(ValueError, match="`time` must be one of the coordinates"):
            Namespace(("x", "y"), "u", time="t")

    def test_only_time_has_no_spatial_operators(self):
        names = Namespace("t", "u")
        assert names.resolve("u_tt") == Partial(0, (0, 0))
        assert names.resolve("laplacian_u") is None
        assert names.resolve("grad_u") is None
        with pytest.raises(ValueError, match="Known names: coordinates t; fields u; derivatives"):
            names.require("laplacian_u")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"coordinates": ("x", "u")}, ["coordinate", "field 'u'"]),
        ({"parameters": "u"}, ["parameter", "field 'u'"]),
        ({"parameters": "x"}, ["coordinate", "parameter 'x'"]),
        ({"vectors": {"u": ("u", "v")}}, ["field", "vector 'u'"]),
        ({"vectors": {"x": ("u", "v")}}, ["coordinate", "vector 'x'"]),
        ({"fields": ("v", "v_x")}, ["field 'v_x'", "derivative of the field 'v' by 'x'"]),
        ({"fields": ("v_x", "v")}, ["field 'v_x'", "derivative of the field 'v' by 'x'"]),
        ({"fields": ("v", "v_x_yx")}, ["field 'v_x_yx'", "by 'x_yx'"]),
        ({"parameters": "u_y"}, ["parameter 'u_y'", "derivative of the field 'u' by 'y'"]),
        ({"vectors": {"u_xx": ("u", "v")}}, ["vector 'u_xx'", "derivative of the field 'u'"]),
        ({"coordinates": ("x", "xx")}, ["coordinate 'xx'", "coordinates 'x', 'x'"]),
        ({"coordinates": ("xt", "x", "t")}, ["coordinate 'xt'", "coordinates 'x', 't'"]),
        ({"fields": ("u", "grad_u")}, ["field 'grad_u'", "operator `grad_`"]),
        ({"fields": ("u", "laplacian_w")}, ["field 'laplacian_w'", "operator `laplacian_`"]),
        ({"fields": "div"}, ["field 'div'", "operator `div_`"]),
        ({"parameters": "div_velocity"}, ["parameter 'div_velocity'", "operator `div_`"]),
        ({"coordinates": ("x", "grad")}, ["coordinate 'grad'", "operator `grad_`"]),
        ({"vectors": {"laplacian": ("u", "v")}}, ["vector 'laplacian'", "operator `laplacian_`"]),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(arguments, words):
    with pytest.raises(ValueError, match="two ways") as error:
        Namespace(**{"coordinates": ("x", "y"), "fields": ("u", "v"), **arguments})
    for word in ["Argument `", *words, "Rename"]:
        assert word in str(error.value)


def test_names_that_only_look_alike_are_allowed():
    names = Namespace(("x", "y"), ("v_x", "u"), parameters=("u_inf", "gradient", "x_0"))
    assert names.resolve("v_x") == Field(0)
    assert names.resolve("v_x_x") == Partial(0, (0,))
    assert names.resolve("u_inf") == Parameter("u_inf")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"coordinates": ("x_1", "y")}, "without underscore.*rename 'x_1'"),
        ({"coordinates": ("x", "x")}, "`coordinates` must be different names"),
        ({"coordinates": ()}, "`coordinates` must be at least one name"),
        ({"fields": ("u", "u")}, "`fields` must be different names"),
        ({"fields": ("2u",)}, "`fields` must be a name"),
        ({"parameters": ("k", "k")}, "`parameters` must be different names"),
        ({"parameters": ""}, "`parameters` must be a name"),
        ({"vectors": {"w": ("u", "w2")}}, "component 'w2' of 'w' must be one of the fields"),
        ({"vectors": {"w": ("u",)}}, "'w' must have one component for each spatial coordinate"),
        ({"vectors": {"w": ("u", "u")}}, "`vectors` must be different names"),
        ({"time": "z"}, "`time` must be one of the coordinates"),
    ],
)
def test_other_bad_declarations(arguments, message):
    with pytest.raises(ValueError, match=message):
        Namespace(**{"coordinates": ("x", "y"), "fields": ("u", "v"), **arguments})


@pytest.mark.parametrize("argument", ["coordinates", "fields", "parameters", "vectors", "time"])
def test_types(argument):
    with pytest.raises(TypeError, match=argument):
        Namespace(**{"coordinates": ("x", "y"), "fields": ("u", "v"), argument: object()})


class TestUnknownName:
    def test_lists_the_known_ones(self, flow):
        with pytest.raises(ValueError, match="'pressure' is unknown") as error:
            flow.require("pressure", extra=("source",))
        for known in ("x, y, t", "viscosity", "v1, v2, p", "v1_x", "v1_xx", "source"):
            assert known in str(error.value)
        assert "laplacian_p" in str(error.value)
        assert "div_velocity" in str(error.value)

    @pytest.mark.parametrize(
        ("name", "nearest"),
        [("viscocity", "viscosity"), ("laplace_p", "laplacian_p"), ("sourc", "source")],
    )
    def test_suggests_the_nearest(self, flow, name, nearest):
        with pytest.raises(ValueError, match=f"Did you mean '{nearest}'"):
            flow.require(name, extra=("source",))

    def test_examples_are_names_that_work(self):
        for coordinates in (("r", "theta"), ("x", "t"), ("x1", "x2", "x3")):
            names = Namespace(coordinates, ("u", "w_total"))
            with pytest.raises(ValueError, match="unknown") as error:
                names.require("zzz")
            examples = str(error.value).split("such as ")[1].split(";")[0].split(", ")
            assert len(examples) == 5
            assert all(example in names for example in examples)

    def test_a_vector_is_no_value(self, flow):
        with pytest.raises(ValueError, match=r"is a vector: ask for .* v1, v2 or `div_velocity`"):
            flow.require("velocity")

    def test_no_identifier(self, flow):
        with pytest.raises(ValueError, match="`name` must be a name"):
            flow.require("p x")
        with pytest.raises(TypeError, match="`name` must be a name"):
            flow.resolve(None)
