"""A text in both languages of the product."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


_BEHIND_A_SENTENCE = (" ", "\u00a0", "\n", "<", "”", "’", ")")


def one_stop(sentence: str) -> str:
    """The sentence with one full stop where a name that ends in one, such as "B.V.", brought a second.

    Only at the end of a sentence: the ".." within an address stays, be it of a page or of somebody who typed it so.
    """
    parts = sentence.split("...")
    for behind in _BEHIND_A_SENTENCE:
        parts = [part.replace(f"..{behind}", f".{behind}") for part in parts]
    last = parts[-1]
    return "...".join([*parts[:-1], last.removesuffix(".") if last.endswith("..") else last])


Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Text(BaseModel):
    """The same text in Dutch and in English; both are required. `text["nl"]` picks one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nl: Sentence
    en: Sentence

    def __getitem__(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en
