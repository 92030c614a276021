"""Measurements of the claims that the project makes. Run them with `make verify`."""
