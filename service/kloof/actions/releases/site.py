"""Build the findings site from the release files."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from kloof import storage
from kloof.actions.releases import company_actions, publish, shared
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.errors import KloofError
from kloof.domain.jobs.steps import JobStep, Tell, untold
from kloof.publish.pages import write_pages
from kloof.publish.release_files import has_left_over, read_releases, refuse_strays
from kloof.publish.site_build import CompanyStyle, build_site
from kloof.storage.access import audit_log


def finish_left_over(settings: Settings) -> None:
    """Put in place a release that was recorded when the machine stopped, where one lies there and a database is near.

    Customers were promised a mail about it.
    """
    if has_left_over(settings.releases_folder) or not storage.files_of(settings.database_url):
        # On a machine that only builds there is no database, and nothing to finish.
        with suppress(KloofError), storage.looking(settings.database_url):
            publish.finish(settings)


def build(settings: Settings, tell: Tell = untold) -> Path:
    """Write the pages of all releases and build the site; the folder of the finished site.

    Raises Refused where a release was changed or is missing, or where something else lies among them, and BadInput with
    every link or file that is wrong.
    """
    finish_left_over(settings)
    tell(JobStep.PAGES)
    write(settings, settings.site_folder)
    tell(JobStep.BUILD)
    built = render(settings)
    if built == settings.built_site:
        shared.keep_site(settings)
    return built


def build_from_desk(settings: Settings, now: datetime, who: Actor, tell: Tell = untold) -> Path:
    """As `build`, in the audit log."""
    built = build(settings, tell)
    audit_log.write(who, AuditAction.SITE_BUILT, now)
    return built


def write(settings: Settings, docs: Path) -> None:
    """Write the pages of all releases that stand in `docs`, a folder like site/; raises Refused as `build` does."""
    company = settings.company
    releases_folder = releases_in(settings, docs)
    releases = [published.document for published in read_releases(releases_folder)]
    refuse_strays(releases_folder)
    company_actions.put_beside_releases(settings, releases_folder.parent)
    write_pages(
        docs,
        releases,
        default_language=company.language,
        contact=company.contact,
        address=settings.publishing.site_address,
        least_gap=settings.publishing.least_gap,
    )


def releases_in(settings: Settings, docs: Path) -> Path:
    """Where the releases stand in a folder like site/."""
    return docs / settings.releases_folder.relative_to(settings.site_folder)


def render(settings: Settings, docs: Path | None = None, target: Path | None = None) -> Path:
    """Build the site from its pages, or from those in `docs` into `target`; raises BadInput as `build` does."""
    company = settings.company
    logo = settings.folder / company.logo if company.logo else None
    colleagues = "" if settings.links_lead_here and not settings.is_demo else settings.link("/sign-in")
    look = CompanyStyle(company.name, company.language, company.accent, logo, colleagues)
    return build_site(settings.folder, look, docs, target)
