"""
THE TABLE: what every field of a PubMed record becomes.

One table per kind of node, one row per statement. To change what a field becomes, change its row;
``docs/mapping.md`` is made from this file (``python docs/generate_mapping.py``), and the tests say what
else a change touches. The functions that make the terms are in the modules beside it, each named after what it is about.

A row reads: property, field of the model, how; then where the field comes from in MEDLINE text and
in PubMed XML. ``core=True`` puts it into the small profile as well. "always" rows say what every
node of the kind has.
"""

# fmt: off
# One row a line, so that the table reads as one.

from __future__ import annotations

from medgraph.mapping import dates, documents, links, literals, people, subjects, wording
from medgraph.mapping.compiled import MEMBERS, Row
from medgraph.mapping.rows import Mapping, Node
from medgraph.vocab import (
    BIBO,
    CITO,
    DCAT,
    DCTERMS,
    DOCO,
    FABIO,
    FOAF,
    FRAPO,
    MEDGRAPH,
    MESHV,
    ORG,
    OWL,
    PRISM,
    PRO,
    RDF,
    RDFS,
    SCHEMA,
    SCORO,
    SKOS,
    VIVO,
)

ARTICLE = Node(
    "http://rdf.ncbi.nlm.nih.gov/pubmed/{pmid}",
    (
        # what it is
        Row(RDF.type, "publication_types book title", subjects.classes, "PT", "PublicationTypeList/PublicationType", core=True),
        Row(BIBO.pmid, "pmid", literals.text, "PMID", "MedlineCitation/PMID", core=True),
        Row(FABIO.hasPubMedId, "pmid", literals.text, "PMID", "MedlineCitation/PMID", note="the name FaBiO's users ask for"),
        Row(BIBO.doi, "elocation_ids article_ids", documents.doi, "LID [doi], AID [doi]", "ELocationID, ArticleId@IdType=doi", core=True),
        Row(SCHEMA.sameAs, "elocation_ids article_ids", documents.doi_iri, "LID [doi], AID [doi]", "ELocationID, ArticleId@IdType=doi", core=True),
        Row(FABIO.hasPubMedCentralId, "article_ids", documents.pmcid, "PMC", "ArticleId@IdType=pmc", core=True),
        Row(SCHEMA.sameAs, "article_ids", documents.pmc_iri, "PMC", "ArticleId@IdType=pmc", core=True),
        Row(SCHEMA.sameAs, "other_ids", documents.other_id_pmc, "OID", "OtherID@Source=NLM"),
        Row(FABIO.hasPII, "elocation_ids article_ids", documents.piis, "LID [pii], AID [pii]", "ELocationID, ArticleId@IdType=pii"),
        Row(FABIO.hasElectronicArticleIdentifier, "elocation_ids", documents.elocators, "LID", "", note="the text form gives some locators without a type"),
        Row(DCTERMS.identifier, "elocation_ids article_ids", documents.other_identifiers, "AID, MID, LID", "ArticleId@IdType=mid, bookaccession, sici, …", note="and a second DOI, another spelling of it, or what is no DOI"),
        Row(DCTERMS.identifier, "other_ids", documents.other_ids, "OID", "OtherID@Source"),
        Row(MEDGRAPH.invalidIdentifier, "elocation_ids", documents.invalid_identifiers, "", "ELocationID@ValidYN=N"),
        Row(FOAF.page, "pmid", documents.page, "PMID", "MedlineCitation/PMID", core=True),
        # what it says
        Row(DCTERMS.title, "title", wording.title, "TI", "ArticleTitle", core=True),
        Row(MEDGRAPH.titleMarkup, "title_markup", literals.markup, "", "ArticleTitle", note="only where the title has inline markup"),
        Row(DCTERMS.alternative, "vernacular_title", wording.vernacular, "TT", "VernacularTitle", core=True),
        Row(BIBO.abstract, "abstract", wording.abstract, "AB", "Abstract/AbstractText", core=True, part="abstract"),
        Row(MEDGRAPH.abstractMarkup, "abstract", wording.abstract_markup, "", "Abstract/AbstractText", part="abstract", note="only where the abstract has inline markup"),
        Row(DCTERMS.rights, "abstract", wording.copyright_notice, "CI", "Abstract/CopyrightInformation", core=True),
        Row(DCTERMS.language, "languages", wording.language, "LA", "Language", core=True),
        Row(MEDGRAPH.languageName, "languages", wording.unknown_language, "LA", "Language", note="only what is no ISO 639-2 code"),
        Row(MEDGRAPH.coiStatement, "coi_statement", literals.text, "COI, COIS", "CoiStatement"),
        # when
        Row(DCTERMS.issued, "pub_date", dates.certain_date, "DP", "JournalIssue/PubDate", core=True),
        Row(DCTERMS.issued, "contribution_date", dates.certain_date, "CTDT", "BookDocument/ContributionDate", core=True),
        Row(PRISM.coverDisplayDate, "pub_date", dates.displayed, "DP", "JournalIssue/PubDate", core=True),
        Row(FABIO.hasSeason, "pub_date", dates.season, "DP", "PubDate/Season"),
        Row(DCTERMS.available, "article_dates", dates.dates, "DEP", "ArticleDate", core=True),
        Row(DCTERMS.available, "history", dates.made_available, "PHST", "PubMedPubDate"),
        Row(DCTERMS.dateSubmitted, "history", dates.history("received"), "PHST", "PubMedPubDate"),
        Row(DCTERMS.dateAccepted, "history", dates.history("accepted"), "PHST", "PubMedPubDate"),
        Row(MEDGRAPH.dateRevisedManuscript, "history", dates.history("revised"), "PHST", "PubMedPubDate"),
        Row(MEDGRAPH.datePublishedInPrint, "history", dates.history("ppublish"), "PHST", "PubMedPubDate"),
        Row(MEDGRAPH.datePublishedInCollection, "history", dates.history("ecollection"), "PHST", "PubMedPubDate"),
        Row(MEDGRAPH.dateRetracted, "history", dates.history("retracted"), "PHST", "PubMedPubDate"),
        Row(MEDGRAPH.dateReleasedInPmc, "history", dates.history("pmc-release"), "PHST, PMCR", "PubMedPubDate"),
        # where
        Row(DCTERMS.isPartOf, "journal", documents.journal, "JID, IS, TA, JT", "Journal, MedlineJournalInfo", core=True),
        Row(DCTERMS.isPartOf, "book title", documents.book, "BTI", "BookDocument/Book", core=True, note="a whole book is described in place"),
        Row(BIBO.volume, "volume", literals.text, "VI", "JournalIssue/Volume", core=True),
        Row(PRISM.issueIdentifier, "issue", literals.text, "IP", "JournalIssue/Issue", core=True),
        Row(BIBO.pages, "pagination", documents.pages, "PG", "Pagination/MedlinePgn", core=True),
        Row(BIBO.pageStart, "pagination", documents.page_start, "PG", "Pagination", core=True),
        Row(BIBO.pageEnd, "pagination", documents.page_end, "PG", "Pagination", core=True),
        Row(BIBO.chapter, "location_labels", documents.chapter_numbers, "CP", "LocationLabel@Type=chapter"),
        Row(MEDGRAPH.locationLabel, "location_labels", documents.location_labels, "", "LocationLabel"),
        # who
        Row(DCTERMS.creator, "authors", people.agents("author"), "FAU, AU, AUID, CN", "AuthorList/Author", core=True),
        Row(BIBO.authorList, "authors", people.ordered("author"), "FAU, AU, CN", "AuthorList", core=True),
        Row(PRO.isDocumentContextFor, "authors", people.roles("author"), "FAU, AU, AD, CN", "AuthorList/Author", core=True),
        Row(BIBO.editor, "editors", people.agents("editor"), "FED, ED", "AuthorList@Type=editors"),
        Row(BIBO.editorList, "editors", people.ordered("editor"), "FED, ED", "AuthorList@Type=editors"),
        Row(PRO.isDocumentContextFor, "editors", people.roles("editor"), "FED, ED", "AuthorList@Type=editors"),
        Row(DCTERMS.contributor, "investigator_lists", people.agents("investigator"), "FIR, IR", "InvestigatorList/Investigator"),
        Row(PRO.isDocumentContextFor, "investigator_lists", people.roles("investigator"), "FIR, IR, IRAD", "InvestigatorList/Investigator"),
        Row(MEDGRAPH.affiliation, "affiliations", people.affiliations, "AD", "Article/Affiliation", core=True, note="given for the record as a whole"),
        # about what
        Row(DCTERMS.type, "publication_types", subjects.publication_types, "PT", "PublicationType@UI", core=True),
        Row(MEDGRAPH.publicationTypeName, "publication_types", subjects.publication_type_names, "PT", "PublicationType", core=True),
        Row(DCTERMS.subject, "mesh_headings", subjects.subjects, "MH", "MeshHeading/DescriptorName", core=True),
        Row(FABIO.hasSubjectTerm, "mesh_headings", subjects.subject_terms, "MH", "MeshHeading", core=True),
        Row(FABIO.hasSubjectTerm, "suppl_meshes", subjects.suppl_mesh_terms, "", "SupplMeshName", core=True),
        Row(FABIO.hasSubjectTerm, "chemicals", subjects.substance_terms, "RN, NM", "Chemical/NameOfSubstance", core=True),
        Row(FABIO.hasPrimarySubjectTerm, "mesh_headings", subjects.primary_terms, "MH *", "@MajorTopicYN=Y", core=True),
        Row(MEDGRAPH.heading, "mesh_headings", subjects.heading_nodes, "MH", "MeshHeading, @AutoHM", core=True),
        Row(MEDGRAPH.heading, "suppl_meshes", subjects.suppl_mesh_left, "", "SupplMeshName", core=True),
        Row(MEDGRAPH.substance, "chemicals", subjects.substance_nodes, "RN, NM", "Chemical", core=True),
        Row(DCTERMS.subject, "personal_name_subjects", documents.nodes("person as subject", "subject"), "FPS, PS", "PersonalNameSubject"),
        Row(PRISM.keyword, "keyword_lists", subjects.keywords, "OT", "KeywordList/Keyword", core=True),
        Row(MEDGRAPH.keywordMajor, "keyword_lists", subjects.major_keywords, "OT *", "Keyword@MajorTopicYN=Y"),
        Row(MEDGRAPH.geneSymbol, "gene_symbols", literals.texts, "GS", "GeneSymbol"),
        Row(MEDGRAPH.spaceFlightMission, "space_flight_missions", literals.texts, "SFM", "SpaceFlightMission"),
        Row(SKOS.note, "general_notes", wording.notes, "GN", "GeneralNote"),
        Row(MEDGRAPH.item, "item_lists", wording.items, "", "ItemList/Item"),
        Row(MEDGRAPH.itemListType, "item_lists", wording.item_types, "", "ItemList@ListType"),
        # its parts
        Row(DCTERMS.hasPart, "abstract", wording.labelled_sections, "AB", "AbstractText@Label", part="abstract"),
        Row(DCTERMS.hasPart, "other_abstracts", documents.nodes("other abstract", "abstract"), "OAB", "OtherAbstract", part="abstract"),
        Row(DCTERMS.hasPart, "sections", documents.book_sections, "", "BookDocument/Sections/Section"),
        # its links
        Row(FRAPO.isFundedBy, "grants", links.grants, "GR", "GrantList/Grant"),
        Row(MEDGRAPH.databankAccession, "data_banks", links.accessions, "SI", "DataBank"),
        Row(SCHEMA.mentions, "data_banks", links.accession_iris, "SI", "DataBank"),
        Row(CITO.discusses, "comments_corrections", links.relations("CommentOn"), "CON", "CommentsCorrections@RefType"),
        Row(CITO.isDiscussedBy, "comments_corrections", links.relations("CommentIn"), "CIN", "CommentsCorrections@RefType"),
        Row(CITO.isCorrectedBy, "comments_corrections", links.relations("ErratumIn", "CorrectedandRepublishedIn", "PRIN"), "EIN, CRI, PRIN", "CommentsCorrections@RefType"),
        Row(CITO.corrects, "comments_corrections", links.relations("ErratumFor", "CorrectedandRepublishedFrom", "PROF"), "EFR, CRF, PROF", "CommentsCorrections@RefType"),
        Row(CITO.isRetractedBy, "comments_corrections", links.relations("RetractionIn", "RetractedandRepublishedIn"), "RIN, RRI", "CommentsCorrections@RefType"),
        Row(CITO.retracts, "comments_corrections", links.relations("RetractionOf", "RetractedandRepublishedFrom"), "ROF, RRF", "CommentsCorrections@RefType"),
        Row(DCTERMS.isReplacedBy, "comments_corrections", links.relations("CorrectedandRepublishedIn", "RetractedandRepublishedIn"), "CRI, RRI", "CommentsCorrections@RefType"),
        Row(DCTERMS.replaces, "comments_corrections", links.relations("CorrectedandRepublishedFrom", "RetractedandRepublishedFrom"), "CRF, RRF", "CommentsCorrections@RefType"),
        Row(BIBO.reproducedIn, "comments_corrections", links.relations("RepublishedIn", "ReprintIn"), "RPI", "CommentsCorrections@RefType"),
        Row(DCTERMS.isVersionOf, "comments_corrections", links.relations("RepublishedFrom", "ReprintOf"), "RPF", "CommentsCorrections@RefType"),
        Row(CITO.isUpdatedBy, "comments_corrections", links.relations("UpdateIn"), "UIN", "CommentsCorrections@RefType"),
        Row(CITO.updates, "comments_corrections", links.relations("UpdateOf"), "UOF", "CommentsCorrections@RefType"),
        Row(CITO.isQualifiedBy, "comments_corrections", links.relations("ExpressionOfConcernIn"), "ECI", "CommentsCorrections@RefType"),
        Row(CITO.qualifies, "comments_corrections", links.relations("ExpressionOfConcernFor"), "ECF", "CommentsCorrections@RefType"),
        Row(CITO.isDescribedBy, "comments_corrections", links.relations("SummaryForPatientsIn"), "SPIN", "CommentsCorrections@RefType"),
        Row(CITO.describes, "comments_corrections", links.relations("OriginalReportIn"), "ORI", "CommentsCorrections@RefType"),
        Row(CITO.usesDataFrom, "comments_corrections", links.relations("AssociatedDataset"), "", "CommentsCorrections@RefType"),
        Row(CITO.providesDataFor, "comments_corrections", links.relations("AssociatedPublication"), "", "CommentsCorrections@RefType"),
        Row(DCTERMS.relation, "comments_corrections", links.relations("DDIN", "DRIN"), "DDIN, DRIN", "", note="which of two XML types they are is not certain"),
        Row(MEDGRAPH.relation, "comments_corrections", links.relation_nodes, "CIN, CON, EIN, …", "CommentsCorrections", note="NLM's own words for each"),
        Row(CITO.cites, "comments_corrections", links.relations("Cites"), "", "CommentsCorrections@RefType"),
        Row(CITO.cites, "references", links.cites, "", "ReferenceList/Reference"),
        Row(MEDGRAPH.reference, "references", links.reference_nodes, "", "ReferenceList/Reference"),
        Row(MEDGRAPH.referenceCount, "number_of_references", literals.text, "RF, NR", "NumberOfReferences"),
        # as one line, and NLM's record of it
        Row(BIBO.status, "publication_status", documents.statuses, "PST", "PublicationStatus"),
        Row(DCTERMS.bibliographicCitation, "self", documents.source, "SO", "Journal, PubDate, Pagination, ELocationID, …", core=True, note="for XML put together as NLM's text form does"),
        Row(FOAF.isPrimaryTopicOf, "pmid", documents.record_node, note="always"),
    ),
)

