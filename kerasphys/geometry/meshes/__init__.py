"""Domains given by meshes: files, closed boundaries, maps and rules on their cells."""
