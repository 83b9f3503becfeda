"""What the company says in its mails, at the desk: over our texts, in both languages, and seen as it goes out."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import FormField, HiddenField, RadioField

from kloof.actions.company_files.placing import PutInPlace
from kloof.actions.mailing import company_texts as texts_file
from kloof.actions.mailing.company_texts import CompanyTexts
from kloof.actions.surveys import mail_sample as sample
from kloof.domain.access.audit_log import by
from kloof.domain.mailing.company_texts import ADDRESS, ADDRESSES, facts_of
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.paths import Place, path
from kloof.domain.text import LANGUAGES, Language
from kloof.mail.caught import faces
from kloof.mail.checks import Proof
from kloof.mail.texts import overlaid
from kloof.web import mail_frame
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import language, say
from kloof.web.app.security import IN_FRAME, WITH_FRAME
from kloof.web.desk.editors import text_words as words
from kloof.web.desk.editors.survey_forms import TextFields, name_of, worded
from kloof.web.desk.editors.text_words import AROUND, ON_PAPER

blueprint = Blueprint("texts", __name__, url_prefix="/desk/texts")

FACES: Final = ("html", "text", "headers")
_TO_COLLEAGUES: Final = frozenset(
    name for name, (kind, _) in sample.KINDS.items() if not kind.to_customer
) | {"test"}
_STATUS: Final = {PutInPlace.CHANGED: 409, PutInPlace.READ_ONLY: 409}


class SpokenToForm(FlaskForm):
    """How customers are spoken to in Dutch."""

    before = HiddenField()
    # The stubs still ask for the pairs that WTForms itself warns about.
    customers_are = RadioField(choices=list(ADDRESSES))  # type: ignore[arg-type]


@blueprint.get("")
def overview() -> str:
    return _overview(texts_file.company_texts(settings()))


def _overview(texts: CompanyTexts, result: PutInPlace = PutInPlace.DONE) -> str:
    return render_template(
        "desk/texts/list.html",
        texts=texts,
        form=SpokenToForm(formdata=None, data={ADDRESS: texts.address, "before": texts.file.digest}),
        groups=_groups(texts),
        names=words.pages(),
        own={name for name in _pages(texts) if any(place in texts.own for place in _places(texts, name))},
        wrong=[(flaw.spot, path(flaw.place), worded(flaw)) for flaw in texts.flaws],
        can_save=texts_file.can_save(settings()),
        saved=request.args.get("saved", ""),
        result=result.name.lower(),
    )


@blueprint.post("")
def speak_to() -> ResponseReturnValue:
    """Speak to customers with u, or with je."""
    form, texts = SpokenToForm(), texts_file.company_texts(settings())
    if not form.validate() or not texts.is_read:
        return _overview(texts), 422
    said = form.customers_are.data
    if said != texts.address:
        changed = texts_file.changed(texts, {}, said)
        result = texts_file.save(settings(), changed, said, now(), by(signed_in()))
        if result is not PutInPlace.DONE:
            return _overview(texts, result), 409
    return redirect(url_for("texts.overview", saved=ADDRESS), 303)


@blueprint.get("/<name>")
def edit(name: str) -> ResponseReturnValue:
    texts = _known(name)
    return _page(name, texts, _form(texts, name))


@blueprint.post("/<name>")
def change(name: str) -> ResponseReturnValue:
    """What the pressed button says: check, save, or send it to oneself."""
    before = _known(name)
    form = _class(before, name)()
    texts = _typed(before, name, form)
    do = request.form.get("do", "check")
    if not before.is_read or any(flaw.place[:1] for flaw in _here(texts, name)):
        return _page(name, texts, form)
    if do == "test" and not texts.flaws:
        return _page(name, texts, form, sent=_sent(texts, name))
    if do != "save":
        return _page(name, texts, form, is_checked=True)
    if (form.before.data or "") != before.file.digest:
        return _page(name, texts, form, result=PutInPlace.CHANGED, theirs=before)
    result = texts_file.save(settings(), texts, name, now(), by(signed_in()))
    if result is PutInPlace.DONE:
        return redirect(url_for("texts.overview", saved=name), 303)
    return _page(name, texts, form, result=result)


@blueprint.get("/<name>/seen")
def seen(name: str) -> ResponseReturnValue:
    """The mail as it would go out now, for the frame."""
    return _seen(_known(name), name)


@blueprint.post("/<name>/seen")
def seen_draft(name: str) -> ResponseReturnValue:
    """The mail as it would go out with what is typed and not saved yet."""
    texts = _known(name)
    return _seen(_typed(texts, name, _class(texts, name)()), name)


def _seen(texts: CompanyTexts, name: str) -> ResponseReturnValue:
    chosen = _chosen()
    if texts.flaws:
        return _framed(
            "desk/texts/unseen.html", flaws=[(path(flaw.place), worded(flaw)) for flaw in texts.flaws]
        )
    if name == ON_PAPER:
        wave = Wave.DELIVERY if chosen["face"] == "second" else Wave.SALE
        pdf = sample.printed(settings(), overlaid(texts.file.text), wave, chosen["language"], now())
        response = Response(pdf, mimetype="application/pdf")
        response.headers["Content-Security-Policy"] = IN_FRAME
        return response
    mail = sample.rendered(
        settings(), overlaid(texts.file.text), name, chosen["language"], signed_in().email, now()
    )
    text, html, headers = faces(mail.data)
    if chosen["face"] == "html":
        return mail_frame.framed(html)
    return _framed("desk/texts/seen.html", text=text if chosen["face"] == "text" else "", headers=headers)


def _framed(template: str, **facts: Any) -> ResponseReturnValue:
    response = make_response(render_template(template, **facts))
    response.headers["Content-Security-Policy"] = IN_FRAME
    return response


def _sent(texts: CompanyTexts, name: str) -> Proof:
    chosen = _chosen()["language"]
    name = name if name != ON_PAPER else AROUND
    return sample.send(settings(), overlaid(texts.file.text), name, chosen, signed_in().email, now())


def _chosen() -> dict[str, Any]:
    """Which face of the mail is looked at, and in which language."""
    wanted = request.values.get("seen-language")
    languages: tuple[Language, ...] = tuple(one for one in LANGUAGES if one == wanted)
    return {
        "face": request.values.get("seen-face", FACES[0]),
        "language": languages[0] if languages else language(),
    }


def _known(name: str) -> CompanyTexts:
    texts = texts_file.company_texts(settings())
    return texts if name in _pages(texts) else abort(404)


def _pages(texts: CompanyTexts) -> list[str]:
    """The pages of texts: one for each mail, one for what stands around all of them, one for letters."""
    mails = dict.fromkeys(str(place[0]) for place in texts.ours if place[1:] == ("subject",))
    return [*mails, AROUND, ON_PAPER]


def _places(texts: CompanyTexts, name: str) -> list[Place]:
    if name != AROUND:
        return [place for place in texts.ours if place[0] == name]
    others = set(_pages(texts))
    return [place for place in texts.ours if place[0] not in others]


def _groups(texts: CompanyTexts) -> list[tuple[str, list[str]]]:
    mails = [name for name in _pages(texts) if name not in {AROUND, ON_PAPER}]
    return [
        (say("To customers"), [*(name for name in mails if name not in _TO_COLLEAGUES), AROUND, ON_PAPER]),
        (say("To colleagues"), [name for name in mails if name in _TO_COLLEAGUES]),
    ]


def _class(texts: CompanyTexts, name: str) -> type[FlaskForm]:
    """The form with a field for each text of this page."""
    fields: dict[str, Any] = {name_of(place): FormField(TextFields) for place in _places(texts, name)}
    return type("TextsForm", (FlaskForm,), {"before": HiddenField(), **fields})


def _form(texts: CompanyTexts, name: str) -> FlaskForm:
    said = {name_of(place): _spaced(texts.said(place)) for place in _places(texts, name)}
    return _class(texts, name)(formdata=None, data={"before": texts.file.digest, **said})


def _spaced(words: Mapping[str, str]) -> dict[str, str]:
    """Paragraphs with an empty line between them, as one writes them."""
    return {
        one: "\n\n".join(line for line in text.splitlines() if line.strip()) for one, text in words.items()
    }


def _typed(texts: CompanyTexts, name: str, form: FlaskForm) -> CompanyTexts:
    if not texts.is_read:
        return texts
    return texts_file.changed(
        texts,
        {
            place: {one: form.data[name_of(place)][one] or "" for one in LANGUAGES}
            for place in _places(texts, name)
        },
    )


def _here(texts: CompanyTexts, name: str) -> list[Any]:
    places = set(_places(texts, name))
    return [flaw for flaw in texts.flaws if flaw.place[:-1] in places or flaw.place in places]


def _page(
    name: str,
    texts: CompanyTexts,
    form: FlaskForm,
    *,
    is_checked: bool = False,
    result: PutInPlace = PutInPlace.DONE,
    theirs: CompanyTexts | None = None,
    sent: Proof | None = None,
) -> ResponseReturnValue:
    here = _here(texts, name)
    wrong: dict[str, str] = {}
    for flaw in here:
        wrong.setdefault(name_of(flaw.place), worded(flaw))
    if theirs:
        form["before"].data = theirs.file.digest
    page = render_template(
        "desk/texts/edit.html",
        name=name,
        title=words.pages().get(name, name),
        form=form,
        places=[
            (place, form[name_of(place)], words.label(place), _facts(place)) for place in _places(texts, name)
        ],
        wrong=wrong,
        elsewhere=_elsewhere(texts.flaws, here),
        theirs=theirs,
        name_of=name_of,
        is_checked=is_checked,
        result=result.name.lower(),
        can_save=texts_file.can_save(settings()) and texts.is_read,
        sent=sent,
        email=signed_in().email,
        chosen=_chosen(),
        faces=words.faces(name),
        languages=LANGUAGES,
        sandbox=mail_frame.SANDBOX,
    )
    response = make_response(page, 422 if wrong and request.method == "POST" else _STATUS.get(result, 200))
    response.headers["Content-Security-Policy"] = WITH_FRAME
    return response


def _elsewhere(flaws: Sequence[Any], here: Sequence[Any]) -> list[tuple[Any, str, str]]:
    return [(flaw.spot, path(flaw.place), worded(flaw)) for flaw in flaws if flaw not in here]


def _facts(place: Place) -> list[str]:
    return sorted(facts_of(place))
