"""Plans by travel are settled: a bound over centres, then Hess's model over the pairs the bound leaves open."""

from __future__ import annotations

from gridder.partition.columns import sets_of
from gridder.partition.hess import settle_centres
from gridder.partition.medians import bound_by_medians
from gridder.partition.problem import Ints, plan_cost
from gridder.partition.search import Search

PAIRS_A_STEP = 250  # pairs of centre and atom looked at for the bound, for each annealing step of all runs
LARGEST_TABLE = 6_000_000  # pairs: above about 2,400 atoms a piece no bound is tried


def settle_travel(search: Search, plan: Ints, span: tuple[int, int]) -> tuple[Ints, int | None, bool]:
    """Return (a plan of no more cost, a lower bound on plans with a number of grids in ``span``, whether it is proven).

    The bound is None where the piece is too large for one. A plan that the model of centres finds is chosen again
    in the model over columns, as every plan is.
    """
    problem = search.problem
    assert problem.travel is not None
    if problem.travel.pull.size > LARGEST_TABLE:
        return plan, None, False
    medians = bound_by_medians(problem, plan, span, work=PAIRS_A_STEP * search.work.all_steps)
    bound = medians.bound
    if problem.move_cost == 0:
        found = settle_centres(problem, plan, medians.cost, span, work=search.work.choosing)
        bound = max(bound, found.bound)
        if found.assignment is not None:
            search.met.update(sets_of(found.assignment))
            plan, _ = search.choose(found.assignment, *span)
    value = plan_cost(problem, plan)
    return plan, min(bound, value), bound >= value
