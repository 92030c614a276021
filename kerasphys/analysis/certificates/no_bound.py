"""Why an error has no bound."""


class NoBound(Exception):
    """Raised where the error of a model has no bound that is known; its text says why."""
