"""The validator where the W3C suite does not look: edge cases, refusals, scopes, messages, batches."""

from __future__ import annotations

import pickle
import re

import pyoxigraph
import pytest
import rdflib

from medgraph import shacl
from medgraph.errors import ShapesError
from medgraph.shacl import patterns, terms, vocabulary
from medgraph.shacl.terms import SH, XSD

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix medgraph: <https://w3id.org/medgraph/vocab#> .
@prefix ex: <http://example.org/> .
"""


def compiled(shapes: str, **options) -> shacl.Validator:
    return shacl.compile((PREFIXES + shapes).encode(), **options)


def graph(text: str) -> list[shacl.Triple]:
    return list(terms.read((PREFIXES + text).encode()))


def found(results: list[shacl.Result]) -> list[tuple[str, str]]:
    return [(terms.lexical(each.focus).removeprefix("http://example.org/"), each.component_name) for each in results]


def faults(shape: str, data: str, **options) -> list[str]:
    """The components that find fault with ex:x, the same for a record and for a graph."""
    validator = compiled(f"ex:S sh:targetNode ex:x ; {shape} .", **options)
    record = found(validator.validate(graph(data)))
    assert record == found(validator.validate_graph(graph(data)))
    return [component for _, component in record]


@pytest.mark.parametrize(
    ("shape", "data", "components"),
    [
        # term equality, not value equality (SHACL 4.8.3, 4.8.2)
        ('sh:property [ sh:path ex:p ; sh:in ("a") ]', 'ex:x ex:p "a"^^xsd:string .', []),
        ("sh:property [ sh:path ex:p ; sh:hasValue 1 ]", 'ex:x ex:p "01"^^xsd:integer .', ["HasValue"]),
        ("sh:property [ sh:path ex:p ; sh:in (true) ]", 'ex:x ex:p "1"^^xsd:boolean .', ["In"]),
        ("sh:property [ sh:path ex:p ; sh:maxCount 1 ]", 'ex:x ex:p 1, "01"^^xsd:integer .', ["MaxCount"]),
        ('sh:property [ sh:path ex:p ; sh:in ("a"@en) ]', 'ex:x ex:p "a"@EN .', []),
        ('sh:property [ sh:path ex:p ; sh:in ("a"@en) ]', 'ex:x ex:p "a"@en-GB .', ["In"]),
        # patterns (SHACL 4.4.3, XPath)
        ('sh:property [ sh:path ex:p ; sh:pattern "^a$" ]', 'ex:x ex:p "a\\n" .', ["Pattern"]),
        ('sh:property [ sh:path ex:p ; sh:pattern "^\\\\p{Lu}$" ]', 'ex:x ex:p "Ä" .', []),
        ('sh:property [ sh:path ex:p ; sh:pattern "^\\\\p{Lu}$" ]', 'ex:x ex:p "ä" .', ["Pattern"]),
        ('sh:property [ sh:path ex:p ; sh:pattern "^http://e" ]', "ex:x ex:p ex:y .", []),
        ('sh:property [ sh:path ex:p ; sh:pattern "." ]', "ex:x ex:p [] .", ["Pattern"]),
        ('sh:property [ sh:path ex:p ; sh:pattern "^a.b$" ]', 'ex:x ex:p "a\\"b", "a\\\\b" .', []),
        ('sh:property [ sh:path ex:p ; sh:pattern "^A" ; sh:flags "i" ]', 'ex:x ex:p "a" .', []),
        # lengths count characters, not bytes
        ("sh:property [ sh:path ex:p ; sh:minLength 3 ]", 'ex:x ex:p "\\u0661\\u0662" .', ["MinLength"]),
        ("sh:property [ sh:path ex:p ; sh:maxLength 2 ]", 'ex:x ex:p "\\n\\"" .', []),
        ("sh:property [ sh:path ex:p ; sh:minLength 0 ]", "ex:x ex:p [] .", ["MinLength"]),
        ("sh:property [ sh:path ex:p ; sh:maxLength 99 ]", "ex:x ex:p [] .", ["MaxLength"]),
        # order (SHACL 4.3, 4.5.3)
        (
            "sh:property [ sh:path ex:p ; sh:lessThan ex:q ]",
            'ex:x ex:p "2020-01-01"^^xsd:date ; ex:q "2021-01-01T00:00:00"^^xsd:dateTime .',
            ["LessThan"],
        ),
        (
            "sh:property [ sh:path ex:p ; sh:lessThanOrEquals ex:q ]",
            "ex:x ex:p 1 ; ex:q [] .",
            ["LessThanOrEquals"],
        ),
        ("sh:property [ sh:path ex:p ; sh:lessThanOrEquals ex:q ]", "ex:x ex:p 1 ; ex:q 1.0 .", []),
        ("sh:property [ sh:path ex:p ; sh:maxInclusive 5 ]", 'ex:x ex:p "5" .', ["MaxInclusive"]),
        ("sh:property [ sh:path ex:p ; sh:minExclusive 5 ]", 'ex:x ex:p "NaN"^^xsd:double .', ["MinExclusive"]),
        # languages
        ('sh:property [ sh:path ex:p ; sh:languageIn ("en") ]', 'ex:x ex:p "a"@en-US .', []),
        (
            'sh:property [ sh:path ex:p ; sh:languageIn ("en") ]',
            'ex:x ex:p "a"@eng, "b" .',
            ["LanguageIn", "LanguageIn"],
        ),
        ("sh:property [ sh:path ex:p ; sh:uniqueLang true ]", 'ex:x ex:p "a"@en, "b"@EN, "c"@de .', ["UniqueLang"]),
        # a self-reference is found by sh:disjoint on the node
        ("sh:disjoint ex:p", "ex:x ex:p ex:x .", ["Disjoint"]),
        ("sh:equals ex:p", "ex:x ex:p ex:y .", ["Equals", "Equals"]),
        # paths
        (
            "sh:property [ sh:path (ex:p ex:q) ; sh:maxCount 1 ]",
            "ex:x ex:p ex:a, ex:b . ex:a ex:q 1 . ex:b ex:q 1 .",
            [],
        ),
        ("sh:property [ sh:path [ sh:zeroOrOnePath ex:p ] ; sh:minCount 3 ]", "ex:x ex:p ex:x, ex:y .", ["MinCount"]),
        (
            "sh:property [ sh:path [ sh:alternativePath (ex:p ex:q) ] ; sh:maxCount 1 ]",
            "ex:x ex:p 1 ; ex:q 1 .",
            [],
        ),
        # counts of shapes
        (
            "sh:property [ sh:path ex:p ; sh:qualifiedValueShape [ sh:datatype xsd:integer ] "
            "; sh:qualifiedMaxCount 1 ]",
            'ex:x ex:p 1, 2, "a" .',
            ["QualifiedMaxCount"],
        ),
        ("sh:xone ( [ sh:nodeKind sh:IRI ] [ sh:nodeKind sh:IRI ] )", "ex:x ex:p 1 .", ["Xone"]),
        ("sh:not [ sh:property [ sh:path ex:p ; sh:minCount 1 ] ]", "ex:x ex:p 1 .", ["Not"]),
        ("sh:not [ sh:deactivated true ; sh:nodeKind sh:Literal ]", "ex:x ex:p 1 .", ["Not"]),
        # a closed shape knows its own properties only
        (
            "sh:closed true ; sh:ignoredProperties (rdf:type) ; sh:property [ sh:path ex:p ]",
            "ex:x a ex:C ; ex:p 1 ; ex:q 1, 2 .",
            ["Closed", "Closed"],
        ),
        ("sh:closed false", "ex:x ex:p 1 .", []),
    ],
)
def test_edge_cases(shape: str, data: str, components: list[str]) -> None:
    assert faults(shape, data) == components


@pytest.mark.parametrize(
    ("shapes", "sentence"),
    [
        ("", "the shapes graph is empty"),
        ("ex:a ex:b ex:c .", "none of its 1 triples is of the SHACL vocabulary"),
        ("ex:S a <https://www.w3.org/ns/shacl#NodeShape> .", "is not of the SHACL vocabulary"),
        ("ex:S a sh:NodeShape ; sh:targetClas ex:C .", "sh:targetClas is not a term of SHACL; sh:targetClass is meant"),
        ("ex:S sh:property [ sh:path ex:p ; sh:minCuont 1 ] .", 'sh:minCuont "1"^^xsd:integer'),
        ("ex:S a sh:NodeShap .", "sh:NodeShap is not a term"),
        ("ex:S sh:nodeKind sh:Iri .", "there is no such kind of node"),
        ("ex:S sh:class ex:C ; sh:severity sh:Eror .", "no severity sh:Eror"),
        ("ex:S sh:property [ sh:minCount 1 ] .", "no sh:path"),
        ("ex:S a sh:PropertyShape ; sh:minCount 1 .", "has no sh:path"),
        ("ex:S sh:node [ sh:path ex:p ] .", "sh:node needs a node shape"),
        ("ex:S sh:property [ sh:class ex:C ] .", "sh:property needs a property shape"),
        ("ex:S sh:minCount 1 .", "may stand on property shapes only"),
        ("ex:S sh:path ex:p ; sh:minCount -1 .", "must be an integer that is not negative"),
        ("ex:S sh:path ex:p ; sh:minCount 1, 2 .", "2 values where one may stand"),
        ('ex:S sh:path ex:p ; sh:minCount "x"^^xsd:integer .', "must be an integer"),
        ('ex:S sh:path ex:p ; sh:pattern "(" .', "a parenthesis is not closed"),
        ('ex:S sh:path ex:p ; sh:pattern "(?<=a)b" .', "is not part of XPath's regular expressions"),
        ('ex:S sh:path ex:p ; sh:pattern "a" ; sh:flags "z" .', "there is no flag 'z'"),
        ("ex:S sh:path [ sh:inversePath 1 ] ; sh:minCount 1 .", "not well-formed"),
        ("ex:S sh:path () ; sh:minCount 1 .", "not well-formed"),
        ("ex:S sh:in ex:list .", "is no well-formed RDF list"),
        ("ex:S sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .", "is no well-formed RDF list"),
        ('ex:S sh:class "C" .', "sh:class must be an IRI"),
        ("ex:S sh:closed 1 .", "sh:closed must be true or false"),
        ("ex:S sh:not ex:S ; sh:class ex:C .", "refers to itself"),
        ("ex:S sh:property [ sh:path ex:p ; sh:node ex:T ] . ex:T sh:and (ex:S) .", "refers to itself"),
        ("ex:S sh:targetNode [] ; sh:class ex:C .", "a blank node cannot be a target"),
        ("ex:C a sh:ConstraintComponent .", "SPARQL-based constraint components are not supported"),
        ("ex:S sh:js [] ; sh:class ex:C .", "SHACL JavaScript Extensions are not supported"),
        ("ex:S sh:rule [] ; sh:class ex:C .", "SHACL Advanced Features are not supported"),
        ("ex:S sh:target [] ; sh:class ex:C .", "SHACL Advanced Features are not supported"),
        ("ex:g sh:entailment <http://www.w3.org/ns/entailment/RDFS> .", "entailment regimes are not supported"),
        ("ex:S sh:sparql [ sh:ask 'ASK {}' ] .", "not supported"),
        ("ex:S sh:sparql [ sh:select 'SELECT $this WHERE {' ] .", "is not a SPARQL query"),
        ("ex:S sh:sparql [ sh:select 'SELECT $this WHERE { $this x:p 1 }' ] .", "is not a SPARQL query"),
        ("ex:S sh:sparql [ sh:select 'ASK { $this ?p 1 }' ] .", "is not a SELECT query"),
        ("ex:S sh:sparql [ sh:select 'SELECT ?x WHERE { $this ?x 1 }' ] .", "does not return $this"),
        ("ex:S sh:sparql [ sh:message 'x' ] .", "exactly one sh:select"),
        ("ex:S sh:class ex:C ; medgraph:scope ex:Here .", "a scope is medgraph:Record or medgraph:Dataset"),
        ("ex:S sh:class ex:C", "is not valid Turtle"),
    ],
)
def test_refused_in_one_sentence(shapes: str, sentence: str) -> None:
    with pytest.raises(ShapesError, match=re.escape(sentence)) as raised:
        shacl.compile((PREFIXES + shapes).encode() if shapes else b"")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", sorted(vocabulary.REFUSED))
def test_every_refused_term_is_refused(name: str) -> None:
    with pytest.raises(ShapesError, match="not supported"):
        compiled(
            f"ex:S a sh:NodeShape ; sh:{name} ex:x . " if name[0].islower() else f"ex:S a sh:NodeShape, sh:{name} ."
        )


def test_every_term_of_the_vocabulary_is_known_or_refused(shared) -> None:
    properties, classes = set(), set()
    for subject, predicate, kind in terms.read(shared / "vocab" / "shacl.ttl"):
        if predicate != terms.TYPE:
            continue
        if subject.startswith(f"<{SH}") and kind == "<http://www.w3.org/1999/02/22-rdf-syntax-ns#Property>":
            properties.add(subject[1 + len(SH) : -1])
        elif subject.startswith(f"<{SH}") and kind == "<http://www.w3.org/2000/01/rdf-schema#Class>":
            classes.add(subject[1 + len(SH) : -1])
    assert properties
    assert properties <= vocabulary.KNOWN | vocabulary.REFUSED.keys()
    assert classes - {"AbstractResult", "NodeKind"} <= vocabulary.KNOWN_CLASSES | vocabulary.REFUSED.keys()
    assert properties >= vocabulary.KNOWN


def test_files_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(ShapesError, match="cannot be read"):
        shacl.compile(tmp_path / "none.ttl")
    with pytest.raises(ShapesError, match="names no RDF syntax"):
        shacl.compile(tmp_path / "shapes.docx")


def test_sources_of_every_kind(tmp_path) -> None:
    text = PREFIXES + "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
    data = PREFIXES + 'ex:x a ex:C ; ex:q "say \\"hi\\"\\n", "b"@en, 5 .'
    (tmp_path / "shapes.ttl").write_text(text)
    (tmp_path / "data.ttl").write_text(data)
    store = pyoxigraph.Store()
    store.load(data.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    dataset = rdflib.Dataset()
    named = dataset.graph(rdflib.URIRef("http://example.org/graph"))
    named.parse(data=data, format="turtle")
    results = [
        shacl.compile(shapes).validate_graph(source)
        for shapes in (
            text.encode(),
            tmp_path / "shapes.ttl",
            [tmp_path / "shapes.ttl"],
            rdflib.Graph().parse(data=text),
        )
        for source in (
            data.encode(),
            tmp_path / "data.ttl",
            str(tmp_path / "data.ttl"),
            store,
            dataset,
            named,
        )
    ]
    assert all(found(each) == [("x", "MinCount")] for each in results)


SHARED = ["http://example.org/shared/"]


@pytest.mark.parametrize(
    ("shape", "one", "other", "in_records", "in_graph"),
    [
        pytest.param(
            "sh:targetClass ex:Journal ; sh:property [ sh:path ex:issn ; sh:maxCount 1 ]",
            "<shared/j> a ex:Journal ; ex:issn 1 .",
            "<shared/j> a ex:Journal ; ex:issn 2 .",
            [],
            ["MaxCount"],
            id="several values from several records",
        ),
        pytest.param(
            "sh:targetClass ex:Journal ; sh:property [ sh:path ex:issn ; sh:minCount 1 ]",
            "<shared/j> a ex:Journal .",
            "<shared/j> a ex:Journal ; ex:issn 2 .",
            [],
            [],
            id="a value that another record has",
        ),
        pytest.param(
            "sh:targetClass ex:Journal ; sh:property [ sh:path ex:issn ; sh:datatype xsd:string ]",
            "<shared/j> a ex:Journal ; ex:issn 1 .",
            "<shared/j> a ex:Journal ; ex:issn 1 .",
            ["Datatype", "Datatype"],
            ["Datatype"],
            id="a value that is wrong wherever it stands",
        ),
        pytest.param(
            "sh:targetClass ex:Journal ; sh:property [ sh:path [ sh:inversePath ex:in ] ; sh:maxCount 1 ]",
            "<shared/j> a ex:Journal . <a> ex:in <shared/j> .",
            "<b> ex:in <shared/j> .",
            [],
            ["MaxCount"],
            id="an inverse path",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; sh:property [ sh:path ex:in ; sh:class ex:Journal ]",
            "<a> a ex:Article ; ex:in <shared/j> .",
            "<shared/j> a ex:Journal .",
            [],
            [],
            id="a class given by another record",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; sh:property [ sh:path ex:in ; sh:class ex:Journal ]",
            "<a> a ex:Article ; ex:in <shared/j> .",
            "<shared/j> a ex:Book .",
            [],
            ["Class"],
            id="a class given by no record",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; sh:property [ sh:path ex:by ; sh:class ex:Person ]",
            "<a> a ex:Article ; ex:by <p> . <p> a ex:Robot .",
            "",
            ["Class"],
            ["Class"],
            id="a class of the record's own node",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; sh:property [ sh:path ex:by ; sh:class ex:Person "
            "; medgraph:scope medgraph:Record ]",
            "<a> a ex:Article ; ex:by <p> .",
            "",
            ["Class"],
            ["Class"],
            id="a class that the shape says each record gives",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; sh:not [ sh:property [ sh:path ex:in ; sh:node [ sh:class ex:Journal ] ] ]",
            "<a> a ex:Article ; ex:in <shared/j> .",
            "<shared/j> a ex:Journal .",
            [],
            ["Not"],
            id="a negation of what is open",
        ),
        pytest.param(
            """sh:targetClass ex:Article ; sh:property [ sh:path ex:in ;
                sh:or ( [ sh:class ex:Journal ] [ sh:property [ sh:path ex:t ; sh:minCount 1 ] ] ) ]""",
            "<a> a ex:Article ; ex:in <shared/j> .",
            "<shared/j> a ex:Journal .",
            [],
            [],
            id="alternatives that are open",
        ),
        pytest.param(
            """sh:targetClass ex:Article ; sh:property [ sh:path ex:in ;
                sh:or ( [ sh:nodeKind sh:Literal ] [ sh:datatype xsd:string ] ) ]""",
            "<a> a ex:Article ; ex:in <shared/j> .",
            "<shared/j> a ex:Journal .",
            ["Or"],
            ["Or"],
            id="alternatives that no triple can mend",
        ),
        pytest.param(
            """sh:targetClass ex:Article ; sh:property [ sh:path ex:in ; sh:qualifiedMinCount 1 ;
                sh:qualifiedValueShape [ sh:class ex:Journal ] ]""",
            "<a> a ex:Article ; ex:in <shared/j> .",
            "<shared/j> a ex:Journal .",
            [],
            [],
            id="a count of what is open",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; sh:property [ sh:path (ex:in ex:title) ; sh:minCount 1 ]",
            "<a> a ex:Article ; ex:in <shared/j> .",
            "<shared/j> ex:title 1 .",
            [],
            [],
            id="a path through a shared node",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; sh:property [ sh:path (ex:by ex:name) ; sh:minCount 1 ]",
            "<a> a ex:Article ; ex:by <p> . <p> a ex:Person .",
            "",
            ["MinCount"],
            ["MinCount"],
            id="a path through the record's own node",
        ),
        pytest.param(
            "sh:targetObjectsOf ex:in ; sh:property [ sh:path ex:title ; sh:minCount 1 ]",
            "<a> ex:in <j> .",
            "<j> ex:title 1 .",
            [],
            [],
            id="a target that the record only names",
        ),
        pytest.param(
            "sh:targetObjectsOf ex:in ; sh:nodeKind sh:BlankNode",
            "<a> ex:in <j> .",
            "",
            ["NodeKind"],
            ["NodeKind"],
            id="what can be seen from the name",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; medgraph:scope medgraph:Dataset ; sh:property [ sh:path ex:p "
            "; sh:minCount 1 ]",
            "<a> a ex:Article .",
            "",
            [],
            ["MinCount"],
            id="what the shape says is for the dataset",
        ),
        pytest.param(
            "sh:targetClass ex:Article ; sh:sparql [ sh:select 'SELECT $this "
            "WHERE { $this a ?c FILTER NOT EXISTS { $this <urn:t> ?t } }' ]",
            "<a> a ex:Article .",
            "<a> <urn:t> 1 .",
            [],
            [],
            id="a query",
        ),
    ],
)
def test_a_record_is_not_blamed_for_what_others_say(
    shape: str, one: str, other: str, in_records: list[str], in_graph: list[str]
) -> None:
    validator = compiled(f"ex:S {shape} .", shared=SHARED)
    base = "@base <http://example.org/> . "
    records = [graph(base + one), graph(base + other)]
    results = [result for each in validator.validate_batch(records) for result in each]
    assert [each.component_name for each in results] == in_records
    assert [each.component_name for each in validator.validate_graph([*records[0], *records[1]])] == in_graph
    everything = {"record", "both", "dataset"}
    assert {row.scope for row in validator.scopes()} <= everything


def test_scopes_are_told() -> None:
    validator = compiled("""
        ex:S sh:targetClass ex:C ;
            sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:class ex:D ; sh:name "p" ] ;
            sh:property [ sh:path [ sh:inversePath ex:p ] ; sh:maxCount 1 ] ;
            sh:property [ sh:path (ex:p ex:q) ; sh:maxCount 1 ] ;
            sh:property [ sh:path ex:r ; sh:property [ sh:path ex:s ; sh:minCount 1 ]
                ; sh:node [ sh:nodeKind sh:IRI ] ] ;
            sh:sparql [ sh:select "SELECT $this WHERE { $this ?p 1 }" ] .""")
    assert [(row.path.replace("http://example.org/", ""), row.component, row.scope) for row in validator.scopes()] == [
        ("<p>", "MinCount", "record"),
        ("<p>", "Class", "both"),
        ("^<p>", "MaxCount", "dataset"),
        ("<p>/<q>", "MaxCount", "both"),
        ("<r>", "Node", "record"),
        ("<s>", "MinCount", "both"),
        ("", "SPARQL", "dataset"),
    ]
    assert validator.scopes()[0].name == "p"


def test_messages() -> None:
    validator = compiled("""
        ex:S sh:targetClass ex:C ; sh:severity sh:Warning ; sh:name "a thing" ; medgraph:hint "look at the tag" ;
            sh:in (ex:y) ; sh:message "{$this} is not {?in}"@en-GB, "nein"@de ;
            sh:property [ sh:path ex:p ; sh:maxCount 1 ; sh:description "one" ;
                sh:message "at most {$maxCount} of {$PATH}, {$unknown}" ] ;
            sh:property [ sh:path ex:p ; sh:datatype xsd:date ] .""")
    results = validator.validate(graph('ex:x a ex:C ; ex:p "a", "b" .'))
    first, second, third, fourth = results
    assert first.messages == ('"<http://example.org/x> is not <http://example.org/y>"@en-gb', '"nein"@de')
    assert first.message == "<http://example.org/x> is not <http://example.org/y>"
    assert (first.severity_name, first.name, first.hint) == ("Warning", "a thing", "look at the tag")
    assert second.message == "at most 1 of <http://example.org/p>, {$unknown}"
    assert (second.severity_name, second.hint) == ("Violation", "one")
    assert third.message == '"a" is not a well-formed xsd:date'
    assert fourth.value == '"b"'


def test_the_failing_branch_is_told() -> None:
    validator = compiled("""
        ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:node [ sh:property [ sh:path ex:q
            ; sh:minCount 1 ] ] ] .""")
    (result,) = validator.validate(graph("ex:x a ex:C ; ex:p ex:y . ex:y ex:r 1 ."))
    assert [(each.focus, each.component_name) for each in result.details] == [("<http://example.org/y>", "MinCount")]


def test_every_component_has_a_sentence() -> None:
    validator = compiled("""
        ex:S sh:targetNode ex:x ; sh:nodeKind sh:Literal ; sh:class ex:C ; sh:datatype xsd:date ; sh:minExclusive 1 ;
            sh:minInclusive 1 ; sh:maxExclusive 1 ; sh:maxInclusive 1 ; sh:minLength 99 ; sh:maxLength 1 ;
            sh:pattern "#" ; sh:languageIn ("en") ; sh:equals ex:q ; sh:disjoint ex:d ; sh:not [ sh:nodeKind sh:IRI ] ;
            sh:and ([ sh:class ex:C ]) ; sh:or ([ sh:class ex:C ]) ; sh:xone ([ sh:class ex:C ])
                ; sh:node [ sh:class ex:C ] ;
            sh:closed true ; sh:hasValue 1 ; sh:in () ;
            sh:property [ sh:path ex:p ; sh:minCount 9 ; sh:maxCount 0 ; sh:uniqueLang true ; sh:lessThan ex:q ;
                sh:lessThanOrEquals ex:q ; sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMinCount 1 ] ;
            sh:property [ sh:path ex:d ; sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 0 ] ;
            sh:sparql [ sh:select "SELECT $this WHERE { $this ?p 1 }" ] .""")
    results = validator.validate_graph(graph('ex:x ex:p 1, "a"@en, "b"@en ; ex:d ex:x .  ex:x ex:q 0 .'))
    from medgraph.shacl.results import _SENTENCES

    assert {each.component_name for each in results} == set(_SENTENCES)
    assert not [each.message for each in results if "{" in each.message or "  " in each.message]


def test_a_report_is_rdf() -> None:
    validator = compiled("""
        ex:S sh:targetNode ex:x ; sh:property [ sh:path ([ sh:inversePath ex:p ] [ sh:zeroOrMorePath ex:q ])
            ; sh:minCount 1 ] .""")
    results = validator.validate_graph(graph("ex:y ex:z 1 ."))
    report = list(shacl.report(results))
    lines = "".join(f"{s} {p} {o} .\n" for s, p, o in report)
    parsed = list(pyoxigraph.parse(lines.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES))
    assert len(parsed) == len(report)
    (path,) = [o for _, p, o in report if p == f"<{SH}resultPath>"]
    from medgraph.shacl import paths

    assert paths.parse(path, terms.index(report)) == results[0].path
    assert list(shacl.report([]))[-1][2] == f'"true"^^<{XSD}boolean>'


def test_unused_shapes_are_named() -> None:
    validator = compiled("ex:S sh:targetClass ex:C ; sh:class ex:C . ex:T sh:targetClass ex:D ; sh:class ex:D .")
    validator.validate(graph("ex:x a ex:C . ex:y a ex:C, ex:B ."))
    validator.validate(graph("ex:x a ex:C ."))
    assert validator.counts() == {"<http://example.org/S>": 3, "<http://example.org/T>": 0}
    assert [shape.node for shape in validator.unused()] == ["<http://example.org/T>"]


def test_a_node_with_several_targets_is_looked_at_once() -> None:
    validator = compiled("""
        ex:S sh:targetClass ex:C, ex:D ; sh:nodeKind sh:Literal .
        ex:T sh:targetClass ex:C ; sh:targetSubjectsOf ex:p ; sh:targetObjectsOf ex:p ; sh:targetNode ex:x
            ; sh:nodeKind sh:Literal .""")
    results = validator.validate(graph("ex:x a ex:C, ex:D ; ex:p ex:x ."))
    assert sorted(terms.lexical(each.shape)[-1] for each in results) == ["S", "T"]


def test_classes_below_a_target_class() -> None:
    shapes = "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:class ex:C ] ."
    ontology = graph("ex:D rdfs:subClassOf ex:C . ex:E rdfs:subClassOf ex:D .")
    data = graph("ex:x a ex:E ; ex:p ex:y . ex:y a ex:F .")
    with_ontology = compiled(shapes, ontology=ontology)
    assert found(with_ontology.validate(data)) == [("x", "Class")]
    more = graph("ex:x a ex:E ; ex:p ex:y . ex:y a ex:F . ex:F rdfs:subClassOf ex:E .")
    assert found(with_ontology.validate(more)) == []
    assert found(with_ontology.validate(data)) == [("x", "Class")]
    assert found(compiled(shapes).validate(data)) == []


def test_notes() -> None:
    assert compiled("ex:S sh:class ex:C .").notes == ["no shape has a target: nothing will be validated"]
    (note,) = compiled("ex:S sh:targetNode ex:x . ex:g owl:imports <http://example.org/more> .").notes
    assert "which is not fetched" in note
    (note,) = compiled("ex:S sh:targetNode ex:x ; sh:path ex:p ; sh:qualifiedMinCount 1 .").notes
    assert "says nothing" in note


def test_a_validator_survives_a_pickle() -> None:
    validator = compiled(
        "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .",
        ontology=graph("ex:D rdfs:subClassOf ex:C ."),
        shared=SHARED,
    )
    again = pickle.loads(pickle.dumps(validator))
    data = graph("ex:x a ex:D .")
    assert again.validate(data) == validator.validate(data) != []
    assert again.digest == validator.digest
    assert pickle.loads(pickle.dumps(validator.validate(data))) == validator.validate(data)


SPARQL = """
    ex:S sh:targetClass ex:C ; medgraph:scope medgraph:Record ; sh:sparql [ sh:message "{?n} is not {$this}" ;
        sh:select '''SELECT $this ?value ?n WHERE {
            $this <http://example.org/p> ?value . OPTIONAL { $this <http://example.org/n> ?n } }''' ] .
