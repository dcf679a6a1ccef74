"""One connected piece: proven where all lawful grids can be listed, else searched, else a best effort."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridder.partition.answer import KOption, Reason
from gridder.partition.attempt import anneal_k, search_k
from gridder.partition.besteffort import Nearest, choose_again, nearest_plan, nearness
from gridder.partition.centres import settle_travel
from gridder.partition.columns import Columns, assignment_of, make_columns, sets_of
from gridder.partition.core import find_cores, stranded
from gridder.partition.counts import possible_k, preferred_k
from gridder.partition.diagnose import diagnose_piece
from gridder.partition.feasibility import Verdict, decide, further_reasons
from gridder.partition.koptions import by_k, free_k, listed_options, make_option, searched_options
from gridder.partition.listing import list_columns
from gridder.partition.model import Answer, Terms, choose_grids
from gridder.partition.neighbourhood import improve, total_misfit
from gridder.partition.pairs import settle_pairs
from gridder.partition.problem import (
    BoundKind,
    Ints,
    Problem,
    Status,
    beside,
    first_come,
    grid_households,
    households_outside,
    plan_cost,
    subproblem,
)
from gridder.partition.proof import Proof, prove_plan
from gridder.partition.regions import prove_regions, regions_argument
from gridder.partition.search import Search, make_search
from gridder.partition.tolerance import Tolerance, smallest_tolerance
from gridder.partition.work import Work

POLISHES = 3  # rounds of pairs and choosing


@dataclass(frozen=True)
class PieceAnswer:
    """What is known of one connected piece; the fields as in Plan and Certificate."""

    assignment: Ints
    status: Status
    objective: int
    bound: int | None
    bound_kind: BoundKind
    k: int
    options: tuple[KOption, ...]
    reasons: tuple[Reason, ...]
    argument: str
    nearest_proven: bool = False
    tolerance: Tolerance | None = None


def solve_piece(piece: Problem, work: Work, rng: np.random.Generator) -> PieceAnswer:
    """Return the answer for one connected piece whose locks are one atom each."""
    if not piece.households.any():
        return PieceAnswer(
            np.zeros(piece.n_atoms, dtype=np.int64), "optimal", 0, 0, "global", 0, (), (), "empty"
        )
    search = make_search(piece, work, rng)
    reasons = tuple(diagnose_piece(piece))
    if reasons:
        reasons += further_reasons(search, reasons)
        return best_effort(search, reasons, "a necessary condition fails")
    listing = list_columns(
        search.graph, piece.households_min, piece.households_max, work=work.listing, cap=work.columns
    )
    if listing.complete:
        columns = make_columns(search.graph, search.rules, list(listing.sets))
        return solve_listed(search, columns)
    return solve_searched(search)


def solve_listed(search: Search, columns: Columns) -> PieceAnswer:
    """Return the answer when the columns are all lawful grids there are."""
    piece = search.problem
    for terms in terms_in_order(piece):
        answer = choose_grids(piece, columns, terms, work=search.work.choosing * 4)
        if answer.chosen is not None:
            return listed_answer(search, columns, answer, terms)
        if not answer.proven:
            return solve_searched(search)
    everyone = list(range(piece.n_atoms))
    cores = find_cores(columns, everyone, search.work.choosing) or [everyone]
    reasons = tuple(stranded(piece, core) for core in cores)
    return best_effort(search, reasons, "all lawful grids listed; no choice of them covers")


def terms_in_order(piece: Problem) -> list[Terms]:
    """Return what to ask for, in order: one number of grids after the other, all at once where k is free."""
    ks = preferred_k(piece)
    if piece.grids == "free":
        return [Terms(min(ks), max(ks))]
    return [Terms(k, k) for k in ks]


def listed_answer(search: Search, columns: Columns, answer: Answer, terms: Terms) -> PieceAnswer:
    """Return the answer for a choice out of all lawful grids: optimal when CP-SAT finished, else bounded."""
    piece = search.problem
    assert answer.chosen is not None
    assignment = assignment_of(piece, [columns.sets[c] for c in answer.chosen])
    k, value = len(answer.chosen), plan_cost(piece, assignment)
    bound = None if answer.bound is None else -(-answer.bound // 2)
    status: Status = "optimal" if answer.proven else "bounded"
    kind: BoundKind = "global" if spans_all(piece, terms) else "fixed_k"
    options = [make_option(piece, assignment, answer.proven), *listed_options(search, columns, k)]
    argument = f"exact cover over all {len(columns)} lawful grids"
    return PieceAnswer(assignment, status, value, bound, kind, k, by_k(options), (), argument)


def spans_all(piece: Problem, terms: Terms) -> bool:
    """Whether the terms leave out no lawful number of grids."""
    return all(terms.k_min <= k <= terms.k_max for k in possible_k(piece))


def solve_searched(search: Search) -> PieceAnswer:
    """Return the answer when lawful grids are too many to list: search, then choose among the grids met."""
    piece = search.problem
    ks = preferred_k(piece)
    span = (min(ks), max(ks))
    options: list[KOption] = []
    if piece.grids == "free":
        near, options = free_k(search)
        rivals = [anneal_k(search, k).assignment for k in near]
        if all(total_misfit(search, found) for found in rivals):
            rivals = [search_k(search, k) for k in near]
        lawful = [found for found in rivals if total_misfit(search, found) == 0]
        if lawful:
            return polished_answer(search, min(lawful, key=lambda a: plan_cost(piece, a)), span, options)
    verdict: Verdict | None = None
    for k in ks:
        found = search_k(search, k)
        if total_misfit(search, found) == 0:
            return polished_answer(search, found, (k, k), options)
        verdict = verdict or decide(search)  # a proof spares the search with other numbers of grids
        if verdict.reasons:
            return best_effort(search, verdict.reasons, verdict.argument)
    assert verdict is not None
    found = verdict.plan if verdict.plan is not None else nearest_plan(search).assignment
    if total_misfit(search, found) == 0:
        k = int(found.max()) + 1
        return polished_answer(search, found, (k, k), options)
    return relaxed_answer(search, found, (), "no lawful plan found, none disproved")


def polished_answer(
    search: Search, found: Ints, span: tuple[int, int], options: list[KOption]
) -> PieceAnswer:
    """Return the answer from a lawful plan: choose among the grids met, prove or improve, choose again."""
    plan, _ = search.choose(found, *span)
    proof = prove_plan(search, plan, span)
    if proof is not None:
        plan, _ = search.choose(proof.assignment, *span)
        if lower_bound(proof, span) >= plan_cost(search.problem, plan):
            return proven_answer(search, plan, span, options, proof)
    plan = prove_regions(search, improve(search, plan), span)
    settled = False
    for _ in range(POLISHES):
        plan, settled = settle_pairs(search, plan)
        chosen, _ = search.choose(plan, *span)
        if plan_cost(search.problem, chosen) == plan_cost(search.problem, plan):
            break
        plan, settled = chosen, False
    if search.problem.travel is not None:
        return travel_answer(search, plan, span, options, settled)
    if proof is not None and lower_bound(proof, span) > 0:
        return proven_answer(search, plan, span, options, proof)
    return searched_answer(search, plan, options, settled)


def lower_bound(proof: Proof, span: tuple[int, int]) -> int:
    """Return what any plan of k⁻ … k⁺ grids costs at least; 0 where one of them has no bound."""
    return min(proof.bounds.get(k, 0) for k in range(span[0], span[1] + 1))


def proven_answer(
    search: Search, plan: Ints, span: tuple[int, int], options: list[KOption], proof: Proof
) -> PieceAnswer:
    """Return the answer for a plan with the bound of its proof; other numbers of grids are proven where it reaches."""
    piece = search.problem
    k, value = int(plan.max()) + 1, plan_cost(piece, plan)
    bound = min(lower_bound(proof, span), value)
    own = make_option(piece, plan, proof.bounds.get(k, 0) >= value)
    shown = searched_options(search, plan, options, proof.settle)
    proven = [replace(o, proven=proof.bounds.get(o.k, 0) >= o.objective) for o in shown]
    status: Status = "optimal" if bound == value else "bounded"
    kind: BoundKind = "global" if spans_all(piece, Terms(*span)) else "fixed_k"
    return PieceAnswer(
        plan, status, value, bound, kind, k, by_k([own, *proven]), (), f"annealing, {proof.argument}"
    )


def travel_answer(
    search: Search, plan: Ints, span: tuple[int, int], options: list[KOption], pairs_proven: bool
) -> PieceAnswer:
    """Return the answer for a plan by travel with what its bound allows to say."""
    settled, bound, proven = settle_travel(search, plan, span)
    same = plan_cost(search.problem, settled) == plan_cost(search.problem, plan)
    answer = searched_answer(search, settled, options, pairs_proven and same)
    if bound is None:
        return answer
    kind: BoundKind = "global" if spans_all(search.problem, Terms(*span)) else "fixed_k"
    status: Status = "optimal" if proven else "bounded"
    argument = answer.argument + "; median problem with windows, Lagrangian"
    return replace(
        answer, status=status, bound=bound, bound_kind=kind, argument=argument + " and Hess's model"
    )


def searched_answer(
    search: Search, assignment: Ints, options: list[KOption], pairs_proven: bool
) -> PieceAnswer:
    """Return the answer for a plan that was found, with other numbers of grids by short runs."""
    piece = search.problem
    k = int(assignment.max()) + 1
    own = make_option(piece, assignment, False)
    shown = searched_options(search, assignment, options)
    argument = "annealing, exact cover over the grids met"
    status: Status = "locally_optimal" if pairs_proven else "feasible"
    if pairs_proven:
        argument += "; every pair of neighbouring grids divided at its best"
    regions = regions_argument(search, assignment)
    argument += regions and f"; {regions}"
    return PieceAnswer(assignment, status, own.objective, None, "none", k, by_k([own, *shown]), (), argument)


def best_effort(search: Search, reasons: tuple[Reason, ...], argument: str) -> PieceAnswer:
    """Return the nearest plan where no lawful one exists."""
    peeled = peeled_plan(search)
    if search.problem.n_atoms > search.work.peeled_atoms and preferred_k(search.problem):
        return large_effort(search, peeled, reasons, argument)
    nearest = nearest_plan(search, peeled, reasons)
    if not nearest.exact:
        nearest = replace(nearest, assignment=refine(search, nearest))
    answer = relaxed_answer(search, nearest.assignment, reasons, f"{argument}; {nearest.argument}")
    return replace(answer, nearest_proven=nearest.proven, tolerance=smallest_tolerance(search))


def large_effort(
    search: Search, peeled: Ints | None, reasons: tuple[Reason, ...], argument: str
) -> PieceAnswer:
    """Return a best effort for a large piece: atoms above the maximum alone, else what a search for lawful grids leaves.

    Fewest grids outside is no aim here: where trouble is in many places, one grid could swallow them all.
    """
    plan = peeled if peeled is not None else search_k(search, preferred_k(search.problem)[0])
    return relaxed_answer(search, plan, reasons, f"{argument}; the rest divided as well as was found")


def refine(search: Search, nearest: Nearest) -> Ints:
    """Return a best effort in which what its grids outside leave is divided again as a piece of its own."""
    piece = search.problem
    sizes = grid_households(piece, nearest.assignment)
    outside = [g for g, s in enumerate(sizes) if households_outside(piece, int(s))]
    rest = np.flatnonzero(~np.isin(nearest.assignment, outside))
    grid = nearest.assignment.copy()
    for atoms in subproblem(piece, rest).pieces if len(rest) else ():
        part = replace(subproblem(piece, rest[atoms]), grids="fewest")
        grid[rest[atoms]] = solve_piece(part, search.work, search.rng).assignment + grid.max() + 1
    search.met.update(sets_of(grid))
    plans = [nearest.assignment, first_come(grid)]
    return choose_again(search, min(plans, key=lambda plan: nearness(piece, plan)))


def peeled_plan(search: Search) -> Ints | None:
    """Return the plan in which every atom above the maximum is alone and the rest is divided as well as can be.

    A part of the rest too small for a grid stays with such an atom beside it: one grid outside, not two. None where
    there is no such atom, or nothing but such atoms.
    """
    piece = search.problem
    above = piece.households > piece.households_max
    if not above.any() or above.all():
        return None
    grid = np.full(piece.n_atoms, -1, dtype=np.int64)
    grid[above] = np.arange(above.sum())
    rest = np.flatnonzero(~above)
    for atoms in subproblem(piece, rest).pieces:
        if piece.households[rest[atoms]].sum() < piece.households_min:
            grid[rest[atoms]] = grid[beside(piece, rest[atoms])]
            continue
        part = replace(subproblem(piece, rest[atoms]), grids="target")
        grid[rest[atoms]] = solve_piece(part, search.work, search.rng).assignment + grid.max() + 1
    return first_come(grid)


def relaxed_answer(
    search: Search, assignment: Ints, reasons: tuple[Reason, ...], argument: str
) -> PieceAnswer:
    """Return a best effort: ``relaxed`` with reasons that prove it necessary, ``not_found`` without."""
    status: Status = "relaxed" if reasons else "not_found"
    own = make_option(search.problem, assignment, False)
    return PieceAnswer(assignment, status, own.objective, None, "none", own.k, (own,), reasons, argument)
