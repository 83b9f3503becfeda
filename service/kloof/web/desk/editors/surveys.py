"""The company's surveys at the desk: which there are and who uses them, and writing one, by field or as a text."""

from collections.abc import Mapping, Sequence
from difflib import unified_diff
from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kloof.actions.company_files.placing import NO_FILE
from kloof.actions.surveys import editing
from kloof.actions.surveys.editing import Saved, SaveResult
from kloof.domain.access.audit_log import by
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.drafts import Draft, drafted, with_holes_filled, written
from kloof.domain.surveys.paths import path
from kloof.domain.surveys.yaml_positions import Flaw
from kloof.domain.text import LANGUAGES, Language
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import language, speak
from kloof.web.app.security import IN_FRAME, WITH_FRAME
from kloof.web.desk.editors import survey_forms as forms
from kloof.web.survey import preview

blueprint = Blueprint("surveys", __name__, url_prefix="/desk/surveys")

_NOTHING: Final[Mapping[str, str]] = {}
_STATUS: Final = {
    SaveResult.WRONG: 422,
    SaveResult.TAKEN: 422,
    SaveResult.CHANGED: 409,
    SaveResult.READ_ONLY: 409,
}


@blueprint.get("")
def overview() -> str:
    files, left_over = editing.every_file(settings())
    saved = next((file for file in files if file.name == request.args.get("saved")), None)
    was = request.args.get("was", "")
    return render_template(
        "desk/surveys/list.html",
        files=files,
        answered=editing.answered_deals(),
        many=editing.MANY,
        left_over=left_over,
        can_save=editing.can_save(settings()),
        saved=saved,
        went_on=next((use for use in saved.uses if str(use.version) == was), None) if saved else None,
        difference=request.args.get("difference", ""),
    )


@blueprint.get("/new")
def begin() -> str:
    return _beginning(forms.NewForm())


@blueprint.post("/new")
def start() -> ResponseReturnValue:
    """A copy of a survey that is here, or that ships with kloof, under a name of its own; nothing is written yet."""
    form = forms.NewForm()
    source, identifier = editing.starts(settings()).get(form.start.data or ""), (form.id.data or "").strip()
    if not form.validate() or source is None:
        return _beginning(form, {"start": forms.choose()}), 422
    text = editing.begun(source.text, identifier)
    wrong, _ = forms.by_field(editing.flaws_of_id(settings(), text, f"{identifier}.yaml"), {"id": identifier})
    if wrong:
        return _beginning(form, wrong), 422
    return _opened(f"{identifier}.yaml", text, NO_FILE)


@blueprint.get("/<name>")
def edit(name: str) -> ResponseReturnValue:
    file = editing.one_file(settings(), name)
    return _opened(name, file.text, file.digest, file.flaws)


@blueprint.post("/<name>")
def change(name: str) -> ResponseReturnValue:
    """What the pressed button says: an item comes, goes or moves, or the draft is checked, saved or shown as a text."""
    form = forms.SurveyFieldsForm()
    draft, base, before = form.draft(), form.text(), form.before.data or NO_FILE
    do = request.form.get("do", "check")
    if focus := forms.pressed(draft, do):
        return _fields(name, draft, base, before, focus=focus)
    text = written(base, draft)
    if do == "text":
        return _text(name, text, before)
    if do != "save":
        return _fields(name, draft, base, before, flaws=editing.checked(text, name)[1], is_checked=True)
    saved = editing.save(settings(), name, text, before, now(), by(signed_in()))
    if saved.result is SaveResult.SAVED:
        return _went_well(name, saved)
    if saved.result is SaveResult.CHANGED:
        return _text(name, text, before, saved)
    return _fields(name, draft, base, before, flaws=saved.flaws, result=saved.result)


@blueprint.get("/<name>/text")
def read(name: str) -> ResponseReturnValue:
    file = editing.one_file(settings(), name)
    return _text(name, file.text, file.digest, flaws=file.flaws)


@blueprint.post("/<name>/text")
def rewrite(name: str) -> ResponseReturnValue:
    """The same for who writes the file as a text."""
    form = forms.TextForm()
    text, before = form.typed(editing.newline_of(settings(), name)), form.before.data or NO_FILE
    do = request.form.get("do", "check")
    if do == "fields":
        return _opened(name, text, before)
    if do != "save":
        return _text(name, text, before, flaws=editing.checked(text, name)[1], is_checked=True)
    saved = editing.save(settings(), name, text, before, now(), by(signed_in()))
    if saved.result is SaveResult.SAVED:
        return _went_well(name, saved)
    return _text(name, text, before, saved, flaws=saved.flaws)


@blueprint.post("/<name>/seen")
def seen(name: str) -> ResponseReturnValue:
    """One page of a form as a customer would see it, of what is typed and not saved yet; for the frame beside it."""
    text_form = forms.TextForm()
    text = text_form.text.data or ""
    if "text" not in request.form:
        form = forms.SurveyFieldsForm()
        text = written(form.text(), with_holes_filled(form.draft()))
    survey, flaws = editing.checked(text, name)
    response = make_response(_seen(survey, flaws))
    response.headers["Content-Security-Policy"] = IN_FRAME
    return response


