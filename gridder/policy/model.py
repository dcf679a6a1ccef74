"""The rules in force as fields: their types, what each can be, and what they cannot be together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

JILIN_WINDOW = (300, 500)  # the window of A二(三)2: a policy outside it says so on every output
Force = Literal["hard", "soft", "reading", "house", "data"]
FORCES = ("hard", "soft", "reading", "house", "data")


def one_of(*names: str) -> AfterValidator:
    """Return the check that a word is one of those that gridder knows."""

    def check(word: str) -> str:
        if word not in names:
            raise PydanticCustomError("name_unknown", "one of {expected}", {"expected": ", ".join(names)})
        return word

    return AfterValidator(check)


PAY_CLASSES = ("正职", "两委成员", "工作人员")
CERTIFICATES = ("助理社工师", "社工师", "高级社工师")
BARRIERS = ("river", "railway", "expressway", "arterial", "road", "wall")
PayClass = Annotated[str, one_of(*PAY_CLASSES)]
Certificate = Annotated[str, one_of(*CERTIFICATES)]
Barrier = Annotated[str, one_of(*BARRIERS)]


@dataclass(frozen=True)
class Source:
    """Where a value comes from: clause (or the reason of a house rule), its force, its words, line in the file."""

    clause: str
    force: Force
    words: str
    line: int


class Policy(BaseModel):
    """The rules in force. Flat, frozen, complete; ``sources`` tells of every field where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    name: str
    title: dict[str, str]
    sources: dict[str, Source]
    sha256: str

    # partition
    households_min: int = Field(ge=1)
    households_max: int = Field(ge=1)
    households_target: int = Field(ge=1)
    contact_min_m: float = Field(gt=0)
    uncrossable: list[Barrier]
    cost_plain: float = Field(ge=0)
    cost_road: float = Field(ge=0)
    cost_arterial: float = Field(ge=0)
    cost_wall: float = Field(ge=0)
    cost_uncrossable: float = Field(ge=0)
    cost_compound_cut: float = Field(ge=0)
    cost_load_deviation: float = Field(ge=0)
    cost_household_moved: float = Field(ge=0)
    crossing_reach_m: float = Field(gt=0)
    road_line_crosses: bool
    line_end_snap_m: float = Field(ge=0)
    outline_reach_m: float = Field(gt=0)
    open_ground_m: float = Field(gt=0)
    households_absurd: int = Field(ge=1)
    floor_area_per_household_m2: float = Field(gt=0)
    persons_per_household: float = Field(gt=0)
    outline_gap_m: float = Field(gt=0)
    single_community_max: int = Field(ge=1)
    building_parts_many: int = Field(ge=2)
    building_parts_apart_m: float = Field(gt=0)

    # codes
    code_digits: int = Field(ge=1)
    code_special_first: int = Field(ge=1)
    code_rural_first: int = Field(ge=0)
    code_rural_last: int = Field(ge=0)

    # staffing
    grid_workers_per_grid: int = Field(ge=0)
    auxiliary_police_per_grid: int = Field(ge=0)
    posts_base_households: int = Field(ge=1)
    posts_base_min: int = Field(ge=0)
    posts_base_max: int = Field(ge=0)
    posts_step_min_households: int = Field(ge=1)
    posts_step_max_households: int = Field(ge=1)
    step_rounding: Literal["floor", "ceil"]
    grid_workers_within_posts: bool
    hall_staff: int = Field(ge=0)
    hall_staff_min: int = Field(ge=0)
    hall_staff_max: int = Field(ge=0)
    field_staff_min: int = Field(ge=0)
    party_posts_min: int = Field(ge=0)
    surplus_flagged: bool
    county_cap_applies: bool
    hiring_years: int = Field(ge=1)
    certified_min: int = Field(ge=0)
    certified_counts: list[Certificate]
    leaders_per_community: int = Field(ge=0)
    training_cycle_years: int = Field(ge=1)

    # roster
    age_max: int = Field(ge=1)
    age_relaxed_for: list[str]
    education_accepted: list[str]
    recruitment_checked: list[str]
    counted_apart: list[str]
    appraisal_failed_running: int = Field(ge=1)
    appraisal_failed_total: int = Field(ge=1)
    pay_kept: bool

    # patrol
    rounds_per_day: int = Field(ge=0)
    monthly_cover: Literal["households", "buildings"]
    working_days_per_month: float = Field(gt=0)
    shift_hours: float = Field(gt=0)
    visit_minutes: float = Field(ge=0)
    walking_speed_kmh: float = Field(gt=0)
    detour_factor: float = Field(ge=1)
    hall_minutes: float = Field(gt=0)
    hall_share_min: float = Field(ge=0, le=1)
    halls_new_max: int = Field(ge=0)
    path_reach_m: float = Field(gt=0)

    # budget
    base_pay_share: float = Field(ge=0, le=1)
    performance_pay_share: float = Field(ge=0, le=1)
    class_weights: dict[PayClass, Annotated[float, Field(gt=0)]]
    certificate_allowance: bool
    certificate_allowance_yuan_month: dict[Certificate, Annotated[float, Field(ge=0)]]
    certificate_allowance_min_yuan_month: float = Field(ge=0)

    @model_validator(mode="after")
    def check_together(self) -> Policy:
        """Refuse values that contradict each other."""
        if found := contradictions(self.model_dump()):
            raise ValueError(" ".join(found[0].keys))
        return self

    @property
    def departs_from_jilin(self) -> bool:
        """Whether the window leaves the 300–500 of A二(三)2; printed on every output."""
        return (self.households_min, self.households_max) != JILIN_WINDOW

    def clause(self, field: str) -> str:
        """Return the clause a field comes from, for example ``A二(三)2``."""
        return self.sources[field].clause


PAIRS = (  # the first is not above the second
    ("households_min", "households_max"),
    ("households_min", "households_target"),
    ("households_target", "households_max"),
    ("posts_base_min", "posts_base_max"),
    ("hall_staff_min", "hall_staff_max"),
    ("hall_staff_min", "hall_staff"),
    ("hall_staff", "hall_staff_max"),
    ("code_rural_first", "code_rural_last"),
)
SHARES = ("base_pay_share", "performance_pay_share")  # parts of a whole
WHOLE_WITHIN = 1e-9  # binary fractions: 0.7 + 0.3


@dataclass(frozen=True)
class Contradiction:
    """Rules whose values cannot be together: ``order`` (the first is above the second) or ``shares`` (no whole)."""

    kind: Literal["order", "shares"]
    keys: tuple[str, str]
    values: tuple[float, float]


def contradictions(values: Mapping[str, Any]) -> list[Contradiction]:
    """Return the pairs of rules that contradict each other; what is no number is judged elsewhere."""
    numbers = {key: float(value) for key, value in values.items() if is_number(value)}
    found: list[Contradiction] = []
    for keys in (*PAIRS, SHARES):
        if not set(keys) <= set(numbers):
            continue
        first, second = (numbers[key] for key in keys)
        if keys == SHARES and abs(first + second - 1) > WHOLE_WITHIN:
            found.append(Contradiction("shares", keys, (first, second)))
        if keys != SHARES and first > second:
            found.append(Contradiction("order", keys, (first, second)))
    return found


def is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def policy_fields() -> list[str]:
    """Return the names of all rules of a policy, in the order of the class."""
    return [f for f in Policy.model_fields if f not in ("name", "title", "sources", "sha256")]
