"""Build the findings site from the release files."""

from contextlib import suppress
from pathlib import Path

from kloof import storage
from kloof.actions.releases import publish
from kloof.config import Settings
from kloof.domain.errors import KloofError
from kloof.publish.pages import write_pages
from kloof.publish.release_files import has_left_over, read_releases, refuse_strays
from kloof.publish.site_build import CompanyStyle, build_site


def finish_left_over(settings: Settings) -> None:
    """Put in place a release that was recorded when the machine stopped, where one lies there and a database is near.

    Customers were promised a mail about it.
    """
    if has_left_over(settings.releases_folder):
        # On a machine that only builds there is no database, and nothing to finish.
        with suppress(KloofError), storage.looking(settings.database_url):
            publish.finish(settings)


def build(settings: Settings) -> Path:
    """Write the pages of all releases and build the site; the folder of the finished site.

    Raises Refused where a release was changed or is missing, or where something else lies among them, and BadInput with
    every link or file that is wrong.
    """
    company = settings.company
    finish_left_over(settings)
    releases = [published.document for published in read_releases(settings.releases_folder)]
    refuse_strays(settings.releases_folder)
    write_pages(
        settings.site_folder,
        releases,
        default_language=company.language,
        contact=company.contact,
        address=settings.publishing.site_address,
        least_gap=settings.publishing.least_gap,
    )
    logo = settings.folder / company.logo if company.logo else None
    colleagues = "" if settings.links_lead_here and not settings.is_demo else settings.link("/sign-in")
    style = CompanyStyle(company.name, company.language, company.accent, logo, colleagues)
    return build_site(settings.folder, style)
