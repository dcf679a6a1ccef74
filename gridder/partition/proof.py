"""What a plan can be proven to be: bounds by number of grids, and better plans where there are any, by column generation."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gridder.partition.coarse import coarsen
from gridder.partition.colgen import Generation, Spend, make_generation, prove
from gridder.partition.columns import sets_of
from gridder.partition.counts import possible_k
from gridder.partition.exact import FrontierPricer
from gridder.partition.problem import Ints
from gridder.partition.search import Search
from gridder.partition.sweep import make_sweep

OPTION_SHARE = 8  # part of the columns listed, and of the time for choosing among them, that one option gets


@dataclass
class Proof:
    """The best plan known, and the column generation that knows the least any lawful plan costs, by number of grids."""

    assignment: Ints
    generation: Generation
    pricer: FrontierPricer
    option_work: float

    @property
    def bounds(self) -> dict[int, int]:
        """Least cost of a lawful plan by number of grids, where anything is known of it."""
        return {k: bound for k, bound in self.generation.bounds.at.items() if bound > 0}

    @property
    def argument(self) -> str:
        """One line: how the bounds were reached."""
        width = self.pricer.sweep.width
        how = f"column generation with exact pricing over a frontier of {width} atoms"
        if self.generation.done["listings"]:
            how += ", exact cover over every grid a better plan could use"
        return how

    def settle(self, plan: Ints) -> tuple[Ints, bool]:
        """Return (the best plan found of as many grids as another lawful plan has, whether it is proven the best).

        As far as the work for options goes; the grids known from one number of grids serve the next.
        """
        whole = self.generation.spend
        self.generation.spend = replace(
            whole, listed=whole.listed // OPTION_SHARE, choosing=whole.choosing / OPTION_SHARE
        )
        self.generation.start(plan)
        self.pricer.work = self.option_work
        proven = self.generation.close(int(plan.max()) + 1)
        self.option_work = self.pricer.work
        self.generation.spend = whole
        return self.generation.best, proven


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
    pricer = FrontierPricer(coarse, sweep, work.proof_states, work.proof_work)
    generation = make_generation(
        piece,
        (search.graph, search.rules),
        plan,
        list(possible_k(piece)),
        exact=pricer,
        spend=Spend(listed=work.columns, choosing=work.choosing),
    )
    generation.add(search.columns(sets_of(plan)))
    prove(generation, span)
    search.met.update(sets_of(generation.best))
    return Proof(generation.best, generation, pricer, work.option_work)