"""


def test_a_query_runs_over_a_batch_and_records_do_not_mix() -> None:
    validator = compiled(SPARQL)
    records = [
        graph("ex:x a ex:C ; ex:p 1 ; ex:n 'a' ."),
        graph("ex:x a ex:C ; ex:n 'b' ."),
        graph("ex:x ex:p 2 ."),
        graph("ex:x a ex:C ; ex:p 3, 4 . ex:y a ex:C ; ex:p 5 ."),
        [],
    ]
    batch = validator.validate_batch(records)
    assert batch == [sorted(validator.validate(each), key=batch[n].index) for n, each in enumerate(records)]
    assert [sorted(terms.lexical(each.value) for each in results) for results in batch] == [
        ["1"],
        [],
        [],
        ["3", "4", "5"],
        [],
    ]
    assert batch[0][0].message == "a is not <http://example.org/x>"
    assert [results for _, results in validator.stream(records, batch=2)] == [
        *validator.validate_batch(records[:2]),
        *validator.validate_batch(records[2:4]),
        [],
    ]


def test_a_record_that_is_no_rdf_costs_that_record_only() -> None:
    validator = compiled(SPARQL)
    bad = [("<http://example.org/x>", terms.TYPE, "<http://example.org/C>"), ("<http://example.org/x>", "<p>", "")]
    worse = [
        ("<http://example.org/x>", terms.TYPE, "<http://example.org/C>"),
        ("<http://example.org/x>", "<http://example.org/p>", "<no IRI>"),
    ]
    good = graph("ex:x a ex:C ; ex:p 1 .")
    results = validator.validate_batch([good, bad, worse, good])
    assert [[each.component_name for each in found] for found in results][::3] == [["SPARQL"], ["SPARQL"]]
    assert [found[0].component for found in results[1:3]] == [shacl.ENGINE_ERROR, shacl.ENGINE_ERROR]
    assert "could not be validated" in results[1][0].message


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT $this WHERE { { $this ex:p ?v } UNION { FILTER(isBlank($this)) $this ex:q ?v } }",
        "SELECT $this WHERE { BIND($this AS ?that) { ?that ex:p ?v } FILTER(?that = $this) }",
        "SELECT * WHERE { $this ex:p ?v FILTER NOT EXISTS { { ?o ex:q $this } FILTER(bound($this)) } }",
        "SELECT $this (COUNT(?v) AS ?n) WHERE { $this ex:p ?v } GROUP BY $this HAVING (COUNT(?v) > 0)",
        "SELECT $this WHERE { { SELECT $this WHERE { $this ex:p ?v } LIMIT 1 } }",
        "SELECT $this WHERE { $this ex:p ?v } ORDER BY ?v LIMIT 1",
        "SELECT $this WHERE { $this ex:p* ?v . ?v ex:p ?w # a { comment\n FILTER(STR(?w) != '{') }",
    ],
)
def test_queries_in_and_out_of_batches(query: str) -> None:
    validator = compiled(f"""
        ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
        ex:S sh:targetClass ex:C ; medgraph:scope medgraph:Record ; sh:sparql [ sh:prefixes ex:
            ; sh:select \"\"\"{query}\"\"\" ] .""")
    records = [
        graph(text) for text in ("ex:x a ex:C ; ex:p 1 .", "_:b a ex:C ; ex:p 2 .", "ex:x a ex:C .", "ex:y ex:p 1 .")
    ]
    batch = validator.validate_batch(records)
    assert [len(each) for each in batch] == [1, 1, 0, 0]
    assert [validator.validate(each) for each in records] == batch
    assert batch[1][0].focus == records[1][0][0]


