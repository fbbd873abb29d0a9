# cython: language_level=3, boundscheck=True, wraparound=False
"""
What is made of a record's lines in N-Triples, in one pass over their bytes: what :meth:`medgraph.syntaxes.Turtle.record`
makes of the triples, and what :class:`medgraph.contents.Contents` counts in them.
"""

from cpython.mem cimport PyMem_Calloc, PyMem_Malloc
from libc.string cimport memchr, memcmp

include "../buffer.pxi"


@final
cdef class _Namespace:
    cdef bytes iri, name

    def __init__(self, bytes iri, bytes name):
        self.iri, self.name = iri, name


cdef struct Statement:
    # a line in its parts, without the full stop; a line ends behind ``end`` with blank, full stop and line end
    const char* predicate
    const char* object
    const char* end


cdef int _cut(const char* line, const char* end, Statement* statement) except -1:
    """The parts of the line that begins here."""
    cdef const char* stop = <const char*>memchr(line, c"\n", end - line)
    if stop == NULL or stop - line < 5 or (stop - 1)[0] != c"." or (stop - 2)[0] != c" ":
        raise ValueError("these are no lines of N-Triples")
    statement.end = stop - 2
    statement.predicate = <const char*>memchr(line, c" ", statement.end - line)
    if statement.predicate == NULL:
        raise ValueError("these are no lines of N-Triples")
    statement.predicate += 1
    statement.object = <const char*>memchr(statement.predicate, c" ", statement.end - statement.predicate)
    if statement.object == NULL:
        raise ValueError("these are no lines of N-Triples")
    statement.object += 1
    return 0


@final
cdef class Turtle:
    """
    Statements, grouped by subject and by predicate.

    Args:
        namespaces: IRI -> prefix.
        type, boolean: ``rdf:type`` and ``xsd:boolean``, as terms.
    """

    cdef list namespaces
    cdef bytes type, boolean

    def __init__(self, namespaces, str type, str boolean):
        self.namespaces = [_Namespace(iri.encode(), f"{name}:".encode()) for iri, name in namespaces.items()]
        self.type, self.boolean = type.encode(), boolean.encode()

    def of(self, bytes lines not None):
        """
        The bytes of a record.

        Args:
            lines: N-Triples as medgraph writes them: a line for each, one blank between terms and before the full stop.

        Raises:
            ValueError: they are other lines than that.
        """
        cdef _Buffer out = _Buffer()
        cdef const char* line = PyBytes_AS_STRING(lines)
        cdef const char* end = line + PyBytes_GET_SIZE(lines)
        cdef const char* subject = NULL
        cdef const char* predicate = NULL
        cdef Statement statement
        cdef Py_ssize_t subject_size = 0, predicate_size = 0, size
        out.reserve(end - line)
        while line < end:
            _cut(line, end, &statement)
            size = statement.predicate - 1 - line
            same = subject != NULL and size == subject_size and memcmp(line, subject, size) == 0
            if not same:
                if subject != NULL:
                    out.add(" .\n", 3)
                subject, subject_size = line, size
                self.shorten(out, subject, subject_size)
                predicate_size = 0
            line = statement.predicate
            size = statement.object - 1 - line
            if same and size == predicate_size and memcmp(line, predicate, size) == 0:
                out.add(" , ", 3)
            else:
                out.add(" ;\n    " if same else " ", 7 if same else 1)
                predicate, predicate_size = line, size
                if size == PyBytes_GET_SIZE(self.type) and memcmp(line, PyBytes_AS_STRING(self.type), size) == 0:
                    out.add("a", 1)
                else:
                    self.shorten(out, predicate, predicate_size)
                out.add(" ", 1)
            self.term(out, statement.object, statement.end - statement.object)
            line = statement.end + 3
        if subject != NULL:
            out.add(" .\n", 3)
        return out.start[: out.size]

    cdef int term(self, _Buffer out, const char* term, Py_ssize_t size) except -1:
        """An object: an IRI or a literal, whose datatype is shortened."""
        cdef Py_ssize_t at = size - 1
        if size == 0 or term[size - 1] != c">":
            return out.add(term, size)
        if term[0] == c"<":
            return self.shorten(out, term, size)
        while at > 0 and term[at] != c"^":
            at -= 1
        at += 1
        if size - at == PyBytes_GET_SIZE(self.boolean) and memcmp(term + at, PyBytes_AS_STRING(self.boolean), size - at) == 0:
            if at == 8 and memcmp(term, b'"true"', 6) == 0:
                return out.add("true", 4)
            if at == 9 and memcmp(term, b'"false"', 7) == 0:
                return out.add("false", 5)
        out.add(term, at)
        return self.shorten(out, term + at, size - at)

    cdef int shorten(self, _Buffer out, const char* term, Py_ssize_t size) except -1:
        """A term with its prefix, where the rest is a name that needs no escapes."""
        cdef Py_ssize_t at = size - 2
        cdef _Namespace namespace
        if size < 3 or term[0] != c"<" or term[size - 1] != c">":
            return out.add(term, size)
        while at > 0 and (
            c"a" <= term[at] <= c"z" or c"0" <= term[at] <= c"9" or c"A" <= term[at] <= c"Z"
            or term[at] == c"_" or term[at] == c"-"
        ):
            at -= 1
        if at < size - 2 and term[at + 1] != c"-" and (term[at] == c"/" or term[at] == c"#" or term[at] == c":"):
            for namespace in self.namespaces:
                if PyBytes_GET_SIZE(namespace.iri) == at and memcmp(PyBytes_AS_STRING(namespace.iri), term + 1, at) == 0:
                    out.add_bytes(namespace.name)
                    return out.add(term + at + 1, size - at - 2)
        return out.add(term, size)


