"""
Whether every value of a record is found again in its graph, and every term of the graph in the record.

The checker shares no code with the readers, the normalisers and the mapping. It reads XML with the
standard library and text line by line, has its own account of what each element and tag becomes,
and of medgraph it uses only what it judges (triples) and the names of the terms.

- ``account.py``: one record's values, its graph, and what of the one was found in the other;
- ``expected/``: what the parts of a record become, whichever form they were read from;
- ``xml_form.py``, ``text_form.py``: the two forms of a record, element by element and tag by tag;
- ``rules.py``: why a value may be missing, and where a term may come from that no value says;
- ``corpus.py``: files -> records with their graphs; ``tally.py``: counts over many records.

``python -m checker [FILE...]`` prints what it found.
"""
