"""
Which records a SPARQL constraint of the shipped shapes need not be asked about.

A query costs as much as all of SHACL Core for the same record. Each constraint that ships has a *screen* here: a
function that sees at a glance that the query would find nothing, as it does of nearly every record. Where the screen
is not sure, the query is asked, and what it says is what counts: a screen can save time, and report nothing.

A screen goes with the text of its query. Who changes the query in a copy of the shapes has no screen, and loses nothing
but time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from medgraph.shacl.sparql import Screen, wording
from medgraph.shacl.terms import Index
from medgraph.vocab import BIBO, DCTERMS, PRO, VIVO

_MEMBER = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#_"
_RANK = re.compile(r'"([1-9][0-9]{0,8})"\^\^<http://www\.w3\.org/2001/XMLSchema#int>')


def members(node: str, graph: Index) -> bool:
    """Whether the author list may have other members than the article has authors."""
    properties = graph[node]
    creators = properties.get(DCTERMS.creator, {})
    listed: set[str] = set()
    for sequence in properties.get(BIBO.authorList, ()):
        for predicate, values in graph.get(sequence, {}).items():
            if predicate.startswith(_MEMBER):
                if not creators.keys() >= values.keys():
                    return True
                listed.update(values)
    return not listed.issuperset(creators)


def ranks(node: str, graph: Index) -> bool:
    """Whether the ranks of the authors may be something else than 1 to their number."""
    found: set[str] = set()
    for role in graph[node].get(PRO.isDocumentContextFor, ()):
        about = graph.get(role)
        if about is not None and PRO.author in about.get(PRO.withRole, ()):
            found.update(about.get(VIVO.rank, ()))
    numbers = [match[1] for term in found if (match := _RANK.fullmatch(term))]
    return len(numbers) < len(found) or (bool(numbers) and max(map(int, numbers)) != len(numbers))


_PREFIXES = """
    PREFIX bibo: <http://purl.org/ontology/bibo/>
    PREFIX dcterms: <http://purl.org/dc/terms/>
    PREFIX pro: <http://purl.org/spar/pro/>
    PREFIX vivo: <http://vivoweb.org/ontology/core#>"""

SCREENS: Mapping[str, Screen] = {
    wording(f"""{_PREFIXES}
        SELECT $this ?value WHERE {{
            {{
                $this bibo:authorList ?list .
                ?list ?place ?value .
                FILTER (STRSTARTS(STR(?place), "http://www.w3.org/1999/02/22-rdf-syntax-ns#_"))
                FILTER NOT EXISTS {{ $this dcterms:creator ?value }}
            }} UNION {{
                $this dcterms:creator ?value .
                FILTER NOT EXISTS {{ $this bibo:authorList ?list . ?list ?place ?value }}
            }}
        }}"""): members,
    wording(f"""{_PREFIXES}
        SELECT $this WHERE {{
            $this pro:isDocumentContextFor ?role .
            ?role pro:withRole pro:author ; vivo:rank ?rank .
            FILTER (isNumeric(?rank))
        }}
        GROUP BY $this
        HAVING (MAX(?rank) != COUNT(DISTINCT ?rank))"""): ranks,
}
"""The screens of the shipped constraints, by the text of the query."""