RECORD = Node(
    "{base}{pmid}-record",
    (
        Row(RDF.type, "pmid", literals.always(DCAT.CatalogRecord), note="always"),
        Row(FOAF.primaryTopic, "pmid", documents.the_article, note="always"),
        Row(OWL.versionInfo, "version", literals.text, "", "PMID@Version"),
        Row(MEDGRAPH.versionId, "version_id", literals.text, "", "MedlineCitation@VersionID"),
        Row(MEDGRAPH.versionDate, "version_date", literals.text, "", "MedlineCitation@VersionDate"),
        Row(MEDGRAPH.recordStatus, "status", literals.text, "STAT", "MedlineCitation@Status"),
        Row(MEDGRAPH.owner, "owner", literals.text, "OWN", "MedlineCitation@Owner"),
        Row(MEDGRAPH.indexingMethod, "indexing_method", literals.text, "", "MedlineCitation@IndexingMethod"),
        Row(MEDGRAPH.citationSubset, "citation_subsets", literals.texts, "SB", "CitationSubset"),
        Row(MEDGRAPH.pubModel, "pub_model", literals.text, "PUBM", "Article@PubModel"),
        Row(MEDGRAPH.citedMedium, "cited_medium", literals.text, "", "JournalIssue@CitedMedium"),
        Row(MEDGRAPH.publicationStatus, "publication_status", literals.text, "PST", "PublicationStatus"),
        Row(MEDGRAPH.keywordOwner, "keyword_lists", subjects.keyword_owners, "OTO", "KeywordList@Owner"),
        Row(MEDGRAPH.noteOwner, "general_notes", wording.note_owners, "GN", "GeneralNote@Owner"),
        Row(DCTERMS.created, "date_created", dates.date, "DA", "DateCreated"),
        Row(DCTERMS.created, "history", dates.history("entrez"), "CRDT", "PubMedPubDate@PubStatus=entrez"),
        Row(DCTERMS.modified, "date_revised", dates.date, "LR, DRDT", "DateRevised"),
        Row(MEDGRAPH.dateCompleted, "date_completed", dates.date, "DCOM", "DateCompleted"),
        Row(MEDGRAPH.dateEntered, "history", dates.history("pubmed"), "EDAT", "PubMedPubDate@PubStatus=pubmed"),
        Row(MEDGRAPH.dateIndexed, "history", dates.history("medline"), "MHDA", "PubMedPubDate@PubStatus=medline"),
        Row(MEDGRAPH.dateOtherHistory, "history", dates.other_history, "PHST, CDAT", "PubMedPubDate@PubStatus"),
        Row(MEDGRAPH.grantListComplete, "grants_complete", literals.only_false, "", "GrantList@CompleteYN=N"),
        Row(MEDGRAPH.databankListComplete, "data_banks_complete", literals.only_false, "", "DataBankList@CompleteYN=N"),
    ),
)

