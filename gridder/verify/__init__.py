"""An independent look at a delivery: trusts nothing that planning computed, reads every file itself.

Connectedness, seams and sums are recomputed from the delivered polygons and tables; the raw input is read
here with pyogrio. Only the ground is imported, so a mistake of the flow cannot confirm itself.
"""

from __future__ import annotations

from pathlib import Path

from gridder.addresses import is_address
from gridder.errors import InputError
from gridder.text import list_ids, say
from gridder.verify.base import Delivery, Violation, read_delivery
from gridder.verify.contact import find_contacts, pocket_of
from gridder.verify.ground import (
    check_connected,
    check_cover,
    check_grid_ground,
    check_loose,
    check_measures,
    check_seams,
    check_shapes,
)
from gridder.verify.input import check_input
from gridder.verify.members import (
    check_codes,
    check_communities,
    check_membership,
    check_places,
    check_sums,
    check_window,
)
from gridder.verify.papers import check_changes, check_maps, check_policy, check_workbook, missing_rules
from gridder.verify.reasons import check_exceptions, check_lawful_k
from gridder.verify.routes import check_routes
from gridder.verify.spans import check_spans
from gridder.verify.staff_book import check_staff_book
from gridder.verify.staffing import check_staffing
from gridder.verify.unchecked import list_unchecked

__all__ = ["Violation", "list_unchecked", "say_violation", "verify_delivery"]

TABLE_CHECKS = (
    check_policy,
    check_membership,
    check_places,
    check_codes,
    check_sums,
    check_window,
    check_communities,
    check_changes,
    check_workbook,
    check_maps,
    check_staffing,
    check_staff_book,
)


def verify_delivery(directory: Path, input_path: Path | None = None) -> list[Violation]:
    """Return every violation found in a delivery; none means that all that is promised of it holds.

    Parameters
    ----------
    directory
        The delivery.
    input_path
        What it was planned from (file, folder or ``district.yaml``); without it the recorded files are
        compared only where they stand beside the delivery.

    Returns
    -------
    list of Violation
        In the order of the checks; ids sorted.

    Raises
    ------
    InputError
        There is no input of this name.
    """
    if input_path is not None and not (is_address(input_path) or input_path.exists()):
        raise InputError("errors.input_missing", file=str(input_path))
    delivery, found = read_delivery(directory)
    if delivery is None:
        return found
    if unruled := missing_rules(delivery.record):
        return [*found, *unruled]
    for check in TABLE_CHECKS:
        found += check(delivery)
    found += check_ground(delivery)
    return found + check_input(delivery, input_path)


def check_ground(delivery: Delivery) -> list[Violation]:
    """Return what is wrong with the polygons; broken ones are named alone: nothing else can be measured."""
    if wrong := check_shapes(delivery):
        return wrong
    found = check_seams(delivery) + check_cover(delivery) + check_grid_ground(delivery)
    found += check_measures(delivery)
    contacts = find_contacts(delivery)
    apart = check_connected(delivery, contacts)
    found += apart + check_loose(delivery, contacts)
    found += check_spans(delivery, known={grid for violation in apart for grid in violation.ids})
    found += check_routes(delivery, contacts)
    pocket = pocket_of(delivery, contacts)
    return found + check_exceptions(delivery, contacts, pocket) + check_lawful_k(delivery, pocket)


def say_violation(lang: str, violation: Violation) -> str:
    """Return a violation as one line: what is wrong, then the ids concerned."""
    line = say(lang, violation.code, **violation.facts)
    return f"{line} [{list_ids(lang, violation.ids)}]" if violation.ids else line
