"""A little MeSH of our own, in each form in which NLM publishes it."""

from __future__ import annotations

DESCRIPTORS_XML = """<?xml version="1.0"?>
<!DOCTYPE DescriptorRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset_20240101.dtd">
<DescriptorRecordSet LanguageCode = "eng">
<DescriptorRecord DescriptorClass = "1">
  <DescriptorUI>D900001</DescriptorUI><DescriptorName><String>Sleep</String></DescriptorName>
  <TreeNumberList><TreeNumber>F02</TreeNumber></TreeNumberList>
  <ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M0900001</ConceptUI>
    <ConceptName><String>Sleep</String></ConceptName>
    <TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="Y">
      <TermUI>T900001</TermUI><String>Sleep</String></Term></TermList></Concept></ConceptList>
</DescriptorRecord>
<DescriptorRecord DescriptorClass = "1">
  <DescriptorUI>D900002</DescriptorUI><DescriptorName><String>Sleep, Slow-Wave &amp; Deep</String></DescriptorName>
  <PharmacologicalActionList><PharmacologicalAction><DescriptorReferredTo><DescriptorUI>D900003</DescriptorUI>
    <DescriptorName><String>Hypnotics</String></DescriptorName></DescriptorReferredTo></PharmacologicalAction>
  </PharmacologicalActionList>
  <TreeNumberList><TreeNumber>F02.830</TreeNumber><TreeNumber>G11.561.803</TreeNumber></TreeNumberList>
  <ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M0900002</ConceptUI>
    <TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="Y">
      <TermUI>T900002</TermUI><String>Sleep, Slow-Wave &amp; Deep</String></Term>
    <Term ConceptPreferredTermYN="N" IsPermutedTermYN="Y" LexicalTag="NON" RecordPreferredTermYN="N">
      <TermUI>T900002</TermUI><String>Slow Wave &amp; Deep Sleep</String></Term></TermList></Concept>
  <Concept PreferredConceptYN="N"><ConceptUI>M000900003</ConceptUI>
    <TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="N">
      <TermUI>T000900003</TermUI><String>Delta Sleep</String></Term></TermList></Concept></ConceptList>
</DescriptorRecord>
<DescriptorRecord DescriptorClass = "1">
  <DescriptorUI>D900003</DescriptorUI><DescriptorName><String>Hypnotics</String></DescriptorName>
  <TreeNumberList><TreeNumber>D27.505</TreeNumber></TreeNumberList>
  <ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M0900004</ConceptUI>
    <TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="Y">
      <TermUI>T900004</TermUI><String>Hypnotics</String></Term></TermList></Concept></ConceptList>
</DescriptorRecord>
<DescriptorRecord DescriptorClass = "2">
  <DescriptorUI>D900004</DescriptorUI><DescriptorName><String>Dream Diary</String></DescriptorName>
  <TreeNumberList><TreeNumber>V02.100</TreeNumber></TreeNumberList>
  <ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M0900005</ConceptUI>
    <TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="Y">
      <TermUI>T900005</TermUI><String>Dream Diary</String></Term></TermList></Concept></ConceptList>
</DescriptorRecord>
</DescriptorRecordSet>
"""

QUALIFIERS_XML = """<?xml version="1.0"?>
<!DOCTYPE QualifierRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmqualifierrecordset_20240101.dtd">
<QualifierRecordSet LanguageCode = "eng"><QualifierRecord>
  <QualifierUI>Q900001</QualifierUI><QualifierName><String>sleep effects</String></QualifierName>
  <ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M0900006</ConceptUI>
    <TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="Y">
      <TermUI>T900006</TermUI><String>sleep effects</String><Abbreviation>ZZ</Abbreviation></Term>
    </TermList></Concept></ConceptList>
</QualifierRecord></QualifierRecordSet>
"""

SUPPLEMENTAL_XML = """<?xml version="1.0"?>
<SupplementalRecordSet LanguageCode = "eng">
<SupplementalRecord SCRClass = "1">
  <SupplementalRecordUI>C900001</SupplementalRecordUI>
  <SupplementalRecordName><String>somnomycin</String></SupplementalRecordName>
  <HeadingMappedToList>
   <HeadingMappedTo><DescriptorReferredTo><DescriptorUI>*D900003</DescriptorUI></DescriptorReferredTo></HeadingMappedTo>
   <HeadingMappedTo><DescriptorReferredTo><DescriptorUI>D900001</DescriptorUI></DescriptorReferredTo>
    <QualifierReferredTo><QualifierUI>Q900001</QualifierUI></QualifierReferredTo></HeadingMappedTo>
  </HeadingMappedToList>
  <ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M0900007</ConceptUI>
    <TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="Y">
      <TermUI>T900007</TermUI><String>somnomycin</String></Term>
    <Term ConceptPreferredTermYN="N" IsPermutedTermYN="N" LexicalTag="TRD" RecordPreferredTermYN="N">
      <TermUI>T900008</TermUI><String>Noctal (brand)</String></Term></TermList></Concept></ConceptList>
</SupplementalRecord></SupplementalRecordSet>
"""

ACTIONS_XML = """<?xml version="1.0"?>
<PharmacologicalActionSet><PharmacologicalAction>
  <DescriptorReferredTo><DescriptorUI>D900003</DescriptorUI></DescriptorReferredTo>
  <PharmacologicalActionSubstanceList>
   <Substance><RecordUI>C900001</RecordUI><RecordName><String>somnomycin</String></RecordName></Substance>
  </PharmacologicalActionSubstanceList>
</PharmacologicalAction></PharmacologicalActionSet>
"""

