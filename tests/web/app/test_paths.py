"""Whatever a visitor asks for is found below the folder, or not at all; and never an error."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from kloof.web.app.paths import inside

PIECES = st.sampled_from(
    ["..", ".", "", "there", "page.html", "etc", "\0", "x" * 300, "\\", "~", "C:", "\ud800"]
)


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map("/".join)))
@example("there/page.html")
@example("../beside")
@example("/etc/passwd")
def test_what_is_found_lies_inside_and_nothing_else_is_told(path: str) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / "site"
        (folder / "there").mkdir(parents=True)
        (folder / "there" / "page.html").touch()
        (Path(place) / "beside").mkdir()
        found = inside(folder, path)
        assert found is None or found.resolve().is_relative_to(folder.resolve())
        if path == "there/page.html":
            assert found == folder / "there" / "page.html"
