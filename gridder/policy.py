"""Policy: what makes a plan lawful and how staffing is computed. Every value stands in a YAML file with its source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gridder.errors import Finding, PolicyError

DEFAULT_POLICY = "jilin-2020"
JILIN_WINDOW = (300, 500)  # the window of A二(三)2: a policy outside it says so on every output
Force = Literal["hard", "soft", "reading", "house", "data"]
FORCES = ("hard", "soft", "reading", "house", "data")


@dataclass(frozen=True)
class Source:
    """Where a value comes from: clause (or the reason of a house rule), its force, its words, line in the file."""

    clause: str
    force: Force
    words: str
    line: int


class Policy(BaseModel):
    """The rules in force. Flat, frozen, complete; ``sources`` tells of every field where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    title: dict[str, str]
    sources: dict[str, Source]
    sha256: str

    # partition
    households_min: int = Field(ge=1)
    households_max: int = Field(ge=1)
    households_target: int = Field(ge=1)
    contact_min_m: float = Field(gt=0)
    uncrossable: list[str]
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
    certified_counts: list[str]
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
    class_weights: dict[str, float]
    certificate_allowance: bool
    certificate_allowance_yuan_month: dict[str, float]
    certificate_allowance_min_yuan_month: float = Field(ge=0)

    @model_validator(mode="after")
    def check_pairs(self) -> Policy:
        """Refuse a lower bound above its upper bound and shares that do not make a whole."""
        for low, high in PAIRS:
            if getattr(self, low) > getattr(self, high):
                raise ValueError(f"{low}>{high}")
        if not self.households_min <= self.households_target <= self.households_max:
            raise ValueError("households_target>window")
        if abs(self.base_pay_share + self.performance_pay_share - 1) > 1e-9:
            raise ValueError("base_pay_share+performance_pay_share")
        return self

    @property
    def departs_from_jilin(self) -> bool:
        """Whether the window leaves the 300–500 of A二(三)2; printed on every output."""
        return (self.households_min, self.households_max) != JILIN_WINDOW

    def clause(self, field: str) -> str:
        """Return the clause a field comes from, for example ``A二(三)2``."""
        return self.sources[field].clause


PAIRS = (
    ("households_min", "households_max"),
    ("posts_base_min", "posts_base_max"),
    ("hall_staff_min", "hall_staff_max"),
    ("hall_staff_min", "hall_staff"),
    ("hall_staff", "hall_staff_max"),
    ("code_rural_first", "code_rural_last"),
)


def policy_names() -> list[str]:
    """Return the names of the policies that come with gridder, sorted."""
    folder = resources.files("gridder") / "policies"
    return sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml"))


def policy_fields() -> list[str]:
    """Return the names of all rules of a policy, in the order of the class."""
    return [f for f in Policy.model_fields if f not in ("name", "title", "sources", "sha256")]


def read_policy_text(name_or_file: str) -> tuple[str, str]:
    """Return (label for messages, text) of a policy by name or path."""
    if name_or_file in policy_names():
        file = resources.files("gridder") / "policies" / f"{name_or_file}.yaml"
        return file.name, file.read_text("utf-8")
    path = Path(name_or_file)
    if not path.is_file():
        raise PolicyError("errors.policy_unknown", name=name_or_file, known=", ".join(policy_names()))
    try:
        return path.name, path.read_text("utf-8")
    except UnicodeDecodeError:
        raise PolicyError("errors.policy_not_utf8", file=path.name) from None


