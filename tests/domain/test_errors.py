"""A refusal always says why, for a program too, and reads as a sentence on the command line."""

import pytest

from kloof.domain.errors import BadInput, BadSettings, KloofError, NotFound, Reason, Refused


@pytest.mark.parametrize("kind", [KloofError, Refused, NotFound, BadInput])
def test_there_is_no_refusal_without_a_reason(kind: type[KloofError]) -> None:
    with pytest.raises(TypeError):
        kind("There is no such deal here.")  # type: ignore[arg-type]


def test_settings_that_cannot_be_used_are_a_reason_of_their_own() -> None:
    assert BadSettings(["kloof.toml: k: too small."]).reason is Reason.SETTINGS_UNUSABLE


def test_the_command_line_reads_where_what_and_what_to_do() -> None:
    refusal = Refused(
        Reason.DEAL_UNKNOWN, "There is no deal X.", where="a.csv:2", remedy="Correct it.", deal="X"
    )
    assert str(refusal) == "a.csv:2: There is no deal X. Correct it."
    assert refusal.facts == {"deal": "X"}


def test_each_part_of_what_is_wrong_keeps_its_own_reason() -> None:
    part = Refused(Reason.COLUMN_MISSING, "column team is missing.", column="team")
    whole = BadInput(Reason.COLUMNS_WRONG, [str(part)], parts=[part], known="team")
    assert [one.reason for one in whole.parts] == [Reason.COLUMN_MISSING]
    assert whole.facts == {"known": "team"}
