"""What the company does about its findings, as the desk keeps it."""

from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup
from kloof.domain.releases.document import Level
from kloof.storage.models import CompanyAction as ActionRow


def every() -> list[CompanyAction]:
    """All of them, the one that began last first."""
    return [
        _value(row) for row in ActionRow.select().order_by(ActionRow.started_on.desc(), ActionRow.id.desc())
    ]


def find(number: int) -> CompanyAction | None:
    """The one with this number; None where there is none."""
    row = ActionRow.get_or_none(ActionRow.id == number)
    return _value(row) if row else None


def add(action: CompanyAction) -> CompanyAction:
    """Keep a new one, and give it with its number."""
    return _value(ActionRow.create(**_columns(action)))


def change(action: CompanyAction) -> None:
    """Keep the one with this number as it is now."""
    ActionRow.update(_columns(action)).where(ActionRow.id == action.id).execute()


def remove(number: int) -> None:
    """Forget the one with this number."""
    ActionRow.delete().where(ActionRow.id == number).execute()


def _columns(action: CompanyAction) -> dict[str, object]:
    return {**action.model_dump(exclude={"id", "group"}), **action.group.model_dump(mode="json")}


def _value(row: ActionRow) -> CompanyAction:
    return CompanyAction(
        id=row.id,
        survey=row.survey,
        aspect=row.aspect,
        group=CompanyGroup(level=Level(row.level), product=row.product, region=row.region, team=row.team),
        title=row.title,
        what=row.what,
        owner=row.owner,
        started_on=row.started_on,
        ended_on=row.ended_on,
    )