def _seen(survey: Survey | None, flaws: Sequence[Flaw]) -> str:
    """The page that is asked for; where the survey cannot be shown, why."""
    reader = language()
    if survey is None:
        return render_template(
            "desk/surveys/unseen.html", flaws=[(path(flaw.place), forms.worded(flaw)) for flaw in flaws]
        )
    chosen = _chosen()
    speak(chosen["language"])
    page = preview.draft(survey, chosen["wave"], chosen["page"], now())
    speak(reader)
    return page


def _chosen() -> dict[str, Any]:
    """Which form is looked at, in which language, and which page of it."""
    wave, spoken = request.form.get("seen-wave"), request.form.get("seen-language")
    languages: tuple[Language, ...] = tuple(one for one in LANGUAGES if one == spoken)
    return {
        "wave": Wave(wave) if wave in set(Wave) else Wave.SALE,
        "language": languages[0] if languages else language(),
        "page": request.form.get("seen-page", "1"),
    }


def _beginning(form: forms.NewForm, wrong: Mapping[str, str] = _NOTHING) -> str:
    return render_template("desk/surveys/new.html", form=form, wrong=wrong, starts=editing.starts(settings()))


def _opened(name: str, text: str, before: str, flaws: Sequence[Flaw] = ()) -> ResponseReturnValue:
    """By field where the text is laid out as a survey; else as a text, with what is wrong with it."""
    draft = drafted(text)
    if draft is None:
        return _text(name, text, before, flaws=flaws or editing.checked(text, name)[1])
    return _fields(name, draft, text, before)


def _fields(
    name: str,
    draft: Draft,
    base: str,
    before: str,
    *,
    flaws: Sequence[Flaw] = (),
    focus: str = "",
    is_checked: bool = False,
    result: SaveResult = SaveResult.SAVED,
) -> ResponseReturnValue:
    wrong, others = forms.by_field(flaws, draft)
    filled, _ = editing.checked(written(base, with_holes_filled(draft)), name)
    page = render_template(
        "desk/surveys/edit.html",
        form=forms.form_of(draft, base, before),
        kinds=forms.kind_words(),
        wrong=wrong,
        others=[(flaw.spot.line, path(flaw.place), forms.worded(flaw)) for flaw in others],
        focus=focus,
        opened={focus, *("-".join(field.split("-")[:2]) for field in wrong)},
        most=forms.MOST_ITEMS,
        is_checked=is_checked and not flaws,
        pages=preview.pages(filled, _chosen()["wave"], now()) if filled else 1,
        **_around(name, draft["id"], draft["version"], before, result),
        frame=_seen(filled, editing.checked(written(base, draft), name)[1]),
    )
    return _with_frame(page, _status(flaws, result))


def _text(
    name: str,
    text: str,
    before: str,
    saved: Saved | None = None,
    *,
    flaws: Sequence[Flaw] = (),
    is_checked: bool = False,
) -> ResponseReturnValue:
    """The file as a text. Where somebody changed it meanwhile, what differs; saving this again then replaces theirs."""
    result = saved.result if saved else SaveResult.SAVED
    theirs = editing.one_file(settings(), name) if result is SaveResult.CHANGED else None
    draft = drafted(text)
    page = render_template(
        "desk/surveys/text.html",
        form=forms.TextForm(
            formdata=None, data={"text": text, "before": theirs.digest if theirs else before}
        ),
        wrong=[(flaw.spot, path(flaw.place), forms.worded(flaw)) for flaw in flaws],
        differs=list(unified_diff(theirs.text.splitlines(), text.splitlines(), lineterm="", n=1))[2:]
        if theirs
        else [],
        has_fields=draft is not None,
        is_checked=is_checked and not flaws,
        **_around(name, draft["id"] if draft else "", draft["version"] if draft else "", before, result),
    )
    return _with_frame(page, _status(flaws, result))


def _around(name: str, identifier: str, version: str, before: str, result: SaveResult) -> dict[str, Any]:
    """What stands around the fields: whose version this changes, whether it can be saved, and why it was not."""
    in_use, coming = editing.ahead(identifier, version)
    return {
        "name": name,
        "is_new": before == NO_FILE,
        "in_use": in_use,
        "coming": coming,
        "many": editing.MANY,
        "can_save": editing.can_save(settings()),
        "result": result.value,
        "waves": Wave,
        "languages": LANGUAGES,
        "chosen": _chosen(),
    }


def _went_well(name: str, saved: Saved) -> ResponseReturnValue:
    """Back to the list, which says what became of it."""
    if saved.raised_from is None:
        return redirect(url_for("surveys.overview", saved=name), 303)
    was, difference = saved.raised_from.version, saved.difference.value
    return redirect(url_for("surveys.overview", saved=name, was=was, difference=difference), 303)


def _status(flaws: Sequence[Flaw], result: SaveResult) -> int:
    return 422 if flaws and request.method == "POST" else _STATUS.get(result, 200)


def _with_frame(page: str, status: int) -> ResponseReturnValue:
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = WITH_FRAME
    return response
