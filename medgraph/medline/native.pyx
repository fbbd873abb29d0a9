# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, freethreading_compatible=False
"""
What :mod:`~medgraph.medline.lines`, :mod:`~medgraph.medline.record` and :mod:`~medgraph.medline.people` do, for the
records that have nothing unusual, from their bytes; and the cutting of a file into records.

The reader is made of the same table. A record whose lines are not all as PubMed writes them (a tag that no row names, a
value that is missing or not folded, a line out of its columns) makes it give up, and the readers in Python begin the
record anew. Where the lines are in order and a value is not of the usual shape, the function in Python that the table
names reads the lines of its row; so what a value means, and what is wrong with it, is said there alone.
"""

from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memchr, memcmp, memcpy

from medgraph.dates import MONTHS, YEARS, display_date, history_date, medline_day
from medgraph.medline.people import SUFFIXES, name
from medgraph.medline.sections import ENDS, IN_LABELS, LONGEST, SHORTEST
from medgraph.medline.tags import CODES, OF_PEOPLE
from medgraph.model import (
    Abstract, AbstractSection, Affiliation, ArticleId, Author, ELocationID, HistoryDate, Identifier, InvestigatorList,
    Keyword, KeywordList, Pagination, PartialDate,
)

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    void* PyUnicode_DATA(object text)
    object PyBytes_FromStringAndSize(const char* text, Py_ssize_t size)
    char* PyBytes_AS_STRING(object value)
    Py_ssize_t PyBytes_GET_SIZE(object value)
    Py_ssize_t PyUnicode_FindChar(object text, Py_UCS4 character, Py_ssize_t start, Py_ssize_t end, int direction)

ctypedef const unsigned char* Bytes

cdef enum:
    # the tags that are told apart within their rows
    FAU = 1, FED, FIR, CN, AU, ED, IR, AUID, AD, IRAD, IS, JT, TA, JID, PL, AB, CI, OT, OTO, AID, PMC, MID, PHST, DP

cdef dict _ROLES = {tag: role for role, tag in enumerate(
    "FAU FED FIR CN AU ED IR AUID AD IRAD IS JT TA JID PL AB CI OT OTO AID PMC MID PHST DP".split(), 1)}

cdef enum:
    # the functions of the table whose lines are read here; what is not among them is read by Python
    ONCE = 1, EACH, DAY, DAYS, DISPLAYED, JOURNAL, PAGES, ABSTRACT, HISTORY, IDENTIFIERS, KEYWORDS

cdef dict _KINDS = {function: kind for kind, function in enumerate(
    "once each day article_dates publication_date journal pagination abstract history article_ids keywords".split(), 1)}

cdef dict _FIELDS = {DAYS: "article_dates", DISPLAYED: "pub_date", PAGES: "pagination"}

cdef enum:
    PEOPLE = 0  # the first two rows
    PMID = 1
    MOST_ROWS = 96
    MOST_TAGS = 192
    SLOTS = 1024

cdef int FIRST_YEAR = min(YEARS.values())
cdef int LAST_YEAR = max(YEARS.values())

cdef enum:
    # what a character is beside a label of an abstract
    ENDS_SENTENCE = 1
    IN_LABEL = 2
    CHARACTERS = 0x2020

cdef Py_ssize_t MIN_LABEL = SHORTEST
cdef Py_ssize_t MAX_LABEL = LONGEST
cdef unsigned char MEANS[CHARACTERS]

cdef void _classify():
    cdef int n
    for n in range(CHARACTERS):
        MEANS[n] = (ENDS_SENTENCE if chr(n) in ENDS else 0) | (IN_LABEL if chr(n) in IN_LABELS else 0)

_classify()


cdef struct Tag:
    int row
    int role
    bint word


cdef struct Line:
    # size: with the ends and the indentations of wrapped lines; next: the next line of its row, -1 for none
    Bytes start
    Py_ssize_t size
    Py_ssize_t wraps
    int tag
    int next
    bint beyond_ascii


cdef struct Cut:
    # the lines of a record, chained by row; the rows in the order of the record
    Line* lines
    int count
    int room
    int rows
    int order[MOST_ROWS]
    int first[MOST_ROWS]
    int last[MOST_ROWS]