PEOPLE = Node(
    "{base}{pmid}-authors, {base}{pmid}-editors",
    (
        Row(RDF.type, "people", literals.always(RDF.Seq), core=True, note="always"),
        Row(MEMBERS, "people", literals.all_iris, "FAU, AU, CN", "AuthorList", core=True, note="in order"),
        Row(MEDGRAPH.listComplete, "complete", literals.only_false, "", "AuthorList@CompleteYN=N"),
    ),
)

PERSON = Node(
    "https://orcid.org/{orcid}, {base}{pmid}-author-{n}, -editor-{n}, -investigator-{n}",
    (
        Row(RDF.type, "self", people.agent_class((FOAF.Person, FOAF.Group)), core=True, note="always"),
        Row(FOAF.familyName, "last_name", literals.text, "FAU", "LastName", core=True),
        Row(FOAF.givenName, "fore_name", literals.text, "FAU", "ForeName", core=True),
        Row(BIBO.suffixName, "suffix", literals.text, "FAU", "Suffix", core=True),
        Row(FOAF.name, "self", people.full_name, "FAU, CN", "ForeName, LastName, Suffix; CollectiveName", core=True),
        Row(DCTERMS.identifier, "identifiers", people.other_person_ids, "AUID", "Identifier@Source"),
        Row(FOAF.member, "investigators", people.members, "", "CollectiveName@Investigators"),
    ),
    shared=True,
)


