"""The steady flow in a square cavity whose lid moves."""

from __future__ import annotations

import numpy as np
import scipy

from kerasphys._validation import check_int, check_positive, message

EASY = 100.0  # the Reynolds number at which Newton's method converges from a fluid at rest
MOST_STEPS = 20  # of Newton's method; it takes about five
TOLERANCE = 1e-10  # of the last change of the stream function


def solve_cavity(reynolds: float, intervals: int = 128) -> tuple[np.ndarray, np.ndarray]:
    """The steady flow in the unit square whose lid `y = 1` moves to the right with the speed 1.

    Stream function `ψ` and vorticity `ω`, `Δψ = -ω` and `Re (ψ_y ω_x - ψ_x ω_y) = Δω`, by central
    differences of second order on a tensor grid that is fine at the walls, where Thom's formula
    gives the vorticity. Newton's method solves for both at once; large Reynolds numbers are reached
    by doubling. No difference reads the corners of the lid, where the velocity jumps and the
    vorticity is infinite.

    Args:
        reynolds: Positive number, by the speed of the lid and the side.
        intervals: Even number of at least 4, of the grid along each side; its middle is a node.

    Returns:
        The nodes along a side, `(intervals + 1,)`, from 0 to 1; and at all nodes the fields,
        `(intervals + 1, intervals + 1, 4)`, the first axis along `x`: the velocities `u` and `v`,
        `ψ` and `ω`. In the corners of the lid `u` is 1 and `ω` is 0.

    Raises:
        ValueError: If an argument is out of range; or if Newton's method does not converge, for a
            Reynolds number that is too large for the grid.

    Example:
        ```python
        import kerasphys as kp

        nodes, flow = kp.solvers.solve_cavity(reynolds=100.0, intervals=32)
        strength = flow[..., 2].min()  # of the vortex; Ghia, Ghia and Shin have -0.103423
        assert abs(strength + 0.1034) < 3e-3
        ```

    Reference:
        Ghia, Ghia, Shin, 1982, https://doi.org/10.1016/0021-9991(82)90058-4
    """
    reynolds = check_positive("reynolds", reynolds)
    intervals = check_int("intervals", intervals, minimum=4)
    if intervals % 2:
        raise ValueError(message("intervals", "an even number", intervals))
    equations = _Equations(intervals)
    state = np.zeros(2 * equations.size)
    doublings = max(int(np.ceil(np.log2(reynolds / EASY))), 0)
    for number in np.geomspace(min(reynolds, EASY), reynolds, doublings + 1):
        state = equations.solve(state, number)
    return equations.nodes, equations.fields(state)


class _Equations:
    """The discrete equations; a state is `ψ` at the inner nodes, then `ω` there.

    At all nodes the vorticity is `inside @ ω + wall @ ψ + lid`.
    """

    def __init__(self, intervals: int):
        self.nodes = (1.0 - np.cos(np.pi * np.linspace(0.0, 1.0, intervals + 1))) / 2.0
        self.nodes[intervals // 2] = 0.5
        h = np.diff(self.nodes)
        before, after, both = h[:-1], h[1:], h[:-1] + h[1:]
        first = _differences([-1 / both, 0 * both, 1 / both])
        second = _differences([2 / (before * both), -2 / (before * after), 2 / (after * both)])
        keep = _differences([0 * both, 0 * both + 1, 0 * both])
        kron = scipy.sparse.kron
        self.d_x, self.d_y = kron(first, keep), kron(keep, first)
        self.laplacian = kron(second, keep) + kron(keep, second)
        self.inside = kron(keep, keep).T.tocsr()
        self.size = (intervals - 1) ** 2

        near = np.zeros((intervals + 1, intervals - 1))  # the inner node next to each end
        near[0, 0], near[-1, -1] = -2 / h[0] ** 2, -2 / h[-1] ** 2
        ends = scipy.sparse.csr_array(near)
        self.wall = kron(ends, keep.T) + kron(keep.T, ends)
        lid = np.zeros((intervals + 1, intervals + 1))
        lid[1:-1, -1] = -2 / h[-1]
        self.lid = lid.ravel()

    def solve(self, state: np.ndarray, reynolds: float) -> np.ndarray:
        """Newton's method from a state."""
        diagonal = scipy.sparse.diags_array
        psi_x, psi_y = self.d_x @ self.inside, self.d_y @ self.inside
        for _ in range(MOST_STEPS):
            psi, inner = np.split(state, 2)
            omega = self._vorticity(state)
            u, v = psi_y @ psi, -psi_x @ psi
            omega_x, omega_y = self.d_x @ omega, self.d_y @ omega
            transport = self.laplacian - reynolds * (
                diagonal(u) @ self.d_x + diagonal(v) @ self.d_y
            )
            by_flow = reynolds * (diagonal(omega_x) @ psi_y - diagonal(omega_y) @ psi_x)
            jacobian = scipy.sparse.block_array(
                [
                    [self.laplacian @ self.inside, scipy.sparse.eye_array(self.size)],
                    [transport @ self.wall - by_flow, transport @ self.inside],
                ],
                format="csc",
            )
            residual = [self.laplacian @ (self.inside @ psi) + inner, transport @ omega]
            change = scipy.sparse.linalg.spsolve(jacobian, np.concatenate(residual))
            state = state - change
            if np.abs(change[: self.size]).max() < TOLERANCE:
                return state
        raise ValueError(
            message("reynolds", "smaller, or the grid finer: Newton's method diverges", reynolds)
        )

    def fields(self, state: np.ndarray) -> np.ndarray:
        """`u`, `v`, `ψ` and `ω` at all nodes, `(n, n, 4)`."""
        inner = [*range(1, len(self.nodes) - 1)]
        flow = np.zeros((len(self.nodes), len(self.nodes), 4))
        flow[:, -1, 0] = 1.0
        psi = self.inside @ state[: self.size]
        shape = len(inner), len(inner)
        flow[1:-1, 1:-1, 0] = (self.d_y @ psi).reshape(shape)
        flow[1:-1, 1:-1, 1] = -(self.d_x @ psi).reshape(shape)
        flow[..., 2] = psi.reshape(flow.shape[:2])
        flow[..., 3] = self._vorticity(state).reshape(flow.shape[:2])
        return flow

    def _vorticity(self, state: np.ndarray) -> np.ndarray:
        psi, omega = np.split(state, 2)
        return self.inside @ omega + self.wall @ psi + self.lid


def _differences(weights: list[np.ndarray]) -> scipy.sparse.csr_array:
    """Rows for the inner nodes that weigh the node before, itself and the one after."""
    count = len(weights[0])
    return scipy.sparse.diags_array(weights, offsets=[0, 1, 2], shape=(count, count + 2)).tocsr()
