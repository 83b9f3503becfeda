"""What is posted arrives whole or not at all."""

import pytest
from flask.testing import FlaskClient

from cast.builders import deal
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Response

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("said", [10, 25, 200_000])
def test_a_body_that_is_shorter_than_it_said_is_refused_whole(client: FlaskClient, said: int) -> None:
    link = f"/s/{deal().tokens[Wave.SALE]}"
    cut = {"CONTENT_LENGTH": str(said), "wsgi.input_terminated": True}
    answer = client.post(link, data="a1=8&a2=7", content_type=FORM, environ_overrides=cut)
    assert answer.status_code == 400
    assert Response.select().count() == 0


def test_a_body_of_unknown_length_is_refused(client: FlaskClient) -> None:
    link = f"/s/{deal().tokens[Wave.SALE]}"
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    answer = client.post(link, data="a1=8", content_type=FORM, environ_overrides=chunked)
    assert answer.status_code == 411
    assert Response.select().count() == 0


def test_a_whole_body_and_no_body_pass(client: FlaskClient) -> None:
    built = deal()
    assert client.post(f"/s/{built.tokens[Wave.SALE]}", data={"a1": "8"}).status_code == 303
    assert client.post(f"/opt-out/{built.opt_out_tokens[Wave.SALE]}").status_code == 200