def _role(of: str, text: str, xml: str, role: str, *own: Row) -> Node:
    return Node(
        f"{{base}}{{pmid}}-{of}-{{n}}",
        (
            Row(RDF.type, "agent", literals.always(PRO.RoleInTime), core=True, note="always"),
            Row(PRO.withRole, "agent", literals.always(role), core=True, note="always"),
            Row(PRO.isHeldBy, "agent", people.agent, text, xml, core=True),
            Row(VIVO.rank, "rank", literals.number, text, xml, core=True, note="place among the list's valid entries, from 1"),
            Row(FOAF.name, "author", people.short_name, text, "LastName, Initials, Suffix; CollectiveName", core=True),
            *own,
            Row(MEDGRAPH.validName, "author.valid", literals.only_false, "", "@ValidYN=N", core=True),
            Row(PRO.relatesToOrganization, "author.affiliations", people.affiliations, "AD, IRAD", "AffiliationInfo/Affiliation", core=True),
        ),
    )


EQUAL_CONTRIBUTION = Row(
    MEDGRAPH.equalContribution, "author.equal_contribution", literals.true_or_false, "", "Author@EqualContrib"
)

AFFILIATION = Node(
    "{base}{pmid}-affiliation-{n}",
    (
        Row(RDF.type, "self", literals.always(FOAF.Organization), core=True, note="always"),
        Row(FOAF.name, "text", literals.text, "AD, IRAD", "Affiliation", core=True),
        Row(ORG.subOrganizationOf, "identifiers", people.institutions, "", "AffiliationInfo/Identifier@Source", core=True),
        Row(MEDGRAPH.ringgoldId, "identifiers", people.ringgold, "", "Identifier@Source=RINGGOLD"),
        Row(DCTERMS.identifier, "identifiers", people.other_organisation_ids, "", "AffiliationInfo/Identifier@Source"),
    ),
)

