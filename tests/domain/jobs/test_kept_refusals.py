"""A refusal that was kept says the same as the one that was raised."""

import json
from datetime import date

from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.jobs.kept_refusals import as_values, from_values


def test_a_refusal_comes_back_with_its_sentence_and_its_facts() -> None:
    refusal = Refused(
        Reason.RELEASE_DAMAGED, "It is gone.", where="0003", remedy="Put it back.", file="0003", number=3
    )
    kept = from_values(json.loads(json.dumps(as_values(refusal))))
    assert (str(kept), kept.reason, kept.facts) == (str(refusal), refusal.reason, refusal.facts)


def test_every_place_in_a_file_that_is_wrong_comes_back() -> None:
    parts = [Refused(Reason.CELL_EMPTY, f"Line {line} is empty.", column="product") for line in (2, 3)]
    refusal = BadInput(Reason.COLUMNS_WRONG, ["one", "two"], remedy="Mend them.", parts=parts)
    kept = from_values(json.loads(json.dumps(as_values(refusal))))
    assert isinstance(kept, BadInput)
    assert (kept.problems, str(kept)) == (["one", "two"], str(refusal))
    assert [(part.what, part.facts) for part in kept.parts] == [(part.what, part.facts) for part in parts]


def test_a_fact_that_json_does_not_know_becomes_its_words() -> None:
    refusal = Refused(Reason.CLOCK_WENT_BACK, "It did.", day=date(2026, 11, 29))
    assert from_values(json.loads(json.dumps(as_values(refusal)))).facts == {"day": "2026-11-29"}
