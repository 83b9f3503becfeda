"""The desk: the work of the day, files, mail, releases and what stands apart. A page of it is a blueprint."""

from kloof.web.desk import (
    actions,
    deal_facts,
    fair_play,
    files,
    mail,
    people,
    people_file,
    releases,
    today,
    tokens,
    webhooks,
)
from kloof.web.desk.editors import surveys, texts

BLUEPRINTS = (
    today.blueprint,
    deal_facts.blueprint,
    files.blueprint,
    mail.blueprint,
    people.blueprint,
    people_file.blueprint,
    tokens.blueprint,
    webhooks.blueprint,
    releases.blueprint,
    actions.blueprint,
    surveys.blueprint,
    texts.blueprint,
    fair_play.blueprint,
)