INSTITUTION = Node(
    "https://ror.org/{ror}, https://www.grid.ac/institutes/{grid}, https://isni.org/isni/{isni}",
    (Row(RDF.type, "value", literals.always(FOAF.Organization), core=True, note="always"),),
    shared=True,
)

SECTION = Node(
    "{base}{pmid}-section-{n}",
    (
        Row(RDF.type, "text", literals.always(DOCO.Section), note="always"),
        Row(RDF.type, "nlm_category", wording.section_class, "", "AbstractText@NlmCategory"),
        Row(DCTERMS.title, "label", literals.text, "AB", "AbstractText@Label"),
        Row(MEDGRAPH.nlmCategory, "nlm_category", literals.text, "", "AbstractText@NlmCategory"),
        Row(MEDGRAPH.derivedLabel, "derived", literals.only_true, "AB", "", note="the label was found in running text"),
        Row(RDF.value, "text", literals.english, "AB", "AbstractText"),
    ),
)

OTHER_ABSTRACT = Node(
    "{base}{pmid}-abstract-{n}",
    (
        Row(RDF.type, "self", literals.always(DOCO.Abstract), note="always"),
        Row(MEDGRAPH.abstractType, "type", literals.text, "OAB", "OtherAbstract@Type"),
        Row(DCTERMS.language, "language", wording.one_language, "OABL", "OtherAbstract@Language"),
        Row(RDF.value, "self", wording.other_abstract_text, "OAB", "OtherAbstract/AbstractText"),
        Row(MEDGRAPH.abstractMarkup, "self", wording.abstract_markup, "", "OtherAbstract/AbstractText", note="only where it has inline markup"),
        Row(DCTERMS.rights, "copyright", literals.text, "OCI", "OtherAbstract/CopyrightInformation"),
    ),
)

BOOK_SECTION = Node(
    "{base}{pmid}-part-{n}",
    (
        Row(RDF.type, "self", literals.always(DOCO.Section), note="always"),
        Row(DCTERMS.title, "title", literals.text, "", "Section/SectionTitle"),
        Row(MEDGRAPH.locationLabel, "label", documents.location_label, "", "Section/LocationLabel"),
        Row(DCTERMS.hasPart, "sections", documents.book_sections, "", "Section/Section"),
    ),
)

