"""What closes in one transaction: whole blocks, all of them, in order, and never so many that others wait long."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kloof.storage.releases import freezing


@given(st.lists(st.integers(1, 30_000), max_size=30))
def test_blocks_close_in_order_and_no_more_than_20000_pairs_together_but_for_one_block_that_is_larger(
    sizes: list[int],
) -> None:
    blocks: list[Any] = [SimpleNamespace(n=size) for size in sizes]
    portions = [*freezing.in_portions(blocks)]
    assert [block for some in portions for block in some] == blocks
    assert all(len(some) == 1 or sum(block.n for block in some) <= 20_000 for some in portions)
