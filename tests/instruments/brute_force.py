"""An attacker with unlimited patience: exact row reduction over everything published, looking for a small sum."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations


def row_reduced(rows: Sequence[Sequence[int | Fraction]]) -> list[list[Fraction]]:
    """An echelon basis of the row space, in exact rational numbers."""
    basis = [[Fraction(entry) for entry in row] for row in rows]
    rank = 0
    for column in range(len(basis[0]) if basis else 0):
        pivot = next((at for at in range(rank, len(basis)) if basis[at][column]), None)
        if pivot is None:
            continue
        basis[rank], basis[pivot] = basis[pivot], basis[rank]
        basis[rank] = [entry / basis[rank][column] for entry in basis[rank]]
        for at, row in enumerate(basis):
            if at != rank and row[column]:
                basis[at] = [one - row[column] * other for one, other in zip(row, basis[rank], strict=True)]
        rank += 1
    return basis[:rank]


def fewest_people(rows: Sequence[Sequence[int]], sizes: Sequence[int]) -> int:
    """The fewest people on whom any combination of the rows rests; columns are groups of `sizes` people.

    A combination that rests on as few columns as can be is, up to its scale, the only one that is 0 on the others:
    so every choice of columns that leaves one dimension is tried.
    """
    basis = row_reduced(rows)
    rank = len(basis)
    columns = list(zip(*basis, strict=True))
    fewest = sum(sizes)
    for zeroed in combinations(range(len(sizes)), rank - 1):
        within = [[row[column] for column in zeroed] for row in basis]
        for weights in _kernel(within):
            combined = (
                sum(weight * entry for weight, entry in zip(weights, column, strict=True))
                for column in columns
            )
            resting = sum(size for size, entry in zip(sizes, combined, strict=True) if entry)
            fewest = min(fewest, resting or fewest)
    return fewest


def _kernel(rows: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    """A basis of the weights w with wᵀ rows = 0."""
    count = len(rows)
    width = len(rows[0]) if rows else 0
    augmented: list[list[int | Fraction]] = [
        [*row, *(Fraction(int(at == own)) for at in range(count))] for own, row in enumerate(rows)
    ]
    reduced = row_reduced(augmented)
    return [row[width:] for row in reduced if not any(row[:width])]
