# What the functions of the mapping that take the most time have as their versions; part of native.pyx.
#
# A version does what is usual and leaves the rest to its function, which is what says what a value means; that both give the
# same is held by the tests. Its name is entered in VERSIONS by the name of the function.

cdef object _documents, _identifiers, _iris, _languages, _links, _pagination, _people, _source_line, _subjects, _wording
cdef tuple _ARTICLE, _CATALOGUE, _DOI, _PAGE, _PMC
cdef object _HISTORY_OF, _every_date, _problem
cdef object _HISTORY_WITH_A_TERM, _FILLED_WITH_MIDNIGHT
cdef str _DATE, _DATE_TIME, _YEAR, _YEAR_MONTH


cdef Field ABSTRACT_SECTIONS = Field("sections")
cdef Field AFFILIATIONS_OF = Field("affiliations")
cdef Field AFFILIATION_IDENTIFIERS = Field("identifiers")
cdef Field AFFILIATION_TEXT = Field("text")
cdef Field ARTICLE_DATES = Field("article_dates")
cdef Field ARTICLE_IDS = Field("article_ids")
cdef Field AUTHORS = Field("authors")
cdef Field AUTHORS_COMPLETE = Field("authors_complete")
cdef Field AUTHOR_IDENTIFIERS = Field("identifiers")
cdef Field AUTHOR_NAME = Field("name")
cdef Field AUTHOR_VALID = Field("valid")
cdef Field BASE = Field("base")
cdef Field BOOK = Field("book")
cdef Field CHEMICALS = Field("chemicals")
cdef Field CHEMICAL_NAME = Field("name")
cdef Field CHEMICAL_UI = Field("ui")
cdef Field CITATION = Field("citation")
cdef Field CITED_IRIS = Field("iris")
cdef Field COLLECTIVE_NAME = Field("collective_name")
cdef Field COMMENTS_CORRECTIONS = Field("comments_corrections")
cdef Field COPYRIGHT = Field("copyright")
cdef Field DATE_TEXT = Field("text")
cdef Field DAY = Field("day")
cdef Field DESCRIPTOR = Field("descriptor")
cdef Field EDITORS = Field("editors")
cdef Field ELOCATION_IDS = Field("elocation_ids")
cdef Field ELOCATION_TYPE = Field("type")
cdef Field ELOCATION_VALID = Field("valid")
cdef Field ELOCATION_VALUE = Field("value")
cdef Field END_PAGE = Field("end_page")
cdef Field FORE_NAME = Field("fore_name")
cdef Field GRANT_AGENCY = Field("agency")
cdef Field GRANT_COUNTRY = Field("country")
cdef Field GRANT_ID = Field("grant_id")
cdef Field HISTORY = Field("history")
cdef Field HISTORY_DATE = Field("date")
cdef Field HISTORY_STATUS = Field("status")
cdef Field HOUR = Field("hour")
cdef Field ID_TYPE = Field("type")
cdef Field ID_VALUE = Field("value")
cdef Field INITIALS = Field("initials")
cdef Field ISSUE = Field("issue")
cdef Field JOURNAL = Field("journal")
cdef Field KEYWORDS = Field("keywords")
cdef Field KEYWORD_MAJOR = Field("major")
cdef Field KEYWORD_TEXT = Field("text")
cdef Field KEYWORD_OWNER = Field("owner")
cdef Field KNOWN = Field("known")
cdef Field LANGUAGES = Field("languages")
cdef Field LAST_NAME = Field("last_name")
cdef Field MEDLINE_PGN = Field("medline_pgn")
cdef Field MEDLINE_TA = Field("medline_ta")
cdef Field MEMORY = Field("memory")
cdef Field MESH_HEADINGS = Field("mesh_headings")
cdef Field MINUTE = Field("minute")
cdef Field MONTH = Field("month")
cdef Field NLM_CATEGORY = Field("nlm_category")
cdef Field NLM_UNIQUE_ID = Field("nlm_unique_id")
cdef Field OWN_IRI = Field("article")
cdef Field PAGINATION = Field("pagination")
cdef Field PROBLEMS = Field("problems")
cdef Field PUBLICATION_TYPES = Field("publication_types")
cdef Field PUB_DATE = Field("pub_date")
cdef Field PUB_MODEL = Field("pub_model")
cdef Field QUALIFIERS = Field("qualifiers")
cdef Field REFERENCES = Field("references")
cdef Field REFERENCE_IDS = Field("article_ids")
cdef Field REF_PMID = Field("pmid")
cdef Field REF_TYPE = Field("ref_type")
cdef Field REGISTRY_NUMBER = Field("registry_number")
cdef Field ROLE_AGENT = Field("agent")
cdef Field ROLE_RANK = Field("rank")
cdef Field SAID_AFFILIATIONS = Field("affiliations")
cdef Field SEASON = Field("season")
cdef Field SECTION_LABEL = Field("label")
cdef Field SECTION_MARKUP = Field("markup")
cdef Field SECTION_TEXT = Field("text")
cdef Field SOURCE = Field("source")
cdef Field START_PAGE = Field("start_page")
cdef Field STEM = Field("stem")
cdef Field SUFFIX = Field("suffix")
cdef Field TERM_AUTO = Field("auto")
cdef Field TERM_MAJOR = Field("major")
cdef Field TERM_NAME = Field("name")
cdef Field TERM_UI = Field("ui")
cdef Field TYPE_NAME = Field("name")
cdef Field TYPE_UI = Field("ui")
cdef Field VOLUME = Field("volume")
cdef Field WAITING = Field("waiting")
cdef Field YEAR = Field("year")
cdef Field RESOLVER = Field("resolver")
cdef Field PERSON_ID_VALUE = Field("value")
cdef Field PERSON_ID_SOURCE = Field("source")