cdef class _Row:
    """A row of the table: its function in Python, and what is known of it here."""

    cdef int kind
    cdef str field
    cdef object convert, reader

    def __init__(self, int kind, reader, str field=None, convert=None):
        self.kind, self.reader, self.field, self.convert = kind, reader, field, convert


cdef class Reader:
    """
    Reads whole records. It keeps nothing of a record from one call to the next.

    Args:
        record: the module that has the table of all tags.
    """

    cdef object _record
    cdef list _rows, _names
    cdef dict _statuses
    cdef Tag _tags[MOST_TAGS]
    cdef unsigned int _keys[SLOTS]
    cdef int _places[SLOTS]

    def __init__(self, record):
        cdef int n
        self._record = record
        self._names = []
        self._rows = [_Row(0, None), _Row(0, None)]
        kinds = {getattr(record, function): kind for function, kind in _KINDS.items()}
        self._statuses = {tag: f" [{status}]".encode() for tag, status in record.STATUSES.items()}
        for n in range(SLOTS):
            self._places[n] = -1
        for tag in OF_PEOPLE:
            self._add(tag, PEOPLE)
        self._add("PMID", PMID)
        for tags, reader, *rest in record.ROWS:
            kind = kinds.get(reader, 0)
            if not rest:
                self._rows.append(_Row(kind, reader, _FIELDS.get(kind)))
            for tag in tags.split():
                if rest:
                    convert = ELocationID if rest[1:] == [record.elocation_id] else rest[1] if rest[1:] else None
                    self._rows.append(_Row(kind, record.READ[tag], rest[0], convert))
                self._add(tag, len(self._rows) - 1)

    cdef int _add(self, str tag, int row) except -1:
        cdef int n = len(self._names)
        cdef bytes key = tag.ljust(4).encode()
        cdef int slot = self._slot(<Bytes>PyBytes_AS_STRING(key))
        if n == MOST_TAGS or row >= MOST_ROWS or self._places[slot] >= 0:
            raise ValueError(tag)
        self._names.append(tag)
        self._tags[n] = Tag(row, _ROLES.get(tag, 0), tag in CODES)
        memcpy(&self._keys[slot], PyBytes_AS_STRING(key), 4)
        self._places[slot] = n
        return 0

    cdef int _slot(self, Bytes tag) noexcept:
        """Where a tag, four bytes, is or would be."""
        cdef unsigned int key
        memcpy(&key, tag, 4)
        cdef unsigned int slot = (key * 2654435761U) >> 22
        while self._places[slot] >= 0 and self._keys[slot] != key:
            slot = (slot + 1) % SLOTS
        return slot

    def read(self, bytes raw not None):
        """The draft of a record's citation; None where the record is not as plain as this reader wants it."""
        cdef Cut cut
        cut.lines = NULL
        try:
            if self._cut(<Bytes>PyBytes_AS_STRING(raw), PyBytes_GET_SIZE(raw), &cut):
                return self._draft(&cut)
        except UnicodeDecodeError:
            pass
        finally:
            PyMem_Free(cut.lines)
        return None

    # lines

    cdef bint _cut(self, Bytes p, Py_ssize_t size, Cut* cut) except -1:
        """Finds the lines; False where one is not as it should be."""
        cdef Bytes end = p + size
        cdef Bytes stop
        cdef Line* line
        cdef int n, row
        cut.count = cut.room = cut.rows = 0
        for n in range(MOST_ROWS):
            cut.first[n] = -1
        while end > p and (end - 1)[0] == c"\n":
            end -= 1
        while p < end:
            if end - p < 7 or p[4] != c"-" or p[5] != c" " or p[6] == c" " or p[6] == c"\n":
                return False
            n = self._places[self._slot(p)]
            if n < 0:
                return False
            if cut.count == cut.room:
                self._make_room(cut)
            line = &cut.lines[cut.count]
            line.tag, line.next, line.wraps, line.beyond_ascii = n, -1, 0, False
            p += 6
            line.start = p
            while True:
                stop = <Bytes>memchr(p, c"\n", end - p)
                if stop == NULL:
                    stop = end
                if not _is_folded(p, stop, &line.beyond_ascii):
                    return False
                if end - stop < 8 or memcmp(stop + 1, b"      ", 6) != 0 or stop[7] == c" " or stop[7] == c"\n":
                    break
                line.wraps += 1
                p = stop + 7
            line.size = stop - line.start
            if self._tags[n].word and (line.wraps or memchr(line.start, c" ", line.size) != NULL):
                return False
            row = self._tags[n].row
            if cut.first[row] < 0:
                cut.order[cut.rows] = row
                cut.rows += 1
                cut.first[row] = cut.count
            else:
                cut.lines[cut.last[row]].next = cut.count
            cut.last[row] = cut.count
            cut.count += 1
            p = stop + 1
        return True

    cdef int _make_room(self, Cut* cut) except -1:
        cdef int room = 2 * cut.room if cut.room else 96
        cdef Line* lines = <Line*>PyMem_Realloc(cut.lines, room * sizeof(Line))
        if lines == NULL:
            raise MemoryError
        cut.lines, cut.room = lines, room
        return 0

    cdef object _draft(self, Cut* cut):
        """What the rows make of the lines, in the order in which Python reads them."""
        cdef dict fields
        cdef int n
        cdef Line* line
        if cut.rows == 0 or cut.order[0] != PMID:
            return None
        line = &cut.lines[cut.first[PMID]]
        if line.next >= 0 or not _is_pmid(line.start, line.size):
            return None
        draft = self._record.Draft()
        fields = draft.fields
        fields["pmid"] = _string(line)
        if cut.first[PEOPLE] >= 0 and not self._people(cut, fields):
            self._by_python(cut, PEOPLE, draft)
        for n in range(1, cut.rows):
            if cut.order[n] != PEOPLE and not self._row(cut, cut.order[n], fields):
                self._by_python(cut, cut.order[n], draft)
        return draft

    cdef int _by_python(self, Cut* cut, int row, draft) except -1:
        """Lets the function in Python read the lines of a row."""
        cdef dict groups = {}
        cdef list parts = [""]
        cdef int n = cut.first[row]
        while n >= 0:
            tag = <str>self._names[cut.lines[n].tag]
            value = _string(&cut.lines[n])
            parts += (tag.ljust(4), value)
            groups.setdefault(tag, []).append(value)
            n = cut.lines[n].next
        draft.lines = self._record.Lines(parts, groups, [], [])
        if row == PEOPLE:
            self._record.authors(draft, list(zip(parts[1::2], parts[2::2])))
        else:
            (<_Row>self._rows[row]).reader(draft, groups)
        return 0

    # rows; each of these functions says whether the lines were of the usual shape, and else has done nothing

    cdef bint _row(self, Cut* cut, int number, dict fields) except -1:
        cdef _Row row = <_Row>self._rows[number]
        cdef Line* line = &cut.lines[cut.first[number]]
        if row.kind == ONCE or row.kind == PAGES or row.kind == DAY or row.kind == DISPLAYED:
            if line.next >= 0 or (row.kind == DISPLAYED and self._tags[line.tag].role != DP):
                return False
            if row.kind == ONCE:
                value = _string(line)
            elif row.kind == PAGES:
                value = Pagination(_string(line))
            else:
                value = _day(line) if row.kind == DAY else _displayed(line)
                if value is None:
                    return False
            fields[row.field] = value
            return True
        if row.kind == EACH or row.kind == DAYS:
            return self._each(cut, line, row, fields)
        if row.kind == JOURNAL:
            return self._journal(cut, line, fields)
        if row.kind == ABSTRACT:
            return self._abstract(cut, line, fields)
        if row.kind == HISTORY:
            return self._history(cut, line, fields)
        if row.kind == IDENTIFIERS:
            return self._identifiers(cut, line, fields)
        if row.kind == KEYWORDS:
            return self._keywords(cut, line, fields)
        return False

    cdef bint _each(self, Cut* cut, Line* line, _Row row, dict fields) except -1:
        cdef list found = []
        while line != NULL:
            if row.kind == DAYS:
                value = _day(line)
                if value is None:
                    return False
            elif row.convert is None:
                value = _string(line)
            elif row.convert is ELocationID:
                value = self._typed(line, ELocationID)
            else:
                value = row.convert(_string(line))
            found.append(value)
            line = _after(line, cut)
        fields[row.field] = tuple(found)
        return True

    cdef bint _journal(self, Cut* cut, Line* line, dict fields) except -1:
        cdef list once = [None, None, None, None]
        cdef list issns = []
        cdef int role
        while line != NULL:
            role = self._tags[line.tag].role
            if role == IS:
                issns.append(_string(line))
            elif JT <= role <= PL and once[role - JT] is None:
                once[role - JT] = _string(line)
            else:
                return False
            line = _after(line, cut)
        fields["journal"] = self._record.known_journal(once[0], once[1], once[2], once[3], tuple(issns))
        return True

    cdef bint _abstract(self, Cut* cut, Line* line, dict fields) except -1:
        cdef tuple found = ()
        rights = None
        while line != NULL:
            if self._tags[line.tag].role == AB and not found:
                found = _sections(_string(line))
            elif self._tags[line.tag].role == CI and rights is None:
                rights = _string(line)
            else:
                return False
            line = _after(line, cut)
        fields["abstract"] = Abstract(found, rights)
        return True

    cdef bint _keywords(self, Cut* cut, Line* line, dict fields) except -1:
        cdef list words = []
        cdef str word
        owner = None
        while line != NULL:
            word = _string(line)
            if self._tags[line.tag].role == OT:
                words.append(Keyword(word[1:], True) if line.start[0] == c"*" else Keyword(word))
            elif owner is None:
                owner = word
            else:
                return False
            line = _after(line, cut)
        fields["keyword_lists"] = (KeywordList(tuple(words), owner),)
        return True

    cdef bint _identifiers(self, Cut* cut, Line* line, dict fields) except -1:
        cdef list found = [[], [], []]
        cdef int role
        while line != NULL:
            role = self._tags[line.tag].role
            if role == AID:
                one = self._typed(line, ArticleId)
            else:
                one = ArticleId(_string(line), "pmc" if role == PMC else "mid")
            (<list>found[role - AID]).append(one)
            line = _after(line, cut)
        fields["article_ids"] = (*found[0], *found[1], *found[2])
        return True

    cdef bint _history(self, Cut* cut, Line* line, dict fields) except -1:
        """Usually PHST says all that the other tags say."""
        cdef list stated = []
        cdef Line* first = line
        cdef Line* said
        cdef Bytes p
        cdef bytes status
        cdef int others = 0
        while line != NULL:
            if self._tags[line.tag].role != PHST:
                others += 1
                if others > 4:
                    return False
            else:
                p = line.start
                if line.wraps or line.size < 20 or p[16] != c" " or p[17] != c"[" or p[line.size - 1] != c"]":
                    return False
                if memchr(p + 18, c"[", line.size - 18) != NULL:
                    return False
                date = _moment(line)
                if date is None:
                    return False
                stated.append(HistoryDate(_slice(p + 18, line.size - 19, line.beyond_ascii), date))
            line = _after(line, cut)
        line = first
        while line != NULL:
            if self._tags[line.tag].role != PHST:
                status = <bytes>self._statuses[self._names[line.tag]]
                said = first
                while not _says(said, line, status):
                    said = _after(said, cut)
                    if said == NULL:
                        return False
            line = _after(line, cut)
        fields["history"] = tuple(stated)
        return True

    cdef bint _people(self, Cut* cut, dict fields) except -1:
        """Usually the full name comes first, and nothing before the first person or group."""
        cdef list authors = []
        cdef list editors = []
        cdef list investigators = []
        cdef list identifiers, affiliations
        cdef Line* line = &cut.lines[cut.first[PEOPLE]]
        cdef Line* full
        cdef Line* short
        cdef int kind, role
        while line != NULL:
            role = self._tags[line.tag].role
            if role < AU:
                kind, full, short = role, line, NULL
            elif role < AUID and not (line.size == 6 and memcmp(line.start, b"et al.", 6) == 0):
                kind, full, short = role - AU + FAU, NULL, line
            else:
                return False
            identifiers, affiliations = [], []
            line = _after(line, cut)
            while line != NULL:
                role = self._tags[line.tag].role
                if role == AD or (role == IRAD and kind == FIR):
                    affiliations.append(Affiliation(_string(line)))
                elif role == AUID and not line.wraps:
                    identifiers.append(_identifier(line))
                elif short == NULL and AU <= role < AUID and kind == role - AU + FAU:
                    short = line
                else:
                    break
                line = _after(line, cut)
            if line != NULL and role == kind and full == NULL:
                return False  # the full name may belong to the short one above it
            (editors if kind == FED else investigators if kind == FIR else authors).append(
                _author(kind, full, short, tuple(identifiers), tuple(affiliations))
            )
        if authors:
            fields["authors"] = tuple(authors)
        if editors:
            fields["editors"] = tuple(editors)
        if investigators:
            fields["investigator_lists"] = (InvestigatorList(tuple(investigators)),)
        return True

    cdef object _typed(self, Line* line, make):
        """A value with its type in brackets."""
        cdef Bytes p = line.start
        cdef Py_ssize_t n
        if line.wraps:
            return make(*self._record.typed(_string(line)))
        if p[line.size - 1] == c"]":
            n = line.size - 2
            while n > 0:
                n -= 1
                if p[n] == c" " and p[n + 1] == c"[":
                    kind = _slice(p + n + 2, line.size - n - 3, line.beyond_ascii)
                    return make(_slice(p, n, line.beyond_ascii), kind)
        return make(_string(line))


