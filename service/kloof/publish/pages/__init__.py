"""The pages of the findings site, from release files alone."""

from kloof.publish.pages.write import write_pages

__all__ = ["write_pages"]
