# cython: language_level=3, boundscheck=True, wraparound=False, initializedcheck=False
"""
The screen: it runs the program of :mod:`medgraph.shacl.screening` over the lines of a record, and says whether there is
surely nothing to find. Where it is not sure the validator in Python is asked, and what that says is the result; so the
screen may give up wherever anything is unusual, and reports nothing.

It also makes the graph that the validator looks at, of the same lines.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.unicode cimport PyUnicode_DecodeUTF8
from cython cimport final
from libc.stdint cimport uint8_t, uint16_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy, memset

import os

from medgraph.shacl.terms import TYPE

cdef extern from "Python.h":
    bint PyUnicode_IS_COMPACT_ASCII(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    void* PyUnicode_DATA(object text)

cdef enum Word:
    # what a rule asks of a node, or of a term
    ALL
    ANY
    KIND
    STRING  # a literal without language and datatype
    LANGUAGE  # a literal of a language, or of any where the constant is empty
    NOT_EMPTY
    PATTERN
    LEXICAL  # a literal of a datatype in a usual form
    KNOWN  # a test in Python was passed
    CLASS
    UNTYPED  # an IRI that this record gives no class, or that is shared
    ELSEWHERE  # an IRI that this record does not describe, or that is shared
    SHARED
    LEAST  # a property is there
    MOST
    VALUE
    EACH  # the rule behind it holds of all values
    NOT_AMONG  # the values of a property
    EQUALS
    CLOSED
    MEMBERS
    RANKS
    LEADS

cdef dict _WORDS = {
    "ALL": ALL, "ANY": ANY, "KIND": KIND, "STRING": STRING, "LANGUAGE": LANGUAGE, "NOT_EMPTY": NOT_EMPTY,
    "PATTERN": PATTERN, "LEXICAL": LEXICAL, "KNOWN": KNOWN, "CLASS": CLASS, "UNTYPED": UNTYPED,
    "ELSEWHERE": ELSEWHERE, "SHARED": SHARED, "LEAST": LEAST, "MOST": MOST, "VALUE": VALUE, "EACH": EACH,
    "NOT_AMONG": NOT_AMONG, "EQUALS": EQUALS, "CLOSED": CLOSED, "MEMBERS": MEMBERS, "RANKS": RANKS, "LEADS": LEADS,
}

cdef enum:
    ASCII = 128
    LARGEST_TERM = 200  # that is remembered
    ENTRIES = 1 << 15
    MEMORY = 1 << 21
    PROBES = 64  # names that fall on the same place so often were made to
    STEPS = 1_000_000  # in one record
    PLANS = 251  # as many as are kept
    KEPT_NAMES = 1 << 9
    BLOCKS = 8
    MANY = 1 << 30  # statements of one property, more than there can be

cdef enum:
    # what is looked at besides the shapes, at the subjects of some properties
    NAMED = 1
    CONTEXT
    END

cdef const char* _MEMBER = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#_"
cdef Py_ssize_t _MEMBER_SIZE = 45
cdef const char* _INT = b'"^^<http://www.w3.org/2001/XMLSchema#int>'
cdef Py_ssize_t _INT_SIZE = 41
cdef uint64_t _SEED = int.from_bytes(os.urandom(8), "little")


cdef struct Bits:
    uint64_t low
    uint64_t high


cdef struct Op:
    # a line of the program
    Word word
    int a
    int b
    int end
    Bits classes


cdef struct Term:
    const char* text
    Py_ssize_t size
    int node  # its number in the record; -1 where it is none, -2 where that is not known yet


cdef struct Statement:
    int property
    const char* text
    Py_ssize_t size


cdef struct Node:
    const char* name
    Py_ssize_t size
    uint64_t hash
    Py_ssize_t place
    int first  # statement
    int behind
    bint typed
    int seen  # by what looks for repetitions
    Bits classes
    Bits targets


cdef struct Entry:
    # a term that passed a test
    uint64_t hash
    int test
    int size  # 0 where there is none
    Py_ssize_t at


cdef inline bint _both(Bits one, Bits other) noexcept:
    return ((one.low & other.low) | (one.high & other.high)) != 0


cdef inline void _join(Bits* one, Bits other) noexcept:
    one.low |= other.low
    one.high |= other.high


cdef Bits _bits(object number):
    return Bits(number & 0xFFFFFFFFFFFFFFFF, number >> 64)


cdef inline uint64_t _hash(const char* text, Py_ssize_t size) noexcept:
    cdef uint64_t hash = _SEED ^ <uint64_t>size, word
    while size >= 8:
        memcpy(&word, text, 8)
        hash = (hash ^ word) * <uint64_t>0x9E3779B97F4A7C15
        hash ^= hash >> 32
        text += 8
        size -= 8
    if size:
        word = 0
        memcpy(&word, text, size)
        hash = (hash ^ word) * <uint64_t>0x9E3779B97F4A7C15
        hash ^= hash >> 32
    hash *= <uint64_t>0xD6E8FEB86659FD93
    return hash ^ (hash >> 32)


cdef inline uint64_t _end(const char* text, Py_ssize_t size) noexcept:
    """A number for a text, of its size and its last bytes but one."""
    cdef uint64_t word = 0
    if size >= 9:
        memcpy(&word, text + size - 9, 8)
    else:
        memcpy(&word, text, size if size < 8 else 8)
    return (word ^ <uint64_t>size) * <uint64_t>0x9E3779B97F4A7C15


cdef inline bint _begins(const char* text, Py_ssize_t size, const char* head, Py_ssize_t length) noexcept:
    return size >= length and memcmp(text, head, length) == 0


cdef inline bint _same(const char* one, Py_ssize_t size, const char* other, Py_ssize_t length) noexcept:
    """Whether two terms are one; names of one kind differ at their end."""
    if size != length or one[size - 2] != other[size - 2]:
        return False
    return memcmp(one, other, size) == 0


cdef inline const char* _quote(const char* text, Py_ssize_t size) noexcept:
    """Where the text of a literal ends."""
    cdef const char* at = text + size - 1
    while at[0] != c'"':
        at -= 1
    return at


cdef bint _is_term(const char* text, Py_ssize_t size) noexcept:
    """Whether what stands there has the form of a term; what is within it is not looked at."""
    cdef const char* end
    cdef Py_ssize_t behind
    if size < 2:
        return False
    if text[0] == c"<":
        return size > 2 and text[size - 1] == c">"
    if text[0] == c"_":
        return size > 2 and text[1] == c":"
    if text[0] != c'"':
        return False
    if text[size - 1] == c'"':
        return True
    end = _quote(text, size)
    behind = text + size - end
    if end == text:
        return False
    if end[1] == c"@":
        return behind > 2
    return behind > 5 and end[1] == c"^" and end[2] == c"^" and end[3] == c"<" and text[size - 1] == c">"


cdef struct Name:
    uint64_t word  # its end, and its size: two names are seldom alike in both
    int number  # -1 where there is none
    int size
    Py_ssize_t at


@final
cdef class _Names:
    """Texts and their numbers."""

    cdef Name* places
    cdef bytes all
    cdef Py_ssize_t mask

    def __cinit__(self, names):
        cdef list texts = [each.encode() for each in names]
        cdef Py_ssize_t room = 16, at, n, begin = 0
        cdef bytes text
        cdef uint64_t word
        self.all = b"".join(texts)
        while room < 4 * len(texts):
            room *= 2
        self.places = <Name*>PyMem_Malloc(room * sizeof(Name))
        if self.places == NULL:
            raise MemoryError
        self.mask = room - 1
        for n in range(room):
            self.places[n].number = -1
        for n, text in enumerate(texts):
            word = _end(PyBytes_AS_STRING(text), len(text))
            at = <Py_ssize_t>(word >> 32) & self.mask
            while self.places[at].number >= 0:
                at = (at + 1) & self.mask
            self.places[at] = Name(word, n, len(text), begin)
            begin += len(text)

    def __dealloc__(self):
        PyMem_Free(self.places)

    cdef inline int number(self, const char* text, Py_ssize_t size) noexcept:
        """-1 where it has none."""
        cdef uint64_t word = _end(text, size)
        cdef Py_ssize_t at = <Py_ssize_t>(word >> 32) & self.mask
        cdef Name* name = &self.places[at]
        while name.number >= 0:
            if (
                name.word == word and name.size == size
                and memcmp(PyBytes_AS_STRING(self.all) + name.at, text, size) == 0
            ):
                return name.number
            at = (at + 1) & self.mask
            name = &self.places[at]
        return -1


@final
cdef class _Automaton:
    cdef bytes kinds, steps, accepts
    cdef Py_ssize_t many_kinds

    def __cinit__(self, made):
        self.kinds, self.steps, self.accepts = made
        self.many_kinds = max(self.kinds) + 1
        assert len(self.kinds) == ASCII and len(self.steps) == self.many_kinds * len(self.accepts)
        assert max(self.steps) < len(self.accepts)

    cdef bint matches(self, const char* text, Py_ssize_t size) noexcept:
        """Whether the text of a term surely has a match; what is not plain ASCII is not understood."""
        cdef const unsigned char* at = <const unsigned char*>text + 1
        cdef const unsigned char* end
        cdef const unsigned char* kinds = <const unsigned char*>PyBytes_AS_STRING(self.kinds)
        cdef const unsigned char* steps = <const unsigned char*>PyBytes_AS_STRING(self.steps)
        cdef Py_ssize_t state = 0, many = self.many_kinds
        if text[0] == c"_":
            return False
        end = <const unsigned char*>(_quote(text, size) if text[0] == c'"' else text + size - 1)
        while at < end:
            if at[0] >= ASCII or at[0] == c"\\":
                return False
            state = steps[state * many + kinds[at[0]]]
            at += 1
        return PyBytes_AS_STRING(self.accepts)[state] != 0


cdef struct Asked:
    # what a plan asks of the values of a property; small, as there are many
    int most
    uint16_t first  # of the other rules, in the order of the plan
    uint8_t many
    uint8_t form  # bits of the kinds they may be of, 8: plain strings, 16: not empty


cdef struct Property:
    Bits targets  # that its subjects are
    int type  # whether it gives a class
    int doubtful
    int look
    int test  # of its values, -1 where there is none
    int issns  # whether its values are


@final
cdef class _Plan:
    """What is asked of a node that certain target shapes look at, put together."""

    cdef Bits targets
    cdef bint open  # nothing is ever sure
    cdef Asked* of
    cdef int* rules
    cdef int* others
    cdef int many_others

    def __dealloc__(self):
        PyMem_Free(self.of)
        PyMem_Free(self.rules)
        PyMem_Free(self.others)


cdef int* _numbers(list numbers) except NULL:
    cdef int* made = <int*>PyMem_Malloc((len(numbers) + 1) * sizeof(int))
    cdef Py_ssize_t n
    if made == NULL:
        raise MemoryError
    for n in range(len(numbers)):
        made[n] = numbers[n]
    return made


@final
cdef class _Record:
    """One record while it is looked at; it is used again for the next."""

    cdef Node* nodes
    cdef int* places
    cdef int many, room
    cdef Statement* statements
    cdef int stated, statement_room
    cdef int* counts  # of the statements of the node in hand, by property
    cdef int current  # the node whose counts are complete, or -1
    cdef int steps, seen

    def __cinit__(self, Py_ssize_t properties):
        self.counts = <int*>PyMem_Calloc(properties + 2, sizeof(int))
        if self.counts == NULL:
            raise MemoryError
        self.make_room()
        self.make_statement_room()

    def __dealloc__(self):
        PyMem_Free(self.nodes)
        PyMem_Free(self.places)
        PyMem_Free(self.statements)
        PyMem_Free(self.counts)

    cdef void begin(self) noexcept:
        cdef int n
        for n in range(self.many):
            self.places[self.nodes[n].place] = -1
        self.many = self.stated = self.steps = self.seen = 0
        self.current = -1

    cdef int make_statement_room(self) except -1:
        cdef int room = 2 * self.statement_room if self.statement_room else 1024
        cdef Statement* statements = <Statement*>PyMem_Realloc(self.statements, room * sizeof(Statement))
        if statements == NULL:
            raise MemoryError
        self.statements, self.statement_room = statements, room
        return 0

    cdef int make_room(self) except -1:
        """Room for twice as many nodes; there are four times as many places."""
        cdef int room = 2 * self.room if self.room else 128
        cdef int n
        cdef Py_ssize_t at
        cdef Node* nodes = <Node*>PyMem_Realloc(self.nodes, room * sizeof(Node))
        if nodes == NULL:
            raise MemoryError
        self.nodes = nodes
        cdef int* places = <int*>PyMem_Realloc(self.places, 4 * room * sizeof(int))
        if places == NULL:
            raise MemoryError
        self.places, self.room = places, room
        memset(places, 0xFF, 4 * room * sizeof(int))
        for n in range(self.many):
            at = <Py_ssize_t>(nodes[n].hash & <uint64_t>(4 * room - 1))
            while places[at] >= 0:
                at = (at + 1) & (4 * room - 1)
            places[at], nodes[n].place = n, at
        return 0

    cdef int find(self, const char* name, Py_ssize_t size) noexcept:
        """The number of a node; -1 where there is none."""
        return self.find_with(name, size, _hash(name, size), NULL)

    cdef int find_with(self, const char* name, Py_ssize_t size, uint64_t hash, Py_ssize_t* free) noexcept:
        """The same; ``free`` becomes the place for it where there is none, -1 where that is too far to seek."""
        cdef Py_ssize_t mask = 4 * self.room - 1
        cdef Py_ssize_t at = <Py_ssize_t>(hash & <uint64_t>mask)
        cdef Node* node
        cdef int probes = 0
        while self.places[at] >= 0:
            node = &self.nodes[self.places[at]]
            if node.hash == hash and node.size == size and memcmp(node.name, name, size) == 0:
                return self.places[at]
            at = (at + 1) & mask
            probes += 1
            if free != NULL and probes > PROBES:
                free[0] = -1
                return -1
        if free != NULL:
            free[0] = at
        return -1

    cdef inline int node_of(self, Term* term) noexcept:
        if term.node == -2:
            term.node = -1 if term.text[0] == c'"' else self.find(term.text, term.size)
        return term.node

    cdef int count(self, int node, int property) noexcept:
        """How many statements a node has with a property."""
        cdef int n, found = 0
        if node < 0:
            return 0
        if node == self.current:
            return self.counts[property]
        self.steps += self.nodes[node].behind - self.nodes[node].first
        for n in range(self.nodes[node].first, self.nodes[node].behind):
            found += self.statements[n].property == property
        return found

    cdef bint states(self, int node, int property, const char* text, Py_ssize_t size) noexcept:
        """Whether a node has a value for a property."""
        cdef int n
        cdef Statement* statement
        if node < 0 or (node == self.current and self.counts[property] == 0):
            return False
        self.steps += self.nodes[node].behind - self.nodes[node].first
        for n in range(self.nodes[node].first, self.nodes[node].behind):
            statement = &self.statements[n]
            if statement.property == property and _same(statement.text, statement.size, text, size):
                return True
        return False


@final
cdef class Screen:
    """
    Tells of the lines of a record whether there is surely nothing to find.

    Args:
        program: of :func:`medgraph.shacl.screening.program`.
        watched: what else must hold.
    """

    cdef object program, watched
    cdef _Names properties, classes
    cdef Bits* wanted  # of each class
    cdef Bits* targeted
    cdef Property* each  # property
    cdef Op* lines
    cdef int many_properties
    cdef bint named_members  # of an rdf:Seq, which are no properties like others here
    cdef list tests, automata, constants, ways, closed, nodes, shared
    cdef long long* seen  # nodes, by each target
    cdef list plans
    cdef _Record spare
    # what is looked at besides the shapes
    cdef int names_test, many_blocks
    cdef long long[BLOCKS] first  # of each block
    cdef long long[BLOCKS] last
    cdef bytes names, before, behind, author
    cdef int context, role, holder, page_start, page_end
    # terms that passed tests
    cdef Entry* entries
    cdef char* memory
    cdef Py_ssize_t used
    cdef int remembered

    def __cinit__(self, program, watched=None):
        cdef dict numbers = program.properties
        cdef Py_ssize_t n, many = len(numbers)
        self.program, self.watched = program, watched
        self.properties = _Names(numbers)
        self.many_properties = many
        self.named_members = any([each.encode().startswith(_MEMBER) for each in numbers])
        self.tests = list(program.tests)
        self.automata = [_Automaton(each) for each in program.automata]
        self.constants = [each.encode() for each in program.constants]
        self.ways = program.ways
        self.closed = [bytes([n in allowed for n in range(many)]) for allowed in program.closed]
        self.nodes = [each.encode() for each in program.nodes]
        self.shared = [each.encode() for each in program.shared]
        self.plans = [None] * PLANS
        self.each = <Property*>PyMem_Calloc(many + 1, sizeof(Property))
        self.lines = <Op*>PyMem_Calloc(len(program.lines) + 1, sizeof(Op))
        self.seen = <long long*>PyMem_Calloc(len(program.targets) + 1, sizeof(long long))
        if self.each == NULL or self.lines == NULL or self.seen == NULL:
            raise MemoryError
        for n, op in enumerate(program.lines):
            self.lines[n] = Op(_WORDS[op.word], op.a, op.b, op.end, _bits(op.classes))
        for n in range(many):
            self.each[n].targets = _bits(program.by_subject.get(n, 0))
            self.each[n].doubtful = n in program.doubtful
            self.each[n].test = -1
        self.each[<Py_ssize_t>numbers[TYPE]].type = True
        self.names_test = -1
        self.learn_classes()
        if watched is not None:
            self.watch(numbers)

    def __dealloc__(self):
        PyMem_Free(self.wanted)
        PyMem_Free(self.targeted)
        PyMem_Free(self.each)
        PyMem_Free(self.lines)
        PyMem_Free(self.seen)
        PyMem_Free(self.entries)
        PyMem_Free(self.memory)

    cdef int learn_classes(self) except -1:
        cdef list names = list({**self.program.targeted, **self.program.wanted})
        cdef Py_ssize_t n
        self.classes = _Names(names)
        self.wanted = <Bits*>PyMem_Calloc(len(names) + 1, sizeof(Bits))
        self.targeted = <Bits*>PyMem_Calloc(len(names) + 1, sizeof(Bits))
        if self.wanted == NULL or self.targeted == NULL:
            raise MemoryError
        for n in range(len(names)):
            self.wanted[n] = _bits(self.program.wanted.get(names[n], 0))
            self.targeted[n] = _bits(self.program.targeted.get(names[n], 0))
        return 0

    cdef int watch(self, dict numbers) except -1:
        """Prepare for what is no shape's."""
        watched = self.watched
        named, before, behind = watched.named
        self.before, self.behind = before.encode(), behind.encode()
        self.each[<int>numbers[named]].look = NAMED
        head, test = watched.names
        self.names, self.names_test = head.encode(), len(self.tests)
        self.tests.append(test)
        for properties, test in watched.values:
            for each in properties:
                self.each[<int>numbers[each]].test = len(self.tests)
            self.tests.append(test)
        for each in watched.issns:
            self.each[<int>numbers[each]].issns = True
        for first, last in watched.blocks[:BLOCKS]:
            self.first[self.many_blocks], self.last[self.many_blocks] = first, last
            self.many_blocks += 1
        context, role, author, holder = watched.once
        self.context, self.role, self.holder = numbers[context], numbers[role], numbers[holder]
        self.author = author.encode()
        self.each[self.context].look = CONTEXT
        start, end = watched.order
        self.page_start, self.page_end = numbers[start], numbers[end]
        self.each[self.page_end].look = END
        return 0

    def counts(self):
        """How many focus nodes each shape with targets had in the records that were clean."""
        return {target.node: self.seen[n] for n, target in enumerate(self.program.targets)}

    @staticmethod
    def graph_of(lines):
        """What :func:`graph_of` makes of the lines of a record."""
        return graph_of(lines)

    def clean(self, bytes lines not None):
        """
        Whether the lines of a record, as a mapping gives them, leave nothing to find; then their nodes are counted.

        Any bytes may be given; what are no lines of one record each node together is not clean.
        """
        cdef _Record record = self.spare
        cdef bint sure
        self.spare = None
        if record is None:
            record = _Record(self.many_properties)
        record.begin()
        sure = self.read(record, PyBytes_AS_STRING(lines), PyBytes_GET_SIZE(lines)) and self.holds_all(record)
        if sure:
            self.count(record)
        else:
            memset(record.counts, 0, (self.many_properties + 2) * sizeof(int))
        if record.room < 1 << 14 and record.statement_room < 1 << 16:
            self.spare = record
        return sure

    cdef void count(self, _Record record) noexcept:
        cdef int n, target
        cdef uint64_t bits
        for n in range(record.many):
            bits, target = record.nodes[n].targets.low, 0
            while bits:
                self.seen[target] += bits & 1
                bits, target = bits >> 1, target + 1
            bits, target = record.nodes[n].targets.high, 64
            while bits:
                self.seen[target] += bits & 1
                bits, target = bits >> 1, target + 1

    cdef bint read(self, _Record record, const char* at, Py_ssize_t length) except -1:
        """Whether these are lines that are understood; the nodes and what is stated of them are in the record then."""
        cdef const char* end = at + length
        cdef const char* name = NULL
        cdef const char* text
        cdef const char* last = NULL
        cdef const char* stop
        cdef const char* blank
        cdef Py_ssize_t size = 0, last_size = 0, free = 0
        cdef uint64_t hash
        cdef int property = -1, number
        cdef Node* node = NULL
        cdef bytes each
        if length > 1 << 28:
            return False
        while at < end:
            stop = <const char*>memchr(at, c"\n", end - at)
            if stop == NULL:
                return False
            if name == NULL or stop - at <= size or at[size] != c" " or memcmp(at, name, size) != 0:
                blank = <const char*>memchr(at, c" ", stop - at)
                if blank == NULL:
                    return False
                name, size = at, blank - at
                if name[0] == c'"' or not _is_term(name, size):
                    return False
                hash = _hash(name, size)
                if record.find_with(name, size, hash, &free) >= 0 or free < 0:
                    return False  # it was described before, further up
                record.places[free] = record.many
                node = &record.nodes[record.many]
                node.name, node.size, node.hash, node.place = name, size, hash, free
                node.first = node.behind = record.stated
                node.typed, node.seen = False, 0
                node.classes = node.targets = Bits(0, 0)
                record.many += 1
                if record.many == record.room:
                    record.make_room()
                    node = &record.nodes[record.many - 1]
            text = at + size + 1
            blank = <const char*>memchr(text, c" ", stop - text)
            if blank == NULL:
                return False
            if last == NULL or blank - text != last_size or memcmp(text, last, last_size) != 0:
                last, last_size = text, blank - text
                if last_size < 3 or last[0] != c"<" or last[last_size - 1] != c">":
                    return False
                property = self.properties.number(last, last_size)
                if property < 0:
                    # what no shape knows has the two numbers behind those of the others
                    property = self.many_properties + _begins(last, last_size, _MEMBER, _MEMBER_SIZE)
            text = blank + 1
            if stop - text < 4 or (stop - 1)[0] != c"." or (stop - 2)[0] != c" " or not _is_term(text, stop - text - 2):
                return False
            if record.stated == record.statement_room:
                record.make_statement_room()
            record.statements[record.stated] = Statement(property, text, stop - text - 2)
            record.stated += 1
            node.behind = record.stated
            if property < self.many_properties:
                if self.each[property].doubtful:
                    return False
                _join(&node.targets, self.each[property].targets)
                if self.each[property].type:
                    node.typed = True
                    number = self.classes.number(text, stop - text - 2)
                    if number >= 0:
                        _join(&node.classes, self.wanted[number])
                        _join(&node.targets, self.targeted[number])
            at = stop + 1
        for each in self.nodes:
            if record.find(PyBytes_AS_STRING(each), PyBytes_GET_SIZE(each)) >= 0:
                return False
        return True

    cdef bint holds_all(self, _Record record) except -1:
        """Whether all nodes have what the shapes that look at them ask for, and what else is looked at is in order."""
        cdef int n, place, property, line, kind
        cdef Node* node
        cdef Statement* statement
        cdef _Plan plan
        cdef Asked* asked
        cdef Property* about
        cdef Term term
        cdef bint watched = self.watched is not None, context, ordered
        for n in range(record.many):
            node = &record.nodes[n]
            plan = None
            record.current = -1
            context = ordered = False
            if node.targets.low or node.targets.high:
                plan = self.plan(node.targets)
                if plan.open:
                    return False
            elif not watched:
                continue
            for place in range(node.first, node.behind):
                statement = &record.statements[place]
                property = statement.property
                record.counts[property] += 1
                if property >= self.many_properties:
                    continue
                if plan is not None:
                    asked = &plan.of[property]
                    if record.counts[property] > asked.most:
                        return False
                    kind = statement.text[0]
                    kind = 1 if kind == c"<" else 2 if kind == c'"' else 4
                    if not (
                        kind & asked.form
                        and (not asked.form & 8 or (kind == 2 and statement.text[statement.size - 1] == c'"'))
                        and (not asked.form & 16 or (kind != 4 and statement.text[1] != c'"'))
                    ):
                        return False
                    for line in range(asked.first, asked.first + asked.many):
                        term = Term(statement.text, statement.size, -2)
                        if not self.holds(record, plan.rules[line], &term):
                            return False
                if watched:
                    about = &self.each[property]
                    if about.test >= 0 and not (about.issns and _is_issn(statement.text, statement.size)):
                        if not self.known(about.test, statement.text, statement.size):
                            return False
                    if about.look == NAMED:
                        if not self.is_named(node, statement):
                            return False
                    elif about.look == CONTEXT:
                        context = True
                    elif about.look == END:
                        ordered = True
            record.current = n
            if plan is not None:
                for line in range(plan.many_others):
                    term = Term(node.name, node.size, n)
                    if not self.holds(record, plan.others[line], &term):
                        return False
            if (context and not self.once(record, node)) or (ordered and not self.in_order(record, node)):
                return False
            if watched and _begins(node.name, node.size, PyBytes_AS_STRING(self.names), PyBytes_GET_SIZE(self.names)):
                if not self.is_good_name(
                    node.name + PyBytes_GET_SIZE(self.names), node.size - PyBytes_GET_SIZE(self.names) - 1
                ):
                    return False
            for place in range(node.first, node.behind):
                record.counts[record.statements[place].property] = 0
            if record.steps > STEPS:
                return False
        return True

    cdef bint is_good_name(self, const char* text, Py_ssize_t size) except -1:
        """Whether a name, without what such names begin with, has digits in one of the blocks and a check character."""
        cdef long long number = _number_with_check(text, size)
        cdef int n
        for n in range(self.many_blocks):
            if self.first[n] <= number <= self.last[n]:
                return True
        return size > 0 and self.known(self.names_test, text, size)

    cdef bint is_named(self, Node* node, Statement* statement) noexcept:
        """Whether a value, a number as text, is in the name of its node."""
        cdef Py_ssize_t head = PyBytes_GET_SIZE(self.before), tail = PyBytes_GET_SIZE(self.behind), n
        cdef Py_ssize_t size = statement.size - 2
        if statement.text[0] != c'"' or statement.text[statement.size - 1] != c'"' or node.size != head + size + tail:
            return False
        for n in range(1, size + 1):
            if not c"0" <= statement.text[n] <= c"9":
                return False
        return (
            memcmp(node.name, PyBytes_AS_STRING(self.before), head) == 0
            and memcmp(node.name + head, statement.text + 1, size) == 0
            and memcmp(node.name + head + size, PyBytes_AS_STRING(self.behind), tail) == 0
        )

    cdef bint is_author(self, _Record record, int node, int role, bytes author) noexcept:
        return record.states(node, role, PyBytes_AS_STRING(author), PyBytes_GET_SIZE(author))

    cdef bint once(self, _Record record, Node* node) noexcept:
        """Whether each holder of the author's roles surely holds but one."""
        cdef int place, role, held, holder
        cdef Statement* statement
        record.seen += 1
        for place in range(node.first, node.behind):
            statement = &record.statements[place]
            if statement.property != self.context:
                continue
            role = record.find(statement.text, statement.size)
            if role < 0 or not self.is_author(record, role, self.role, self.author):
                continue
            for held in range(record.nodes[role].first, record.nodes[role].behind):
                statement = &record.statements[held]
                if statement.property == self.holder and _begins(
                    statement.text, statement.size, PyBytes_AS_STRING(self.names), PyBytes_GET_SIZE(self.names)
                ):
                    holder = record.find(statement.text, statement.size)
                    if holder < 0 or record.nodes[holder].seen == record.seen:
                        return False
                    record.nodes[holder].seen = record.seen
        return True

    cdef bint in_order(self, _Record record, Node* node) noexcept:
        """Whether no first page is above a last one."""
        cdef int one, other
        cdef long start, end
        if record.counts[self.page_start] == 0:
            return True
        if node.behind - node.first > 1000:
            return False
        for one in range(node.first, node.behind):
            if record.statements[one].property != self.page_end:
                continue
            end = _number(&record.statements[one])
            for other in range(node.first, node.behind):
                if record.statements[other].property == self.page_start:
                    start = _number(&record.statements[other])
                    if start > end >= 0:
                        return False
        return True

    cdef bint holds(self, _Record record, int line, Term* term) except -1:
        """Whether a rule surely holds of a term, or of the node that it names."""
        cdef Op* op = &self.lines[line]
        cdef int n, node
        cdef Term value
        cdef Statement* statement
        cdef bytes constant
        cdef _Automaton automaton
        cdef char kind = term.text[0]
        if op.word == ALL:
            n = line + 1
            while n < op.end:
                if not self.holds(record, n, term):
                    return False
                n = self.lines[n].end
            return True
        elif op.word == ANY:
            n = line + 1
            while n < op.end:
                if self.holds(record, n, term):
                    return True
                n = self.lines[n].end
            return False
        elif op.word == KIND:
            return ((1 if kind == c"<" else 2 if kind == c'"' else 4) & op.a) != 0
        elif op.word == STRING:
            return kind == c'"' and term.text[term.size - 1] == c'"'
        elif op.word == NOT_EMPTY:
            return kind != c"_" and term.text[1] != c'"'
        elif op.word == LANGUAGE:
            constant = <bytes>self.constants[op.a]
            return kind == c'"' and _has_language(
                term.text, term.size, PyBytes_AS_STRING(constant), PyBytes_GET_SIZE(constant)
            )
        elif op.word == PATTERN:
            automaton = <_Automaton>self.automata[op.a]
            return automaton.matches(term.text, term.size)
        elif op.word == LEXICAL:
            constant = <bytes>self.constants[op.b]
            n = PyBytes_GET_SIZE(constant)
            automaton = <_Automaton>self.automata[op.a]
            return (
                kind == c'"' and term.size > n
                and memcmp(term.text + term.size - n, PyBytes_AS_STRING(constant), n) == 0
                and automaton.matches(term.text, term.size)
            )
        elif op.word == KNOWN:
            return self.known(op.a, term.text, term.size)
        elif op.word == CLASS:
            node = record.node_of(term)
            return node >= 0 and _both(record.nodes[node].classes, op.classes)
        elif op.word == UNTYPED:
            if kind != c"<":
                return False
            node = record.node_of(term)
            return node < 0 or not record.nodes[node].typed or self.is_shared(term)
        elif op.word == ELSEWHERE:
            return kind == c"<" and (record.node_of(term) < 0 or self.is_shared(term))
        elif op.word == SHARED:
            return self.is_shared(term)
        elif op.word == LEAST:
            return record.count(record.node_of(term), op.a) > 0
        elif op.word == MOST:
            return record.count(record.node_of(term), op.a) <= op.b
        elif op.word == VALUE:
            constant = <bytes>self.constants[op.b]
            return record.states(record.node_of(term), op.a, PyBytes_AS_STRING(constant), PyBytes_GET_SIZE(constant))
        elif op.word == NOT_AMONG:
            return not record.states(record.node_of(term), op.a, term.text, term.size)
        elif op.word == EACH:
            node = record.node_of(term)
            if node < 0 or (node == record.current and record.counts[op.a] == 0):
                return True
            for n in range(record.nodes[node].first, record.nodes[node].behind):
                statement = &record.statements[n]
                if statement.property == op.a:
                    value = Term(statement.text, statement.size, -2)
                    if not self.holds(record, line + 1, &value):
                        return False
            record.steps += record.nodes[node].behind - record.nodes[node].first
            return record.steps <= STEPS
        elif op.word == CLOSED:
            node = record.node_of(term)
            if node < 0:
                return True
            constant = <bytes>self.closed[op.a]
            for n in range(record.nodes[node].first, record.nodes[node].behind):
                statement = &record.statements[n]
                if statement.property >= self.many_properties or not PyBytes_AS_STRING(constant)[statement.property]:
                    return False
            return True
        elif op.word == EQUALS:
            node = record.node_of(term)
            return node < 0 or self.are_equal(record, node, op.a, <list>self.ways[op.b])
        elif op.word == MEMBERS:
            node = record.node_of(term)
            return node >= 0 and self.are_members(record, &record.nodes[node], op.a, op.b)
        elif op.word == RANKS:
            node = record.node_of(term)
            return node >= 0 and self.are_ranks(record, &record.nodes[node], op, &self.lines[line + 1])
        return False

    cdef bint is_shared(self, Term* term) noexcept:
        cdef bytes head
        for head in self.shared:
            if _begins(term.text, term.size, PyBytes_AS_STRING(head), PyBytes_GET_SIZE(head)):
                return True
        return False

    cdef bint are_equal(self, _Record record, int node, int other, list ways) except -1:
        """Whether the values to which the ways lead are those of a property."""
        cdef int n, first
        cdef Statement* statement
        cdef tuple way
        cdef bint all_there = False
        for way in ways:
            first = <int>way[0]
            if len(way) == 1 and first == other:
                all_there = True
                continue
            if node == record.current and record.counts[first] == 0:
                continue
            for n in range(record.nodes[node].first, record.nodes[node].behind):
                statement = &record.statements[n]
                if statement.property != first:
                    continue
                if len(way) == 1:
                    if not record.states(node, other, statement.text, statement.size):
                        return False
                elif not self.are_among(record, node, other, statement, <int>way[1]):
                    return False
                if record.steps > STEPS:
                    return False
        # where none of the ways is the property itself, what it has must be found on them
        return all_there or record.count(node, other) == 0

    cdef bint are_among(self, _Record record, int node, int other, Statement* step, int second) noexcept:
        """Whether what a value leads to is among the values of a property of the node."""
        cdef int n, there
        cdef Statement* statement
        if step.text[0] == c'"':
            return True
        there = record.find(step.text, step.size)
        if there < 0:
            return True
        record.steps += record.nodes[there].behind - record.nodes[there].first
        for n in range(record.nodes[there].first, record.nodes[there].behind):
            statement = &record.statements[n]
            if statement.property == second and not record.states(node, other, statement.text, statement.size):
                return False
        return True

    cdef bint are_members(self, _Record record, Node* node, int creator, int listing) noexcept:
        """Whether the members of the one list are the values of a property, which stand in the order of the list."""
        cdef int n, at = node.first, end = node.first, lists = 0
        cdef Statement* statement
        if self.named_members:
            return False
        for n in range(node.first, node.behind):
            statement = &record.statements[n]
            if statement.property == listing:
                lists += 1
                at = record.find(statement.text, statement.size)
        if lists > 1:
            return False
        if lists == 1 and at >= 0:
            end, at = record.nodes[at].behind, record.nodes[at].first
        else:
            at = end = 0
        for n in range(node.first, node.behind):
            statement = &record.statements[n]
            if statement.property != creator:
                continue
            while at < end and record.statements[at].property != self.many_properties + 1:
                at += 1
            if at == end or not _same(
                statement.text, statement.size, record.statements[at].text, record.statements[at].size
            ):
                return False
            at += 1
        while at < end:
            if record.statements[at].property == self.many_properties + 1:
                return False
            at += 1
        return True

    cdef bint are_ranks(self, _Record record, Node* node, Op* op, Op* role) noexcept:
        """Whether the ranks of the author's roles surely are 1, 2, and so on, in this order."""
        cdef Op* rank = role + 1
        cdef int n, there, place
        cdef long expected = 1
        cdef Statement* statement
        cdef bytes author = <bytes>self.constants[role.b]
        for n in range(node.first, node.behind):
            statement = &record.statements[n]
            if statement.property != op.a:
                continue
            there = record.find(statement.text, statement.size)
            if there < 0 or not self.is_author(record, there, role.a, author):
                continue
            for place in range(record.nodes[there].first, record.nodes[there].behind):
                statement = &record.statements[place]
                if statement.property == rank.a:
                    if _rank(statement) != expected:
                        return False
                    expected += 1
        return True

    cdef bint known(self, int test, const char* text, Py_ssize_t size) except -1:
        """Whether a term passes a test, as it did before or does now."""
        cdef uint64_t hash = _hash(text, size) ^ (<uint64_t>test * <uint64_t>0x9E3779B97F4A7C15)
        cdef Py_ssize_t at = self.place(hash, test, text, size)
        cdef bint good
        if at >= 0 and self.entries[at].size:
            return True
        try:
            good = True if self.tests[test](PyUnicode_DecodeUTF8(text, size, NULL)) else False
        except Exception:  # the validator will meet it too, and say so
            return False
        if good and 0 < size <= LARGEST_TERM:
            self.remember(hash, test, text, size)
        return good

    cdef Py_ssize_t place(self, uint64_t hash, int test, const char* text, Py_ssize_t size) noexcept:
        """Where a term is remembered, or might be; -1 where it cannot be."""
        cdef Py_ssize_t at = <Py_ssize_t>(hash & <uint64_t>(ENTRIES - 1))
        cdef Entry* entry
        cdef int probes
        if self.entries == NULL or size > LARGEST_TERM:
            return -1
        for probes in range(PROBES):
            entry = &self.entries[at]
            if entry.size == 0 or (
                entry.hash == hash and entry.test == test and entry.size == size
                and memcmp(self.memory + entry.at, text, size) == 0
            ):
                return at
            at = (at + 1) & (ENTRIES - 1)
        return -1

    cdef int remember(self, uint64_t hash, int test, const char* text, Py_ssize_t size) except -1:
        cdef Py_ssize_t at
        if self.entries == NULL:
            self.memory = <char*>PyMem_Realloc(self.memory, MEMORY)
            if self.memory == NULL:
                raise MemoryError
            self.entries = <Entry*>PyMem_Calloc(ENTRIES, sizeof(Entry))
            if self.entries == NULL:
                raise MemoryError
        elif self.remembered >= ENTRIES // 2 or self.used + size > MEMORY:
            memset(self.entries, 0, ENTRIES * sizeof(Entry))
            self.remembered = self.used = 0
        at = self.place(hash, test, text, size)
        if at >= 0 and self.entries[at].size == 0:
            memcpy(self.memory + self.used, text, size)
            self.entries[at] = Entry(hash, test, size, self.used)
            self.used += size
            self.remembered += 1
        return 0

    cdef _Plan plan(self, Bits targets):
        cdef Py_ssize_t at = <Py_ssize_t>(
            ((targets.low ^ (targets.high << 1)) * <uint64_t>0x9E3779B97F4A7C15 >> 32) % <uint64_t>PLANS
        )
        cdef _Plan plan = <_Plan>self.plans[at]
        if plan is None or plan.targets.low != targets.low or plan.targets.high != targets.high:
            plan = self.plans[at] = self.planned(targets)
        return plan

    cdef _Plan planned(self, Bits targets):
        """What these targets ask together, each thing once."""
        cdef _Plan plan = _Plan()
        cdef dict rules = {}, most = {}, kinds = {}
        cdef set strings = set(), not_empty = set()
        cdef list others = [], ordered = []
        cdef Py_ssize_t n
        cdef object lines = self.program.lines
        asked = {}
        for n, target in enumerate(self.program.targets):
            if not (targets.low >> n if n < 64 else targets.high >> (n - 64)) & 1:
                continue
            if target.rules is None:
                plan.open = True
                plan.targets = targets
                return plan
            for line in target.rules:
                same = tuple([(op.word, op.a, op.b, op.end - line) for op in lines[line : lines[line].end]])
                asked.setdefault(same, line)
        for line in asked.values():
            op = lines[line]
            if op.word == "MOST":
                most[op.a] = min(op.b, most.get(op.a, MANY))
            elif op.word == "EACH":
                for each in _parts(lines, line + 1):
                    word = lines[each].word
                    if word == "KIND":
                        kinds[op.a] = kinds.get(op.a, 7) & lines[each].a
                    elif word == "STRING":
                        strings.add(op.a)
                    elif word == "NOT_EMPTY":
                        not_empty.add(op.a)
                    else:
                        rules.setdefault(op.a, []).append(each)
            else:
                others.append(line)
        plan.of = <Asked*>PyMem_Calloc(self.many_properties + 1, sizeof(Asked))
        if plan.of == NULL:
            raise MemoryError
        for n in range(self.many_properties):
            more = rules.get(n, [])
            form = kinds.get(n, 7) | (8 if n in strings else 0) | (16 if n in not_empty else 0)
            # more than a hundred rules for one property: nobody asks that
            if len(more) > 0xFF or len(ordered) > 0xFFFF - 0xFF:
                plan.open = True
                plan.targets = targets
                return plan
            plan.of[n] = Asked(most.get(n, MANY), len(ordered), len(more), form)
            ordered += more
        plan.rules, plan.others, plan.many_others = _numbers(ordered), _numbers(others), len(others)
        plan.targets = targets
        return plan