cdef struct Count:
    char* name
    Py_ssize_t size
    long long times


@final
cdef class _Counts:
    """How often each of a few names was met."""

    cdef Count* counts  # by what the end of the name says, or the next that is free; never more than half of them are taken
    cdef Py_ssize_t room, taken

    def __init__(self):
        self.grow(256)

    def __dealloc__(self):
        cdef Py_ssize_t n
        for n in range(self.room):
            PyMem_Free(self.counts[n].name)
        PyMem_Free(self.counts)

    cdef int grow(self, Py_ssize_t room) except -1:
        cdef Count* before = self.counts
        cdef Py_ssize_t n, many = self.room
        cdef Count* counts = <Count*>PyMem_Calloc(room, sizeof(Count))
        if counts == NULL:
            raise MemoryError
        self.counts, self.room = counts, room
        for n in range(many):
            if before[n].name != NULL:
                self.place(before[n].name, before[n].size)[0] = before[n]
        PyMem_Free(before)
        return 0

    cdef Count* place(self, const char* name, Py_ssize_t size) noexcept:
        """Where a name is counted, or would be."""
        cdef unsigned int hash = <unsigned int>size
        cdef Py_ssize_t n, at
        for n in range(size - 16 if size > 16 else 0, size):
            hash = (hash ^ <unsigned char>name[n]) * 16777619u
        at = (hash ^ (hash >> 15)) & (self.room - 1)
        while self.counts[at].name != NULL:
            if self.counts[at].size == size and memcmp(self.counts[at].name, name, size) == 0:
                break
            at = (at + 1) & (self.room - 1)
        return &self.counts[at]

    cdef int add(self, const char* name, Py_ssize_t size, Py_ssize_t times) except -1:
        cdef Count* count = self.place(name, size)
        if count.name == NULL:
            if 2 * (self.taken + 1) > self.room:
                self.grow(2 * self.room)
                count = self.place(name, size)
            count.name = <char*>PyMem_Malloc(size + 1)
            if count.name == NULL:
                raise MemoryError
            memcpy(count.name, name, size)
            count.size = size
            self.taken += 1
        count.times += times
        return 0

    cdef dict counted(self):
        cdef Py_ssize_t n
        return {
            self.counts[n].name[: self.counts[n].size].decode(): self.counts[n].times
            for n in range(self.room)
            if self.counts[n].name != NULL
        }


@final
cdef class Tally:
    """
    How often each property, and each class, stands in the lines of records.

    Args:
        type: ``rdf:type`` as a term.
    """

    cdef _Counts of_properties, of_classes
    cdef bytes type

    def __init__(self, str type):
        self.of_properties, self.of_classes = _Counts(), _Counts()
        self.type = type.encode()

    def take(self, bytes lines not None):
        """
        Count what stands in lines, as :meth:`Turtle.of` takes them.

        Raises:
            ValueError: they are other lines than that; those before have been counted.
        """
        cdef const char* line = PyBytes_AS_STRING(lines)
        cdef const char* end = line + PyBytes_GET_SIZE(lines)
        cdef const char* before = NULL
        cdef Py_ssize_t size = 0, times = 0
        cdef Statement statement
        while line < end:
            _cut(line, end, &statement)
            # statements with one property mostly stand together
            if (
                before == NULL or size != statement.object - 1 - statement.predicate
                or memcmp(before, statement.predicate, size) != 0
            ):
                if before != NULL:
                    self.of_properties.add(before, size, times)
                before, size, times = statement.predicate, statement.object - 1 - statement.predicate, 0
            times += 1
            if size == PyBytes_GET_SIZE(self.type) and memcmp(before, PyBytes_AS_STRING(self.type), size) == 0:
                self.of_classes.add(statement.object, statement.end - statement.object, 1)
            line = statement.end + 3
        if before != NULL:
            self.of_properties.add(before, size, times)

    @property
    def properties(self):
        """Triples by property."""
        return self.of_properties.counted()

    @property
    def classes(self):
        """Nodes by class."""
        return self.of_classes.counted()
