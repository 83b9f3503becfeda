"""What the worker saw last is kept for pages, and nothing of before."""

from datetime import timedelta

from cast.builders import NOW
from kloof.domain.jobs.looks import Look, LookKind
from kloof.storage import kept_looks
from kloof.storage.models import KeptLook


def test_only_the_last_look_of_each_kind_is_kept(either_database: str) -> None:
    kept_looks.keep(LookKind.STEPS, {"sold": 1}, NOW)
    kept_looks.keep(LookKind.FAIR_PLAY, {"asked": ["é"]}, NOW)
    kept_looks.keep(LookKind.STEPS, {"sold": 2}, NOW + timedelta(hours=1))
    assert kept_looks.kept() == {
        LookKind.STEPS: Look(NOW + timedelta(hours=1), {"sold": 2}),
        LookKind.FAIR_PLAY: Look(NOW, {"asked": ["é"]}),
    }
    assert KeptLook.select().count() == 2
    assert set(kept_looks.kept([LookKind.STEPS, LookKind.CHECK_UP])) == {LookKind.STEPS}


def test_what_is_forgotten_is_gone_and_the_rest_stays(either_database: str) -> None:
    kept_looks.keep(LookKind.STEPS, {}, NOW)
    kept_looks.keep(LookKind.FAIR_PLAY, {}, NOW)
    kept_looks.forget(LookKind.FAIR_PLAY, LookKind.CHECK_UP)
    assert set(kept_looks.kept()) == {LookKind.STEPS}
