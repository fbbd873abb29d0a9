# cython: language_level=3, boundscheck=True, wraparound=False
"""
What :meth:`medgraph.syntaxes.Turtle.record` makes of triples, made of their lines in N-Triples, in one pass over the bytes.
"""

from libc.string cimport memchr, memcmp

include "../buffer.pxi"


@final
cdef class _Namespace:
    cdef bytes iri, name

    def __init__(self, bytes iri, bytes name):
        self.iri, self.name = iri, name


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
        cdef const char* behind
        cdef const char* stop
        cdef Py_ssize_t subject_size = 0, predicate_size = 0, size
        out.reserve(end - line)
        while line < end:
            stop = <const char*>memchr(line, c"\n", end - line)
            if stop == NULL or stop - line < 5 or (stop - 1)[0] != c"." or (stop - 2)[0] != c" ":
                raise ValueError("these are no lines of N-Triples")
            stop -= 2
            behind = <const char*>memchr(line, c" ", stop - line)
            if behind == NULL:
                raise ValueError("these are no lines of N-Triples")
            size = behind - line
            same = subject != NULL and size == subject_size and memcmp(line, subject, size) == 0
            if not same:
                if subject != NULL:
                    out.add(" .\n", 3)
                subject, subject_size = line, size
                self.shorten(out, subject, subject_size)
                predicate_size = 0
            line = behind + 1
            behind = <const char*>memchr(line, c" ", stop - line)
            if behind == NULL:
                raise ValueError("these are no lines of N-Triples")
            size = behind - line
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
            behind += 1
            self.term(out, behind, stop - behind)
            line = stop + 3
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
