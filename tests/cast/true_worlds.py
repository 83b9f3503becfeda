"""What a made-up company knows itself, as the attacks inside take it."""

from collections.abc import Sequence

import numpy as np

from cast.worlds import Deal, World
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.attacks.truth import TruePart, Truth
from kloof.domain.releases.cells import ClosedBlock
from kloof.domain.releases.practice_tables import Part


class Memory:
    """Sees a world after each release, and forgets nothing: blocks and parts that were retired since stay known."""

    def __init__(self) -> None:
        self.blocks: dict[int, ClosedBlock] = {}
        self.parts: dict[int, Part] = {}

    def __call__(self, world: World) -> None:
        self.blocks |= world.closed
        self.parts |= {id(part): part for part in world.parts}

    def truths(self, world: World) -> list[Truth]:
        """Per survey version and arm everything that closed; of what was erased nothing is left."""
        groups: dict[tuple[str, Arm], list[Deal]] = {}
        for deal in world.deals:
            if deal.block in self.blocks and not deal.gone:
                groups.setdefault((str(deal.survey.key), deal.arm), []).append(deal)
        return [self._truth(deals) for _, deals in sorted(groups.items())]

    def _truth(self, deals: Sequence[Deal]) -> Truth:
        survey = deals[0].survey
        numbers = sorted({deal.block for deal in deals})
        block = np.array([deal.block for deal in deals])
        person = np.array([deal.customer for deal in deals])
        return Truth(
            survey=survey,
            block=block,
            person=person,
            salesperson=np.array([deal.salesperson for deal in deals]),
            account=np.array([deal.account for deal in deals]),
            expected=np.array([deal.expected for deal in deals], dtype=np.uint8),
            received=np.array([deal.received for deal in deals], dtype=np.uint8),
            numbers=np.array(numbers),
            sums=np.array([self.blocks[number].figures.sums for number in numbers]),
            arm=deals[0].arm,
            parts=tuple(self._parts(deals, block)) if deals[0].arm is Arm.ASKED else (),
        )

    def _parts(self, deals: Sequence[Deal], block: np.ndarray) -> Sequence[TruePart]:
        found = []
        for part in self.parts.values():
            if part.survey != deals[0].survey.key:
                continue
            inside = np.isin(block, part.blocks)
            if int(inside.sum()) != part.done.n + part.not_done.n:
                continue  # somebody of it was erased since
            did = np.array([part.practice in deal.practices for deal in deals])
            found += [
                TruePart(
                    part.practice, done, np.flatnonzero(inside & (did == done)), part.arm(done=done).sums
                )
                for done in (True, False)
            ]
        return found
