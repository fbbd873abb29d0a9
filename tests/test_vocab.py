"""The lists of terms against the published files, and the checker of graphs against deliberate faults."""

from __future__ import annotations

import importlib.util
import re
import shutil
import types
from pathlib import Path

import pyoxigraph
import pytest
from published import ALSO, FILES, ONTOLOGIES, PUBLISHED, Vocabularies, published
from vocabulary import check_graph, check_lists, check_own

from medgraph import vocab
from medgraph.vocab import BIBO, PREFIXES, PRISM, TERMS, member

ROOT = ONTOLOGIES.parent

# Written by hand from the vocabularies' own documents, so that a slip in a list's header shows
# (DBCLS's PubMed RDF spells PRISM's namespace "namespeces", and correct queries find nothing).
REGISTRY = {
    "bibo": "http://purl.org/ontology/bibo/",
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "deo": "http://purl.org/spar/deo/",
    "doco": "http://purl.org/spar/doco/",
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "frapo": "http://purl.org/cerif/frapo/",
    "medgraph": "https://w3id.org/medgraph/vocab#",
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "meshv": "http://id.nlm.nih.gov/mesh/vocab#",
    "orcid": "https://orcid.org/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "pro": "http://purl.org/spar/pro/",
    "prov": "http://www.w3.org/ns/prov#",
    "pubmed": "http://rdf.ncbi.nlm.nih.gov/pubmed/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "scoro": "http://purl.org/spar/scoro/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vivo": "http://vivoweb.org/ontology/core#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

GOOD = """
    pubmed:1 a bibo:AcademicArticle, fabio:JournalArticle ; bibo:pmid "1" ; fabio:hasPubMedCentralId "PMC1" ;
      bibo:volume "7" ; dcterms:title "On something"@en ; dcterms:issued "2001-02"^^xsd:gYearMonth ;
      schema:sameAs <https://doi.org/10.1/x> ; foaf:isPrimaryTopicOf id:1-record ;
      bibo:authorList id:1-authors ; dcterms:creator id:1-author-1, id:1-author-2 ;
      pro:isDocumentContextFor id:1-authorship-1 ; dcterms:isPartOf <https://www.ncbi.nlm.nih.gov/nlmcatalog/7> ;
      fabio:hasSubjectTerm mesh:D000001, mesh:D000001Q000002 ; dcterms:subject mesh:D000001 ;
      medgraph:heading id:1-heading-1 ; medgraph:relation id:1-relation-1 ;
      medgraph:titleMarkup "On <i>it</i>"^^rdf:XMLLiteral ;
      dcterms:hasPart id:1-section-1 ; frapo:isFundedBy id:grant-1 ; cito:discusses pubmed:2 .
    id:1-authors a rdf:Seq ; rdf:_1 id:1-author-1 ; rdf:_2 id:1-author-2 .
    id:1-author-1 a foaf:Person ; foaf:familyName "Doe" .
    id:1-author-2 a foaf:Group ; foaf:name "The Group" .
    id:1-authorship-1 a pro:RoleInTime ; pro:withRole pro:author ; pro:isHeldBy id:1-author-1 ; vivo:rank "1"^^xsd:int ;
      pro:relatesToOrganization id:1-affiliation-1 .
    id:1-affiliation-1 a foaf:Organization ; foaf:name "Somewhere" ; org:subOrganizationOf <https://ror.org/1> .
    id:1-record a dcat:CatalogRecord ; foaf:primaryTopic pubmed:1 ; medgraph:recordStatus "MEDLINE" .
    id:1-heading-1 a medgraph:Heading ; rdfs:label "Something" ; medgraph:majorTopic true .
    id:1-relation-1 a medgraph:Relation ; medgraph:refType "CommentOn" .
    id:1-section-1 a doco:Section, deo:Methods ; rdf:value "As usual."@en ; medgraph:nlmCategory "METHODS" .
    id:grant-1 a frapo:Grant ; frapo:hasGrantNumber "1" ; frapo:isAwardedBy id:agency-1 .
    id:agency-1 a frapo:FundingAgency ; foaf:name "The Agency" .
    mesh:D000001Q000002 meshv:hasDescriptor mesh:D000001 ; meshv:hasQualifier mesh:Q000002 .
    <https://www.ncbi.nlm.nih.gov/nlmcatalog/7> a bibo:Journal ; dcterms:title "Journal" ; bibo:issn "0000-0000" ;
      fabio:hasNLMJournalTitleAbbreviation "J" .
"""

FAULTS = {
    "a term that does not exist": (
        'id:1-author-1 foaf:LastName "Doe" .',
        {"foaf:LastName: is not a property of ontologies/"},
    ),
    "a namespace misspelt": (
        'pubmed:1 <http://prismstandard.org/namespeces/1.2/basic/coverDisplayDate> "2001" .',
        {"<http://prismstandard.org/namespeces/1.2/basic/coverDisplayDate>: is not a property of ontologies/"},
    ),
    "a class that does not exist": (
        "pubmed:1 a bibo:JournalArticle .",
        {"rdf:type: bibo:JournalArticle is not a class of ontologies/"},
    ),
    "a property as a class": ("pubmed:1 a bibo:volume .", {"rdf:type: bibo:volume is not a class of ontologies/"}),
    "an object property with a literal": (
        'pubmed:1 fabio:hasPlaceOfPublication "England" .',
        {
            "fabio:hasPlaceOfPublication: is not a property of ontologies/",
            "fabio:hasPlaceOfPublication: an object property with a literal",
            "fabio:hasPlaceOfPublication: value is a literal, its range is frbr:Place",
        },
    ),
    "an object property with a literal, by its superproperty": (
        'pubmed:1 frapo:isFundedBy "NIH" .',
        {
            "frapo:isFundedBy: an object property with a literal",
            "frapo:isFundedBy: value is a literal, its range is foaf:Agent or frapo:Funding, by frapo:isSupportedBy",
            "frapo:isFundedBy: value is a literal, its range is foaf:Agent or frapo:Funding, by frapo:supports",
        },
    ),
    "a datatype property with an IRI": (
        "pubmed:1 bibo:doi <https://doi.org/10.1/x> .",
        {
            "bibo:doi: a datatype property with an IRI",
            "bibo:doi: value is an IRI, its range is rdfs:Literal",
            "bibo:doi: value is an IRI, its range is rdfs:Literal, by bibo:identifier",
        },
    ),
    "an IRI where Dublin Core wants a literal": (
        "pubmed:1 dcterms:issued <http://reference.data.gov.uk/id/year/2001> .",
        {
            "dcterms:issued: value is an IRI, its range is rdfs:Literal",
            "dcterms:issued: value is an IRI, its range is rdfs:Literal, by dcterms:date",
        },
    ),
    "a domain": (
        'pubmed:1 bibo:issue "3" .',
        {
            "bibo:issue: is not a property of ontologies/",
            "bibo:issue: subject is bibo:AcademicArticle, fabio:JournalArticle, its domain is bibo:Issue",
        },
    ),
    "a domain of a superproperty": (
        'id:1-author-1 fabio:hasNLMJournalTitleAbbreviation "J" .',
        {
            "fabio:hasNLMJournalTitleAbbreviation: subject is foaf:Person, "
            "its domain is frbr:Endeavour, by fabio:hasShortTitle"
        },
    ),
    "a domain that is a union": (
        'id:1-author-1 bibo:doi "10.1/x" .',
        {
            "bibo:doi: subject is foaf:Person, its domain is bibo:Collection or bibo:Document",
            "bibo:doi: subject is foaf:Person, its domain is bibo:Collection or bibo:Document, by bibo:identifier",
        },
    ),
    "a domain of ours": (
        'pubmed:1 medgraph:majorTopic "true"^^xsd:boolean .',
        {"medgraph:majorTopic: subject is bibo:AcademicArticle, fabio:JournalArticle, its domain is medgraph:Heading"},
    ),
    "a range": (
        "id:1-authorship-1 pro:isHeldBy pubmed:1 .",
        {
            "pro:isHeldBy: value is bibo:AcademicArticle, fabio:JournalArticle, its range is foaf:Agent",
            "pro:isHeldBy: value is bibo:AcademicArticle, fabio:JournalArticle, "
            "its range is foaf:Agent, by pro:holdsRoleInTime",
            "pro:isHeldBy: a pro:RoleInTime has at most 1",
        },
    ),
    "a range of an inverse": (
        "pubmed:1 pro:isDocumentContextFor id:1-author-1 .",
        {
            "pro:isDocumentContextFor: value is foaf:Person, its range is pro:RoleInTime, by pro:isRelatedToRoleInTime",
            "pro:isDocumentContextFor: value is foaf:Person, its range is pro:RoleInTime, by pro:relatesToEntity",
        },
    ),
    "a datatype": (
        'id:1-authorship-1 vivo:rank "1"^^xsd:integer .',
        {"vivo:rank: value is a xsd:integer, its range is xsd:int"},
    ),
    "a language tag where a string is wanted": (
        'pubmed:1 fabio:hasShortTitle "On it"@en .',
        {"fabio:hasShortTitle: value is a rdf:langString, its range is xsd:string"},
    ),
    "a malformed date": (
        'id:1-record dcterms:created "2019-9-28T06:00"^^xsd:dateTime .',
        {
            'dcterms:created: "2019-9-28T06:00"^^<http://www.w3.org/2001/XMLSchema#dateTime> '
            "is not a form of its datatype"
        },
    ),
    "a day that is none": (
        'pubmed:1 dcterms:available "2019-02-30"^^xsd:date .',
        {'dcterms:available: "2019-02-30"^^<http://www.w3.org/2001/XMLSchema#date> is not a form of its datatype'},
    ),
    "markup that is not well-formed": (
        'pubmed:1 medgraph:abstractMarkup "x < y"^^rdf:XMLLiteral .',
        {
            'medgraph:abstractMarkup: "x < y"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral> '
            "is not a form of its datatype"
        },
    ),
    "two asserted classes that are disjoint": (
        "id:1-author-1 a foaf:Organization .",
        {"disjoint: foaf:Organization (its class) and foaf:Person (its class)"},
    ),
    "disjoint through superclasses": (
        "pubmed:1 a fabio:Erratum .",
        {
            "rdf:type: fabio:Erratum is not a class of ontologies/",
            "disjoint: frbr:Expression (its class) and frbr:Work (its class)",
        },
    ),
    "disjoint among many": (
        "id:1-section-1 a doco:Table .",
        {
            "rdf:type: doco:Table is not a class of ontologies/",
            "disjoint: doco:Section (its class) and doco:Table (its class)",
        },
    ),
    "disjoint by what follows": (
        "pubmed:1 foaf:page <https://ror.org/1> .",
        {"disjoint: foaf:Document (foaf:page) and foaf:Organization (org:subOrganizationOf)"},
    ),
    "disjoint by what follows from MeSH RDF": (
        "mesh:D000001Q000002 meshv:hasQualifier mesh:D000001 .",
        {"disjoint: meshv:Descriptor (meshv:hasDescriptor) and meshv:Qualifier (meshv:hasQualifier)"},
    ),
    "disjoint through a superclass of a range": (
        "mesh:D000009 skos:inScheme mesh:D000001 .",
        {
            "skos:inScheme: is not a property of ontologies/",
            "disjoint: skos:Concept (fabio:hasSubjectTerm) and skos:ConceptScheme (skos:inScheme)",
        },
    ),
    "a value that a class does not allow": (
        "<https://www.ncbi.nlm.nih.gov/nlmcatalog/7> dcterms:hasPart pubmed:1 .",
        {
            "dcterms:hasPart: value is bibo:AcademicArticle, fabio:JournalArticle, "
            f"all values at a bibo:{name} are bibo:Issue"
            for name in ("Journal", "Periodical")
        },
    ),
    "more values than a class allows": (
        "pubmed:3 a bibo:Chapter ; dcterms:isPartOf id:3-book ; bibo:reproducedIn pubmed:4 . id:3-book a bibo:Book .",
        {"dcterms:isPartOf: a bibo:DocumentPart has at most 1"},
    ),
    "more values than a functional property has": (
        'pubmed:1 fabio:hasPubMedCentralId "PMC2" .',
        {"fabio:hasPubMedCentralId: is an owl:FunctionalProperty and holds more than once"},
    ),
    "more subjects than an inverse functional property has": (
        "pubmed:2 foaf:isPrimaryTopicOf id:1-record .",
        {"foaf:isPrimaryTopicOf: is an owl:InverseFunctionalProperty and holds more than once"},
    ),
    "a blank node": (
        'pubmed:1 dcterms:rights _:b . _:b rdf:value "x" .',
        {"dcterms:rights: blank node", "rdf:value: blank node"},
    ),
    "a node of ours without a class": (
        "pubmed:1 cito:cites id:1-reference-1 .",
        {"cito:cites: touches a node of ours that has no class"},
    ),
    "a literal in a container": ('id:1-authors rdf:_3 "Doe J" .', {"rdf:_n: a literal as a member"}),
    "a container's zeroth member": (
        "id:1-authors rdf:_0 id:1-author-1 .",
        {"rdf:_0: is not a property of ontologies/"},
    ),
}


def triples(turtle: str) -> list[tuple[str, str, str]]:
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    quads = pyoxigraph.parse(prefixes + turtle, format=pyoxigraph.RdfFormat.TURTLE)
    return [(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads]


def faults(turtle: str) -> set[str]:
    """The faults without the nodes that end each message."""
    return {re.sub(r" \([^()]*\)$", "", message) for message in check_graph(triples(turtle))}


def generator() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ONTOLOGIES / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def vocabulary_classes() -> dict[str, type]:
    return {name: value for name, value in vars(vocab).items() if isinstance(value, type) and name.isupper()}


def test_module_is_what_the_lists_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert generator().main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_check_shows_what_would_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    generate = generator()
    stale = tmp_path / "vocab.py"
    stale.write_text(Path(vocab.__file__).read_text(encoding="utf-8").replace("/bibo/volume>", "/bibo/volumes>"))
    monkeypatch.setattr(generate, "TARGET", stale)
    assert generate.main(["--check"]) == 1
    assert '-    volume = "<http://purl.org/ontology/bibo/volumes>"' in capsys.readouterr().out
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ('bibo:x a owl:Class ; rdfs:label "x" .', "needs one kind, one rdfs:label and one definition"),
        ('foaf:x a owl:Class ; rdfs:label "x" ; skos:definition "x" .', "is not in the namespace"),
        ('bibo:x a owl:Class ; rdfs:label "x" ; skos:definition "x" ; rdfs:domain [ ] .', "neither a class nor"),
        ("<http://e/> a owl:Ontology .", "one header"),
    ],
)
def test_a_broken_list_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: str, sentence: str
) -> None:
    generate = generator()
    (tmp_path / "bibo.ttl").write_text((ONTOLOGIES / "bibo.ttl").read_text(encoding="utf-8") + "\n" + block)
    monkeypatch.setattr(generate, "HERE", tmp_path)
    with pytest.raises(SystemExit, match=sentence):
        generate.vocabularies()