VERSIONS = {}
"""Name of a function -> what makes its version, given the function."""

cdef dict _made_versions = {}


def version_of(function):
    """What does the same as a function of the mapping, in less time; the function itself where there is nothing."""
    try:
        return _made_versions[function]
    except (KeyError, TypeError):
        pass
    if type(function) is not FunctionType:
        return function
    # where its code is from: what wraps a function says that it is that function
    name = f"{function.__globals__.get('__name__')}.{function.__code__.co_qualname}".removeprefix("medgraph.mapping.")
    make = VERSIONS.get(name)
    if make is None:
        return function
    _load()
    found = _made_versions[function] = make(function)
    return found


cdef int _load() except -1:
    """What the versions need of the modules that have the functions, which are loaded after this one."""
    global _documents, _identifiers, _iris, _languages, _links, _pagination, _people, _source_line, _subjects, _wording
    global _ARTICLE, _CATALOGUE, _DOI, _PAGE, _PMC, _HISTORY_OF, _every_date, _problem
    global _HISTORY_WITH_A_TERM, _FILLED_WITH_MIDNIGHT, _DATE, _DATE_TIME, _YEAR, _YEAR_MONTH
    if _subjects is not None:
        return 0
    from medgraph import identifiers, iris, languages, pagination
    from medgraph.mapping import dates, documents, links, people, source_line, subjects, wording
    from medgraph.model import Problem
    from medgraph.vocab import XSD

    _documents, _identifiers, _iris, _links, _people = documents, identifiers, iris, links, people
    _languages, _pagination, _source_line, _wording = languages, pagination, source_line, wording
    _ARTICLE, _DOI, _PAGE, _PMC = (
        tuple(iri("10.1000/0").split("10.1000/0")) for iri in (iris.article, iris.doi, iris.page, iris.pmc)
    )
    _CATALOGUE = tuple(iris.journal("0", None, None).split("0"))
    _HISTORY_OF = dates._history
    _every_date = dates.dates
    _problem = Problem
    _HISTORY_WITH_A_TERM, _FILLED_WITH_MIDNIGHT = dates.HISTORY_WITH_A_TERM, dates.FILLED_WITH_MIDNIGHT
    _YEAR, _YEAR_MONTH, _DATE, _DATE_TIME = (
        f'"^^{datatype}' for datatype in (XSD.gYear, XSD.gYearMonth, XSD.date, XSD.dateTime)
    )
    _subjects = subjects
    return 0


def _version(str name):
    """Enters a function as the version of another."""
    def enter(version):
        VERSIONS[name] = lambda function: version
        return version
    return enter


def _held(function):
    """What a function inside a function holds of that, by name."""
    return dict(zip(function.__code__.co_freevars, [cell.cell_contents for cell in function.__closure__], strict=True))


cdef inline tuple _several(object values):
    """The values of a field that has several, also where somebody made a citation of lists."""
    return <tuple>values if type(values) is tuple else tuple(values)


cdef object _once(object record, object make):
    cdef dict known = <dict?>KNOWN.of(record)
    cdef PyObject* found = PyDict_GetItem(known, make)
    if found != NULL and <object>found is not None:
        return <object>found
    version = version_of(make)
    made = (<Made>version).of_record(record) if isinstance(version, Made) else version(record)
    known[make] = made
    return made


cdef str _literal(object value):
    cdef Py_ssize_t size
    cdef const char* text = _utf8(value, &size)
    if _any_special(<const unsigned char*>text, size):
        return f'"{escaped(value)}"'
    return f'"{_exactly(value)}"'


cdef bint _is_number(object value, Py_ssize_t start, Py_ssize_t most) except -1:
    """Whether a text is a number of so many digits at most, not beginning with 0, from its ``start`` on."""
    cdef Py_ssize_t size, n
    cdef const char* text = _utf8(value, &size)
    if not start < size <= start + most or text[start] == c"0":
        return False
    for n in range(start, size):
        if not c"0" <= text[n] <= c"9":
            return False
    return True


cdef object _pmid_iri(object value):
    return f"{_ARTICLE[0]}{value}{_ARTICLE[1]}" if _is_number(value, 0, 9) else _links._pmid_iri(value)


cdef object _pmc_iri(object value):
    if _exactly(value).startswith("PMC") and _is_number(value, 3, 10):
        return f"{_PMC[0]}{value}{_PMC[1]}"
    return _links._pmc_iri(value)


cdef str _plain_doi(object value):
    """A DOI of letters, digits and a few signs in lower case, which is how its IRI has it; None for any other text."""
    cdef Py_ssize_t size, n = 3
    cdef const char* text = _utf8(value, &size)
    if size < 9 or text[0] != c"1" or text[1] != c"0" or text[2] != c".":
        return None
    while c"0" <= text[n] <= c"9":
        n += 1
    if not 7 <= n <= 12 or text[n] != c"/" or n + 1 == size:
        return None
    for n in range(n + 1, size):
        if not (
            c"a" <= text[n] <= c"z" or c"0" <= text[n] <= c":" or c"A" <= text[n] <= c"Z" or c"-" <= text[n] <= c"/"
            or text[n] == c"_" or text[n] == c";" or text[n] == c"(" or text[n] == c")"
        ):
            return None
    return _exactly(value).lower()


cdef object _doi_iri(object value):
    cdef str name = _plain_doi(value)
    return f"{_DOI[0]}{name}{_DOI[1]}" if name is not None else _links._doi_iri(value)


@_version("literals.texts")
def _texts(values, record):
    return [_literal(value) for value in values]


