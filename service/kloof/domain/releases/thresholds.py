"""What a group must be before anything about it may leave the company."""

import math
from dataclasses import dataclass
from datetime import date

from kloof.domain.errors import Reason, Refused

LEAST_K = 10
USUAL_M = 3
SLACK = 1.2
"""A block holds a fifth more than k, so that tables that cut across blocks fit under the same
certificate."""
INSIDER_K = 5
ACCOUNT_K = 3
"""Accounts that a block has at least, and whose answers a sum that can be worked out rests on at least."""
LEAST_OTHER_ACCOUNTS = 2
MOST_BY_ONE_ACCOUNT = 0.5
MOST_ALIKE = 0.9
"""Share of customers with one and the same answer above which the group's figures tell what each of them
said.
"""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """k: no sum over fewer people can be worked out. m: salespeople per group.

    `smaller_m_agreed_on` is the day on which the salespeople of a company with fewer than three agreed
    to a lower m. Raises Refused for a k below ten, and for a lower m without that day.
    """

    k: int = LEAST_K
    m: int = USUAL_M
    smaller_m_agreed_on: date | None = None

    def __post_init__(self) -> None:
        if self.k < LEAST_K:
            raise Refused(
                Reason.THRESHOLDS_TOO_LOW,
                f"k is {self.k}; for the public it is never below {LEAST_K}.",
                where="kloof.toml: publishing.k",
                remedy=f"Set it to {LEAST_K} or more.",
                least_k=LEAST_K,
                usual_m=USUAL_M,
            )
        if self.m < USUAL_M and self.smaller_m_agreed_on is None:
            raise Refused(
                Reason.THRESHOLDS_TOO_LOW,
                f"m is {self.m}, below {USUAL_M}, and no consent of the salespeople is recorded.",
                where="kloof.toml: publishing.m",
                remedy=f"Set m to {USUAL_M}, or record the day of their consent as smaller_m_agreed_on.",
                least_k=LEAST_K,
                usual_m=USUAL_M,
            )

    @property
    def least_customers(self) -> int:
        """Distinct customers without which no block closes."""
        return math.ceil(SLACK * self.k)

    @property
    def most_by_one(self) -> float:
        """The share of a block's customers that one salesperson may have; all of them where fewer than
        three sell.
        """
        return 0.5 if self.m >= USUAL_M else 1.0

    @property
    def least_left(self) -> int:
        """Customers that must remain in a block for whoever subtracts their own; nobody is left to
        protect at m = 1.
        """
        return INSIDER_K if self.m > 1 else 0

    @property
    def most_together(self) -> int:
        """Salespeople who may put together what they know; nobody is left to protect from one who sells alone.

        Two also where m is 2: where a third sells, two must not read the third's customers off.
        """
        return 2 if self.m > 1 else 0

    @property
    def max_leverage(self) -> float:
        """The bound of the certificate: 1/k."""
        return 1 / self.k

    @property
    def insider_max_leverage(self) -> float:
        """The bound for a salesperson, or two together, who subtract their own customers."""
        return 1 / INSIDER_K

    @property
    def account_max_leverage(self) -> float:
        """The bound for accounts, each taken as one."""
        return 1 / ACCOUNT_K
