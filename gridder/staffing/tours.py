"""Short closed tours: OR-Tools routing makes one, compiled moves shorten it. Work is counted, never timed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridder.staffing.turns import Places, Tour, shorten

Ints = NDArray[np.int64]
NEAREST = 10  # places that a move tries to bring beside each: more finds little (Johnson and McGeoch 1997)
SHOCKS = 500  # tries to leave a local optimum, at least
SHOCKS_A_PLACE = 10  # … for each place: large tours have more spots to try
TURNS_KEPT = 1000  # of one try, to take it back
SEED = 20200430  # of the shocks: any number but 0
ROUTED = 1000  # places of a tour that OR-Tools begins; it takes a table of Python numbers, 36 bytes a pair


def tour_length(metres: Ints, tour: Ints) -> int:
    """Return the length of the closed tour in the unit of ``metres``."""
    return int(metres[tour, np.roll(tour, -1)].sum())


def find_tour(metres: Ints) -> Ints:
    """Return a short closed tour over all n places, always the same one.

    Christofides' tour with Lin–Kernighan moves by OR-Tools routing, then 2-opt and or-opt moves among near places
    and short double bridges, kept where they do not lengthen (chained local search).

    Parameters
    ----------
    metres
        Symmetric distances, shape (n, n), int64, zero diagonal, triangle inequality.

    Returns
    -------
    Order of the places, shape (n,), int64; starts at place 0.
    """
    n = len(metres)
    if n <= 3:
        return np.arange(n)
    begun = route_tour(metres) if n <= ROUTED else nearest_tour(metres)
    tour = shorten_tour(metres, begun, shocks=SHOCKS + SHOCKS_A_PLACE * n)
    return np.roll(tour, -int(np.flatnonzero(tour == 0)[0]))


def route_tour(metres: Ints) -> Ints:
    """Return a first tour by OR-Tools routing: Christofides (1976), then its Lin–Kernighan moves until none helps."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2
    from ortools.util.optional_boolean_pb2 import BOOL_FALSE, BOOL_TRUE

    manager = pywrapcp.RoutingIndexManager(len(metres), 1, 0)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(metres.tolist()))
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.CHRISTOFIDES
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    for move in search.local_search_operators.DESCRIPTOR.fields:
        wanted = BOOL_TRUE if move.name == "use_lin_kernighan" else BOOL_FALSE
        setattr(search.local_search_operators, move.name, wanted)
    found = model.SolveWithParameters(search)
    at, tour = model.Start(0), []
    while not model.IsEnd(at):
        tour.append(manager.IndexToNode(at))
        at = found.Value(model.NextVar(at))
    return np.array(tour, dtype=np.int64)


def nearest_tour(metres: Ints) -> Ints:
    """Return the tour from place 0 that always goes on to the nearest place left."""
    left = np.ones(len(metres), dtype=bool)
    tour = [0]
    left[0] = False
    for _ in range(len(metres) - 1):
        nearest = int(np.argmin(np.where(left, metres[tour[-1]], np.iinfo(np.int64).max)))
        tour.append(nearest)
        left[nearest] = False
    return np.array(tour, dtype=np.int64)


def shorten_tour(metres: Ints, tour: Ints, *, shocks: int) -> Ints:
    """Return the tour (of at least four places) after moves that shorten it, and so many shocks."""
    n = len(tour)
    apart = metres + np.diag(np.full(n, np.iinfo(np.int64).max // 2))
    near = np.argsort(apart, axis=1, kind="stable")[:, : min(NEAREST, n - 1)]
    state = start_tour(tour)
    places = Places(np.ascontiguousarray(metres), np.ascontiguousarray(near))
    shorten(places, state, np.array([SEED], dtype=np.int64), shocks)
    return state.order


def start_tour(tour: Ints) -> Tour:
    """Return the state of a tour that nothing has been done to."""
    n = len(tour)
    return Tour(
        order=tour.astype(np.int64),
        at=np.argsort(tour, kind="stable"),
        queue=np.zeros(n, dtype=np.int64),
        waits=np.zeros(n, dtype=np.int64),
        log=np.zeros((TURNS_KEPT, 2), dtype=np.int64),
        counts=np.zeros(3, dtype=np.int64),
    )
