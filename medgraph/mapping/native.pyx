# cython: language_level=3, boundscheck=True, wraparound=False, initializedcheck=False
"""
What :mod:`medgraph.mapping.compiled` writes out as Python for a mapping's rows: the same rows are run through here, and
what they say goes straight into the bytes of the record's lines, and where it is asked for into its graph as well.

What ``values.py`` has words for is written in place; any other value of a row is called. The values that take the most
time have a version here (:data:`VERSIONS`), which does what the function in Python does for what is usual and leaves
the rest to it; what a value means stands there and not here.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memchr, memcmp, memcpy, memset

from sys import intern
from types import FunctionType, MemberDescriptorType

from medgraph.mapping.compiled import CACHE_SIZE, MEMBER, MEMBERS, merged_properties
from medgraph.mapping.values import Always, Flag, Part, Same, Template, escaped

include "../buffer.pxi"

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL
    bint PyUnicode_IS_COMPACT_ASCII(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    void* PyUnicode_DATA(object text)
    Py_hash_t PyObject_Hash(object value) except? -1
    ctypedef struct PyTypeObject:
        void* tp_getattro
    PyTypeObject* Py_TYPE(object item)
    bint PyType_IsSubtype(PyTypeObject* kind, PyTypeObject* base)
    object PyObject_GenericGetAttr(object item, object name)
    ctypedef struct PyMemberDef:
        int type
        Py_ssize_t offset
    ctypedef struct PyMemberDescrObject:
        PyMemberDef* d_member
    PyTypeObject* PyDescr_TYPE(PyObject* descriptor)
    object PyUnicode_FromObject(object text)
    Py_ssize_t PyNumber_AsSsize_t(object number, object error) except? -1

cdef extern from "structmember.h":
    int T_OBJECT_EX

cdef enum Kind:
    # what a row makes of its field
    TEXT  # a literal around it
    AS_IT_IS  # a term around it, nothing of which is escaped
    SAME  # its terms
    ALWAYS
    FLAG  # one term for true and one for false, or nothing
    PART_ONE  # a term, or None, of what is worked out once a record
    PART_SEVERAL
    CALL  # whatever a function makes of it

cdef tuple NOTHING = ()
cdef enum:
    KEPT_MEMBERS = 1000


cdef bytes _member(Py_ssize_t n):
    """The property of the ``n``-th member of an ``rdf:Seq``, as it stands in a statement."""
    return f" {MEMBER.format(n)} ".encode()


cdef list _MEMBERS = [_member(n) for n in range(KEPT_MEMBERS)]
cdef bint SPECIAL[256]


cdef void _mark() noexcept:
    SPECIAL[c'"'] = SPECIAL[c"\\"] = SPECIAL[c"\n"] = SPECIAL[c"\r"] = True


_mark()


@final
cdef class Field:
    """
    A field of an object, read where a Struct keeps it: looking it up by its name takes ten times as long.

    What is no Struct is asked by name, as is a Struct of another kind than the last.
    """

    cdef str name
    cdef object kind  # None, or a type whose objects have the field at the offset; it is held, lest another take its place
    cdef Py_ssize_t offset

    def __init__(self, str name):
        # the interpreter remembers where it found a name, by the very object
        self.name = intern(name)

    cdef inline object of(self, object item):
        cdef PyObject* found
        if <PyObject*>Py_TYPE(item) == <PyObject*>self.kind:
            found = (<PyObject**>(<char*>(<PyObject*>item) + self.offset))[0]
            if found != NULL:
                return <object>found
        elif not isinstance(item, tuple):
            self.look_at(item)
        return getattr(item, self.name)

    cdef int look_at(self, object item) except -1:
        """Where objects of this kind have the field, if they keep it as a Struct does and nothing else answers for it."""
        cdef PyTypeObject* kind = Py_TYPE(item)
        cdef PyMemberDef* member
        cdef object before = self.kind
        if kind.tp_getattro != <void*>PyObject_GenericGetAttr:
            return 0
        descriptor = getattr(type(item), self.name, None)
        if type(descriptor) is not MemberDescriptorType:
            return 0
        member = (<PyMemberDescrObject*>(<PyObject*>descriptor)).d_member
        if member.type == T_OBJECT_EX and PyType_IsSubtype(kind, PyDescr_TYPE(<PyObject*>descriptor)):
            # nothing runs in between: what another thread finds belongs together
            self.offset, self.kind = member.offset, <object><PyObject*>kind
        return 0


cdef inline const char* _utf8(object text, Py_ssize_t* size) except NULL:
    """The bytes of a text; they are its own, and live as long as it does."""
    if isinstance(text, str) and PyUnicode_IS_COMPACT_ASCII(text):
        size[0] = PyUnicode_GET_LENGTH(text)
        return <const char*>PyUnicode_DATA(text)
    return PyUnicode_AsUTF8AndSize(text, size)


cdef inline str _exactly(object text):
    """A text as one of the kind ``str``, where it may be of a kind made of that."""
    return <str>(text if type(text) is str else PyUnicode_FromObject(text))


cdef inline bint _any_special(const unsigned char* text, Py_ssize_t size) noexcept:
    """Whether a literal cannot hold all of these bytes as they are."""
    cdef Py_ssize_t n
    if size > 48:
        return (
            memchr(text, c'"', size) != NULL
            or memchr(text, c"\\", size) != NULL
            or memchr(text, c"\n", size) != NULL
            or memchr(text, c"\r", size) != NULL
        )
    for n in range(size):
        if SPECIAL[text[n]]:
            return True
    return False


cdef bint _any_twice(list terms) except -1:
    """Whether one of a few terms comes again."""
    cdef Py_ssize_t n, m, size, other
    cdef const char* text
    cdef const char* another
    for n in range(1, len(terms)):
        text = _utf8(terms[n], &size)
        for m in range(n):
            another = _utf8(terms[m], &other)
            if size == other and memcmp(text, another, size) == 0:
                return True
    return False


cdef inline int _add_string(_Buffer out, object value) except -1:
    cdef Py_ssize_t size
    cdef const char* text = _utf8(value, &size)
    return out.add(text, size)


cdef int _add_escaped(_Buffer out, object value) except -1:
    """Adds a text as it stands between the quotes of a literal."""
    cdef Py_ssize_t size
    cdef const unsigned char* text = <const unsigned char*>_utf8(value, &size)
    cdef const unsigned char* end = text + size
    cdef char* to
    if not _any_special(text, size):
        return out.add(<const char*>text, size)
    out.reserve(2 * size)
    to = out.start + out.size
    while text < end:
        if SPECIAL[text[0]]:
            to[0] = c"\\"
            to += 1
            to[0] = c"n" if text[0] == c"\n" else c"r" if text[0] == c"\r" else text[0]
        else:
            to[0] = text[0]
        to += 1
        text += 1
    out.size = to - out.start
    return 0


cdef class Value:
    """What makes terms of a field, in the place of a function of the mapping."""

    cdef object of_value(self, object value, object record):
        raise NotImplementedError

    def __call__(self, value, record):
        return self.of_value(value, record)


cdef class Made:
    """What is worked out once a record, in the place of a function of the mapping."""

    cdef object of_record(self, object record):
        raise NotImplementedError

    def __call__(self, record):
        return self.of_record(record)


@final
cdef class _Row:
    """One row, ready to be run."""

    cdef Kind kind
    cdef bint whole  # of the item itself
    cdef Field step  # the one that leads to its field, where there is one
    cdef list fields  # each the steps that lead to it
    cdef bint as_before  # the field of the row before
    cdef str property
    cdef bytes predicate  # the same with a blank before and behind it
    cdef bytes head, tail  # what stands around a term that is written in place
    cdef object value, make, key, true, false
    cdef Value version  # the value, where it is one of this module
    cdef Field attribute
    cdef bint members
    cdef int gathered  # which of the lists that gather the terms of a property said by several rows; -1: none
    cdef bint last


@final
cdef class _Table:
    """What one kind of node is described by."""

    cdef list rows
    cdef int gathering
    cdef dict cache  # None where nothing is kept from one record to the next

    def __init__(self, rows, bint cached):
        cdef _Row made
        cdef list predicates = [row.predicate for row in rows]
        cdef dict gathering = {}
        cdef str before = None
        self.rows = []
        self.cache = {} if cached else None
        for n, row in enumerate(rows):
            made = _made(row)
            made.as_before = row.fields == before
            before = row.fields
            made.gathered = -1
            if predicates.count(row.predicate) > 1:
                made.gathered = gathering.setdefault(row.predicate, len(gathering))
                made.last = row.predicate not in predicates[n + 1 :]
            self.rows.append(made)
        self.gathering = len(gathering)


cdef _Row _made(row):
    cdef _Row made = _Row()
    cdef list fields = row.fields.split()
    made.property = row.predicate
    made.predicate = b"" if row.predicate == MEMBERS else f" {row.predicate} ".encode()
    made.members = row.predicate == MEMBERS
    made.whole = row.fields == "self"
    made.fields = [[Field(step) for step in field.split(".")] for field in fields]
    if len(fields) == 1 and len(made.fields[0]) == 1:
        made.step = made.fields[0][0]
    value = made.value = row.value
    made.kind = CALL
    if isinstance(value, Template):
        made.kind = TEXT if value.is_text else AS_IT_IS
        made.head = made.predicate + value.before.encode()
        made.tail = value.after.encode() + b" .\n"
    elif isinstance(value, Same):
        made.kind = SAME
    elif isinstance(value, Always):
        made.kind = ALWAYS
        made.head = made.predicate + value.term.encode() + b" .\n"
        made.true = value.term
    elif isinstance(value, Flag):
        made.kind = FLAG
        made.true, made.false = value.true, value.false
    elif isinstance(value, Part):
        made.kind = PART_SEVERAL if value.several else PART_ONE
        made.make, made.key = value.make, value.key
        made.attribute = None if value.attribute is None else Field(value.attribute)
    if made.kind == CALL:
        made.value = version_of(value)
        made.version = made.value if isinstance(made.value, Value) else None
    return made


cdef object _followed(object item, list steps):
    cdef Field step
    for step in steps:
        item = step.of(item)
    return item


@final
cdef class Lines:
    """
    The tables of a mapping.

    Args:
        tables: name -> rows, and whether what was said of a node is kept from record to record.
    """

    cdef list names, tables
    cdef _Record spare  # what the last record was written in
    cdef dict waiting

    def __init__(self, tables):
        self.names = list(tables)
        self.tables = [_Table(rows, cached) for rows, cached in tables.values()]

    def nothing_waits(self):
        """An empty list for each table: those of the last record, if they are free."""
        waiting, self.waiting = self.waiting, None
        return waiting if waiting is not None else {name: [] for name in self.names}

    def of(self, record, bint with_graph=False):
        """The lines of a record as UTF-8, how many they are, and its triples by subject and property, or None."""
        cdef _Record said = self.spare
        self.spare = None
        if said is None:
            said = _Record()
        said.begin_with(record, with_graph)
        cdef dict waiting = record.waiting
        cdef list batches = [waiting[name] for name in self.names]
        cdef list begun = [0] * len(batches)
        cdef bint more = True
        cdef Py_ssize_t n, end
        while more:
            more = False
            for n in range(len(batches)):
                end = len(<list?>batches[n])
                if end > <Py_ssize_t>begun[n]:
                    more = True
                    said.describe(<_Table>self.tables[n], <list>batches[n], begun[n], end)
                    begun[n] = end
        for n in range(len(batches)):
            (<list>batches[n]).clear()
        self.waiting = waiting
        lines = PyBytes_FromStringAndSize(said.out.start, said.out.size), said.lines, said.graph
        said.record = said.graph = said.block = None
        if said.out.room < 1 << 20 and said.room < 1 << 14:
            self.spare = said
        return lines


cdef struct Piece:
    # the lines about one node; they begin with its name
    Py_ssize_t begin
    Py_ssize_t end
    Py_ssize_t name
    Py_hash_t hash


@final
cdef class _Record:
    """One record while its lines are written; it is used again for the next."""

    cdef object record
    cdef list problems
    cdef _Buffer out
    cdef Py_ssize_t lines
    cdef const char* subject  # of the node that is being described
    cdef Py_ssize_t subject_size
    cdef Piece* pieces
    cdef int* places  # which piece is about a node, by the node's hash; -1 where there is none
    cdef dict graph  # None where only lines are wanted
    cdef dict block  # what was said of the node that is being described
    cdef Py_ssize_t many, room

    def __init__(self):
        self.out = _Buffer()
        self.out.reserve(1 << 16)
        self.make_room()

    def __dealloc__(self):
        PyMem_Free(self.pieces)
        PyMem_Free(self.places)

    cdef int begin_with(self, record, bint with_graph) except -1:
        self.record, self.problems = record, record.problems
        self.graph = {} if with_graph else None
        self.out.size = self.lines = self.many = 0
        memset(self.places, 0xFF, 2 * self.room * sizeof(int))
        return 0

    cdef int make_room(self) except -1:
        """Room for twice as many pieces; there are twice as many places as pieces, so that most are free."""
        cdef Py_ssize_t room = 2 * self.room if self.room else 128
        cdef Piece* pieces = <Piece*>PyMem_Realloc(self.pieces, room * sizeof(Piece))
        if pieces == NULL:
            raise MemoryError
        self.pieces = pieces
        cdef int* places = <int*>PyMem_Realloc(self.places, 2 * room * sizeof(int))
        if places == NULL:
            raise MemoryError
        self.places, self.room = places, room
        memset(places, 0xFF, 2 * room * sizeof(int))
        cdef Py_ssize_t n
        for n in range(self.many):
            places[self.place(pieces[n].hash, NULL, 0)] = n
        return 0

    cdef Py_ssize_t place(self, Py_hash_t hash, const char* name, Py_ssize_t size) noexcept:
        """The place of the piece about a node, or a free one; a free one where no name is given."""
        cdef Py_ssize_t mask = 2 * self.room - 1
        cdef Py_ssize_t at = hash & mask
        cdef Piece* piece
        while self.places[at] >= 0:
            piece = &self.pieces[self.places[at]]
            if (
                name != NULL and piece.hash == hash and piece.name == size
                and memcmp(self.out.start + piece.begin, name, size) == 0
            ):
                break
            at = (at + 1) & mask
        return at

    cdef int describe(self, _Table table, list batch, Py_ssize_t first, Py_ssize_t end) except -1:
        """Say what the rows say of these nodes; it may bring others, at the end of the same list or of another."""
        cdef _Buffer out = self.out
        cdef Py_ssize_t start, lines, troubles, at, n
        cdef Py_hash_t hash
        cdef tuple known
        for n in range(first, end):
            name, item = <tuple?>batch[n]
            start, lines = out.size, self.lines
            self.subject = _utf8(name, &self.subject_size)
            self.block = {} if self.graph is not None else None
            if table.cache is None:
                self.run(table, item)
            else:
                known = <tuple>table.cache.get(name)
                if (
                    known is not None
                    and (known[0] is item or known[0] == item)
                    and (self.graph is None or known[3] is not None)
                ):
                    out.add_bytes(<bytes>known[1])
                    self.lines += <Py_ssize_t>known[2]
                    self.block = <dict>known[3]
                else:
                    troubles = len(self.problems)
                    self.run(table, item)
                    if len(self.problems) == troubles and len(table.cache) < CACHE_SIZE:
                        block = PyBytes_FromStringAndSize(out.start + start, out.size - start)
                        table.cache[name] = item, block, self.lines - lines, self.block
            if out.size == start:
                continue
            if self.graph is not None:
                earlier = self.graph.get(name)
                self.graph[name] = self.block if earlier is None else merged_properties(earlier, self.block)
            hash = PyObject_Hash(name)
            at = self.place(hash, self.subject, self.subject_size)
            if self.places[at] >= 0:
                self.merge(self.places[at], start, lines)
                continue
            self.places[at] = self.many
            self.pieces[self.many] = Piece(start, out.size, self.subject_size, hash)
            self.many += 1
            if self.many == self.room:
                self.make_room()
        return 0

    cdef int merge(self, Py_ssize_t first, Py_ssize_t start, Py_ssize_t lines) except -1:
        """
        Two descriptions of one node as one: a person who is twice among the authors, a heading that is a substance.

        Args:
            first: number of the piece that is the earlier description; the later begins at ``start``.
            lines: how many there were before the later one.
        """
        cdef _Buffer out = self.out
        cdef Py_ssize_t begin = self.pieces[first].begin, end = self.pieces[first].end, grown, n
        cdef bytes earlier, behind, merged
        cdef list both
        cdef dict properties = {}
        if out.size - start == end - begin and memcmp(out.start + begin, out.start + start, end - begin) == 0:
            out.size, self.lines = start, lines
            return 0
        earlier = PyBytes_FromStringAndSize(out.start + begin, end - begin)
        behind = PyBytes_FromStringAndSize(out.start + end, start - end)
        both = (earlier + PyBytes_FromStringAndSize(out.start + start, out.size - start)).split(b"\n")
        both.pop()
        for line in both:
            properties.setdefault(line.split(b" ", 2)[1], {})[line] = None
        merged = b"".join([line + b"\n" for said in properties.values() for line in said])
        self.lines = lines - earlier.count(b"\n") + merged.count(b"\n")
        out.size = begin
        out.add_bytes(merged)
        out.add_bytes(behind)
        grown = len(merged) - (end - begin)
        self.pieces[first].end += grown
        for n in range(self.many):
            if self.pieces[n].begin >= end and n != first:
                self.pieces[n].begin += grown
                self.pieces[n].end += grown
        return 0

    cdef int run(self, _Table table, object item) except -1:
        """Say of an item what the rows say of it."""
        cdef _Row row
        cdef _Buffer out = self.out
        cdef list gathered = None
        cdef Py_ssize_t start
        cdef object v = None
        cdef object term
        if table.gathering:
            gathered = [None] * table.gathering
        for row in table.rows:
            if not row.as_before:
                if row.step is not None and not row.whole:
                    v = row.step.of(item)
                elif row.whole:
                    v = item
                elif len(row.fields) == 1:
                    v = _followed(item, <list>row.fields[0])
                else:
                    v = tuple([_followed(item, <list>steps) for steps in row.fields])
            if row.whole or (v is not None and v is not NOTHING):
                start = out.size + self.subject_size + PyBytes_GET_SIZE(row.predicate)
                if row.gathered >= 0:
                    self.gather(row, v, gathered)
                elif row.kind == TEXT:
                    self.begin(row.head)
                    _add_escaped(out, v)
                    out.add_bytes(row.tail)
                    self.lines += 1
                    if self.block is not None:
                        self.block[row.property] = {self.last_term(start): None}
                elif row.kind == ALWAYS:
                    self.begin(row.head)
                    self.lines += 1
                    if self.block is not None:
                        self.block[row.property] = {row.true: None}
                elif row.kind == AS_IT_IS:
                    self.begin(row.head)
                    _add_string(out, v if type(v) is str else f"{v}")
                    out.add_bytes(row.tail)
                    self.lines += 1
                    if self.block is not None:
                        self.block[row.property] = {self.last_term(start): None}
                else:
                    self.say(row, self.term(row, v))
            if row.last:
                term = gathered[row.gathered]
                if term is not None:
                    self.say(row, term)
        return 0

    cdef inline int begin(self, bytes head) except -1:
        """The subject of a statement and what follows it."""
        cdef Py_ssize_t more = PyBytes_GET_SIZE(head)
        cdef _Buffer out = self.out
        out.reserve(self.subject_size + more)
        memcpy(out.start + out.size, self.subject, self.subject_size)
        memcpy(out.start + out.size + self.subject_size, PyBytes_AS_STRING(head), more)
        out.size += self.subject_size + more
        return 0

    cdef object last_term(self, Py_ssize_t start):
        """The term of the statement that was written last; it begins at ``start``."""
        return PyUnicode_DecodeUTF8(self.out.start + start, self.out.size - start - 3, NULL)

    cdef object term(self, _Row row, object v):
        """The term or terms that a row makes of its field, or None."""
        cdef object made
        if row.kind == CALL:
            return row.version.of_value(v, self.record) if row.version is not None else row.value(v, self.record)
        if row.kind == PART_SEVERAL or row.kind == PART_ONE:
            made = _once(self.record, row.make)
            return made.get(row.key) if row.attribute is None else row.attribute.of(made)
        if row.kind == FLAG:
            return row.true if v else row.false
        if row.kind == SAME:
            return v
        if row.kind == ALWAYS:
            return row.true
        return row.value(v)

    cdef int gather(self, _Row row, object v, list gathered) except -1:
        cdef object term = self.term(row, v)
        if term is None:
            return 0
        if gathered[row.gathered] is None:
            gathered[row.gathered] = []
        if isinstance(term, str):
            (<list>gathered[row.gathered]).append(term)
        else:
            (<list>gathered[row.gathered]).extend(term)
        return 0

    cdef int say(self, _Row row, object terms) except -1:
        """Statements with one property and these terms, each term once; or with the properties of an ``rdf:Seq``."""
        cdef _Buffer out = self.out
        cdef Py_ssize_t n
        cdef object term
        if terms is None:
            return 0
        if isinstance(terms, str):
            self.begin(row.predicate)
            _add_string(out, terms)
            out.add(" .\n", 3)
            self.lines += 1
            if self.block is not None:
                self.block[row.property] = {terms: None}
            return 0
        if row.members:
            for n, term in enumerate(terms, 1):
                self.begin(_MEMBERS[n] if n < KEPT_MEMBERS else _member(n))
                _add_string(out, term)
                out.add(" .\n", 3)
                if self.block is not None:
                    self.block[MEMBER.format(n)] = {term: None}
            self.lines += len(terms)
            return 0
        if not isinstance(terms, list):
            terms = list(terms)
        n = len(terms)
        if n > 1 and (n > 12 or _any_twice(<list>terms)):
            terms = list(dict.fromkeys(terms))
            n = len(terms)
        for term in <list>terms:
            self.begin(row.predicate)
            _add_string(out, term)
            out.add(" .\n", 3)
        self.lines += n
        if n and self.block is not None:
            self.block[row.property] = dict.fromkeys(terms)
        return 0


include "native_values.pxi"
