"""Faces without buildings: shared by the atoms around them, across passable ground first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from shapely import box

from gridder.empty_ground import nearest_owners, share_empty_faces
from gridder.faces import Faces
from gridder.seeds import Seeds


def faces(*touching: tuple[int, int, bool]) -> Faces:
    """Return three faces 100 m wide in a row, 0 1 2, and which of them touch and whether openly."""
    table = pd.DataFrame(
        [(a, b, 100.0, way) for a, b, way in touching], columns=["left", "right", "length_m", "open"]
    )
    row = np.array([box(100 * n, 0, 100 * n + 100, 100) for n in range(3)], dtype=object)
    return Faces(
        row, np.array(["C"] * 3, dtype=object), table.astype({"open": bool}), pd.DataFrame(), np.empty(0)
    )


SEEDS = Seeds(np.array([[50.0, 50.0], [250.0, 50.0]]), np.array([0, 1]))  # atom 0 in face 0, atom 1 in face 2


def owners(ground: Faces) -> dict[int, list[int]]:
    shared = share_empty_faces(ground, np.array([0, 2]), SEEDS)
    return {face: sorted(set(seeds.owner.tolist())) for face, seeds in shared.items()}


def test_an_empty_face_is_shared_by_both_sides():
    assert owners(faces((0, 1, True), (1, 2, True)))[1] == [0, 1]


def test_an_open_side_comes_before_one_across_a_barrier():
    assert owners(faces((0, 1, True), (1, 2, False)))[1] == [0]


def test_a_face_behind_barriers_all_round_is_shared_across_them():
    assert owners(faces((0, 1, False), (1, 2, False)))[1] == [0, 1]


def test_a_face_that_touches_nothing_is_nobodys():
    assert 1 not in owners(faces())


def test_faces_with_buildings_keep_their_own():
    shared = owners(faces((0, 1, True), (1, 2, True)))
    assert shared[0] == [0] and shared[2] == [1]


def test_only_atoms_nearest_to_some_spot_share_a_face():
    """A third atom behind the first is nearest to nothing in the face."""
    seeds = Seeds(np.array([[50.0, 50.0], [250.0, 50.0], [-500.0, 50.0]]), np.array([0, 1, 2]))
    assert nearest_owners(box(100, 0, 200, 100), seeds).tolist() == [0, 1]