@_version("subjects.keywords")
def _keywords(values, record):
    return [_literal(KEYWORD_TEXT.of(keyword)) for one in values for keyword in _several(KEYWORDS.of(one))]


@_version("subjects.major_keywords")
def _major_keywords(values, record):
    return [
        _literal(KEYWORD_TEXT.of(keyword))
        for one in values for keyword in _several(KEYWORDS.of(one)) if KEYWORD_MAJOR.of(keyword)
    ]


# people

@final
cdef class _Roles(Made):
    cdef object function, kind, of

    def __init__(self, function):
        held = _held(function)
        self.function, self.kind, self.of = function, held["kind"], held["of"]

    cdef object of_record(self, object record):
        if self.of or self.kind == "investigator":
            return self.function(record)
        citation = CITATION.of(record)
        return _roles(_several((AUTHORS.of(citation) if self.kind == "author" else EDITORS.of(citation))), self.kind, record)


VERSIONS["people._people.<locals>.people"] = _Roles


cdef list _roles(tuple authors, str kind, record):
    cdef list found = []
    cdef list waiting = <list?>(<dict?>WAITING.of(record))["person"]
    cdef str stem = f"{STEM.of(record)}{kind}-"
    cdef Py_ssize_t rank = 0, n = 0
    cdef object role = _people.Role
    for author in authors:
        n += 1
        number = _orcid_of(author) if AUTHOR_IDENTIFIERS.of(author) else None
        agent = _iris.orcid(number) if number else f"{stem}{n}>"
        waiting.append((agent, author))
        if AUTHOR_VALID.of(author):
            rank += 1
            found.append(role(agent, rank, author))
        else:
            found.append(role(agent, None, author))
    return found


cdef object _orcid_of(author):
    for identifier in _several(AUTHOR_IDENTIFIERS.of(author)):
        if PERSON_ID_SOURCE.of(identifier) == "ORCID":
            number = _orcid(PERSON_ID_VALUE.of(identifier))
            if number:
                return number
    return None


cdef object _orcid(object value):
    """The ORCID in four dashed groups, which may have its address in front; what is not so plain is left to the function."""
    cdef Py_ssize_t size, n, start = 0
    cdef int sum = 0
    cdef long long number = 0
    cdef const char* text = _utf8(value, &size)
    if size == 37 and memcmp(text, "https://orcid.org/", 18) == 0:
        start = 18
    elif size == 36 and memcmp(text, "http://orcid.org/", 17) == 0:
        start = 17
    if size - start != 19:
        return _identifiers.orcid(value)
    for n in range(18):
        if n % 5 == 4:
            if text[start + n] != c"-":
                return _identifiers.orcid(value)
        elif c"0" <= text[start + n] <= c"9":
            sum = (sum + text[start + n] - c"0") * 2 % 11
            number = number * 10 + text[start + n] - c"0"
        else:
            return _identifiers.orcid(value)
    # ISO 7064, mod 11-2
    sum = (12 - sum) % 11
    if text[start + 18] != (c"X" if sum == 10 else c"0" + sum):
        return _identifiers.orcid(value)
    for first, last in _identifiers.ORCID_BLOCKS:
        if first <= number <= last:
            break
    else:
        return _identifiers.orcid(value)
    return _exactly(value)[start:] if start else value


@_version("people.other_person_ids")
def _other_person_ids(values, record):
    if len(_several(values)) == 1:
        only = (_several(values))[0]
        if PERSON_ID_SOURCE.of(only) == "ORCID" and _orcid(PERSON_ID_VALUE.of(only)):
            return None
    return _people.other_person_ids(values, record)


@final
cdef class _Agents(Value):
    cdef object people

    def __init__(self, function):
        self.people = _held(function)["people"]

    cdef object of_value(self, object value, object record):
        return [ROLE_AGENT.of(role) for role in <list?>_once(record, self.people) if ROLE_RANK.of(role)]


VERSIONS["people.agents.<locals>.links"] = _Agents


@final
cdef class _RoleNodes(Value):
    cdef object of, people, role

    def __init__(self, function):
        held = _held(function)
        self.people, self.of, self.role = held["people"], held["of"], held["role"]

    cdef object of_value(self, object value, object record):
        return _numbered(f"{STEM.of(record)}{self.of}{self.role}-", self.role, <list?>_once(record, self.people), record)


VERSIONS["people.roles.<locals>.links"] = _RoleNodes


cdef list _numbered(str stem, str table, list items, record):
    """Nodes for items, ``{stem}{n}``, which wait to be described by a table."""
    cdef list waiting = <list?>(<dict?>WAITING.of(record))[table]
    cdef list found = []
    cdef Py_ssize_t n = 0
    for item in items:
        n += 1
        where = f"{stem}{n}>"
        waiting.append((where, item))
        found.append(where)
    return found


@final
cdef class _AgentClass(Value):
    cdef object group, person

    def __init__(self, function):
        self.person, self.group = _held(function)["classes"]

    cdef object of_value(self, object author, object record):
        return self.group if COLLECTIVE_NAME.of(author) else self.person


VERSIONS["people.agent_class.<locals>.of"] = _AgentClass


@_version("people.full_name")
def _full_name(author, record):
    last = LAST_NAME.of(author)
    if last is None:
        return _people.full_name(author, record)
    first = FORE_NAME.of(author) or INITIALS.of(author)
    suffix = SUFFIX.of(author)
    name = f"{first} {last}" if first else last
    return _literal(f"{name} {suffix}" if suffix else name)


@_version("people.short_name")
def _short_name(author, record):
    name = AUTHOR_NAME.of(author) or COLLECTIVE_NAME.of(author)
    return _literal(name) if name else None


