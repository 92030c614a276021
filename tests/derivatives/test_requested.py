"""Which names a function asks for: one test for each rule."""

import functools
import inspect

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.derivatives import Namespace, Requested, requested_names


def burgers(u, u_t, u_x, u_xx, viscosity):
    return u_t + u * u_x - viscosity * u_xx


def with_wraps(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2 * function(*args, **kwargs)

    return wrapper


def without_wraps(function):
    def wrapper(*args, **kwargs):
        return 2 * function(*args, **kwargs)

    return wrapper


class Scaled:
    """A residual as a method, and as a callable object."""

    def __init__(self, factor):
        self.factor = factor

    def residual(self, u, u_x):
        return self.factor * (u + u_x)

    @with_wraps
    def decorated(self, u, u_x):
        return self.factor * (u + u_x)

    @classmethod
    def of_class(cls, u, u_x):
        return u + u_x

    @staticmethod
    def static(u, u_x):
        return u + u_x

    bound = functools.partialmethod(residual, u=1.0)

    __call__ = residual


ALL = ("u", "u_t", "u_x", "u_xx", "viscosity")


def names(function):
    """The requested names, checked by a call with exactly those."""
    requested = requested_names(function)
    assert requested.defaults == ()
    function(**dict.fromkeys(requested.names, 1.0))
    return requested.names


def test_functions_and_lambdas():
    assert names(burgers) == ALL
    assert names(lambda u_x, u: u_x + u) == ("u_x", "u")
    assert names(lambda: 0.0) == ()


def test_keyword_only_arguments():
    def residual(u, *, u_x, k):
        return u + k * u_x

    assert names(residual) == ("u", "u_x", "k")


def test_defaults_are_told_apart():
    def residual(u, k=2.0, *, u_x, m=1):
        return u

    requested = requested_names(residual)
    assert requested.names == ("u", "u_x")
    assert requested.defaults == ("k", "m")


def test_unicode_names_are_normalised():
    assert names(lambda ϕ, ϕ_θ: ϕ + ϕ_θ) == ("φ", "φ_θ")


class TestPartial:
    def test_bound_by_keyword(self):
        assert names(functools.partial(burgers, viscosity=0.1)) == ALL[:-1]
        assert names(functools.partial(burgers, u_t=0.0)) == ("u", "u_x", "u_xx", "viscosity")

    def test_bound_by_position(self):
        assert names(functools.partial(burgers, 1.0, 2.0)) == ALL[2:]

    def test_bound_default(self):
        def residual(u, k=1.0):
            return k * u

        assert names(functools.partial(residual, k=3.0)) == ("u",)

    def test_positional_only_may_be_bound(self):
        def residual(k, /, u):
            return k * u

        assert names(functools.partial(residual, 3.0)) == ("u",)

    def test_nested(self):
        inner = functools.partial(burgers, viscosity=0.1)
        assert names(functools.partial(inner, 1.0, u_xx=0.0)) == ("u_t", "u_x")

    def test_through_decorators(self):
        bound = functools.partial(burgers, viscosity=0.1)
        assert names(with_wraps(bound)) == ALL[:-1]
        assert names(functools.partial(with_wraps(burgers), viscosity=0.1)) == ALL[:-1]
        assert names(functools.partial(with_wraps(with_wraps(bound)), 1.0)) == ALL[1:-1]

    def test_with_the_attributes_of_its_function(self):
        bound = functools.update_wrapper(functools.partial(burgers, viscosity=0.1), burgers)
        assert bound.__wrapped__ is burgers
        assert names(bound) == ALL[:-1]

    @pytest.mark.parametrize(
        "bound",
        [
            functools.partial(burgers, 1, 2, 3, 4, 5, 6),
            functools.partial(burgers, unknown=1),
            functools.partial(functools.partial(burgers, u=1), 2),
            functools.partial(with_wraps(functools.partial(burgers, u_t=1)), 2, 3),
        ],
    )
    def test_that_does_not_fit(self, bound):
        with pytest.raises(TypeError, match=r"functools.partial does not fit `burgers`"):
            requested_names(bound)


class TestDecorators:
    def test_wraps_is_followed(self):
        assert names(with_wraps(burgers)) == ALL
        assert names(with_wraps(with_wraps(burgers))) == ALL

    def test_without_wraps_is_an_error_that_names_the_cure(self):
        with pytest.raises(TypeError, match=r"takes `\*args`.*functools.wraps"):
            requested_names(without_wraps(burgers))

    def test_tf_function(self):
        assert requested_names(tf.function(burgers)).names == ALL

    def test_explicit_signature(self):
        wrapper = without_wraps(burgers)
        wrapper.__signature__ = inspect.signature(lambda u: u)
        assert requested_names(wrapper).names == ("u",)


class TestMethodsAndObjects:
    @pytest.mark.parametrize("name", ["residual", "decorated", "of_class", "static"])
    def test_methods(self, name):
        assert names(getattr(Scaled(2.0), name)) == ("u", "u_x")

    def test_partialmethod(self):
        assert names(Scaled(2.0).bound) == ("u_x",)

    def test_callable_objects(self):
        assert names(Scaled(2.0)) == ("u", "u_x")
        assert names(functools.partial(Scaled(2.0), u_x=1.0)) == ("u",)
        assert names(with_wraps(Scaled(2.0))) == ("u", "u_x")

    def test_wrapped_method(self):
        assert names(with_wraps(Scaled(2.0).residual)) == ("u", "u_x")

    def test_variadic_method(self):
        class Loose:
            def residual(*args):
                return args

        with pytest.raises(TypeError, match=r"takes `\*args`"):
            requested_names(Loose().residual)

    def test_method_without_self(self):
        class Wrong:
            def residual(*, u):
                return u

        with pytest.raises(TypeError, match="lacks `self`"):
            requested_names(Wrong().residual)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda *args: 0, r"takes `\*args`. Write a plain function"),
        (lambda u, **kwargs: 0, r"takes `\*\*kwargs`. Write a plain function"),
        (lambda u, /, u_x: 0, "the argument `u` of `<lambda>` is positional-only.*remove the `/`"),
        (object(), "`function` must be callable"),
        ("u_x", "`function` must be callable"),
        (Scaled, "not a class"),
        (np.sin, "function"),
        (dict.get, "positional-only"),
        (min, "function"),
    ],
)
def test_refused(function, message):
    with pytest.raises(TypeError, match=message):
        requested_names(function)