@cache
def load_policy(name_or_file: str = DEFAULT_POLICY) -> Policy:
    """Return a policy by the name of a shipped one or the path of a YAML file.

    Raises
    ------
    PolicyError
        Unknown name, unreadable YAML, or any unknown or missing key, wrong type, value without a source,
        min above max: all of them in one go, each with file, key and line.
    """
    import hashlib

    label, text = read_policy_text(name_or_file)
    try:
        tree = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise PolicyError("errors.policy_yaml", file=label, line=line) from None
    if not isinstance(tree, dict) or not isinstance(tree.get("rules"), dict):
        raise PolicyError("errors.policy_yaml", file=label, line=1)
    values, sources, findings = split_rules(label, tree)
    if findings:
        raise PolicyError("errors.policy_unusable", findings=tuple(findings), file=label)
    try:
        return Policy(
            name=str(tree.get("name", Path(label).stem)),
            title={str(k): str(v) for k, v in dict(tree.get("title") or {}).items()},
            sources=sources,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            **values,
        )
    except ValidationError as error:
        found = tuple(explain_validation(label, sources, error))
        raise PolicyError("errors.policy_unusable", findings=found, file=label) from None


def split_rules(label: str, tree: Any) -> tuple[dict[str, Any], dict[str, Source], list[Finding]]:
    """Return (values, sources, findings) of the ``rules`` of a policy file."""
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    findings: list[Finding] = []
    rules = tree["rules"]
    known = policy_fields()

    def blame(code: str, key: str, line: int) -> None:
        findings.append(Finding(f"errors.{code}", "problem", {"file": label, "key": key, "line": line}))

    for key in tree:
        if key not in ("name", "title", "note", "rules"):
            blame("policy_key_unknown", str(key), tree.lc.key(key)[0] + 1)
    for key, entry in rules.items():
        line = rules.lc.key(key)[0] + 1
        if key not in known:
            blame("policy_key_unknown", str(key), line)
        elif not isinstance(entry, dict) or set(entry) - {"value", "force", "source", "words"}:
            blame("policy_entry", key, line)
        elif "value" not in entry or not entry.get("source") or entry.get("force") not in FORCES:
            blame("policy_no_source", key, line)
        else:
            values[key] = plain(entry["value"])
            words = str(entry.get("words") or "")
            sources[key] = Source(str(entry["source"]), entry["force"], words, line)
    seen = set(map(str, rules))
    for key in known:
        if key not in seen:
            blame("policy_key_missing", key, 1)
    return values, sources, findings


def plain(value: Any) -> Any:
    """Return a YAML value as plain Python (ruamel's round-trip types carry comments)."""
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


# pydantic's type of complaint → the sentence that says it; any other is policy_value.
VALUE_SENTENCES = {
    "int_type": "errors.policy_not_whole",
    "float_type": "errors.policy_not_number",
    "bool_type": "errors.policy_not_flag",
    "string_type": "errors.policy_not_text",
    "list_type": "errors.policy_not_list",
    "dict_type": "errors.policy_not_table",
    "literal_error": "errors.policy_not_choice",
    "greater_than_equal": "errors.policy_too_small",
    "greater_than": "errors.policy_not_above",
    "less_than_equal": "errors.policy_too_large",
}
BOUNDS = ("ge", "gt", "le", "expected")  # where pydantic keeps what would have been right


def explain_validation(label: str, sources: dict[str, Source], error: ValidationError) -> list[Finding]:
    """Return pydantic's complaints as findings with key and line."""
    found = []
    for item in error.errors():
        key = str(item["loc"][0]) if item["loc"] else str(item.get("ctx", {}).get("error", ""))
        line = sources[key.split(">")[0]].line if key.split(">")[0] in sources else 1
        if not item["loc"]:
            facts = {"file": label, "key": key.replace(">", " > "), "line": line}
            found.append(Finding("errors.policy_pair", "problem", facts))
        else:
            facts = {
                "file": label,
                "key": key,
                "line": line,
                "value": str(item["input"]),
                "kind": item["type"],
            }
            bounds = item.get("ctx", {})
            facts["bound"] = next((str(bounds[name]) for name in BOUNDS if name in bounds), "")
            code = VALUE_SENTENCES.get(item["type"], "errors.policy_value")
            found.append(Finding(code, "problem", facts))
    return found
