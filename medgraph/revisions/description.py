"""
What a store says of itself after a sync: VoID and PROV-O, in a graph of its own beside that of the records.

The counts are true for the store as it is: records by what was applied, triples by what lies in the graph.
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence

from medgraph.dataset import ATTRIBUTION, NLM, PUBMED, TERMS, vocabularies
from medgraph.mapping import Mapping
from medgraph.mapping.literals import literal, typed
from medgraph.revisions.state import Known
from medgraph.vocab import DCAT, DCTERMS, FOAF, PROV, RDF, SCHEMA, VOID, XSD


def graph_of(graph: str) -> str:
    """The graph of the description, for the graph of the records."""
    return f"{graph}/dataset"


def lines(
    graph: str, files: Sequence[Known], records: int, triples: int, mapping: Mapping, about: Table[str, str]
) -> list[str]:
    """
    The description as N-Triples, a statement each.

    Args:
        graph: of the records; the dataset is named after it.
        files: what was applied, in order.
        records: how many articles there are.
        triples: how many triples; 0 where that is not known.
        about: what the store was made with.
    """
    dataset, activity, program = f"<{graph}>", f"<{graph}/dataset#sync>", f"<{graph}/dataset#medgraph>"
    sources = [(f"<{graph}/dataset#{file.name}>", file) for file in files]
    newest = f" It is brought up to {files[-1].name}." if files else ""
    options = ", ".join(f"{name} {about[name]}" for name in ("profile", "without", "validate") if about.get(name))
    predicates = {row.predicate for name in mapping.nodes for row in mapping.rows(name)}
    said: list[tuple[str, str, str]] = [
        *((dataset, RDF.type, each) for each in (VOID.Dataset, DCAT.Dataset, PROV.Entity)),
        (dataset, DCTERMS.title, f"{literal('PubMed records as RDF')}@en"),
        (dataset, DCTERMS.description, f"{literal(f'{records:,} PubMed records, kept by medgraph sync.{newest}')}@en"),
        (dataset, DCTERMS.license, f"<{TERMS}>"),
        (dataset, DCTERMS.rights, f"{literal(ATTRIBUTION)}@en"),
        (dataset, DCTERMS.source, f"<{PUBMED}>"),
        (dataset, VOID.entities, typed(str(records), XSD.integer)),
        *([(dataset, VOID.triples, typed(str(triples), XSD.integer))] if triples else []),
        *((dataset, VOID.vocabulary, each) for each in vocabularies(predicates)),
        (dataset, PROV.wasGeneratedBy, activity),
        (f"<{PUBMED}>", DCTERMS.publisher, f"<{NLM}>"),
        (f"<{NLM}>", RDF.type, FOAF.Organization),
        (f"<{NLM}>", FOAF.name, literal("U.S. National Library of Medicine")),
        (activity, RDF.type, PROV.Activity),
        (activity, DCTERMS.description, literal(f"medgraph sync, with {options}")),
        (activity, PROV.wasAssociatedWith, program),
        (program, RDF.type, PROV.SoftwareAgent),
        (program, FOAF.name, literal("medgraph")),
        (program, SCHEMA.version, literal(about.get("medgraph", ""))),
    ]
    for node, file in sources:
        said += [
            (dataset, PROV.wasDerivedFrom, node),
            (activity, PROV.used, node),
            (node, RDF.type, PROV.Entity),
            (node, DCTERMS.title, literal(file.name)),
            (node, DCTERMS.extent, literal(f"{file.size} bytes")),
            (node, DCTERMS.identifier, literal(f"md5:{file.md5}")),
        ]
    return [f"{subject} {predicate} {value} .\n" for subject, predicate, value in said]
