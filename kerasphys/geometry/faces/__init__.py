"""Pieces of boundaries: flat, straight, round, cut, and smooth functions that vanish on them."""
