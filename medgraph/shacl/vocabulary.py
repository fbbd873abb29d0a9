"""
The SHACL vocabulary: which of its terms are understood, which say nothing about data, and which are refused.

What is in none of these tables is no term of SHACL, or one of a later SHACL; both are refused.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TARGETS = _names("targetClass targetNode targetSubjectsOf targetObjectsOf")
PROPERTY_ONLY = _names("minCount maxCount uniqueLang lessThan lessThanOrEquals")
"""Parameters that node shapes may not have."""
PARAMETERS = PROPERTY_ONLY | _names(
    """class datatype nodeKind minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern flags
    languageIn equals disjoint not and or xone node property qualifiedValueShape qualifiedMinCount qualifiedMaxCount
    qualifiedValueShapesDisjoint closed ignoredProperties hasValue in sparql"""
)
REPORT = _names(
    """conforms result focusNode resultPath value resultSeverity resultMessage sourceShape sourceConstraint
    sourceConstraintComponent detail"""
)
KNOWN = (
    PARAMETERS
    | TARGETS
    | REPORT
    | _names("path inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath")
    | _names("name description order group defaultValue message severity deactivated")
    | _names("select prefixes declare prefix namespace")
    | _names("shapesGraph suggestedShapesGraph shapesGraphWellFormed")
)
"""The properties that are understood, or say nothing about data."""
KNOWN_CLASSES = _names(
    """NodeShape PropertyShape Shape PropertyGroup PrefixDeclaration SPARQLConstraint ValidationReport ValidationResult
    Severity"""
)
SEVERITIES = _names("Violation Warning Info")
NODE_KINDS = _names("BlankNode IRI Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral")

_COMPONENTS = _names(
    """parameter validator nodeValidator propertyValidator labelTemplate optional ask ConstraintComponent Parameter
    Parameterizable Validator SPARQLAskValidator SPARQLSelectValidator SPARQLExecutable SPARQLAskExecutable
    SPARQLSelectExecutable"""
)
_ADVANCED = _names(
    """rule condition construct subject predicate object target filterShape nodes union intersection expression this
    returnType update resultAnnotation annotationProperty annotationValue annotationVarName Function Rule
    ResultAnnotation SPARQLConstructExecutable SPARQLFunction SPARQLRule SPARQLTarget SPARQLTargetType
    SPARQLUpdateExecutable Target TargetType TripleRule"""
)
_SCRIPT = _names(
    """js jsFunctionName jsLibrary jsLibraryURL JSConstraint JSExecutable JSFunction JSLibrary JSRule JSTarget
    JSTargetType JSValidator"""
)
REFUSED: dict[str, str] = (
    dict.fromkeys(_COMPONENTS, "SPARQL-based constraint components")
    | dict.fromkeys(_ADVANCED, "SHACL Advanced Features")
    | dict.fromkeys(_SCRIPT, "SHACL JavaScript Extensions")
    | {"entailment": "entailment regimes"}
)
"""Terms of the vocabulary that are refused -> the part of SHACL they belong to."""
