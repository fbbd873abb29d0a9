"""Counts over many records: how much of each element and tag is found, what is missed by which rule, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from medgraph.mapping import FULL, Mapping

from .account import Account
from .corpus import Refused, account, pairs
from .rules import DERIVATIONS


class Tally:
    """
    What was found in the records of one form.

    Args:
        form: ``"XML"`` or ``"text"``.
    """

    def __init__(self, form: str) -> None:
        self.form = form
        self.records = 0
        self.repeated = 0
        self.triples = 0
        self.says_nothing = 0
        self.total: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.rules: Counter[tuple[str, str]] = Counter()
        self.derivations: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.failures: list[str] = []

    def add(self, source: str, made: Account, says_nothing: int) -> None:
        """Count one record."""
        self.records += 1
        self.triples += len(made.triples)
        self.says_nothing += says_nothing
        for leaf in made.leaves:
            self.total[leaf.path] += 1
            if not leaf.missed:
                self.found[leaf.path] += 1
            elif leaf.rule:
                self.rules[leaf.rule, leaf.path] += 1
        self.derivations.update(origin for origin in made.origins if origin in DERIVATIONS)
        self.failures += [f"{source}: {failure}" for failure in made.failures()]

    def coverage(self, attributes: bool = True) -> float:
        """The part of all values that is found, before any rule is looked at; without attributes, of the texts."""
        paths = [path for path in self.total if attributes or "@" not in path]
        total = sum(self.total[path] for path in paths)
        return sum(self.found[path] for path in paths) / total if total else 1.0

    def lines(self, every: bool = False) -> Iterator[str]:
        """The counts in words; ``every`` lists the elements and tags that are found always, too."""
        yield f"{self.form}: {self.records:,} records ({self.repeated:,} more repeat them), {self.triples:,} triples"
        found, total = sum(self.found.values()), sum(self.total.values())
        yield f"  {found:,} of {total:,} values found: {self.coverage():.4%} (texts alone: {self.coverage(False):.4%})"
        yield f"  {self.says_nothing:,} more hold NLM's word for nothing (defaults, RegistryNumber 0)"
        for path in sorted(self.total):
            if every or self.found[path] < self.total[path]:
                yield f"  {self.found[path]:>9,} of {self.total[path]:>9,}  {path}"
        yield "  missed, by rule:"
        for (rule, path), count in sorted(self.rules.items()):
            yield f"  {count:>9,}  {rule}: {path}"
        yield f"  triples that repeat no value, by derivation ({sum(self.derivations.values()):,}):"
        for derivation, count in self.derivations.most_common():
            yield f"  {count:>9,}  {derivation}: {DERIVATIONS[derivation]}"
        for reason, count in self.refused.items():
            yield f"  {count:>9,}  not read: {reason}"
        yield f"  {len(self.failures):,} failures"


def tallies(files: Iterable[Path], mapping: Mapping = FULL, names: dict[str, str] | None = None) -> tuple[Tally, Tally]:
    """The counts of all distinct records of some files: those in XML, those in text."""
    xml, text = Tally("XML"), Tally("text")
    seen: set[int] = set()
    for path in files:
        for found in pairs(path):
            if isinstance(found, Refused):
                tally = xml if ".xml" in path.name else text
                if found.reason:
                    tally.refused[found.reason] += 1
                else:
                    tally.failures.append(found.name)
                continue
            tally = xml if hasattr(found.record, "root") else text
            if found.key in seen:
                tally.repeated += 1
                continue
            seen.add(found.key)
            tally.add(path.name, account(found, mapping, names), found.record.says_nothing)
    return xml, text
