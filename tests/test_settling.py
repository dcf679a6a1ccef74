"""Who takes a lump: the most compact cell, of its own stretch, round nothing, across no barrier if that can be."""

from __future__ import annotations

from shapely import Polygon, box

from gridder.settling import Offers, settle_lumps


def offer(stretches, atoms, lumps=(), barred=()) -> Offers:
    """Return offers from (lump, atom, metres), (lump, lump, metres) one way, and barred (lump, atom, metres)."""
    offers = Offers(list(stretches))
    offers.add_atoms(list(atoms), barred=False)
    offers.add_atoms(list(barred), barred=True)
    offers.add_lumps([pair for a, b, m in lumps for pair in ((a, b, m), (b, a, m))], barred=False)
    return offers


def test_a_lump_goes_to_the_cell_with_which_it_is_most_compact():
    """[0][1 wide] below the lump: 1 touches it longer."""
    cells = {0: box(0, 0, 20, 100), 1: box(20, 0, 100, 100)}
    lump = box(0, 100, 100, 200)
    assert settle_lumps([lump], cells, offer([set()], [(0, 0, 20.0), (0, 1, 80.0)])).tolist() == [1]


def test_a_lump_stays_with_its_stretch_where_that_touches_it():
    cells = {0: box(0, 0, 20, 100), 1: box(20, 0, 100, 100)}
    lump = box(0, 100, 100, 200)
    touching = [(0, 0, 20.0), (0, 1, 80.0)]
    assert settle_lumps([lump], cells, offer([{0}], touching)).tolist() == [0]
    assert settle_lumps([lump], cells, offer([{7}], touching)).tolist() == [1]


def test_a_lump_behind_a_lump_waits_for_it():
    cells = {4: box(0, 0, 100, 100)}
    lumps = [box(0, 200, 100, 300), box(0, 100, 100, 200)]
    found = settle_lumps(lumps, cells, offer([set(), set()], [(1, 4, 100.0)], [(0, 1, 100.0)]))
    assert found.tolist() == [4, 4]


def test_a_barrier_is_crossed_only_for_what_no_other_reaches():
    cells = {0: box(0, 0, 100, 100), 1: box(100, 100, 110, 200)}
    lump = box(0, 100, 100, 200)
    across = [(0, 0, 100.0)]
    assert settle_lumps([lump], cells, offer([set()], [(0, 1, 100.0)], barred=across)).tolist() == [1]
    assert settle_lumps([lump], cells, offer([set()], [], barred=across)).tolist() == [0]


def test_ground_that_touches_nobody_stays_nobodys():
    assert settle_lumps([box(0, 0, 1, 1)], {}, offer([set()], [])).tolist() == [-1]


def test_no_cell_closes_round_another():
    """0 is a U open to the north with 1 inside: the lid is not 0's, compact though it would be."""
    cup = box(0, 0, 300, 200).difference(box(100, 100, 200, 200))
    cells = {0: cup, 1: box(100, 100, 200, 200)}
    lid = Polygon([(0, 200), (100, 200), (200, 200), (300, 200), (300, 400), (0, 400)])
    assert settle_lumps([lid], cells, offer([set()], [(0, 0, 200.0), (0, 1, 100.0)])).tolist() == [1]