@_version("people.affiliations")
def _affiliations(values, record):
    cdef dict known = <dict?>SAID_AFFILIATIONS.of(record)
    cdef list found = []
    cdef list waiting = <list?>(<dict?>WAITING.of(record))["affiliation"]
    for value in _several(values):
        key = AFFILIATION_TEXT.of(value) or ""
        iri = known.get(key) if key else None
        if iri is None:
            n = len(known) + 1
            iri = f"{STEM.of(record)}affiliation-{n}>"
            known[key or f"\0{n}"] = iri
            waiting.append((iri, value))
        elif AFFILIATION_IDENTIFIERS.of(value):
            waiting.append((iri, value))
        found.append(iri)
    return found


# dates

cdef int _two_digits(object number) except -1:
    """A number as the table of all numbers of two figures has it, which counts from its end as well."""
    cdef Py_ssize_t n = PyNumber_AsSsize_t(number, IndexError)
    if not -100 <= n < 100:
        raise IndexError(number)
    return n if n >= 0 else n + 100


cdef object _date_term(value, bint with_time):
    """The date in the precision it has; None for what could not be read."""
    cdef object year = YEAR.of(value), month, day, hour
    if year is None:
        return None
    month = MONTH.of(value)
    cdef Py_ssize_t y = year
    if month is None:
        return f'"{y:04d}{_YEAR}'
    cdef int m = _two_digits(month)
    day = DAY.of(value)
    if day is None:
        return f'"{y:04d}-{m:02d}{_YEAR_MONTH}'
    cdef int d = _two_digits(day)
    hour = HOUR.of(value) if with_time else None
    if hour is None:
        return f'"{y:04d}-{m:02d}-{d:02d}{_DATE}'
    cdef int h = _two_digits(hour)
    cdef int minute = _two_digits(MINUTE.of(value) or 0)
    return f'"{y:04d}-{m:02d}-{d:02d}T{h:02d}:{minute:02d}:00{_DATE_TIME}'


@final
cdef class _Date(Value):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_value(self, object value, object record):
        found = _date_term(value, True)
        return found if found is not None else self.function(value, record)


VERSIONS["dates.date"] = _Date


@_version("dates.dates")
def _dates(values, record):
    cdef list found = []
    for value in _several(values):
        term = _date_term(value, True)
        if term is None:
            return _every_date(values, record)
        found.append(term)
    return found


@_version("dates.certain_date")
def _certain_date(value, record):
    return _date_term(value, True)


@final
cdef class _History(Made):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_record(self, object record):
        cdef dict found = {}
        cdef bint with_time
        for entry in _several(HISTORY.of(CITATION.of(record))):
            when, status = HISTORY_DATE.of(entry), HISTORY_STATUS.of(entry)
            with_time = True
            if MONTH.of(when) is None and DAY.of(when) is not None:
                return self.function(record)
            if status in _FILLED_WITH_MIDNIGHT and not HOUR.of(when) and not MINUTE.of(when):
                with_time = False
            term = _date_term(when, with_time)
            if term is None:
                return self.function(record)
            if status in found:
                (<list?>found[status]).append(term)
            else:
                found[status] = [term]
        return found


VERSIONS["dates._history"] = _History


@final
cdef class _OtherHistory(Value):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_value(self, object values, object record):
        for entry in _several(values):
            if HISTORY_STATUS.of(entry) not in _HISTORY_WITH_A_TERM:
                return self.function(values, record)
        return None


VERSIONS["dates.other_history"] = _OtherHistory


# subjects

cdef object _term_iri(object ui, object name, object kind, object term, dict memory, object record):
    """The IRI of a term, or None: nearly every identifier and name has been met before."""
    cdef PyObject* found = PyDict_GetItem(memory, ui if ui is not None else (kind, name))
    return <object>found if found != NULL else _subjects._iri(term, kind, record)


@_version("subjects._headings")
def _headings(record):
    cdef dict memory = <dict?>MEMORY.of(record)
    cdef dict waiting = <dict?>WAITING.of(record)
    cdef list names = <list?>waiting["mesh term"], pairs = <list?>waiting["pair"]
    cdef list subjects = [], terms = [], primary = [], qualified
    cdef tuple qualifiers, key
    cdef Py_ssize_t n = 0
    cdef object of_descriptor = _subjects.DESCRIPTOR, of_qualifier = _subjects.QUALIFIER
    found = _subjects.Headings(subjects, terms, primary, [])
    for heading in _several(MESH_HEADINGS.of(CITATION.of(record))):
        n += 1
        descriptor = DESCRIPTOR.of(heading)
        subject = _term_iri(TERM_UI.of(descriptor), TERM_NAME.of(descriptor), of_descriptor, descriptor, memory, record)
        if subject is None or TERM_AUTO.of(descriptor):
            _left(n, heading, descriptor, subject, found, memory, record)
            continue
        qualifiers = _several(QUALIFIERS.of(heading))
        qualified = []
        for qualifier in qualifiers:
            where = _term_iri(TERM_UI.of(qualifier), TERM_NAME.of(qualifier), of_qualifier, qualifier, memory, record)
            if where is None or TERM_AUTO.of(qualifier):
                break
            qualified.append(where)
        if len(qualified) < len(qualifiers):
            _left(n, heading, descriptor, subject, found, memory, record)
            continue
        subjects.append(subject)
        names.append((subject, TERM_NAME.of(descriptor)))
        if TERM_MAJOR.of(descriptor):
            primary.append(subject)
        if not qualifiers:
            terms.append(subject)
        for qualifier, where in zip(qualifiers, qualified):
            key = (subject, where)
            pair = memory.get(key)
            if pair is None:
                pair = _subjects.pair_of(subject, where)
                if len(memory) < _subjects.REMEMBERED:
                    memory[key] = pair
            terms.append((<tuple?>pair)[0])
            pairs.append(pair)
            names.append((where, TERM_NAME.of(qualifier)))
            if TERM_MAJOR.of(qualifier):
                primary.append((<tuple?>pair)[0])
    return found


