"""What every record has, and what is put together from several of its parts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medgraph.vocab import BIBO, DCAT, DCTERMS, FOAF, MEDGRAPH, RDF

from ..account import PLAIN, Account, Leaf


def always(a: Account) -> None:
    """What every record has: its page, and a node for NLM's record of it."""
    a.need("page", a.article, FOAF.page, f"<https://pubmed.ncbi.nlm.nih.gov/{a.pmid}/>")
    a.need("link", a.article, FOAF.isPrimaryTopicOf, a.record)
    a.need("link", a.record, FOAF.primaryTopic, a.article)
    a.need("class", a.record, RDF.type, DCAT.CatalogRecord)


STATUSES = {"ppublish": "published", "epublish": "published", "aheadofprint": "forthcoming"}


def publication_status(a: Account, leaf: Leaf | None) -> None:
    """The code as it stands, and BIBO's status."""
    a.seek(leaf, a.record, MEDGRAPH.publicationStatus)
    if leaf and leaf.value in STATUSES:
        a.need("status", a.article, BIBO.status, f"<http://purl.org/ontology/bibo/status/{STATUSES[leaf.value]}>")


def source_line(a: Account, ta: str, parts: Sequence[str], dates: Sequence[str], optional: Sequence[str]) -> None:
    """
    The source in one line, put together from the record: all of ``parts``, one of ``dates``, and nothing else.

    Args:
        optional: values that may stand in it as well.
    """
    lines = a.literals(a.article, DCTERMS.bibliographicCitation)
    if len(lines) != 1 or not lines[0].startswith(f"{ta}."):
        a.lack("source line", a.article, DCTERMS.bibliographicCitation, f"one line that begins with {ta}")
        return
    rest = lines[0][len(ta) + 1 :]
    for part in parts:
        if part not in rest:
            a.lack("source line", a.article, DCTERMS.bibliographicCitation, part)
    if dates and not any(part in rest for part in dates):
        a.lack("source line", a.article, DCTERMS.bibliographicCitation, " or ".join(dates))
    for part in sorted((*parts, *dates, *optional), key=len, reverse=True):
        rest = rest.replace(part, "", 1)
    if re.sub(r"doi:|pii:|Epub|Print|eCollection|[ .;:()-]", "", rest) == "":
        a.need("source line", a.article, DCTERMS.bibliographicCitation, lines[0], PLAIN)
    else:
        a.lack("source line", a.article, DCTERMS.bibliographicCitation, f"without {rest!r}")
