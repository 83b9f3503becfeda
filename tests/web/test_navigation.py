"""One bar per role: it leads where that role may go, and says where one is."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from kloof.domain.access.people import Role
from kloof.web.navigation import BARS

Enter = Callable[[str, Role], FlaskClient]
FIRST = {Role.SALESPERSON: "/calls", Role.LEAD: "/handover", Role.DESK: "/desk"}


def links(client: FlaskClient, path: str) -> dict[str, str]:
    """Address → what the bar says of it, in the order of the bar."""
    page = BeautifulSoup(client.get(path).get_data(), "html.parser")
    return {str(link["href"]): str(link.get("aria-current", "")) for link in page.select("nav.bar a")}


@pytest.mark.parametrize("role", list(FIRST))
def test_every_place_of_a_bar_opens_for_its_role_and_is_marked_there_and_only_there(
    signed_in: Enter, role: Role
) -> None:
    visitor = signed_in("Kim", role)
    own = [path for path in links(visitor, FIRST[role]) if path != "/findings/"]
    assert len(own) == len(BARS[role])
    for path in own:
        # Without a consent or a survey file the page says so, to whom it is for.
        assert visitor.get(path).status_code != 404, path
        marked = {one: current for one, current in links(visitor, path).items() if current}
        assert marked in ({path: "page"}, {}), path


def test_a_page_behind_one_of_the_bar_says_of_which_it_is(signed_in: Enter) -> None:
    found = links(signed_in("Sanne", Role.SALESPERSON), "/calls/nothing-here")
    assert {one: current for one, current in found.items() if current} == {"/calls": "true"}


def test_the_name_of_the_company_leads_to_the_first_page_of_who_is_signed_in(signed_in: Enter) -> None:
    page = BeautifulSoup(signed_in("Noor", Role.DESK).get("/calls").get_data(), "html.parser")
    assert [link["href"] for link in page.select("a.brand")] == ["/desk"]
