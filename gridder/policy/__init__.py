"""Policy: what makes a plan lawful and how staffing is computed. Every value stands in a YAML file with its source."""

from gridder.policy.complaints import VALUE_SENTENCES
from gridder.policy.files import DEFAULT_POLICY, load_policy, plain, policy_names, read_policy_text
from gridder.policy.model import FORCES, Policy, Source, policy_fields

__all__ = [
    "DEFAULT_POLICY",
    "FORCES",
    "VALUE_SENTENCES",
    "Policy",
    "Source",
    "load_policy",
    "plain",
    "policy_fields",
    "policy_names",
    "read_policy_text",
]
