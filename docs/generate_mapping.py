"""
Write ``docs/mapping.md`` from the mapping table.

    python docs/generate_mapping.py            writes it
    python docs/generate_mapping.py --check    prints what would change and fails if anything would

The examples are what the rows make of the record that ships with medgraph, and, for what that
record does not have, of the records written for the tests.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import medgraph
from medgraph.mapping import CORE, FULL, MEMBERS, NOT_MAPPED, TABLES, Row
from medgraph.model import Citation
from medgraph.vocab import PREFIXES

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "mapping.md"
EXAMPLE_RECORDS = [
    ROOT / "examples" / "35315510.nbib",
    ROOT / "tests" / "citations",
    ROOT / "tests" / "checker" / "everything.nbib",
]

HEAD = """\
# What every field becomes

Made from `medgraph/mapping/table.py` by `python docs/generate_mapping.py`; change that table, not this page.

One section per kind of node, one line per statement, in the order in which the triples are written.
`core` marks what the small profile has as well. Examples are what the line makes of PMID 35315510,
the record that ships with medgraph, or of a record written for the tests.

Nodes named `{base}{pmid}-…` belong to one record; `{base}` is `https://w3id.org/medgraph/id/` unless
`--base` says otherwise. There are no blank nodes, and links point one way: ask for the other with `^`
in SPARQL. A value that is not what it should be (a DOI that is none, an ORCID with a wrong check digit)
becomes a literal, never an IRI or a typed value, and is reported.
"""


def short(term: str) -> str:
    """A term with its prefix, as Turtle would show it, cut to a readable length."""
    if term.startswith("<"):
        iri = term[1:-1]
        for prefix, namespace in PREFIXES.items():
            if iri.startswith(namespace) and iri[len(namespace) :].replace("-", "").replace("_", "").isalnum():
                return f"{prefix}:{iri[len(namespace) :]}"
    elif "^^<" in term:
        value, datatype = term.rsplit("^^", 1)
        return f"{value}^^{short(datatype)}"
    return term if len(term) <= 70 else term[:67] + "…" + ('"' if term.startswith('"') else "")


def examples() -> dict[tuple[str, Row], str]:
    """For every row, the first term it makes of the example records."""
    found: dict[tuple[str, Row], str] = {}
    for source in EXAMPLE_RECORDS:
        for record in medgraph.read(source, on_error=lambda error: None):
            if isinstance(record, Citation):
                for step in FULL.explain(record)[0]:
                    found.setdefault((step.node, step.row), step.terms[0])
    return found


def cell(text: str) -> str:
    """The text of a table cell."""
    return text.replace("|", "\\|").replace("\n", " ")


def page() -> Iterator[str]:
    """The page, in pieces."""
    yield HEAD
    shown = examples()
    core = {(name, row) for name in TABLES for row in CORE.rows(name)}
    for name, node in TABLES.items():
        shared = " (shared by all records that name it)" if node.shared else ""
        yield f"\n## {name[0].upper()}{name[1:]}\n\n`{node.iri}`{shared}\n\n"
        yield "| property | field | becomes | text | XML | core | example |\n|---|---|---|---|---|---|---|\n"
        for row in node.rows:
            how = (row.value.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
            how = " ".join(how.replace("``", "`").split())
            if row.note and row.note != "always":
                how += f" ({row.note})"
            for prefix, namespace in PREFIXES.items():
                how = how.replace(f"<{namespace}", f"<{prefix}:")
            example = shown.get((name, row))
            yield (
                "| "
                + " | ".join(
                    cell(part)
                    for part in (
                        f"`{row.predicate if row.predicate == MEMBERS else short(row.predicate)}`",
                        f"`{row.fields}`" if row.fields != "self" else "",
                        how,
                        row.text,
                        row.xml,
                        "core" if (name, row) in core else "",
                        f"`{short(example)}`" if example else "",
                    )
                )
                + " |\n"
            )
    yield "\n## What is not mapped, and why\n\n| field | reason |\n|---|---|\n"
    for field, reason in NOT_MAPPED.items():
        yield f"| `{field}` | {reason} |\n"


def main() -> int:
    """Write the page, or compare it."""
    new = "".join(page())
    old = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if "--check" not in sys.argv:
        TARGET.write_text(new, encoding="utf-8")
        return 0
    changes = difflib.unified_diff(old.splitlines(True), new.splitlines(True), "docs/mapping.md", "made anew")
    sys.stdout.writelines(changes)
    return int(old != new)


if __name__ == "__main__":
    sys.exit(main())