cdef int _left(Py_ssize_t n, heading, descriptor, subject, found, dict memory, record) except -1:
    """A heading without an identifier whose qualifiers have one; any other is left to the function."""
    cdef list qualifiers = [], starred = [], names
    cdef tuple qualified = _several(QUALIFIERS.of(heading))
    if subject is not None or TERM_UI.of(descriptor) is not None:
        _subjects._left(n, heading, found, record)
        return 0
    for qualifier in qualified:
        where = _term_iri(TERM_UI.of(qualifier), TERM_NAME.of(qualifier), _subjects.QUALIFIER, qualifier, memory, record)
        if where is None or TERM_AUTO.of(qualifier) or TERM_UI.of(qualifier) is not None:
            _subjects._left(n, heading, found, record)
            return 0
        qualifiers.append(where)
        if TERM_MAJOR.of(qualifier):
            starred.append(where)
    _unknown("mesh-heading-unresolved", "MH", _subjects.DESCRIPTOR, TERM_NAME.of(descriptor), memory, record)
    if qualified:
        names = <list?>(<dict?>WAITING.of(record))["mesh term"]
        for qualifier, where in zip(qualified, qualifiers):
            names.append((where, TERM_NAME.of(qualifier)))
    item = _subjects.Heading(descriptor, None, qualifiers, starred, [], [], TERM_AUTO.of(descriptor))
    found.left.append(_described("heading", f"{STEM.of(record)}heading-{n}>", item, record))
    return 0


cdef int _unknown(str code, str element, object kind, object name, dict memory, object record) except -1:
    """Report a name that no identifier is known for."""
    cdef PyObject* how = PyDict_GetItem(memory, ("how", kind, name))
    cdef object said = <object>how if how != NULL else _subjects._how(kind, name, record)
    (<list?>PROBLEMS.of(record)).append(_problem(code, element, name, said))
    return 0


@_version("subjects._types")
def _types(record):
    cdef dict memory = <dict?>MEMORY.of(record)
    cdef object kind = _subjects.PUBLICATION_TYPE
    return [
        _term_iri(TYPE_UI.of(value), TYPE_NAME.of(value), kind, value, memory, record)
        for value in _several(PUBLICATION_TYPES.of(CITATION.of(record)))
    ]


@_version("subjects.publication_types")
def _publication_types(values, record):
    cdef list waiting = <list?>(<dict?>WAITING.of(record))["mesh term"]
    cdef list found = []
    for value, where in zip(_several(values), <list?>_once(record, _subjects._types), strict=True):
        if where:
            waiting.append((where, TYPE_NAME.of(value)))
            found.append(where)
    return found


# links

@final
cdef class _Targets(Made):
    cdef object target

    def __init__(self, function):
        self.target = _links._target

    cdef object of_record(self, object record):
        cdef list found = []
        cdef Py_ssize_t n = 0
        own = OWN_IRI.of(record)
        for value in _several(COMMENTS_CORRECTIONS.of(CITATION.of(record))):
            n += 1
            pmid = REF_PMID.of(value)
            if pmid is not None and _is_number(pmid, 0, 9):
                where = f"{_ARTICLE[0]}{pmid}{_ARTICLE[1]}"
                found.append(where if where != own else None)
            else:
                found.append(self.target(value, n, record))
        return found


VERSIONS["links._targets"] = _Targets


@_version("links._targets_by_type")
def _targets_by_type(record):
    cdef dict found = {}
    for value, target in zip(
        _several(COMMENTS_CORRECTIONS.of(CITATION.of(record))), <list?>_once(record, _links._targets), strict=True
    ):
        if target is not None:
            kind = REF_TYPE.of(value)
            if kind in found:
                (<list?>found[kind]).append(target)
            else:
                found[kind] = [target]
    return found


@final
cdef class _RelationNodes(Value):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_value(self, object values, object record):
        cdef list items = []
        cdef list targets = <list?>_once(record, _links._targets)
        cdef object relation = _links.Relation
        for value, target in zip(_several(values), targets, strict=True):
            if target is None and REF_PMID.of(value):
                return self.function(values, record)
            items.append(relation(target, value))
        return _numbered(f"{STEM.of(record)}relation-", "relation", items, record)


VERSIONS["links.relation_nodes"] = _RelationNodes


cdef tuple _pubmed_first(tuple named):
    """The identifiers of a reference in the order in which they are taken for its name."""
    cdef int ranks[8]
    cdef Py_ssize_t size = len(named), n
    cdef list ordered
    cdef int rank, before = 0
    cdef bint sorted_already = True
    if size > 8:
        return tuple(sorted(named, key=_links._pubmed_first))
    for n in range(size):
        kind = ID_TYPE.of(named[n])
        rank = 0 if kind == "pubmed" else 1 if kind == "doi" else 2 if kind == "pmc" else 3
        sorted_already = sorted_already and rank >= before
        ranks[n] = before = rank
    if sorted_already:
        return named
    ordered = []
    for rank in range(4):
        for n in range(size):
            if ranks[n] == rank:
                ordered.append(named[n])
    return tuple(ordered)