JOURNAL = Node(
    "https://www.ncbi.nlm.nih.gov/nlmcatalog/{NlmUniqueID}, else http://issn.org/resource/ISSN-L/{issn}, else {base}journal-{name}, else {base}{pmid}-journal",
    (
        Row(RDF.type, "self", literals.always(BIBO.Journal), core=True, note="always"),
        Row(DCTERMS.title, "title", literals.text, "JT", "Journal/Title", core=True),
        Row(FABIO.hasNLMJournalTitleAbbreviation, "medline_ta", literals.text, "TA", "MedlineTA", core=True),
        Row(FABIO.hasShortTitle, "iso_abbreviation", literals.text, "", "ISOAbbreviation"),
        Row(MEDGRAPH.nlmUniqueId, "nlm_unique_id", literals.text, "JID", "NlmUniqueID", core=True),
        Row(BIBO.issn, "issns", documents.issns("Print"), "IS (Print)", "ISSN@IssnType=Print", core=True),
        Row(BIBO.issn, "issns", documents.issns(None), "IS", ""),
        Row(BIBO.eissn, "issns", documents.issns("Electronic"), "IS (Electronic)", "ISSN@IssnType=Electronic", core=True),
        Row(FABIO.hasIssnL, "issns", documents.issns("Linking"), "IS (Linking)", "ISSNLinking", core=True),
        Row(SCHEMA.sameAs, "issns", documents.issn_l, "IS (Linking)", "ISSNLinking"),
        Row(DCTERMS.identifier, "issns", documents.other_issns, "IS", "ISSN", note="what does not look like an ISSN"),
        Row(MEDGRAPH.country, "country", literals.text, "PL", "MedlineJournalInfo/Country"),
    ),
    shared=True,
    cached=True,
)

MESH_TERM = Node(
    "http://id.nlm.nih.gov/mesh/{UI}",
    (Row(RDFS.label, "self", literals.english, "MH, PT", "DescriptorName, QualifierName, PublicationType, SupplMeshName"),),
    shared=True,
    cached=True,
)

MESH_SUBSTANCE = Node(
    "http://id.nlm.nih.gov/mesh/{UI}",
    (
        Row(RDFS.label, "name", literals.english, "RN, NM", "NameOfSubstance"),
        Row(SKOS.exactMatch, "same", literals.iri, "RN", "RegistryNumber", note="UNII or CAS number"),
        Row(SKOS.closeMatch, "enzyme_class", literals.iri, "RN", "RegistryNumber", note="an EC number names a class of enzymes"),
    ),
    shared=True,
)

PAIR = Node(
    "http://id.nlm.nih.gov/mesh/{descriptor UI}{qualifier UI}",
    (
        Row(MESHV.hasDescriptor, "descriptor", literals.iri, "MH", "DescriptorName@UI", core=True),
        Row(MESHV.hasQualifier, "qualifier", literals.iri, "MH", "QualifierName@UI", core=True),
    ),
    shared=True,
    cached=True,
)

HEADING = Node(
    "{base}{pmid}-heading-{n}",
    (
        Row(RDF.type, "descriptor", literals.always(MEDGRAPH.Heading), core=True, note="always"),
        Row(RDFS.label, "descriptor.name", literals.text, "MH", "DescriptorName", core=True),
        Row(RDF.value, "term", literals.iri, "MH", "DescriptorName@UI", core=True, note="the heading's own term, where it is known"),
        Row(MEDGRAPH.majorTopic, "descriptor.major", literals.only_true, "MH *", "@MajorTopicYN", core=True),
        Row(MEDGRAPH.qualifier, "qualifiers", literals.all_iris, "MH", "QualifierName", core=True),
        Row(MEDGRAPH.majorQualifier, "starred", literals.all_iris, "MH *", "QualifierName@MajorTopicYN", core=True),
        Row(MEDGRAPH.qualifierName, "names", literals.texts, "MH", "QualifierName", core=True),
        Row(MEDGRAPH.majorQualifierName, "starred_names", literals.texts, "MH *", "QualifierName@MajorTopicYN", core=True),
        Row(MEDGRAPH.autoIndexed, "automatic", literals.only_true, "", "@AutoHM"),
        Row(MEDGRAPH.supplementaryConceptType, "concept_type", literals.text, "", "SupplMeshName@Type"),
    ),
)

SUBSTANCE = Node(
    "{base}{pmid}-substance-{n}",
    (
        Row(RDF.type, "self", literals.always(MEDGRAPH.Substance), core=True, note="always"),
        Row(RDFS.label, "name", literals.text, "RN, NM", "NameOfSubstance", core=True),
        Row(SKOS.exactMatch, "same", literals.iri, "RN", "RegistryNumber", core=True, note="UNII or CAS number"),
        Row(SKOS.closeMatch, "enzyme_class", literals.iri, "RN", "RegistryNumber", core=True, note="an EC number names a class of enzymes"),
        Row(MEDGRAPH.registryNumber, "printed", literals.text, "RN", "RegistryNumber", core=True, note="only what is no registry number"),
    ),
)

GRANT_ROWS = (
    Row(RDF.type, "self", literals.always(FRAPO.Grant), note="always"),
    Row(FRAPO.hasGrantNumber, "grant_id", literals.text, "GR", "GrantID"),
    Row(FRAPO.hasAcronym, "acronym", literals.text, "GR", "Grant/Acronym"),
)
GRANT = Node(
    "{base}grant-{agency}-{country}-{number}, {base}{pmid}-grant-{n} where it has no number",
    (
        *GRANT_ROWS,
        Row(FRAPO.isAwardedBy, "agency country", links.agency, "GR", "Grant/Agency"),
        Row(RDFS.label, "text", literals.text, "GR", "", note="a value that does not fall into its parts with certainty"),
    ),
    shared=True,
)
GRANT_WITH_A_DOI = Node(
    "https://doi.org/{doi}",
    (
        *GRANT_ROWS,
        Row(FRAPO.hasFundingAgency, "agency country", links.agency, "GR", "Grant/Agency", note="records may name the agency of one grant differently"),
    ),
    shared=True,
)
AGENCY = Node(
    "{base}agency-{name}-{country}",
    (
        Row(RDF.type, "name", literals.always(FRAPO.FundingAgency), note="always"),
        Row(FOAF.name, "name", literals.text, "GR", "Grant/Agency"),
        Row(MEDGRAPH.country, "country", literals.text, "GR", "Grant/Country"),
    ),
    shared=True,
)

