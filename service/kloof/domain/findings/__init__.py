"""Findings: what a release lets one say, as values and as plain sentences in Dutch and English."""

from kloof.domain.findings.arms import ArmsReading
from kloof.domain.findings.reading import (
    AspectReading,
    CellReading,
    PracticeReading,
    ReleaseReading,
    by_evidence,
    read,
)
from kloof.domain.findings.sentences import sentence
from kloof.domain.findings.values import (
    AskingFound,
    Basis,
    ClaimFound,
    EffectFound,
    EndFound,
    Evidence,
    Finding,
    GapFound,
    MovementFound,
    NotEnough,
    PracticeFound,
    PromisesFound,
    SplitFound,
    StayedFound,
    Withheld,
)

__all__ = [
    "ArmsReading",
    "AskingFound",
    "AspectReading",
    "Basis",
    "CellReading",
    "ClaimFound",
    "EffectFound",
    "EndFound",
    "Evidence",
    "Finding",
    "GapFound",
    "MovementFound",
    "NotEnough",
    "PracticeFound",
    "PracticeReading",
    "PromisesFound",
    "ReleaseReading",
    "SplitFound",
    "StayedFound",
    "Withheld",
    "by_evidence",
    "read",
    "sentence",
]
