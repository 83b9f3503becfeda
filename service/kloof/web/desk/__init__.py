"""The desk: the work of the day, files, mail, releases and what stands apart. A page of it is a blueprint."""

from kloof.web.desk import deal_facts, fair_play, files, mail, people, releases, today
from kloof.web.desk.editors import surveys, texts

BLUEPRINTS = (
    today.blueprint,
    deal_facts.blueprint,
    files.blueprint,
    mail.blueprint,
    people.blueprint,
    releases.blueprint,
    surveys.blueprint,
    texts.blueprint,
    fair_play.blueprint,
)
