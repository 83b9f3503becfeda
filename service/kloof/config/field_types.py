"""What may be written in a setting: a name, a line of text, an address, a mail domain."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from kloof.domain.addresses import domain_of
from kloof.domain.spelling import spelled

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\r\n]*$"),
    AfterValidator(spelled),
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\r\n]*$")
]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
]
MailDomain = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=253, pattern=r"^[^@\s]+\.[^@\s]+$"),
    AfterValidator(domain_of),
]
