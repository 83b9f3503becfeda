"""One deal with its invitation and its mail, as often as a large company has it: by a statement for each table."""

from peewee import Model

from kloof import storage
from kloof.storage.models import Deal, Invitation, Message
from kloof.storage.statements import run

_NUMBERS = "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {times})"


def multiply(times: int) -> None:
    """So many copies of the only deal, of the only invitation and of the only message that there are.

    Their rows lie beyond a million, the same number in each table.
    """
    number = "1000000 + k"
    with storage.transaction():
        _copy(Deal, times, {"id": number, "deal_id": "'copy-' || k"})
        _copy(
            Invitation,
            times,
            {
                "id": number,
                "deal_id": number,
                "link_fingerprint": "'copy-' || k",
                "opt_out_fingerprint": "'copy-' || k",
                "code_fingerprint": "NULL",
            },
        )
        _copy(Message, times, {"id": number, "invitation_id": number, "message_id": "'copy-' || k"})


def _copy(table: type[Model], times: int, differs: dict[str, str]) -> None:
    meta = table._meta
    columns = [field.column_name for field in meta.sorted_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(differs.get(column, f'o."{column}"') for column in columns)
    only = f'(SELECT MIN(id) FROM "{meta.table_name}")'  # noqa: S608  our own words
    into, of = f'"{meta.table_name}" ({names})', f'"{meta.table_name}" o ON o.id = {only}'
    run(f"INSERT INTO {into} {_NUMBERS.format(times=times)} SELECT {values} FROM n JOIN {of}")  # noqa: S608  as above
