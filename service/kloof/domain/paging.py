"""A long list is shown page by page."""


def nearest_page(asked: int, many: int, per_page: int) -> tuple[int, int]:
    """The page that was asked for, from 1, or the nearest that there is; and how many there are, one for no entries."""
    pages = max(1, -(-many // per_page))
    return min(max(asked, 1), pages), pages
