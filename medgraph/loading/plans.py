"""
How a server's own bulk loader would do it: for very large first loads, several times as fast as any protocol.

What is printed can be pasted into a shell; what depends on an installation stands in capitals.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence

from medgraph import graphs, iris
from medgraph.errors import SinkError

SERVERS = ("virtuoso", "fuseki", "oxigraph", "qlever", "graphdb")
"""The servers that there are plans for."""

_PARTS = "parts"
_PACKED = (".gz",)


def text(inputs: Sequence[str], server: str | None = None, *, graph: str = iris.GRAPH, to: str | None = None) -> str:
    """
    The commands that load inputs with a server's bulk loader.

    Args:
        inputs: as for :func:`medgraph.load`; records are converted first, to one ``.nt.gz`` part per input.
        server: one of :data:`SERVERS`; None, or any other, is all of them.
        graph: IRI of the named graph.
        to: the URL of the endpoint, to compare COUNT with in the end.
    """
    plans: dict[str, Callable[[str, str], str]] = {
        "virtuoso": _virtuoso, "fuseki": _fuseki, "oxigraph": _oxigraph, "qlever": _qlever, "graphdb": _graphdb,
    }  # fmt: skip
    if set(graph) & set("'\"`$\\|&;"):
        raise SinkError(graph, "stands in commands for the shell, and has a character that means something there")
    wanted = (server,) if server in plans else SERVERS
    head, files = _first(inputs)
    check = (
        "# In the end: medgraph load says by COUNT whether all is there (what is there already is sent again and\n"
        "# changes nothing), or compare with the sum of the triples that convert reported:\n"
        f'#   medgraph query --endpoint {to or "URL"} "SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"\n'
        "# Shared nodes (journals, people, MeSH) come in several parts; COUNT is therefore less than the sum.\n"
    )
    return "\n".join([head, *(plans[name](files, graph) for name in wanted), check])


def _first(inputs: Sequence[str]) -> tuple[str, str]:
    """The step before all others, and the pattern of the files that it leaves."""
    ready = all(name.endswith((".nt", ".nt.gz")) for name in inputs)
    named = " ".join(map(shlex.quote, inputs))
    if ready:
        folders = {os.path.dirname(name) or "." for name in inputs}
        if len(folders) == 1:
            folder = folders.pop()
            return (
                f"# {len(inputs):,} N-Triples file(s) can be loaded as they are.\nPARTS={shlex.quote(folder)}\n",
                "*.nt*",
            )
    if any(graphs.format_of(name) for name in inputs):
        return (
            "# Records become N-Triples with `medgraph convert`; RDF of another syntax with `oxigraph convert`:\n"
            f"medgraph convert RECORDS... -o {_PARTS}/ --format nt.gz --report {_PARTS}.json\n"
            f"oxigraph convert --from-file IN.ttl --to-file {_PARTS}/IN.nt\n"
            f"PARTS=$PWD/{_PARTS}\n# of: {named}\n"
        ), "*.nt*"
    return (
        "# Records become N-Triples first, one part per input; what does not conform goes to parts.rejects:\n"
        f"medgraph convert {named} -o {_PARTS}/ --format nt.gz --report {_PARTS}.json\n"
        f"PARTS=$PWD/{_PARTS}\n"
    ), "*.nt.gz"


def _virtuoso(files: str, graph: str) -> str:
    return f"""\
# --- Virtuoso: the folder must be in DirsAllowed of virtuoso.ini; raise NumberOfBuffers to two thirds of the memory
# (buffers of 8 kB: 170000 for 2 GB). As many rdf_loader_run() side by side as there are cores, less one or two.
isql-vt HOST:1111 dba PASSWORD exec="ld_dir_all('$PARTS', '{files}', '{graph}');"
for each in 1 2 3; do
  isql-vt HOST:1111 dba PASSWORD exec="rdf_loader_run(log_enable=>2);" &
done; wait
isql-vt HOST:1111 dba PASSWORD exec="checkpoint;"
# ll_state is 2 for a file even when it failed: this must print no row. Of a file with an error a part is loaded.
isql-vt HOST:1111 dba PASSWORD \\
  exec="select ll_file, ll_error from DB.DBA.load_list where ll_error is not null or ll_state <> 2;"
"""


def _fuseki(files: str, graph: str) -> str:
    return f"""\
# --- Fuseki with TDB2: stop the server first. tdb2.tdbloader up to some hundred million triples, xloader above
# (it sorts on the disk and needs room for that, and makes a new database only).
tdb2.tdbloader --loader=parallel --loc DATABASE --graph '{graph}' "$PARTS"/{files}
# or: the loader for billions loads quads into a new database, so the graph is written into the lines first
for part in "$PARTS"/{files}; do
  case "$part" in *.gz) gzip -dc "$part";; *) cat "$part";; esac
done | sed 's| \\.$| <{graph}> .|' | gzip > all.nq.gz
tdb2.xloader --threads 3 --tmpdir TMP --loc DATABASE all.nq.gz
"""


def _oxigraph(files: str, graph: str) -> str:
    return f"""\
# --- oxigraph: stop the server first. Without --lenient: with it a broken file ends with exit code 0 and a part of it.
oxigraph load --location DATABASE --graph '{graph}' --file "$PARTS"/{files}
oxigraph optimize --location DATABASE
# or medgraph's own store (an oxigraph server can be pointed at its folder): slower, resumable, 200 MB of memory
medgraph load "$PARTS"/{files} --to store:DATABASE --graph '{graph}'
"""


def _qlever(files: str, graph: str) -> str:
    return f"""\
# --- QLever: builds an index of everything at once; it is built anew for new data. In the Qleverfile:
#   [data]   NAME = pubmed
#   [index]  INPUT_FILES = "$PARTS"/{files}
#            MULTI_INPUT_JSON = {{ "cmd": "zcat -f {{}}", "graph": "{graph}", "for-each": "{_PARTS}/{files}" }}
#            SETTINGS_JSON = {{ "num-triples-per-batch": 1000000 }}
#   [server] PORT = 7001
qlever index && qlever start
"""


def _graphdb(files: str, graph: str) -> str:
    return f"""\
# --- GraphDB: stop the server first; REPOSITORY must exist. The loader takes the graph from the lines, so they
# are N-Quads; `preload` is for empty repositories of billions, `load` for the rest.
for part in "$PARTS"/{files}; do
  case "$part" in *.gz) gzip -dc "$part";; *) cat "$part";; esac
done | sed 's| \\.$| <{graph}> .|' | gzip > all.nq.gz
importrdf preload -f -i REPOSITORY -m parallel all.nq.gz
"""