def _parts(lines, line):
    """The lines that must all hold for one of them to hold."""
    if lines[line].word != "ALL":
        return [line]
    found, each = [], line + 1
    while each < lines[line].end:
        found.append(each)
        each = lines[each].end
    return found


cdef bint _has_language(const char* text, Py_ssize_t size, const char* wanted, Py_ssize_t length) noexcept:
    """Whether a literal surely has a language, and one that begins as wanted."""
    cdef const char* at = _quote(text, size) + 1
    cdef const char* end = text + size
    cdef const char* n
    if at + 1 >= end or at[0] != c"@":
        return False
    at += 1
    n = at
    while n < end:
        if n[0] == c"-":
            if n + 1 < end and n[1] == c"-":
                return False
        elif not (c"a" <= n[0] <= c"z" or c"0" <= n[0] <= c"9"):
            return False
        n += 1
    if length == 0:
        return True
    return _begins(at, end - at, wanted, length) and (end - at == length or at[length] == c"-")


cdef bint _is_issn(const char* text, Py_ssize_t size) noexcept:
    """Whether a term is a text like ``1234-567X`` with the right check character."""
    cdef int total = 0, n
    if size != 11 or text[0] != c'"' or text[10] != c'"' or text[5] != c"-":
        return False
    for n in range(1, 9):
        if n != 5:
            if not c"0" <= text[n] <= c"9":
                return False
            total += (9 - n + (n > 5)) * (text[n] - c"0")
    return text[9] == b"0X987654321"[total % 11]


