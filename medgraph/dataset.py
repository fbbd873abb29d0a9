"""
The description of a dataset: VoID, DCAT and PROV-O, from the manifest of a conversion.

It says how much there is of what, in which vocabularies, under whose terms, made from which files by which program,
and where the parts lie. It has no date but one that is asked for, so the same input has the same description.
``docs/dataset.md`` explains each statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from medgraph import vocab
from medgraph.manifest import Made, Manifest, Source
from medgraph.mapping import Triple
from medgraph.syntaxes import Turtle
from medgraph.vocab import DCAT, DCTERMS, FOAF, PROV, RDF, SCHEMA, VOID, XSD

NAME = "dataset.ttl"
"""How the description is called beside the parts."""

IRI = "https://w3id.org/medgraph/dataset/"
"""Namespace of datasets; behind it stands the digest of the manifest."""

TERMS = "https://www.nlm.nih.gov/databases/download/terms_and_conditions.html"
PUBMED = "https://pubmed.ncbi.nlm.nih.gov/"
NLM = "https://www.nlm.nih.gov/"
ATTRIBUTION = (
    "Courtesy of the U.S. National Library of Medicine. Made from PubMed data, which NLM provides under its terms and "
    "conditions; it may not be the most current or accurate that NLM has, and NLM does not endorse it. Abstracts may "
    "be protected by copyright of their publishers."
)
COUNTS = (
    "The counts are of statements as they lie in the files: what several records say alike of a node that they share, "
    "such as a journal, counts in each. Entities are articles, each counted once."
)

_HERE = "file:///medgraph/here/"
_MEDIA = "https://www.iana.org/assignments/media-types/"
_FORMATS = {
    "ttl": ("text/turtle", "Turtle"),
    "trig": ("application/trig", "TriG"),
    "nt": ("application/n-triples", "N-Triples"),
    "nq": ("application/n-quads", "N-Quads"),
    "jsonld": ("application/ld+json", "JSON-LD"),
    "rdf": ("application/rdf+xml", "RDF_XML"),
}
"""Format -> its media type, and its name among the W3C's formats (``http://www.w3.org/ns/formats/``)."""

_NOT_VOCABULARIES = frozenset({"rdf", "id", "lang", "mesh", "nlmcatalog", "orcid", "pubmed", "status", "xsd"})


def triples(manifest: Manifest, *, at: str | None = None, issued: str | None = None) -> list[Triple]:
    """
    The description, grouped by subject, with terms in N-Triples syntax.

    Args:
        at: URL of the folder in which the parts lie, ending in ``/``; None says nothing of where they are.
        issued: the date on which the dataset is published, ``YYYY-MM-DD``; None gives none.
    """
    name = f"{IRI}{manifest.digest}"
    dataset, activity, program = f"<{name}>", f"<{name}#conversion>", f"<{name}#medgraph>"
    found: list[Triple] = []

    def say(subject: str, *statements: tuple[str, str | list[str]]) -> None:
        for predicate, values in statements:
            found.extend((subject, predicate, value) for value in ([values] if isinstance(values, str) else values))

    properties, classes = _sum(manifest.parts, "properties"), _sum(manifest.parts, "classes")
    formats = sorted({part.file.removesuffix(".gz").rpartition(".")[2] for part in manifest.parts})
    files = [f"<{at}{quote(part.file)}>" for part in manifest.parts] if at is not None else []
    parts = [f"<{name}#part-{quote(part.file, safe='')}>" for part in manifest.parts]
    sources: dict[str, Source] = {source.name: source for part in manifest.parts for source in part.sources}
    used = {f"<{name}#source-{quote(label, safe='')}>": source for label, source in sources.items()}
    entities = manifest.pmids.summary.pmids if manifest.pmids is not None else sum(p.written for p in manifest.parts)
    of_property = {f"<{name}#property-{_local(iri)}>": (iri, count) for iri, count in properties.items()}
    of_class = {f"<{name}#class-{_local(iri)}>": (iri, count) for iri, count in classes.items()}
    say(
        dataset,
        (RDF.type, [VOID.Dataset, DCAT.Dataset, PROV.Entity]),
        (DCTERMS.title, _text("PubMed records as RDF", "en")),
        (DCTERMS.description, _text(f"{entities:,} PubMed records, turned into RDF by medgraph. {COUNTS}", "en")),
        (DCTERMS.identifier, _text(manifest.digest)),
        (DCTERMS.issued, [f'"{issued}"^^{XSD.date}'] if issued else []),
        (DCTERMS.license, f"<{TERMS}>"),
        (DCTERMS.rights, _text(ATTRIBUTION, "en")),
        (DCTERMS.source, f"<{PUBMED}>"),
        (PROV.wasGeneratedBy, activity),
        (PROV.wasDerivedFrom, list(used)),
        (VOID.triples, _count(sum(part.triples for part in manifest.parts))),
        (VOID.entities, _count(entities)),
        (VOID.properties, _count(len(properties))),
        (VOID.classes, _count(len(classes))),
        (VOID.vocabulary, vocabularies([*properties, *classes])),
        (VOID.feature, [f"<http://www.w3.org/ns/formats/{_FORMATS[each][1]}>" for each in formats]),
        (VOID.dataDump, files),
        (DCAT.distribution, parts),
        (VOID.propertyPartition, list(of_property)),
        (VOID.classPartition, list(of_class)),
    )
    say(f"<{PUBMED}>", (DCTERMS.title, _text("PubMed")), (DCTERMS.publisher, f"<{NLM}>"))
    say(f"<{NLM}>", (RDF.type, FOAF.Organization), (FOAF.name, _text("U.S. National Library of Medicine")))
    say(
        activity,
        (RDF.type, PROV.Activity),
        (DCTERMS.description, _text(f"medgraph convert, with {_options(manifest)}")),
        (PROV.wasAssociatedWith, program),
        (PROV.used, list(used)),
    )
    say(
        program,
        (RDF.type, PROV.SoftwareAgent),
        (FOAF.name, _text("medgraph")),
        (SCHEMA.version, _text(manifest.medgraph)),
    )
    for node, source in used.items():
        say(
            node,
            (RDF.type, PROV.Entity),
            (DCTERMS.title, _text(source.name)),
            (DCTERMS.extent, _text(f"{source.bytes} bytes")),
            (SCHEMA.sha256, _text(source.sha256)),
            (DCTERMS.identifier, _text(f"md5:{source.md5}")),
        )
    for number, (node, part) in enumerate(zip(parts, manifest.parts, strict=True)):
        say(
            node,
            (RDF.type, [DCAT.Distribution, PROV.Entity]),
            (DCTERMS.title, _text(part.file)),
            (DCAT.mediaType, f"<{_MEDIA}{_FORMATS[part.file.removesuffix('.gz').rpartition('.')[2]][0]}>"),
            (DCAT.compressFormat, [f"<{_MEDIA}application/gzip>"] if part.file.endswith(".gz") else []),
            (DCAT.byteSize, f'"{part.bytes}"^^{XSD.nonNegativeInteger}'),
            (SCHEMA.sha256, _text(part.sha256)),
            (DCAT.downloadURL, files[number : number + 1]),
            (PROV.wasGeneratedBy, activity),
            (PROV.wasDerivedFrom, [f"<{name}#source-{quote(source.name, safe='')}>" for source in part.sources]),
        )
    for node, (iri, count) in of_property.items():
        say(node, (RDF.type, VOID.Dataset), (VOID.property, iri), (VOID.triples, _count(count)))
    for node, (iri, count) in of_class.items():
        say(node, (RDF.type, VOID.Dataset), (VOID.class_, iri), (VOID.entities, _count(count)))
    return found