# single values

cdef inline Line* _after(Line* line, Cut* cut) noexcept:
    """The next line of the row; NULL behind the last."""
    return NULL if line.next < 0 else &cut.lines[line.next]


cdef bint _is_folded(Bytes p, Bytes stop, bint* beyond_ascii) noexcept:
    """Whether words stand one blank apart; there is a byte at ``stop`` that is not a blank, or the end."""
    cdef unsigned char all_bits = 0
    cdef unsigned char blanks = 0
    cdef Py_ssize_t n, size = stop - p
    for n in range(size - 1):
        blanks |= (p[n] == c" ") & (p[n + 1] == c" ")
        all_bits |= p[n]
    all_bits |= p[size - 1]
    if all_bits >= 0x80:
        beyond_ascii[0] = True
    return not blanks and p[size - 1] != c" "


cdef bint _is_pmid(Bytes p, Py_ssize_t size) noexcept:
    return 1 <= size <= 9 and p[0] != c"0" and _number(p, size) >= 0


cdef int _number(Bytes p, Py_ssize_t digits) noexcept:
    """The number that so many figures make; -1 where one is none."""
    cdef int number = 0
    cdef Py_ssize_t n
    for n in range(digits):
        if not c"0" <= p[n] <= c"9":
            return -1
        number = 10 * number + (p[n] - c"0")
    return number


