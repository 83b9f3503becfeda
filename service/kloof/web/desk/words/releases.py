"""How groups, jobs and releases stand, in the desk's own words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kloof.domain.deals.study_arms import Arm
from kloof.domain.findings.practice_words import PRACTICES
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.releases.document import WithheldReason
from kloof.domain.surveys.definition import SurveyKey
from kloof.domain.text import Text
from kloof.web.app.language import language, say


def group(one: Mapping[str, Any]) -> str:
    """Whom a group holds: of which product and team, or who told one side only."""
    arms = {
        Arm.NOT_ASKED: say("Not asked at sale, chosen at random"),
        Arm.SKIPPED: say("Asked at sale and did not answer"),
        Arm.LEFT: say("Did not answer after delivery"),
    }
    parts = [one["product"], one["region"], one["team"]]
    return arms.get(Arm(one["arm"])) or ", ".join(filter(None, parts)) or say("The whole company")


def is_one_sided(one: Mapping[str, Any]) -> bool:
    """Whether its customers told one side only, so that they are no pairs."""
    return Arm(one["arm"]) is not Arm.ASKED


def survey(one: Mapping[str, Any], titles: Mapping[SurveyKey, Text]) -> str:
    """The survey by its title, and the version behind the first."""
    return _title(SurveyKey(id=one["survey"], version=one["version"]), titles)


def _title(key: SurveyKey, titles: Mapping[SurveyKey, Text]) -> str:
    title = titles[key][language()] if key in titles else str(key)
    return (
        title if key.version == 1 else say("{survey}, version {version}", survey=title, version=key.version)
    )


def lacks(one: Mapping[str, Any]) -> str:
    """What is missing, or what stands in the way; nobody but the desk reads which."""
    few = one["short_of"]
    return {
        WithheldReason.TOO_FEW: say("1 more customer")
        if few == 1
        else say("{count} more customers", count=few),
        WithheldReason.TOO_FEW_SALESPEOPLE: say(
            "Other salespeople: there are too few, or one or two of them sold to nearly all of these customers."
        ),
        WithheldReason.TOO_FEW_ACCOUNTS: say(
            "Other organisations: there are too few, or too many of these customers answer for the same one."
        ),
        WithheldReason.HOMOGENEOUS: say(
            "Other answers: these are nearly the same, so an average would show what everybody said. Only more "
            "customers help."
        ),
        WithheldReason.CERTIFICATE: say(
            "Other customers: together with what was published before, these would give too much away."
        ),
    }[WithheldReason(one["reason"])]


def closes(one: Mapping[str, Any]) -> date | None:
    """About when it has enough customers at the present pace; None where nobody can say."""
    return date.fromisoformat(one["closes"]) if one["closes"] else None


def wider(one: Mapping[str, Any]) -> str:
    """When its customers may close in a wider group; empty where there is none."""
    if is_one_sided(one) or not one["wider_after"]:
        return ""
    if one["wider_after"] == 1:
        return say("Wider after the next release")
    return say("Wider after {count} releases", count=one["wider_after"])


def practices_of(ids: Sequence[str], titles: Mapping[SurveyKey, Text]) -> list[str]:
    """Tables of practices that were left out, by the practice and the survey."""
    found = []
    for one in ids:
        survey, _, practice = one.partition("/practice/")
        id, _, version = survey.rpartition("-")
        name = PRACTICES[practice][language()] if practice in PRACTICES else practice
        found.append(f"{name} ({_title(SurveyKey(id=id, version=int(version)), titles)})")
    return found


def title(job: Job) -> str:
    """What the worker was asked for."""
    return {
        JobKind.LOOK: say("Counting how far each group is"),
        JobKind.FREEZE: say("Closing groups"),
        JobKind.PREVIEW: say("Making a preview of the next release"),
        JobKind.PUBLISH: say("Publishing"),
        JobKind.BUILD: say("Building the site"),
    }[job.kind]


def came_of(job: Job) -> str:
    """What came of a job that is done."""
    facts = job.result
    match job.kind:
        case JobKind.FREEZE if facts["blocks"] == 1:
            return say("1 group closed, with {customers} customers.", customers=facts["pairs"])
        case JobKind.FREEZE:
            return say(
                "{groups} groups closed, with {customers} customers.",
                groups=facts["blocks"],
                customers=facts["pairs"],
            )
        case JobKind.PREVIEW | JobKind.PUBLISH if facts["release"] is None:
            return say("Nothing is new since the last release, so there is nothing to publish.")
        case JobKind.PREVIEW:
            return say("The preview of release {number} is ready.", number=facts["release"])
        case JobKind.PUBLISH if facts["told"] == 1:
            return say(
                "Release {number} is out. 1 customer asked to be told: that mail goes out on the next sending day. "
                "Build the site before then.",
                number=facts["release"],
            )
        case JobKind.PUBLISH if facts["told"]:
            return say(
                "Release {number} is out. {told} customers asked to be told: their mail goes out on the next sending "
                "day. Build the site before then.",
                number=facts["release"],
                told=facts["told"],
            )
        case JobKind.PUBLISH:
            return say("Release {number} is out. The site does not show it yet.", number=facts["release"])
        case JobKind.BUILD:
            return say("The site is built, with {pages} pages.", pages=facts["pages"])
    return say("Done.")


def names_of(groups: list[list[str]], titles: Mapping[SurveyKey, Text]) -> list[str]:
    """Groups of a proposal by name: the survey's title, and what sets the group apart from the whole company."""
    by_id = {
        key.id: title[language()] for key, title in sorted(titles.items(), key=lambda one: one[0].version)
    }
    whole = say("The whole company")
    return [
        f"{by_id.get(survey, survey)}: {', '.join(filter(None, parts)) or whole}" for survey, *parts in groups
    ]
