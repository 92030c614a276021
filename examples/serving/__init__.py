"""Artefacts without Python, and behind a server."""