cdef str _slice(Bytes p, Py_ssize_t size, bint beyond_ascii):
    if beyond_ascii:
        return PyUnicode_DecodeUTF8(<const char*>p, size, NULL)
    if size == 0:
        return ""
    made = PyUnicode_New(size, 127)
    memcpy(PyUnicode_DATA(made), p, size)
    return <str>made


cdef str _string(Line* line):
    """The value of a line as one line."""
    cdef Py_ssize_t size = line.size - 6 * line.wraps
    if line.wraps == 0:
        return _slice(line.start, size, line.beyond_ascii)
    if line.beyond_ascii:
        joined = PyBytes_FromStringAndSize(NULL, size)
        _join(line, PyBytes_AS_STRING(joined))
        return PyUnicode_DecodeUTF8(PyBytes_AS_STRING(joined), size, NULL)
    made = PyUnicode_New(size, 127)
    _join(line, <char*>PyUnicode_DATA(made))
    return <str>made


cdef void _join(Line* line, char* to) noexcept:
    cdef Bytes p = line.start
    cdef Bytes end = p + line.size
    cdef Bytes stop
    cdef Py_ssize_t n
    for n in range(line.wraps):
        stop = <Bytes>memchr(p, c"\n", end - p)
        memcpy(to, p, stop - p)
        to += stop - p
        to[0] = c" "
        to += 1
        p = stop + 7
    memcpy(to, p, end - p)


