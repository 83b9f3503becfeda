"""One browser of one colleague, before whichever host the balancer chose: the cookies go along to each."""

import http.client
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from bs4 import BeautifulSoup

from instruments.forms import typed


class DeskOnHosts:
    """A colleague who signed in once."""

    def __init__(self, address: str, link: str) -> None:
        self._cookies: dict[str, str] = {}
        path = urlsplit(link)
        page = self.opens(address, f"{path.path}?{path.query}" if path.query else path.path)
        self.sends(address, page)

    def opens(self, address: str, path: str) -> BeautifulSoup:
        """A page of the host at this address."""
        status, page = self._asks("GET", address, path, None)
        assert status == 200, (path, status)
        found = BeautifulSoup(page, "html.parser")
        for form in found.select("main form:not([action])"):
            form["action"] = path
        return found

    def sends(self, address: str, page: BeautifulSoup, **texts: str) -> int:
        """Send the form of a page to the host at this address, with these texts in its fields; gives the status."""
        form = page.select_one("main form")
        assert form
        told = [*typed(page, **texts).items(multi=True)]
        return self._asks("POST", address, str(form["action"]), urlencode(told))[0]

    def _asks(self, method: str, address: str, path: str, body: str | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(address, 8000, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        headers["Accept-Language"] = "en"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        found = answer.status, answer.read()
        connection.close()
        return found
