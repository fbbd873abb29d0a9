"""
Write ``docs/queries.md`` from the named queries, with what each answers on the records of ``tests/questions``.

    python docs/generate_queries.py            writes it
    python docs/generate_queries.py --check    fails if it would change
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from medgraph import named, questions
from medgraph.named import NamedQuery
from medgraph.questions import Asked

TARGET = Path(__file__).with_name("queries.md")
RECORDS = Path(__file__).parents[1] / "tests" / "questions"
MOST = 8

HEAD = """\
# Named queries

Made from `medgraph/queries/*.rq` by `python docs/generate_queries.py`; change those, not this page.

```console
$ medgraph query --list                       # all of them; with a word, those that have to do with it
$ medgraph query coauthors-of-person --describe
$ medgraph query coauthors-of-person --store DIR --orcid 0000-0002-5732-0318 --limit 20
$ medgraph query coauthors-of-person --endpoint http://127.0.0.1:7878 --orcid 0000-0002-5732-0318
$ medgraph query coauthors-of-person pubmed.xml.gz --orcid 0000-0002-5732-0318 -o coauthors.csv
```

```python
answer = medgraph.query("coauthors-of-person", store="DIR", orcid="0000-0002-5732-0318")
for coauthor, name, articles, last_year in answer: ...
answer.to_dataframe()                         # needs pandas: pip install 'medgraph[pandas]'
```

Every query is SPARQL 1.1 that runs unchanged on the embedded store, oxigraph, Virtuoso and Fuseki; the tests ask all of
them and want the same rows. It is asked of the graph `https://w3id.org/medgraph/graph/pubmed`, which is where
`medgraph load` puts triples; `--graph IRI` asks another one. Queries about a MeSH concept *and all below it* need the
tree in the same graph (`medgraph mesh export -o mesh.nt`, then load it); without it, the term alone counts.

A parameter can be given several times, and then any of the values will do. An ORCID may be written in any way, a MeSH
term as its identifier or its name (in any case; with `--mesh INDEX` also by NLM's other names for it), a journal as its
NLM Unique ID, ISSN, title or abbreviation. Values become terms of SPARQL before they are put into the query: nothing
that is given is read as SPARQL.

A query of your own gets parameters by the same header:

```sparql
# title: Titles that hold a word
# parameter word: string: the word
# parameter limit: integer: how many rows at most
SELECT ?title
FROM <https://w3id.org/medgraph/graph/pubmed>
WHERE {
  VALUES ?word { "sleep" }
  ?article dcterms:title ?title .
  FILTER(CONTAINS(LCASE(STR(?title)), LCASE(?word)))
}
ORDER BY ?title
LIMIT 100
```

`medgraph query mine.rq --store DIR --word dream --limit 5`. Kinds of parameters: KINDS.

A query of your own that names no graph is asked of all graphs of a store, and at most endpoints (oxigraph, Fuseki) of a
default graph that is empty: name the graph there, with `--graph https://w3id.org/medgraph/graph/pubmed` or with `FROM`.

What stores do to values: the embedded store and oxigraph give an `xsd:int` back as the `xsd:integer` of the same value
(`vivo:rank`), Virtuoso writes language tags in lower case, booleans as `1` and an apostrophe in an `rdf:XMLLiteral` as
`&#39;`, and only Virtuoso cuts an answer at 10,000 rows. The answers below are the same everywhere, since years and
dates are compared as text, and rows are sorted by the text of IRIs.

The examples are answers about nine records written for the tests (`tests/questions/`).
"""


def section(query: NamedQuery, place: Asked, given: dict[str, str]) -> str:
    """What one query asks, takes and answers."""
    answer = questions.ask(query, place, given)
    options = "".join(f" --{name} {json.dumps(value) if ' ' in str(value) else value}" for name, value in given.items())
    rows = [f"## {query.name}\n", f"**{query.title}.** {query.description}\n"]
    if query.parameters:
        rows.append("| parameter | kind | default | |\n| --- | --- | --- | --- |")
        rows += [f"| `--{each.name}` | {each.kind} | `{each.shown}` | {each.meaning} |" for each in query.parameters]
        rows.append("")
    rows.append(f"`medgraph query {query.name}{options}`\n")
    if answer.form == "CONSTRUCT":
        turtle = answer.serialized("ttl").decode().splitlines()
        body = [line for line in turtle if not line.startswith("@prefix")]
        rows.append("```turtle\n" + "\n".join(body[:MOST]) + f"\n…\n```\n\n{len(answer)} triples.\n")
    else:
        table = answer.serialized("md").decode().splitlines()
        rows.append("\n".join(table[: MOST + 2]) + "\n")
        if len(answer) > MOST:
            rows.append(f"… {len(answer)} rows.\n")
    rows.append(f"Keywords: {', '.join(query.keywords)}.\n")
    return "\n".join(rows)


def text() -> str:
    """The whole page."""
    known = json.loads((RECORDS / "answers.json").read_text(encoding="utf-8"))
    inputs = [RECORDS / name for name in ("records.xml", "record.nbib", "tree.ttl")]
    queries = [named.named(name) for name in named.names()]
    contents = "".join(f"- [{query.name}](#{query.name}): {query.title}\n" for query in queries)
    with questions.place(inputs=inputs) as (place, _):
        sections = [section(query, place, known[query.name]["parameters"]) for query in queries]
    head = HEAD.replace("KINDS", ", ".join(f"`{kind}`" for kind in named.KINDS))
    return "\n".join([head, contents, *sections])


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text():
            sys.exit(f"{TARGET.name} is stale: run python docs/generate_queries.py")
    else:
        TARGET.write_text(text(), encoding="utf-8")
