"""The kinds of rule, one small file each. To add one: a file here, and its class in KINDS."""

from typing import Annotated

from pydantic import Field

from conversations.policy.rules.arrival import Arrival
from conversations.policy.rules.basis import Basis
from conversations.policy.rules.claims import Claims
from conversations.policy.rules.condition import Condition
from conversations.policy.rules.evidence import EvidenceNeeded
from conversations.policy.rules.exclusion import Exclusion
from conversations.policy.rules.product import Product
from conversations.policy.rules.resubmission import Resubmission
from conversations.policy.rules.rule import Need, Rule, Subject
from conversations.policy.rules.window import Window

KINDS = (Basis, Window, Condition, Product, Exclusion, EvidenceNeeded, Arrival, Claims, Resubmission)
AnyRule = Annotated[
    Basis | Window | Condition | Product | Exclusion | EvidenceNeeded | Arrival | Claims | Resubmission,
    Field(discriminator="kind"),
]

__all__ = ["KINDS", "AnyRule", "Need", "Rule", "Subject"]