cdef object _identifier(Line* line):
    """``ORCID: 0000-0001-…``, in one line."""
    cdef Bytes p = line.start
    cdef Py_ssize_t n = 0
    while n < line.size - 1 and p[n] != c" ":
        if p[n] == c":" and p[n + 1] == c" ":
            number = _slice(p + n + 2, line.size - n - 2, line.beyond_ascii)
            return Identifier(number, _slice(p, n, line.beyond_ascii))
        n += 1
    return Identifier(_string(line))


cdef object _author(int kind, Line* full, Line* short, tuple identifiers, tuple affiliations):
    cdef Bytes comma
    cdef Py_ssize_t size
    cdef bint beyond
    cdef str initials
    cdef str called = None if short == NULL else _string(short)
    if full == NULL:
        return Author(None, None, None, None, called, None, identifiers, affiliations)
    if kind == CN:
        return Author(None, None, None, None, None, _string(full), identifiers, affiliations)
    if short != NULL and not full.wraps and not short.wraps:
        beyond = full.beyond_ascii or short.beyond_ascii
        comma = <Bytes>memchr(full.start, c",", full.size)
        size = 0 if comma == NULL else comma - full.start
        # one last name in both, behind it initials without a suffix
        if (
            0 < size < full.size - 2
            and comma[1] == c" "
            and (comma - 1)[0] != c" "
            and short.size > size + 1
            and memcmp(full.start, short.start, size) == 0
            and short.start[size] == c" "
            and memchr(short.start + size + 1, c" ", short.size - size - 1) == NULL
        ):
            initials = _slice(short.start + size + 1, short.size - size - 1, beyond)
            if initials not in SUFFIXES:
                last = _slice(full.start, size, beyond)
                fore = _slice(comma + 2, full.size - size - 2, beyond)
                return Author(last, fore, initials, None, called, None, identifiers, affiliations)
    last, fore, initials, suffix = name(_string(full), called)
    return Author(last, fore, initials, suffix, called, None, identifiers, affiliations)


