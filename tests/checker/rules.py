"""Why a value may be missing from the graph, and where a triple may come from that repeats no value."""

from __future__ import annotations

RULES: dict[str, str] = {
    "second of its kind": "what may stand once stands twice; the reader's list of what it did not read names it",
    "pages that contradict": "StartPage is not where MedlinePgn begins; the pages are those that NLM prints",
    "midnight is filler": "00:00 on received, accepted and revised is no time of day: the date stands alone",
    "a record that points to itself": "no link is made from a record to itself; the words of the comment stay",
    "type of a supplementary concept": "where the concept has a UI, its type is MeSH RDF's own (meshv:SCR_Disease, …)",
    "geographic descriptor": "the type of a descriptor is MeSH RDF's own (meshv:GeographicalDescriptor)",
    "type of an identifier": "an identifier without a property of its own (mid, …) stands without its type",
    "id of a list of investigators": "joins a group to its members in the record; the graph has foaf:member for that",
    "category in another abstract": "NlmCategory is for sections of the main abstract; another abstract is one text",
    "link inside the Bookshelf": "@book, @part, @sec name pages of NCBI's Bookshelf; the accession names the book",
    "object list": "NLM publishes no meaning for the types of ObjectList; counted in the report as unread",
    "abstract available from the publisher": "an OAB that says so has no text; its node stands without one",
    "stray tag": "what it belongs to does not stand before it; the reader's list of what it did not read names it",
    "tag without an explanation": "no page of NLM says what the tag means; the reader's list names it",
    "not of NLM's DTD": "no DTD of NLM has it in this place; the reader's list of what it did not read names it",
}
"""Rules under which a value need not be found, each with its reason."""

DERIVATIONS: dict[str, str] = {
    "class": "every node has the class that docs/mapping.md gives its kind",
    "link": "every node is reached by the property that docs/mapping.md gives its kind",
    "page": "the page of the PMID on the PubMed site",
    "holder": "a role is held by its person: the ORCID, or a node of the record",
    "order": "rank among the valid entries of a list, from 1, and the place in the rdf:Seq",
    "full name": "first name, last name, suffix",
    "short name": "last name, initials, suffix, as the short form prints them",
    "certain date": "what is certain of a publication date as displayed",
    "season": "the season that a publication date names",
    "PMC IRI": "the PubMed Central id at identifiers.org",
    "ISSN IRI": "the linking ISSN at the ISSN centre",
    "accession IRI": "the accession number at identifiers.org, by NLM's name of the databank",
    "markup": "the text with its inline markup",
    "derived label": "a label found in running text is marked so",
    "other abstract": "the text of another abstract in its language",
    "empty section": "a label without text",
    "empty title": "a title element without text",
    "first page": "the pages up to the hyphen",
    "last page": "the pages behind the hyphen, written out",
    "pair": "a descriptor-qualifier pair names its two terms",
    "heading": "a heading node names what is known of its parts",
    "MeSH name": "the UI that MeSH has for a name",
    "relation type": "the tag or element says what kind of relation it is",
    "status": "BIBO's word for the publication status",
    "source line": "put together as NLM's text form does",
}
"""Where a triple may come from that does not repeat a value of the source; each is checked where it is used."""
