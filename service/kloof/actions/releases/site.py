"""Build the findings site from the release files."""

from pathlib import Path

from kloof.config import Settings
from kloof.publish.pages import write_pages
from kloof.publish.release_files import read_releases
from kloof.publish.site_build import CompanyStyle, build_site


def build(settings: Settings) -> Path:
    """Write the pages of all releases and build the site; the folder of the finished site.

    Raises Refused where a release was changed or is missing, and BadInput with every link or file that is wrong.
    """
    company = settings.company
    releases = [published.document for published in read_releases(settings.releases_folder)]
    write_pages(
        settings.site_folder,
        releases,
        default_language=company.language,
        contact=company.contact,
        address=settings.publishing.site_address,
        least_gap=settings.publishing.least_gap,
    )
    logo = settings.folder / company.logo if company.logo else None
    return build_site(settings.folder, CompanyStyle(company.name, company.language, company.accent, logo))
