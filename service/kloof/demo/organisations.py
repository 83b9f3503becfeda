"""For whom the customers of the demo answer: most for their household, some for an organisation with several people."""

ORGANISATIONS = (
    ("Woonstichting De Linde", "delinde.example"),
    ("Sint Jozef Ziekenhuis", "sintjozef.example"),
    ("Scholengroep Oost", "scholengroep-oost.example"),
    ("Bakkerij Postma", "postma.example"),
    ("Zorggroep Veluwe", "zorggroep-veluwe.example"),
    ("Hotel De Zwaan", "dezwaan.example"),
    ("Gemeente Waterrijk", "waterrijk.example"),
    ("Kwekerij Van Loon", "vanloon.example"),
)
"""Each with the domain of its mail."""
HOUSEHOLD = ("", "home.example")
ONE_IN = 12
"""Of the customers so many answer for an organisation."""


def answers_for(number: int) -> tuple[str, str]:
    """The account of the customer with this number, empty for a household, and the domain of their mail.

    By number, not by chance, which tells the rest of the story: the same customers answer the same.
    """
    which, others = divmod(number, ONE_IN)
    return HOUSEHOLD if others else ORGANISATIONS[which % len(ORGANISATIONS)]
