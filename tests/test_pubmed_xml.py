from __future__ import annotations

import io

from medgraph.model import Citation, Deletion
from medgraph.pubmed_xml import citations


def read(xml: str | bytes) -> list[object]:
    return list(citations(io.BytesIO(xml.encode() if isinstance(xml, str) else xml), "test.xml"))


def test_a_record_and_a_deletion_come_in_order() -> None:
    record, deletion = read(
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version='1'>7</PMID></MedlineCitation>"
        "</PubmedArticle><DeleteCitation><PMID Version='1'>8</PMID></DeleteCitation></PubmedArticleSet>"
    )
    assert record == Citation(pmid="7", version="1")
    assert deletion == Deletion(pmid="8", version="1")
