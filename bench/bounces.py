"""How often a mail that came back is taken for what it is not, on real ones that somebody else has labelled.

The labels are a CSV file with two columns, `file` and `about`: address, later, us, content, complaint or nothing;
several right values stand in one field, with a space between. Mails that were looked at while phrases were written
prove nothing: measure on others, half of them kept unread until the end.

    python bench/bounces.py FOLDER LABELS.csv           # two figures, and a row per label
    python bench/bounces.py FOLDER LABELS.csv --wrong   # and each mail that was misread, with its server's words
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kloof.domain.mailing.server_words import About
from kloof.domain.mailing.set_aside import SetAside
from kloof.mail.bounces import read


@dataclass(frozen=True, slots=True)
class Judged:
    """A mail, what it is, and what it was taken for; None where it was set aside."""

    file: str
    right: frozenset[About]
    taken: About | None
    words: str

    @property
    def is_dead(self) -> bool:
        """Whether the address can be nothing but dead."""
        return self.right == {About.ADDRESS}


def judged(folder: Path, labels: Path) -> Iterator[Judged]:
    """Every mail that has a label."""
    with labels.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            right = frozenset(About(word) for word in line["about"].split())
            try:
                bounce = read((folder / line["file"]).read_bytes())
            except SetAside as aside:
                yield Judged(line["file"], right, None, f"set aside: {aside.why}")
            else:
                yield Judged(line["file"], right, bounce.about, bounce.reason)


def share(some: int, of: int) -> str:
    """As a percentage with one decimal."""
    return f"{some} of {of}" + (f" = {100 * some / of:.1f}%" if of else "")


def main() -> None:
    """Read them all, and say how many went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--wrong", action="store_true")
    asked = parser.parse_args()
    mails = list(judged(asked.folder, asked.labels))
    dead = [mail for mail in mails if mail.is_dead]
    living = [mail for mail in mails if About.ADDRESS not in mail.right]
    stopped = sum(mail.taken is About.ADDRESS for mail in living)
    print("not dead, and called hard:", share(stopped, len(living)))
    print("dead, and recognised:     ", share(sum(mail.taken is About.ADDRESS for mail in dead), len(dead)))
    for right in sorted({mail.right for mail in mails}, key=sorted):
        taken = Counter(mail.taken or "set aside" for mail in mails if mail.right == right)
        print(
            f"{' '.join(sorted(right)):>24}: " + ", ".join(f"{name} {n}" for name, n in taken.most_common())
        )
    for mail in mails if asked.wrong else ():
        if mail.taken not in mail.right:
            print(
                f"{mail.file}: {mail.taken or 'set aside'} in place of {' '.join(sorted(mail.right))}: {mail.words}"
            )


if __name__ == "__main__":
    main()