cdef bint _is_no_doi(object text) except -1:
    """Whether a text is surely none: without "10." in it, and of characters that stand for nothing but themselves."""
    cdef Py_ssize_t size, n
    cdef const char* start = _utf8(text, &size)
    for n in range(size):
        if not 0x20 <= start[n] < 0x7F or start[n] == c"%" or start[n] == c"&":
            return False
        if start[n] == c"1" and n + 2 < size and start[n + 1] == c"0" and start[n + 2] == c".":
            return False
    return True


@final
cdef class _Grants(Value):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_value(self, object values, object record):
        cdef list found = [], waiting = <list?>(<dict?>WAITING.of(record))["grant"]
        cdef Py_ssize_t n = 0
        for value in _several(values):
            number = GRANT_ID.of(value)
            if number and not _is_no_doi(number):
                return self.function(values, record)
            found.append(number)
        base = BASE.of(record)
        for value in _several(values):
            number = found[n]
            agency = GRANT_AGENCY.of(value)
            if number and agency:
                where = _iris.local("grant", agency, GRANT_COUNTRY.of(value) or "", number, base=base)
            else:
                where = f"{STEM.of(record)}grant-{n + 1}>"
            found[n] = where
            waiting.append((where, value))
            n += 1
        return found


VERSIONS["links.grants"] = _Grants


@_version("links.agency")
def _agency(value, record):
    name, country = <tuple?>value
    if not name:
        return None
    where = _iris.local("agency", name, country or "", base=BASE.of(record))
    return _described("agency", where, _links.Agency(name, country), record)


@_version("links._cited")
def _cited(record):
    cdef list found = [], ids, others
    cdef tuple named
    cdef object cited = _links.Cited
    for reference in _several(REFERENCES.of(CITATION.of(record))):
        named = _several(REFERENCE_IDS.of(reference))
        ids, others = [], []
        for one in _pubmed_first(named):
            kind, value = ID_TYPE.of(one), ID_VALUE.of(one)
            if kind == "pubmed":
                where = _pmid_iri(value)
            elif kind == "doi":
                where = _doi_iri(value)
            elif kind == "pmc":
                where = _pmc_iri(value)
            else:
                where = None
            if where is not None:
                ids.append(where)
            else:
                others.append(f"{kind}: {value}" if kind else value)
        found.append(cited(reference, ids, others or ()))
    return found


@_version("links.cites")
def _cites(values, record):
    cdef list found = []
    cdef list named
    cdef Py_ssize_t n = 0
    own = OWN_IRI.of(record)
    for cited in <list?>_once(record, _links._cited):
        n += 1
        named = <list?>CITED_IRIS.of(cited)
        if not named:
            found.append(_described("cited document", f"{STEM.of(record)}reference-{n}>", cited, record))
        elif named[0] == own:
            _links.cites_itself(record)
        else:
            found.append(named[0])
    return found


@_version("links.reference_nodes")
def _reference_nodes(values, record):
    cdef list found = []
    cdef list waiting = <list?>(<dict?>WAITING.of(record))["reference"]
    cdef Py_ssize_t n = 0
    for cited in <list?>_once(record, _links._cited):
        n += 1
        if CITED_IRIS.of(cited):
            where = f"{STEM.of(record)}reference-{n}>"
            waiting.append((where, cited))
            found.append(where)
    return found


@final
cdef class _Classes(Value):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_value(self, object value, object record):
        cdef list types, found
        cdef dict classes
        if (<tuple?>value)[1] is not None:
            return self.function(value, record)
        types = <list?>_once(record, _subjects._types)
        classes = <dict?>_subjects.CLASS_OF
        found = [_subjects.ACADEMIC if _subjects.OF_JOURNAL in types else _subjects.OTHER]
        for where in types:
            if where in classes:
                found.append(classes[where])
        return found


VERSIONS["subjects.classes"] = _Classes


@final
cdef class _PublicationTypeNames(Value):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_value(self, object values, object record):
        return self.function(values, record) if None in <list?>_once(record, _subjects._types) else None


VERSIONS["subjects.publication_type_names"] = _PublicationTypeNames


@final
cdef class _Substances(Made):
    cdef object enzyme, function, registry

    def __init__(self, function):
        self.registry, self.enzyme, self.function = _subjects._registry, _subjects._enzyme, function

    cdef object of_record(self, object record):
        cdef dict memory = <dict?>MEMORY.of(record)
        cdef list terms = [], left = [], items = [], wheres = []
        cdef Py_ssize_t n = 0
        cdef tuple chemicals = _several(CHEMICALS.of(CITATION.of(record)))
        cdef object substance = _subjects.Substance
        for chemical in chemicals:
            number = REGISTRY_NUMBER.of(chemical)
            same = enzyme = None
            if number and number != "0":
                if _exactly(number).startswith("EC"):
                    enzyme = self.enzyme(number)
                else:
                    same = self.registry(number)
                if same is None and enzyme is None:
                    return self.function(record)
            name = CHEMICAL_NAME.of(chemical)
            if not name:
                return self.function(record)
            ui = CHEMICAL_UI.of(chemical)
            wheres.append(_subjects._substance(chemical, record) if ui is None or ui not in memory else memory[ui])
            items.append(substance(name, same, enzyme, None))
        for where, item in zip(wheres, items):
            n += 1
            if where is not None:
                terms.append(_described("mesh substance", where, item, record))
            else:
                _unknown("substance-unresolved", "RN", _subjects.SUBSTANCE, item.name, memory, record)
                left.append(_described("substance", f"{STEM.of(record)}substance-{n}>", item, record))
        return _subjects.Substances(terms, left)


VERSIONS["subjects._substances"] = _Substances


# dates again

@_version("dates.made_available")
def _made_available(values, record):
    cdef dict known = <dict?>_once(record, _HISTORY_OF)
    early, later = known.get("aheadofprint"), known.get("epublish")
    return [*(early or ()), *later] if later is not None else early