def turtle(manifest: Manifest, *, issued: str | None = None) -> bytes:
    """The description as Turtle, to lie beside the parts, which it names relative to itself."""
    said = triples(manifest, at=_HERE, issued=issued)
    used = {iri for triple in said for iri in triple}
    prefixes = {
        prefix: namespace
        for prefix, namespace in vocab.PREFIXES.items()
        if any(iri.startswith(f"<{namespace}") and "/" not in iri[len(namespace) + 1 :] for iri in used)
    }
    syntax = Turtle({**prefixes, "xsd": vocab.PREFIXES["xsd"]})
    return (syntax.head + syntax.record(said) + syntax.tail).replace(f"<{_HERE}".encode(), b"<")


def _sum(parts: list[Made], name: str) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for iri, count in getattr(part, name).items():
            total[iri] = total.get(iri, 0) + count
    return dict(sorted(total.items()))


def vocabularies(iris: Iterable[str]) -> list[str]:
    """
    The namespaces of the vocabularies that terms are from, in N-Triples syntax like these; each once, sorted.

    >>> vocabularies(["<http://id.nlm.nih.gov/mesh/vocab#hasDescriptor>", "<http://purl.org/dc/terms/title>"])
    ['<http://id.nlm.nih.gov/mesh/vocab#>', '<http://purl.org/dc/terms/>']
    """
    terms = tuple(iris)
    known = {f"<{namespace}": namespace for p, namespace in vocab.PREFIXES.items() if p not in _NOT_VOCABULARIES}
    return [f"<{known[start]}>" for start in sorted(known) if any(iri.startswith(start) for iri in terms)]


def _local(iri: str) -> str:
    """
    The name of a term for a fragment of ours.

    >>> _local("<http://purl.org/dc/terms/title>")
    'dcterms-title'
    """
    for prefix, namespace in sorted(vocab.PREFIXES.items(), key=lambda item: -len(item[1])):
        if iri.startswith(f"<{namespace}"):
            return f"{prefix}-{quote(iri[len(namespace) + 1 : -1], safe='')}"
    return quote(iri[1:-1], safe="")


def _options(manifest: Manifest) -> str:
    return msgspec.json.encode(manifest.options, order="deterministic").decode()


def _count(number: int) -> str:
    return f'"{number}"^^{XSD.integer}'


def _text(value: str, language: str = "") -> str:
    escaped = re.sub(r'[\\"\n\r]', lambda found: {"\n": "\\n", "\r": "\\r"}.get(found[0], "\\" + found[0]), value)
    return f'"{escaped}"' + (f"@{language}" if language else "")