cdef long long _number_with_check(const char* text, Py_ssize_t size) noexcept:
    """The number that fifteen digits in groups of four are, if the character behind them checks them; else -1."""
    cdef long long number = 0, total = 0
    cdef int n
    if size != 19:
        return -1
    for n in range(18):
        if n % 5 == 4:
            if text[n] != c"-":
                return -1
        elif c"0" <= text[n] <= c"9":
            number = 10 * number + (text[n] - c"0")
            total = 2 * total + (text[n] - c"0")
        else:
            return -1
    return number if text[18] == b"10X98765432"[2 * total % 11] else -1


cdef long _number(Statement* statement) noexcept:
    """The number that a text of up to nine digits is; -1 where it is another."""
    cdef Py_ssize_t n
    cdef long number = 0
    if not 3 <= statement.size <= 11 or statement.text[0] != c'"' or statement.text[statement.size - 1] != c'"':
        return -1
    for n in range(1, statement.size - 1):
        if not c"0" <= statement.text[n] <= c"9":
            return -1
        number = 10 * number + (statement.text[n] - c"0")
    return number


cdef long _rank(Statement* statement) noexcept:
    """The number that a term of xsd:int is, written as it is by default; -1 where it is none of 1 to 999999999."""
    cdef Py_ssize_t digits = statement.size - 1 - _INT_SIZE, n
    cdef long number = 0
    if not 1 <= digits <= 9 or statement.text[0] != c'"' or statement.text[1] == c"0":
        return -1
    if memcmp(statement.text + 1 + digits, _INT, _INT_SIZE) != 0:
        return -1
    for n in range(1, digits + 1):
        if not c"0" <= statement.text[n] <= c"9":
            return -1
        number = 10 * number + (statement.text[n] - c"0")
    return number


