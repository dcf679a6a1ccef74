"""What a plan can be proven to be: bounds by number of grids, and better plans where there are any, by column generation."""

from __future__ import annotations

from dataclasses import dataclass

from gridder.partition.coarse import coarsen
from gridder.partition.colgen import Spend, make_generation, prove
from gridder.partition.columns import sets_of
from gridder.partition.counts import preferred_k
from gridder.partition.exact import FrontierPricer
from gridder.partition.problem import Ints
from gridder.partition.search import Search
from gridder.partition.sweep import make_sweep


@dataclass(frozen=True)
class Proof:
    """The best plan known, and the least any lawful plan costs, by number of grids; ``argument`` says how."""

    assignment: Ints
    bounds: dict[int, int]
    argument: str


def prove_plan(search: Search, plan: Ints, span: tuple[int, int]) -> Proof | None:
    """Return what is proven of a lawful plan among those of k⁻ … k⁺ grids (``span``), within the work of the effort.

    None where nothing can be: the frontier is too wide, or grids are not priced by their atoms and boundaries (travel).
    The number of grids of the plan is settled first; others in the span as far as the work goes. Bounds for numbers
    beside the span are what falls off.
    """
    piece, work = search.problem, search.work
    if piece.travel is not None or piece.n_atoms > work.proof_atoms:
        return None
    coarse = coarsen(piece)
    sweep = make_sweep(coarse, moves=work.proof_moves) if coarse is not None else None
    if coarse is None or sweep is None or sweep.states > work.proof_frontier:
        return None
    generation = make_generation(
        piece,
        (search.graph, search.rules),
        plan,
        [k for k in preferred_k(piece, int(piece.households.sum())) if k <= piece.n_atoms],
        exact=FrontierPricer(coarse, sweep, work.proof_states, work.proof_work),
        spend=Spend(listed=work.columns, choosing=work.choosing),
    )
    generation.add(search.columns(sets_of(plan)))
    prove(generation, span)
    search.met.update(sets_of(generation.best))
    bounds = {k: bound for k, bound in generation.bounds.at.items() if bound > 0}
    argument = f"column generation with exact pricing over a frontier of {sweep.width} atoms"
    if generation.done["listings"]:
        argument += ", exact cover over every grid a better plan could use"
    return Proof(generation.best, bounds, argument)
