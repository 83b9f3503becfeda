"""A company folder with made-up releases, and its site, made once for all tests that only read them."""

from pathlib import Path

import pytest

from cast.made_site import LOOK, company_folder
from cast.synthetic import Firm
from kloof.domain.releases.document import ReleaseDocument
from kloof.publish.site_build import build_site


@pytest.fixture(scope="session")
def documents() -> list[ReleaseDocument]:
    return Firm(aspects=5, surveys=("installation", "product")).documents()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory, documents: list[ReleaseDocument]) -> Path:
    return company_folder(tmp_path_factory.mktemp("company"), documents)


@pytest.fixture(scope="session")
def built(company: Path) -> Path:
    return build_site(company, LOOK)