class TestSupply:
    namespace = Namespace(("x", "t"), "u", parameters=("viscosity",))

    def test_names_without_default(self):
        assert requested_names(burgers).supply(self.namespace.__contains__) == ALL
        assert requested_names(lambda u, source: 0).supply(lambda _: True) == ("u", "source")

    def test_default_on_an_unknown_name_is_kept(self):
        requested = requested_names(lambda u, factor=2.0: 0)
        assert requested.supply(self.namespace.__contains__) == ("u",)

    @pytest.mark.parametrize("name", ["x", "u", "u_xx", "laplacian_u", "viscosity"])
    def test_default_on_a_known_name_is_refused(self, name):
        function = eval(f"lambda u_t, {name}=0.01: 0")
        with pytest.raises(ValueError, match=rf"`{name}` of .* has a default.*functools\.partial"):
            requested_names(function).supply(self.namespace.__contains__)

    def test_bound_names_are_no_defaults(self):
        bound = requested_names(functools.partial(burgers, viscosity=0.1))
        assert bound.supply(self.namespace.__contains__) == ALL[:-1]

    def test_arguments_are_checked(self):
        with pytest.raises(TypeError, match="known"):
            requested_names(burgers).supply(object())
        for argument in ("function", "names", "defaults"):
            with pytest.raises(TypeError, match=argument):
                Requested(**{"function": "f", "names": ("u",), argument: object()})