@_version("dates.season")
def _season(value, record):
    text = SEASON.of(value)
    return _literal(text) if text else None


@_version("subjects.keyword_owners")
def _keyword_owners(values, record):
    return [_literal(KEYWORD_OWNER.of(one)) for one in values if KEYWORD_OWNER.of(one)]


@_version("dates.displayed")
def _displayed(value, record):
    text = DATE_TEXT.of(value)
    return _literal(text) if text else None


# documents

@final
cdef class _ArticleIds(Made):
    cdef object function, made

    def __init__(self, function):
        self.function, self.made = function, _documents.Ids

    cdef object of_record(self, object record):
        cdef list piis = [], others = [], elocators = [], invalid = [], pmc_iris = [], dois = []
        cdef str name = None
        citation = CITATION.of(record)
        pmcid = doi = None
        for one in _several(ELOCATION_IDS.of(citation)):
            value = ELOCATION_VALUE.of(one)
            kind = ELOCATION_TYPE.of(one)
            if not ELOCATION_VALID.of(one):
                invalid.append(_literal(value))
            elif kind == "doi":
                dois.append(value)
            elif kind == "pii":
                piis.append(_literal(value))
            else:
                elocators.append(_literal(value))
        for one in _several(ARTICLE_IDS.of(citation)):
            value = ID_VALUE.of(one)
            kind = ID_TYPE.of(one)
            if kind == "doi":
                dois.append(value)
            elif kind == "pii":
                piis.append(_literal(value))
            elif kind == "pmc":
                if pmcid is not None or not _exactly(value).startswith("PMC") or not _is_number(value, 3, 10):
                    return self.function(record)
                pmc_iris.append(f"{_PMC[0]}{value}{_PMC[1]}")
                pmcid = _literal(value)
            else:
                others.append(_literal(value))
        # one DOI, said once or twice in the same way
        for value in dois:
            if value != dois[0]:
                return self.function(record)
        if dois:
            name = _plain_doi(dois[0])
            if name is None:
                return self.function(record)
            doi = _literal(dois[0])
        return self.made(
            doi, [] if name is None else [f"{_DOI[0]}{name}{_DOI[1]}"], pmcid, pmc_iris, piis, elocators, others, invalid
        )


VERSIONS["documents._article_ids"] = _ArticleIds


@_version("documents.page")
def _page(pmid, record):
    return f"{_PAGE[0]}{_exactly(pmid)}{_PAGE[1]}"


@_version("documents.the_article")
def _the_article(value, record):
    return OWN_IRI.of(record)


cdef object _described(str table, str where, object item, object record):
    (<list?>(<dict?>WAITING.of(record))[table]).append((where, item))
    return where


@_version("documents.record_node")
def _record_node(value, record):
    return _described("record", f"{STEM.of(record)}record>", CITATION.of(record), record)


@final
cdef class _Journal(Value):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_value(self, object value, object record):
        number = NLM_UNIQUE_ID.of(value)
        if number and _exactly(number).isalnum() and _exactly(number).isascii():
            return _described("journal", f"{_CATALOGUE[0]}{number}{_CATALOGUE[1]}", value, record)
        return self.function(value, record)


VERSIONS["documents.journal"] = _Journal


@_version("documents.book")
def _book(value, record):
    return None if (<tuple?>value)[0] is None else _documents.book(value, record)


@_version("documents.pages")
def _pages(value, record):
    printed = MEDLINE_PGN.of(value)
    return _literal(printed) if printed else _documents.pages(value, record)


@final
cdef class _FirstAndLast(Made):
    """The pages of a plain range of numbers, the last written out; what is not so plain is left to the function."""
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_record(self, object record):
        cdef Py_ssize_t size, hyphen, n, missing
        cdef const char* text
        value = PAGINATION.of(CITATION.of(record))
        printed = MEDLINE_PGN.of(value) if value is not None else None
        if not printed:
            return self.function(record)
        text = _utf8(printed, &size)
        for hyphen in range(size):
            if text[hyphen] == c"-":
                break
        else:
            return self.function(record)
        if not 0 < hyphen < size - 1 or text[0] == c"0" or text[hyphen + 1] == c"0":
            return self.function(record)
        for n in range(size):
            if n != hyphen and not c"0" <= text[n] <= c"9":
                return self.function(record)
        first, last = _exactly(printed)[:hyphen], _exactly(printed)[hyphen + 1 :]
        missing = 2 * hyphen + 1 - size
        if missing > 0:
            last = _exactly(first)[:missing] + last
        if missing < 0 or last >= first:
            return first, last
        return self.function(record)


VERSIONS["documents._first_and_last"] = _FirstAndLast


@_version("documents.page_start")
def _page_start(value, record):
    start = (_several(_once(record, _documents._first_and_last)))[0]
    return _literal(start) if start else None


@_version("documents.page_end")
def _page_end(value, record):
    end = (_several(_once(record, _documents._first_and_last)))[1]
    return _literal(end) if end else None