cdef object _certain(date):
    return None if date.year is None else date


cdef object _day(Line* line):
    """The day in eight figures, or what Python makes of another value; None where that is in doubt."""
    cdef Bytes p = line.start
    cdef int year, month, day
    if line.size == 8 and not line.wraps:
        year, month, day = _number(p, 4), _number(p + 4, 2), _number(p + 6, 2)
        if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 28:
            return PartialDate(year, month, day)
    return _certain(medline_day(_string(line)))


cdef object _moment(Line* line):
    """The same for ``2022/03/22 08:59`` at the head of a value of at least sixteen bytes."""
    cdef Bytes p = line.start
    cdef int year, month, day, hour, minute
    if p[4] == c"/" and p[7] == c"/" and p[10] == c" " and p[13] == c":":
        year, month, day = _number(p, 4), _number(p + 5, 2), _number(p + 8, 2)
        hour, minute = _number(p + 11, 2), _number(p + 14, 2)
        if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 28 and 0 <= hour < 24 and 0 <= minute < 60:
            return PartialDate(year, month, day, hour, minute)
    return _certain(history_date(_slice(p, 16, line.beyond_ascii)))


cdef object _displayed(Line* line):
    """The same for ``2022``, ``2022 Mar`` and ``2022 Mar 22``."""
    cdef Bytes p = line.start
    cdef int year, day
    cdef str text = _string(line)
    if not line.wraps and (line.size == 4 or line.size == 8 or 10 <= line.size <= 11):
        year = _number(p, 4)
        if FIRST_YEAR <= year <= LAST_YEAR:
            if line.size == 4:
                return PartialDate(year, None, None, None, None, None, text)
            if p[4] == c" " and not c"0" <= p[5] <= c"9":
                month = MONTHS.get(_slice(p + 5, 3, line.beyond_ascii))
                if month is not None and line.size == 8:
                    return PartialDate(year, month, None, None, None, None, text)
                if month is not None and p[8] == c" ":
                    day = _number(p + 9, line.size - 9)
                    if 1 <= day <= 28:
                        return PartialDate(year, month, day, None, None, None, text)
    return _certain(display_date(text))


cdef bint _says(Line* said, Line* line, bytes status) noexcept:
    """Whether a PHST says a date with this status."""
    cdef Py_ssize_t size = PyBytes_GET_SIZE(status)
    return (
        said.size == 16 + size
        and (line.size == 16 or line.size == 10)
        and memcmp(said.start, line.start, line.size) == 0
        and said.start[line.size] == c" "
        and memcmp(said.start + 16, PyBytes_AS_STRING(status), size) == 0
    )


