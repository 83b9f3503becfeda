"""What a release says of itself besides its figures: how far answers lie apart, and what was certified and attacked."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kloof.domain.surveys.definition import Identifier, SurveyKey

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[int, Field(ge=5, le=95, multiple_of=5)]
"""A share of customers in per cent, rounded to five: 5 stands for "under 10%", 95 for "over 90%"."""


class ReleasePart(BaseModel):
    """A value within a release: it does not change, and holds nothing that is not named here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AspectSpread(ReleasePart):
    """How far answers lie apart: the SD of V, R and S = V − R over all closed blocks, coarsely rounded.

    clustering: by how much customers of one salesperson being alike widens the standard error of the mean gap, at
    least 1; None below ten salespeople. clustering_v, clustering_r: the same of the means of V and R.
    """

    v: float
    r: float
    s: float
    clustering: float | None = None
    clustering_v: float | None = None
    clustering_r: float | None = None


class PromiseSpread(ReleasePart):
    """By how much it widens the standard error of a share of promises that several are of one customer, at least 1;
    and that several are by one salesperson, None below ten of them.
    """

    by_customer: float
    by_salesperson: float | None = None


class SurveySpread(ReleasePart):
    """The spread of one survey version, from at least thirty pairs: per aspect, and of each customer's mean over them.

    clusters: salespeople that `clustering` rests on, rounded down to a multiple of five; 0 where it is not known.
    promises: None where too few are known of too few customers.
    """

    survey: Identifier
    version: int
    aspects: dict[str, AspectSpread]
    overall: AspectSpread
    clusters: Count = 0
    promises: PromiseSpread | None = None

    @property
    def key(self) -> SurveyKey:
        return SurveyKey(id=self.survey, version=self.version)


class ArmSpread(ReleasePart):
    """What is known of an arm of a practice table besides its sums, so that both arms can be compared like with like.

    products: how many of its deals are of which product, to the nearest five. clustering: per aspect, by how much
    customers of one salesperson being alike widens the standard error of the difference in gap between both arms,
    product by product; clusters: as how many equal salespeople they count in it, rounded down; both arms have the
    same. own_clustering, own_clusters: the same of the means of this arm alone, the largest over V, R, S and all
    aspects, and its salespeople, rounded down to a multiple of five. Nothing of it below ten salespeople.
    """

    products: dict[str, Count] = Field(default_factory=dict)
    clustering: dict[Identifier, float] = Field(default_factory=dict)
    clusters: Count = 0
    own_clustering: float | None = None
    own_clusters: Count = 0


class AttackResult(ReleasePart):
    """What one attack of the suite found inside, with the truth at hand, when the release was made.

    tried: targets; certain: of these, those whose answer it could name; two_left: those with at most two candidates
    left, the certain ones among them.
    """

    name: str
    tried: Count
    certain: Count
    two_left: Count


class Guarantee(ReleasePart):
    """What the certificate found over this release and every earlier one together.

    `max_leverage` ≤ 1/k: no sum over fewer than k people can be worked out. `insider_…` and `pair_…`: the same for a
    salesperson, and for two together, who subtract their own customers, with each deal as somebody and with each
    customer as one, whichever is larger. `account_…`: the same of whole accounts.
    """

    k: int
    m: int
    smaller_m_agreed_on: date | None = None
    max_leverage: float
    insider_k: int
    insider_max_leverage: float
    pair_max_leverage: float
    account_k: int
    account_max_leverage: float
    sets: Count
    releases: Count
    attacks: tuple[AttackResult, ...] = ()