# written from NLM's pages of data elements (dtype, qtype, ctype)
DESCRIPTORS_ASCII = """*NEWRECORD
RECTYPE = D
MH = Sleep
MN = F02
DC = 1
UI = D900001

*NEWRECORD
RECTYPE = D
MH = Sleep, Slow-Wave & Deep
DE = SLEEP SLOW WAVE
PRINT ENTRY = Delta Sleep|T040|NON|NRW|NLM (2004)|030101|abcdef
ENTRY = Slow Wave & Deep Sleep
MN = F02.830
MN = G11.561.803
PA = Hypnotics
MS = Stages 3 and 4; see SLEEP = rest.
DC = 1
UI = D900002

*NEWRECORD
RECTYPE = D
MH = Hypnotics
MN = D27.505
DC = 1
UI = D900003

*NEWRECORD
RECTYPE = D
MH = Dream Diary
MN = V02.100
DC = 2
UI = D900004
"""

QUALIFIERS_ASCII = """*NEWRECORD
RECTYPE = Q
SH = sleep effects
QA = ZZ
QX = effects on sleep
UI = Q900001
"""

SUPPLEMENTAL_ASCII = """*NEWRECORD
RECTYPE = C
NM = somnomycin
SY = Noctal (brand)|T109|TRD|NRW|ES Spanish Trade Name|041021|abcdef
HM = *Hypnotics
HM = Sleep/sleep effects
UI = C900001
"""

TREES_ASCII = """Sleep;F02
Sleep, Slow-Wave & Deep;F02.830
Sleep, Slow-Wave & Deep;G11.561.803
Hypnotics;D27.505
Dream Diary;V02.100
"""

TABLE = """DescriptorUI\tDescriptorName
D900001\tSleep
D900002\tSleep, Slow-Wave & Deep
D900003\tHypnotics
D900004\tDream Diary
"""


def ntriples() -> str:
    """The same as MeSH RDF, with what mesh.nt has besides: versions in IRIs, other languages, obsolete records."""
    mesh, vocabulary = "http://id.nlm.nih.gov/mesh/", "http://id.nlm.nih.gov/mesh/vocab#"
    names = {
        "a": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "label": "http://www.w3.org/2000/01/rdf-schema#label",
    }
    lines = ["# <http://id.nlm.nih.gov/mesh> exported at 2024-02-01"]

    def say(subject: str, predicate: str, value: str) -> None:
        iri = names.get(predicate, vocabulary + predicate)
        if predicate == "a":
            value = f"<{vocabulary}{value}>"
        elif not value.startswith('"'):
            value = f"<{mesh}{value}>"
        lines.append(f"<{mesh}{subject}> <{iri}> {value} .")

    for ui, name, kind, concepts in (
        ("D900001", "Sleep", "TopicalDescriptor", {"M0900001": ["T900001", "Sleep"]}),
        (
            *("D900002", "Sleep, Slow-Wave & Deep", "TopicalDescriptor"),
            {
                "M0900002": ["T900002", "Sleep, Slow-Wave & Deep", "Slow Wave & Deep Sleep"],
                "M000900003": ["T000900003", "Delta Sleep"],
            },
        ),
        ("D900003", "Hypnotics", "TopicalDescriptor", {"M0900004": ["T900004", "Hypnotics"]}),
        ("D900004", "Dream Diary", "PublicationType", {"M0900005": ["T900005", "Dream Diary"]}),
        ("Q900001", "sleep effects", "Qualifier", {"M0900006": ["T900006", "sleep effects"]}),
        ("C900001", "somnomycin", "SCR_Chemical", {"M0900007": ["T900007", "somnomycin"]}),
    ):
        say(ui, "a", kind)
        say(ui, "label", f'"{name}"@en')
        say(ui, "label", '"S\\u00F8vn"@no')
        say(ui, "identifier", f'"{ui}"')
        say(ui, "active", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>')
        for n, (concept, (term, label, *variants)) in enumerate(concepts.items()):
            say(ui, "concept" if n else "preferredConcept", concept)
            say(concept, "preferredTerm", term)
            say(concept, "label", f'"{label}"@en')
            say(term, "prefLabel", f'"{label}"@en')
            for variant in variants:
                say(term, "altLabel", f'"{variant}"@en')
    say("T900006", "abbreviation", '"ZZ"@en')
    say("M0900007", "term", "T900008")
    say("T900008", "prefLabel", '"Noctal (brand)"@en')
    for ui, tree in (
        ("D900001", "F02"), ("D900002", "F02.830"), ("D900002", "G11.561.803"), ("D900003", "D27.505"),
        ("D900004", "V02.100"),
    ):  # fmt: skip
        say(ui, "treeNumber", tree)
    say("D900002", "pharmacologicalAction", "D900003")
    say("C900001", "preferredMappedTo", "D900003")
    say("C900001", "mappedTo", "D900001Q900001")
    say("D900009", "a", "TopicalDescriptor")
    say("D900009", "label", '"[OBSOLETE] Trance \\"deep\\""@en')
    say("D900009", "active", '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>')
    say("D900009", "lastActiveYear", '"2012"')
    lines.append(f"<{mesh}2024/D900001> <{vocabulary}seeAlso> <{mesh}2024/D900003> .")
    return "\n".join(lines) + "\n"