RELATION = Node(
    "{base}{pmid}-relation-{n}",
    (
        Row(RDF.type, "words", literals.always(MEDGRAPH.Relation), note="always"),
        Row(MEDGRAPH.refType, "words.ref_type", literals.text, "the tag", "CommentsCorrections@RefType"),
        Row(MEDGRAPH.refSource, "words.ref_source", literals.text, "CIN, CON, EIN, …", "RefSource"),
        Row(MEDGRAPH.refNote, "words.note", literals.text, "", "Note"),
        Row(OWL.versionInfo, "words.pmid_version", literals.text, "", "CommentsCorrections/PMID@Version"),
        Row(DCTERMS.relation, "target", literals.iri, "CIN, CON, EIN, …", "CommentsCorrections/PMID"),
    ),
)
DOCUMENT = Node(
    "{base}{pmid}-related-{n}",
    (
        Row(RDF.type, "self", literals.always(BIBO.Document), note="always"),
        Row(DCTERMS.bibliographicCitation, "ref_source", literals.text, "CIN, CON, EIN, …", "RefSource"),
    ),
)
CITED_DOCUMENT = Node(
    "{base}{pmid}-reference-{n}",
    (
        Row(RDF.type, "reference", literals.always(BIBO.Document), note="always"),
        Row(DCTERMS.bibliographicCitation, "reference.citation", literals.text, "", "Reference/Citation"),
        Row(DCTERMS.identifier, "others", literals.texts, "", "Reference/ArticleIdList/ArticleId"),
        Row(MEDGRAPH.referenceListTitle, "reference.list_title", literals.text, "", "ReferenceList/Title"),
    ),
)
REFERENCE = Node(
    "{base}{pmid}-reference-{n}",
    (
        Row(RDF.type, "reference", literals.always(MEDGRAPH.Reference), note="always"),
        Row(DCTERMS.bibliographicCitation, "reference.citation", literals.text, "", "Reference/Citation"),
        Row(DCTERMS.references, "iris", literals.all_iris, "", "Reference/ArticleIdList/ArticleId"),
        Row(DCTERMS.identifier, "others", literals.texts, "", "Reference/ArticleIdList/ArticleId"),
        Row(MEDGRAPH.referenceListTitle, "reference.list_title", literals.text, "", "ReferenceList/Title"),
    ),
)

PERSON_AS_SUBJECT = Node(
    "{base}{pmid}-subject-{n}",
    (
        Row(RDF.type, "self", literals.always(FOAF.Person), note="always"),
        Row(FOAF.familyName, "last_name", literals.text, "FPS", "PersonalNameSubject/LastName"),
        Row(FOAF.givenName, "fore_name", literals.text, "FPS", "PersonalNameSubject/ForeName"),
        Row(BIBO.suffixName, "suffix", literals.text, "FPS", "PersonalNameSubject/Suffix"),
        Row(FOAF.name, "self", people.full_name, "FPS, PS", "PersonalNameSubject"),
        Row(FOAF.name, "name", literals.text, "PS", "LastName, Initials, Suffix", note="the short form"),
    ),
)