cdef tuple _sections(str value):
    """The sections of an abstract. A label is looked for from its end, as few characters are colons."""
    cdef Py_ssize_t size = len(value)
    cdef Py_ssize_t colon = PyUnicode_FindChar(value, c":", 0, size, 1)
    cdef Py_ssize_t n, start, end
    cdef str label
    cdef list found
    if not MIN_LABEL <= colon <= MAX_LABEL or not _ends_label(value, colon, size) or not c"A" <= value[0] <= c"Z":
        return (AbstractSection(value),)
    for n in range(colon):
        if not _means(value[n]) & IN_LABEL:
            return (AbstractSection(value),)
    found = []
    label, start = value[:colon], colon + 2
    while True:
        colon = PyUnicode_FindChar(value, c":", colon + 1, size, 1)
        if colon < 0:
            break
        end = _end_of_sentence(value, start, colon) if _ends_label(value, colon, size) else -1
        if end >= 0:
            found.append(AbstractSection(value[start : end + 1], label, None, None, True))
            label, start = value[end + 2 : colon], colon + 2
    found.append(AbstractSection(value[start:], label, None, None, True))
    return tuple(found)


cdef inline bint _ends_label(str value, Py_ssize_t colon, Py_ssize_t size):
    return colon + 1 < size and value[colon + 1] == c" "


cdef Py_ssize_t _end_of_sentence(str value, Py_ssize_t start, Py_ssize_t colon):
    """The last character of the sentence before the label that a colon ends; -1 where there is no such label."""
    cdef Py_ssize_t n = colon
    cdef Py_ssize_t end = -1
    # the longest label there can be: a bracket may be one of its characters, and may end a sentence
    while n > start and colon - n < MAX_LABEL + 2:
        n -= 1
        if colon - n >= MIN_LABEL + 2 and _means(value[n]) & ENDS_SENTENCE and value[n + 1] == c" ":
            if c"A" <= value[n + 2] <= c"Z":
                end = n
        if not _means(value[n]) & IN_LABEL:
            break
    return end


cdef inline int _means(Py_UCS4 character) noexcept:
    return MEANS[character] if character < CHARACTERS else 0


# files

def without_before_line_ends(bytes data not None, bytes byte not None):
    """The text with one such byte less in front of every line end that has any."""
    cdef Bytes start = <Bytes>PyBytes_AS_STRING(data)
    cdef Bytes p = start
    cdef Bytes end = p + PyBytes_GET_SIZE(data)
    cdef Bytes stop = p
    cdef unsigned char without = PyBytes_AS_STRING(byte)[0]
    cdef char* to = NULL
    while True:
        stop = <Bytes>memchr(stop, c"\n", end - stop)
        if stop == NULL:
            break
        if stop > p and (stop - 1)[0] == without:
            if to == NULL:
                made = PyBytes_FromStringAndSize(NULL, end - start)
                to = PyBytes_AS_STRING(made)
            memcpy(to, p, stop - p - 1)
            to += stop - p - 1
            p = stop
        stop += 1
    if to == NULL:
        return data
    memcpy(to, p, end - p)
    return made[: to + (end - p) - PyBytes_AS_STRING(made)]


def cut_at_pmids(bytes data not None):
    """The text cut in front of each line that begins with ``PMID-``."""
    cdef const char* start = PyBytes_AS_STRING(data)
    cdef const char* p = start
    cdef const char* end = p + PyBytes_GET_SIZE(data)
    cdef list pieces = []
    while True:
        p = <const char*>memchr(p, c"\n", end - p)
        if p == NULL:
            break
        p += 1
        if end - p >= 5 and memcmp(p, b"PMID-", 5) == 0:
            pieces.append(PyBytes_FromStringAndSize(start, p - start))
            start = p
    pieces.append(PyBytes_FromStringAndSize(start, end - start) if pieces else data)
    return pieces


def line_ends(bytes data not None):
    """How many there are."""
    cdef Bytes p = <Bytes>PyBytes_AS_STRING(data)
    cdef Py_ssize_t n, found = 0
    for n in range(PyBytes_GET_SIZE(data)):
        found += p[n] == c"\n"
    return found