@final
cdef class _Source(Value):
    """The line as the record has it, or put together as ``source_line`` does it."""

    cdef object line

    def __init__(self, function):
        self.line = _source_line.source_line

    cdef object of_value(self, object value, object record):
        citation = CITATION.of(record)
        line = SOURCE.of(citation) or self.put_together(citation)
        return _literal(line) if line else None

    cdef object put_together(self, object citation):
        cdef object cover = None, electronic = None, where, pages, doi = None, pub_date, dates, first, last
        cdef str line
        journal = JOURNAL.of(citation)
        abbreviation = MEDLINE_TA.of(journal) if journal is not None else None
        if not abbreviation:
            return None
        pub_date = PUB_DATE.of(citation)
        if pub_date:
            cover = DATE_TEXT.of(pub_date)
        dates = _several(ARTICLE_DATES.of(citation))
        if dates:
            electronic = _source_line._day(dates[0])
        first, last = _both_dates(PUB_MODEL.of(citation), cover, electronic)
        where = VOLUME.of(citation) or ""
        if ISSUE.of(citation):
            where = f"{where}({ISSUE.of(citation)})"
        pages = _printed_pages(citation)
        line = f"{abbreviation}. {first}" if first else f"{abbreviation}."
        if where:
            line = f"{line};{where}"
        if pages:
            line = f"{line}:{pages}." if first or where else f"{line} {pages}."
        else:
            line = f"{line}."
        for one in _several(ELOCATION_IDS.of(citation)):
            if ELOCATION_TYPE.of(one) == "doi" and ELOCATION_VALID.of(one):
                doi = ELOCATION_VALUE.of(one)
                break
        if doi is None:
            for one in _several(ARTICLE_IDS.of(citation)):
                if ID_TYPE.of(one) == "doi":
                    doi = ID_VALUE.of(one)
                    break
        if doi:
            line = f"{line} doi: {doi}."
        return f"{line} {last}." if last else line


cdef tuple _both_dates(object model, object cover, object electronic):
    """The date that stands behind the journal's name, and the words about the other one."""
    if not electronic:
        return cover, None
    if model == "Electronic-eCollection":
        return electronic, f"eCollection {cover}" if cover else None
    if model == "Electronic-Print":
        return electronic, f"Print {cover}" if cover else None
    if model == "Print-Electronic" and cover != electronic:
        return cover, f"Epub {electronic}"
    return cover or electronic, None


cdef object _printed_pages(object citation):
    """The pages, or what stands for them in an article that has none."""
    pages = PAGINATION.of(citation)
    if pages is not None:
        printed = MEDLINE_PGN.of(pages)
        if printed:
            return printed
        if START_PAGE.of(pages):
            return _source_line._pages(citation)
    for one in _several(ELOCATION_IDS.of(citation)):
        if ELOCATION_TYPE.of(one) != "doi" and ELOCATION_VALID.of(one):
            return ELOCATION_VALUE.of(one)
    return None


VERSIONS["documents.source"] = _Source


@final
cdef class _Sequence(Value):
    cdef object function, kind, links, of

    def __init__(self, function):
        held = _held(function)
        self.function, self.kind, self.of, self.links = function, held["kind"], held["of"], version_of(held["links"])

    cdef object of_value(self, object value, object record):
        if self.of or self.kind != "author":
            return self.function(value, record)
        people = _people.People((<Value?>self.links).of_value(value, record), AUTHORS_COMPLETE.of(CITATION.of(record)))
        return _described("people", f"{STEM.of(record)}authors>", people, record)


VERSIONS["people.ordered.<locals>.sequence"] = _Sequence


# wording

@final
cdef class _Title(Value):
    cdef object function

    def __init__(self, function):
        self.function = function

    cdef object of_value(self, object value, object record):
        if "eng" in _several(LANGUAGES.of(CITATION.of(record))) or _exactly(value).startswith("["):
            return f"{_literal(value)}@en"
        return self.function(value, record)


VERSIONS["wording.title"] = _Title


@final
cdef class _Language(Value):
    cdef object english, function

    def __init__(self, function):
        self.function, self.english = function, _iris.language("eng")

    cdef object of_value(self, object values, object record):
        return self.english if _several(values) == ("eng",) else self.function(values, record)


VERSIONS["wording.language"] = _Language


@_version("wording.unknown_language")
def _unknown_language(values, record):
    return None if _several(values) == ("eng",) else _wording.unknown_language(values, record)


@_version("wording.abstract")
def _abstract(value, record):
    cdef tuple sections = _several(ABSTRACT_SECTIONS.of(value))
    cdef list parts = []
    if len(sections) == 1 and not SECTION_LABEL.of(sections[0]):
        return f"{_literal(SECTION_TEXT.of(sections[0]))}@en"
    for section in sections:
        label = SECTION_LABEL.of(section)
        parts.append(f"{label}: {SECTION_TEXT.of(section)}" if label else SECTION_TEXT.of(section))
    return f"{_literal(' '.join(parts))}@en" if sections else None


@_version("wording.abstract_markup")
def _abstract_markup(value, record):
    for section in _several(ABSTRACT_SECTIONS.of(value)):
        if SECTION_MARKUP.of(section):
            return _wording.abstract_markup(value, record)
    return None


@_version("wording.copyright_notice")
def _copyright_notice(value, record):
    notice = COPYRIGHT.of(value)
    return _literal(notice) if notice else None


@_version("wording.labelled_sections")
def _labelled_sections(value, record):
    cdef list sections = list(_several(ABSTRACT_SECTIONS.of(value)))
    for section in sections:
        if SECTION_LABEL.of(section) or NLM_CATEGORY.of(section):
            return _numbered(f"{STEM.of(record)}section-", "section", sections, record)
    return None


@final
cdef class _OfTypes(Value):
    cdef object ref_types

    def __init__(self, function):
        self.ref_types = _held(function)["ref_types"]

    cdef object of_value(self, object values, object record):
        cdef dict known = <dict?>_once(record, _links._targets_by_type)
        cdef list found = []
        for ref_type in _several(self.ref_types):
            if ref_type in known:
                found.extend(<list?>known[ref_type])
        return found


VERSIONS["links.relations.<locals>.of_types"] = _OfTypes