BOOK = Node(
    "{base}{pmid}-book; for a whole book http://rdf.ncbi.nlm.nih.gov/pubmed/{pmid}",
    (
        Row(RDF.type, "self", literals.always(BIBO.Book), core=True, note="always"),
        Row(DCTERMS.title, "title", wording.title, "BTI", "BookTitle", core=True),
        Row(BIBO.doi, "elocation_ids", documents.book_doi, "LID [doi]", "Book/ELocationID", core=True),
        Row(SCHEMA.sameAs, "elocation_ids", documents.book_doi_iri, "LID [doi]", "Book/ELocationID", core=True),
        Row(DCTERMS.identifier, "elocation_ids", documents.book_other_identifier, "LID", "Book/ELocationID"),
        Row(BIBO.isbn10, "isbns", documents.isbns(10), "ISBN", "Isbn", core=True),
        Row(BIBO.isbn13, "isbns", documents.isbns(13), "ISBN", "Isbn", core=True),
        Row(DCTERMS.identifier, "isbns", documents.other_isbns, "ISBN", "Isbn"),
        Row(BIBO.volume, "volume", literals.text, "VI", "Book/Volume"),
        Row(PRISM.alternateTitle, "volume_title", literals.text, "VTI", "Book/VolumeTitle"),
        Row(BIBO.edition, "edition", literals.text, "EN", "Book/Edition"),
        Row(BIBO.number, "report_number", literals.text, "", "Book/ReportNumber"),
        Row(MEDGRAPH.medium, "medium", literals.text, "", "Book/Medium"),
        Row(DCTERMS.issued, "pub_date", dates.certain_date, "DP", "Book/PubDate", core=True),
        Row(PRISM.coverDisplayDate, "pub_date", dates.displayed, "DP", "Book/PubDate", core=True),
        Row(FABIO.hasSeason, "pub_date", dates.season, "DP", "Book/PubDate/Season"),
        Row(MEDGRAPH.dateOfBeginning, "beginning_date", dates.date, "", "BeginningDate"),
        Row(MEDGRAPH.dateOfEnding, "ending_date", dates.date, "", "EndingDate"),
        Row(DCTERMS.publisher, "publisher_name publisher_location", documents.publisher, "PB, PL", "Book/Publisher", core=True),
        Row(DCTERMS.isPartOf, "collection_title", documents.collection, "CTI", "CollectionTitle", core=True),
        Row(DCTERMS.creator, "authors", people.agents("author", "book-"), "", "Book/AuthorList"),
        Row(BIBO.authorList, "authors", people.ordered("author", "book-"), "", "Book/AuthorList"),
        Row(PRO.isDocumentContextFor, "authors", people.roles("author", "book-"), "", "Book/AuthorList"),
        Row(BIBO.editor, "editors", people.agents("editor", "book-"), "FED, ED", "Book/AuthorList@Type=editors"),
        Row(BIBO.editorList, "editors", people.ordered("editor", "book-"), "FED, ED", "Book/AuthorList@Type=editors"),
        Row(PRO.isDocumentContextFor, "editors", people.roles("editor", "book-"), "FED, ED", "Book/AuthorList@Type=editors"),
        Row(DCTERMS.contributor, "investigator_lists", people.agents("investigator", "book-"), "", "Book/InvestigatorList"),
        Row(PRO.isDocumentContextFor, "investigator_lists", people.roles("investigator", "book-"), "", "Book/InvestigatorList"),
    ),
)
PUBLISHER = Node(
    "{base}{pmid}-publisher",
    (
        Row(RDF.type, "self", literals.always(FOAF.Organization), core=True, note="always"),
        Row(FOAF.name, "publisher_name", literals.text, "PB", "PublisherName", core=True),
        Row(MEDGRAPH.placeOfPublication, "publisher_location", literals.text, "PL", "PublisherLocation"),
    ),
)
COLLECTION = Node(
    "{base}{pmid}-collection",
    (
        Row(RDF.type, "collection_title", literals.always(BIBO.Series), core=True, note="always"),
        Row(DCTERMS.title, "collection_title", literals.text, "CTI", "CollectionTitle", core=True),
    ),
)

TABLES: dict[str, Node] = {
    "article": ARTICLE,
    "record": RECORD,
    "people": PEOPLE,
    "person": PERSON,
    "authorship": _role("authorship", "FAU, AU, CN", "AuthorList/Author", PRO.author, EQUAL_CONTRIBUTION),
    "editorship": _role("editorship", "FED, ED", "AuthorList@Type=editors", PRO.editor, EQUAL_CONTRIBUTION),
    "investigation": _role("investigation", "FIR, IR", "InvestigatorList/Investigator", SCORO.collaborator),
    "affiliation": AFFILIATION,
    "institution": INSTITUTION,
    "section": SECTION,
    "other abstract": OTHER_ABSTRACT,
    "book section": BOOK_SECTION,
    "journal": JOURNAL,
    "mesh term": MESH_TERM,
    "mesh substance": MESH_SUBSTANCE,
    "pair": PAIR,
    "heading": HEADING,
    "substance": SUBSTANCE,
    "grant": GRANT,
    "grant with a DOI": GRANT_WITH_A_DOI,
    "agency": AGENCY,
    "relation": RELATION,
    "document": DOCUMENT,
    "cited document": CITED_DOCUMENT,
    "reference": REFERENCE,
    "person as subject": PERSON_AS_SUBJECT,
    "book": BOOK,
    "publisher": PUBLISHER,
    "collection": COLLECTION,
}

NOT_MAPPED: dict[str, str] = {
    "Author.initials": "part of the short name, foaf:name of the authorship",
    "PersonalName.initials": "part of the short name",
    "PubMedObject.type": "see Citation.objects",
    "Param.name": "see Citation.objects",
    "Param.text": "see Citation.objects",
    "Citation.objects": "NLM publishes no meaning for its types; counted in the report as unread",
    "Chemical.registry_number=0": "NLM's way to say that the substance has no registry number",
    "MeshTerm.type": "Geographic is the descriptor's own type in MeSH RDF",
    "Citation.position": "where the record stood in the input: for messages",
    "Citation.unread": "what the reader does not know: counted in the report",
    "Citation.problems": "what was wrong with values: in the report",
}
"""What no row maps, and why."""

FULL = Mapping(TABLES)
CORE = FULL.with_options(profile="core")
