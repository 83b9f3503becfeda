"""The queue of pairs, the blocks that closed, and the releases made of them."""
