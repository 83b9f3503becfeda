"""What the desk sees of releases in one look: how far each group is, what can be done next, and what came out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kloof.actions.jobs import queue
from kloof.actions.releases import freeze, preview
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor
from kloof.domain.access.proposals import ReleaseProposal
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.surveys.definition import SurveyKey
from kloof.domain.text import Text
from kloof.storage.access import people
from kloof.storage.releases import proposals, releases
from kloof.storage.releases.releases import Recorded
from kloof.storage.surveys import versions

STEPS: Final = (JobKind.FREEZE, JobKind.PREVIEW, JobKind.PUBLISH, JobKind.BUILD)
"""What the desk asks the worker for, in the order in which it comes about."""


@dataclass(frozen=True, slots=True)
class ReleasesOverview:
    """The desk's page about releases.

    look: what `outlook.look` counted, and looked_at when; None where nobody counted yet. stands: whether the proposal
    is still as it was; is_shown: whether its preview can be opened. on_site: whether the site shows the last release.
    agreed: what the desk proposed and approved, by number of the release. names: of people, by their number.
    """

    jobs: Mapping[JobKind, Job]
    look: Mapping[str, Any] | None
    looked_at: datetime | None
    proposal: ReleaseProposal | None
    stands: bool
    is_shown: bool
    out: tuple[Recorded, ...]
    on_site: bool
    agreed: Mapping[int, ReleaseProposal]
    names: Mapping[int, str]
    titles: Mapping[SurveyKey, Text]

    @property
    def news(self) -> Job | None:
        """The last thing that the desk asked for."""
        asked = [self.jobs[kind] for kind in STEPS if kind in self.jobs]
        return max(asked, key=lambda job: job.id, default=None)


def overview(settings: Settings) -> ReleasesOverview:
    """How releases stand now; however many deals there are, it takes as many queries.

    Raises Refused where the thresholds of this company promise too little.
    """
    freeze.thresholds(settings)
    counted, proposal = queue.latest_done(JobKind.LOOK), proposals.standing()
    out, agreed = releases.recorded(), proposals.published()
    last = out[-1].number if out else 0
    stands = proposal is not None and (proposal.number, proposal.blocks) == (last + 1, proposals.blocks_now())
    known = [*agreed.values(), *([proposal] if proposal else [])]
    return ReleasesOverview(
        jobs=queue.latest(JobKind.LOOK, *STEPS),
        look=counted.result if counted else None,
        looked_at=counted.started_at if counted else None,
        proposal=proposal,
        stands=stands,
        is_shown=(preview.built(settings) / "index.html").is_file(),
        out=out,
        on_site=not out or _shows(settings, last),
        agreed=agreed,
        names=people.names([who.person for one in known for who in (one.proposer, one.approver) if who]),
        titles=versions.titles(),
    )


def _shows(settings: Settings, number: int) -> bool:
    releases_folder = settings.releases_folder.relative_to(settings.site_folder)
    return (settings.built_site / releases_folder / f"{number:04d}").is_dir()


def name_of(who: Actor, names: Mapping[int, str]) -> str:
    """What this person is called now; empty for the command line, and for who is known here no more."""
    return names.get(who.person, "") if who.person is not None else ""