cdef list _NAMES_OF_PROPERTIES = [None] * KEPT_NAMES


cdef str _name(const char* text, Py_ssize_t size):
    """The name of a property as a text, the one that it was the last time, as a rule."""
    cdef Py_ssize_t at = <Py_ssize_t>(_hash(text, size) & <uint64_t>(KEPT_NAMES - 1))
    cdef object known = _NAMES_OF_PROPERTIES[at]
    if (
        known is None or PyUnicode_GET_LENGTH(known) != size
        or memcmp(PyUnicode_DATA(known), text, size) != 0
    ):
        known = PyUnicode_DecodeUTF8(text, size, NULL)
        if PyUnicode_IS_COMPACT_ASCII(known):
            _NAMES_OF_PROPERTIES[at] = known
    return <str>known


def graph_of(bytes lines not None):
    """
    The graph that lines of N-Triples are, as a mapping gives it; None where they have not the form of such lines.

    Nothing is unescaped: each term stands there as it is to be compared.
    """
    cdef const char* at = PyBytes_AS_STRING(lines)
    cdef const char* end = at + PyBytes_GET_SIZE(lines)
    cdef const char* name = NULL
    cdef const char* last = NULL
    cdef const char* stop
    cdef const char* text
    cdef const char* blank
    cdef Py_ssize_t size = 0, last_size = 0
    cdef dict graph = {}, properties = None, values = None
    while at < end:
        stop = <const char*>memchr(at, c"\n", end - at)
        if stop == NULL:
            return None
        if name == NULL or stop - at <= size or at[size] != c" " or memcmp(at, name, size) != 0:
            blank = <const char*>memchr(at, c" ", stop - at)
            if blank == NULL or at[0] == c'"' or not _is_term(at, blank - at):
                return None
            name, size, last = at, blank - at, NULL
            properties = <dict>graph.setdefault(PyUnicode_DecodeUTF8(name, size, NULL), {})
        text = at + size + 1
        blank = <const char*>memchr(text, c" ", stop - text)
        if blank == NULL:
            return None
        if last == NULL or blank - text != last_size or memcmp(text, last, last_size) != 0:
            last, last_size = text, blank - text
            if last_size < 3 or last[0] != c"<" or last[last_size - 1] != c">":
                return None
            values = <dict>properties.setdefault(_name(last, last_size), {})
        text = blank + 1
        if stop - text < 4 or (stop - 1)[0] != c"." or (stop - 2)[0] != c" " or not _is_term(text, stop - text - 2):
            return None
        values[PyUnicode_DecodeUTF8(text, stop - text - 2, NULL)] = None
        at = stop + 1
    return graph