def test_what_a_query_sees_of_a_node_that_is_seen_in_two_ways() -> None:
    validator = compiled("""
        ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
        ex:S sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex: ;
            sh:select '''SELECT $this ?value {
                $this ex:list ?list . ?list ?any ?value FILTER (isLiteral(?value)) }''' ] .""")
    data = graph("ex:x a ex:C ; ex:list ex:l . ex:l ex:q '7'^^xsd:int ; ex:list ex:m .")
    (result,) = validator.validate_graph(data)
    assert result.value == f'"7"^^<{XSD}int>'


def test_a_query_within_another_shape() -> None:
    validator = compiled(f"""
        ex:T sh:targetClass ex:D ; sh:property [ sh:path ex:to ; sh:not ex:N ] .
        ex:N sh:sparql [ sh:select "SELECT $this WHERE {{ $this <http://example.org/p> ?v }}" ] . {SPARQL}""")
    data = graph("ex:d a ex:D ; ex:to ex:x, ex:y . ex:x ex:p 1 . ex:y ex:q 1 .")
    assert [terms.lexical(each.value) for each in validator.validate_graph(data)] == ["http://example.org/y"]


@pytest.mark.parametrize(
    ("pattern", "flags", "yes", "no"),
    [
        ("^a.b$", "", ["a b", "a\rb"], ["a\nb"]),
        ("^a.b$", "s", ["a\nb"], []),
        ("^b$", "m", ["a\nb\nc", "b"], ["ab"]),
        ("^a b$", "x", ["ab"], ["a b"]),
        ("[ ]", "x", [" "], ["a"]),
        ("a+b", "q", ["a+b"], ["aab"]),
        (r"^\w+$", "", ["aé1"], ["a_b", "a-b"]),
        (r"^\s$", "", [" ", "\t"], ["\u00a0", "\x0b"]),
        (r"^\S$", "", ["\u00a0", "a"], [" "]),
        (r"^\i\c*$", "", ["_a-1", "é"], ["1a", "a b"]),
        (r"^[\i-[:]][\c-[:]]*$", "", ["ab"], ["a:b"]),
        (r"^[a-z-[aeiou]]+$", "", ["xyz"], ["xaz"]),
        (r"^[^a-c]$", "", ["d", "^"], ["a"]),
        (r"^[a\-z]$", "", ["-", "a"], ["b"]),
        (r"^[a-]$", "", ["-"], ["b"]),
        (r"^[\d.]+$", "", ["1.2", "٣"], ["a"]),
        (r"^\p{L}\P{L}$", "", ["a1"], ["ab"]),
        (r"^[^\p{L}]$", "", ["1"], ["a"]),
        (r"^(a)\1$", "", ["aa"], ["ab"]),
        (r"^(?:a|b){2,3}?$", "", ["ab", "aba"], ["a"]),
        (r"^a{2}$", "", ["aa"], ["a"]),
        (r"\.", "", ["."], ["a"]),
        (r"^\n$", "", ["\n"], ["n"]),
        (r"^10\.[0-9]{4,9}/\S+$", "", ["10.1002/x"], ["10.1/x"]),
        ("^É$", "i", ["é"], ["e"]),
    ],
)
def test_patterns(pattern: str, flags: str, yes: list[str], no: list[str]) -> None:
    compiled = patterns.compile_pattern(pattern, flags)
    assert [text for text in yes if not compiled.search(text)] == []
    assert [text for text in no if compiled.search(text)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        "a++",
        "a{2",
        "*a",
        "(?i)a",
        "(?P<n>a)",
        "(?=a)",
        r"\b",
        r"\x41",
        "[]",
        "[a",
        "a)",
        r"\p{Greek}",
        r"\p{Lx}",
        "a\\",
        "[z-a]",
        "a{3,2}",
        "[a[b]",
    ],
)
def test_patterns_that_are_none(pattern: str) -> None:
    with pytest.raises(patterns.PatternError):
        patterns.compile_pattern(pattern)
