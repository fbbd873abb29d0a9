"""PubMed records as RDF."""
