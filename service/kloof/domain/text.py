"""A text in both languages of the product."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Text(BaseModel):
    """The same text in Dutch and in English; both are required. `text["nl"]` picks one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nl: Sentence
    en: Sentence

    def __getitem__(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en