def test_prefixes_are_those_of_the_registry() -> None:
    assert PREFIXES.items() >= REGISTRY.items()
    assert PREFIXES.keys() - REGISTRY.keys() == {"id", "lang", "nlmcatalog", "status"}


def test_published_files_use_our_prefixes() -> None:
    published()
    text = (PUBLISHED / "spar-fabio.ttl").read_text(encoding="utf-8")
    for term in (PRISM.issueIdentifier, PRISM.keyword, PRISM.alternateTitle):
        assert f"{term} rdf:type owl:DatatypeProperty" in text
    assert set(FILES.values()) <= {path.name for path in PUBLISHED.iterdir()}


def test_lists_name_source_version_and_licence() -> None:
    for path in ONTOLOGIES.glob("*.ttl"):
        header = path.read_text(encoding="utf-8").split("\n\n")[1]
        assert "owl:versionInfo" in header, path
        assert "dcterms:license" in header, path
        if path.stem != "medgraph":
            assert "dcterms:source <http" in header, path
            assert "dcterms:rights" in header, path


def test_every_listed_term_is_used() -> None:
    """Used by code, shapes or queries, or to say what such a term is; delete the block of any other."""
    modules = [*ROOT.glob("medgraph/**/*.py"), *ROOT.glob("docs/*.py"), *ROOT.glob("tests/*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in modules if path.name != "vocab.py")
    classes = vocabulary_classes()
    found = re.findall(r"\b([A-Z]+)\.(\w+)", code)
    used = {getattr(classes[cls], name, "") for cls, name in found if cls in classes} | {i for i in TERMS if i in code}
    written = [*ROOT.glob("shapes/**/*.ttl"), *ROOT.glob("medgraph/queries/*.rq"), ONTOLOGIES / "medgraph.ttl"]
    for path in written:
        text = re.sub(r'"(\\.|[^"\\])*"', "", path.read_text(encoding="utf-8"))
        text = re.sub(r"(?m)^medgraph:\w+ a ", "a ", text)
        used |= {f"<{PREFIXES[p]}{name}>" for p, name in re.findall(r"\b([a-z]+):(\w+)", text) if p in PREFIXES}
    waiting = [iri for iri in used if iri in TERMS]
    while waiting:
        term = TERMS[waiting.pop()]
        new = {*term.domain, *term.range} - used
        used |= new
        waiting.extend(iri for iri in new if iri in TERMS)
    assert [iri for iri in TERMS if iri not in used] == []


def test_terms_are_constants_of_plain_classes() -> None:
    constants = {
        value: f"{name}.{key}"
        for name, cls in vocabulary_classes().items()
        for key, value in vars(cls).items()
        if not key.startswith("__")
    }
    assert constants.keys() == TERMS.keys()
    assert not any(issubclass(cls, str) for cls in vocabulary_classes().values())
    with pytest.raises(AttributeError):
        BIBO.volum  # type: ignore[attr-defined] # noqa: B018


def test_members_of_a_container_count_from_one() -> None:
    assert member(1) == "<http://www.w3.org/1999/02/22-rdf-syntax-ns#_1>"
    with pytest.raises(ValueError, match="counted from 1"):
        member(0)


def test_lists_agree_with_the_published_files() -> None:
    assert check_lists(published()) == []


def test_our_ontology_refines_what_others_define() -> None:
    assert check_own(published()) == []


def changed(folder: Path, file: str, old: str, new: str) -> Vocabularies:
    published()
    shutil.copytree(ONTOLOGIES, folder, dirs_exist_ok=True)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return Vocabularies(PUBLISHED, folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("foaf.ttl", "foaf:familyName a", "foaf:LastName a", "foaf:LastName: its vocabulary has no such term"),
        ("foaf.ttl", "foaf:familyName a", "foaf:surname a", 'foaf:surname: retired (vs:term_status "archaic")'),
        ("bibo.ttl", "bibo:abstract a", "bibo:content a", "bibo:content: retired (owl:deprecated)"),
        (
            "schema.ttl",
            "schema:version a",
            "schema:season a",
            "schema:season: retired (superseded by schema:containsSeason)",
        ),
        (
            "frapo.ttl",
            "frapo:isFundedBy a owl:ObjectProperty",
            "frapo:isFundedBy a owl:DatatypeProperty",
            "frapo:isFundedBy: listed as owl:DatatypeProperty, published as owl:ObjectProperty",
        ),
        (
            "bibo.ttl",
            "rdfs:domain bibo:BookSection",
            "rdfs:domain bibo:Book",
            "bibo:chapter: rdfs:domain listed as bibo:Book, published as bibo:BookSection",
        ),
        (
            "vivo.ttl",
            "    rdfs:range xsd:int ;\n",
            "",
            "vivo:rank: rdfs:range listed as nothing, published as xsd:int",
        ),
    ],
)
def test_faults_of_a_list_are_found(tmp_path: Path, file: str, old: str, new: str, fault: str) -> None:
    assert fault in check_lists(changed(tmp_path, file, old, new))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'rdfs:label "owner" ;',
            "",
            "medgraph:owner: needs one rdfs:label",
        ),
        (
            "rdfs:subPropertyOf frapo:hasCountry",
            "rdfs:subPropertyOf frapo:hasNation",
            "medgraph:country: refines frapo:hasNation, which is not listed",
        ),
        (
            "rdfs:subPropertyOf frapo:hasCountry",
            "rdfs:subPropertyOf medgraph:owner2",
            "medgraph:country: refines no term of a common vocabulary",
        ),
        (
            "rdfs:subPropertyOf frapo:hasCountry",
            "rdfs:subPropertyOf frapo:isFundedBy",
            "medgraph:country: is of two kinds by what it refines: owl:DatatypeProperty, owl:ObjectProperty",
        ),
        (
            "rdfs:subPropertyOf dcat:qualifiedRelation ;\n    rdfs:domain bibo:Document",
            "rdfs:subPropertyOf dcat:qualifiedRelation ;\n    rdfs:domain foaf:Person",
            "medgraph:relation: its rdfs:domain is not within dcat:Resource, that of dcat:qualifiedRelation",
        ),
        (
            "rdfs:range medgraph:Relation",
            "rdfs:range medgraph:Heading",
            "medgraph:relation: its rdfs:range is not within dcat:Relationship, that of dcat:qualifiedRelation",
        ),
        (
            "rdfs:range medgraph:Relation",
            "rdfs:range rdfs:Literal",
            "medgraph:relation: its values do not suit an owl:ObjectProperty",
        ),
        (
            "rdfs:subClassOf skos:Concept",
            "rdfs:subClassOf skos:Concept, skos:ConceptScheme",
            "medgraph:Heading: falls into skos:Concept and skos:ConceptScheme, which are disjoint",
        ),
    ],
)
def test_faults_of_our_ontology_are_found(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert fault in check_own(changed(tmp_path, "medgraph.ttl", old, new))


def test_a_good_graph_has_no_fault() -> None:
    assert faults(GOOD) == set()


@pytest.mark.parametrize(("added", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_found_and_nothing_else(added: str, expected: set[str]) -> None:
    assert faults(GOOD + added) == expected


def test_messages_name_the_first_node_and_count() -> None:
    bad = 'pubmed:1 bibo:issue "3" . pubmed:2 bibo:issue "4" .'
    assert check_graph(triples(bad)) == ["bibo:issue: is not a property of ontologies/ (pubmed:1 and 1 more)"]


def test_every_exception_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = GOOD + ('pubmed:6 a bibo:Article ; fabio:hasPubMedId "6" .')
    assert faults(needed) == set()
    for pair in list(ALSO):
        with monkeypatch.context() as patch:
            patch.delitem(ALSO, pair)
            assert faults(needed), pair
