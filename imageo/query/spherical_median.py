"""The point of the sphere whose mean great-circle distance from given points is least: their geometric median.

Weiszfeld's algorithm in the tangent plane (Fletcher, Venkatasubramanian, Joshi 2009, "The geometric median on
Riemannian manifolds"), with the step of Vardi and Zhang (2000) on a data point. Over more than a hemisphere the mean
distance has several valleys: the descent starts from the bottom of every one that a grid shows.
"""

import numpy as np

Vectors = np.ndarray  # n x 3, of length 1

_N_GRID = 2_000  # about 4.5 degrees apart
_N_NEIGHBOURS = 8
_N_STARTS = 16
_N_SAMPLE = 5_000  # points that the valleys are sought with; the descent takes all
_MOST_STEPS = 1_000
_SMALLEST_STEP = 1e-10  # radians: less than a millimetre
_SAME = 1e-9


def spherical_median(latitude: np.ndarray, longitude: np.ndarray) -> tuple[float, float]:
    """(latitude, longitude) of the median, degrees; one of them where several are equally good.

    Takes at least one point, in degrees. The same points in the same order give the same median.
    """
    points = _vectors(latitude, longitude)
    best = min((_descend(start, points) for start in _starts(points)), key=lambda at: mean_angle(at, points))
    nearest = points[_angles(best, points).argmin()]
    if mean_angle(nearest, points) <= mean_angle(best, points):
        best = nearest  # towards a data point the descent takes for ever
    return float(np.degrees(np.arcsin(best[2].clip(-1, 1)))), float(np.degrees(np.arctan2(best[1], best[0])))


def mean_angle(at: np.ndarray, points: Vectors) -> float:
    """Mean great-circle distance, radians."""
    return float(_angles(at, points).mean())


def _vectors(latitude: np.ndarray, longitude: np.ndarray) -> Vectors:
    north, east = np.radians(np.asarray(latitude, float)), np.radians(np.asarray(longitude, float))
    return np.column_stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))


def _angles(at: np.ndarray, points: Vectors) -> np.ndarray:
    # By the chord: exact for near points, where the arc cosine is not.
    angles: np.ndarray = 2 * np.arcsin((np.linalg.norm(points - at, axis=1) / 2).clip(0, 1))
    return angles


def _starts(points: Vectors) -> Vectors:
    """Grid points that are better than their neighbours, the best first."""
    number = np.arange(_N_GRID) + 0.5
    height = 1 - 2 * number / _N_GRID
    turn = number * np.pi * (1 + 5**0.5)
    radius = np.sqrt(1 - height**2)
    grid = np.column_stack((radius * np.cos(turn), radius * np.sin(turn), height))
    sample = points[:: max(1, len(points) // _N_SAMPLE)]
    mean = np.array([mean_angle(at, sample) for at in grid])
    neighbours = np.argpartition(-(grid @ grid.T), _N_NEIGHBOURS, axis=1)[:, : _N_NEIGHBOURS + 1]
    bottoms = np.flatnonzero(mean <= mean[neighbours].min(axis=1))
    starts: Vectors = grid[bottoms[np.argsort(mean[bottoms], kind="stable")][:_N_STARTS]]
    return starts


def _descend(start: np.ndarray, points: Vectors) -> np.ndarray:
    at, mean = start, mean_angle(start, points)
    for _ in range(_MOST_STEPS):
        step = _weiszfeld_step(at, points)
        length = float(np.linalg.norm(step))
        while length > _SMALLEST_STEP:
            moved = np.cos(length) * at + np.sin(length) * step / np.linalg.norm(step)
            moved /= np.linalg.norm(moved)
            if (lower := mean_angle(moved, points)) < mean:
                break
            length /= 2
        else:
            break
        at, mean = moved, lower
    return at


def _weiszfeld_step(at: np.ndarray, points: Vectors) -> np.ndarray:
    """The step in the tangent plane, radians."""
    angle = _angles(at, points)
    away = angle > _SAME
    tangent = points[away] - (points[away] @ at)[:, None] * at
    length = np.linalg.norm(tangent, axis=1)
    # The way to the opposite point is no one's: it weighs, but does not pull.
    direction = tangent / np.where(length > _SAME, length, np.inf)[:, None]
    pull = direction.sum(axis=0)
    strength = float(np.linalg.norm(pull))
    n_here = len(points) - int(away.sum())
    if strength <= n_here:
        return np.zeros(3)
    step: np.ndarray = pull / (1 / angle[away]).sum() * (1 - n_here / strength)
    return step
