# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, freethreading_compatible=False
"""
What :mod:`medgraph.pubmed_xml.elements` does, for the records that have nothing unusual, in one pass over their bytes.

It is made of the same table and gives the same fields. Whatever it has no word for (an element or an attribute that
no row names, text between elements, a comment, a value that comes twice, bytes that are not UTF-8) makes it give
up, and the readers in Python begin the record anew. So it never has to keep what is unread, and never decides
what is wrong with a record.
"""

from cython cimport final
from cpython.dict cimport PyDict_GetItem
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.object cimport PyObject, PyObject_CallObject
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memcmp, memcpy, strncmp

import msgspec

from medgraph.pubmed_xml.elements import INLINE, TEXT, Row, fold, place, repeating
from medgraph.pubmed_xml.plain import MATHML, NotPlainError, attributes_written, escaped, start_tag, unescaped

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    void* PyUnicode_DATA(object text)
    char* PyBytes_AS_STRING(object value)
    Py_ssize_t PyBytes_GET_SIZE(object value)

ctypedef const unsigned char* Bytes

cdef enum:
    # what a byte is in running text
    ORDINARY = 0
    BLANK = 1
    SPACE = 2  # tab and line ends
    REFERENCE = 3
    HIGH = 4  # part of a character beyond ASCII
    NONCHARACTER = 5  # may begin one
    TAG = 6
    ILLEGAL = 7  # and NUL, which ends the record's bytes

cdef enum:
    # what was met in a text
    FOLD = 1
    RESOLVE = 2
    BEYOND_ASCII = 4

cdef enum:
    DEEPEST = 200

cdef unsigned char KIND[256]

cdef void _classify() noexcept:
    cdef int byte
    for byte in range(256):
        KIND[byte] = HIGH if byte >= 0x80 else ORDINARY if byte >= 0x20 else ILLEGAL
    KIND[0x20] = BLANK
    KIND[0x09] = KIND[0x0A] = KIND[0x0D] = SPACE
    KIND[0x26] = REFERENCE
    KIND[0x3C] = TAG
    KIND[0x3E] = ILLEGAL
    KIND[0xEF] = NONCHARACTER

_classify()

cdef str _MATHML = ' xmlns:mml="' + MATHML.strip('{}') + '"'


@final
cdef class _Given:
    """An attribute: its field, what its values mean if only some are allowed, and its place in a Struct."""

    cdef bytes name
    cdef str field
    cdef object allowed
    cdef int at

    def __init__(self, bytes name, str field, allowed):
        self.name, self.field, self.allowed = name, field, allowed


@final
cdef class _Child:
    """
    A child of an element.

    ``element`` is None for a plain text that goes to ``field``; one that is ``TEXT`` and repeats has an element.
    """

    cdef bytes name
    cdef str field
    cdef bint repeats
    cdef object of_text
    cdef _Element element

    def __init__(self, bytes name, str field, bint repeats, of_text, _Element element):
        self.name, self.field, self.repeats, self.of_text, self.element = name, field, repeats, of_text, element


@final
cdef class _Element:
    """An element of the table. Its children are looked for from the one after the last: they come in order."""

    cdef bint has_text, into, is_struct
    cdef object make, merge
    cdef tuple required, lists
    cdef str text_field, markup, empty
    cdef list children, attributes
    cdef tuple defaults  # what a Struct of text and attributes is made of where nothing is said; None for any other
    cdef int text_at, markup_at

    cdef _Child child(self, Bytes name, Py_ssize_t size, Py_ssize_t* at):
        cdef Py_ssize_t n, i = at[0], many = len(self.children)
        cdef _Child child
        for n in range(many):
            child = <_Child>self.children[i]
            if PyBytes_GET_SIZE(child.name) == size and memcmp(PyBytes_AS_STRING(child.name), name, size) == 0:
                at[0] = i
                return child
            i += 1
            if i == many:
                i = 0
        return None


cdef struct Text:
    Bytes start
    Py_ssize_t size
    int met


cdef struct Cursor:
    # where a record is being read, and how many elements are open there; no state is kept between calls
    Bytes p
    int depth


@final
cdef class Reader:
    """
    Reads whole records.

    Args:
        table: of all elements.
        names: the elements that a record can be.
        versions: what makes values out of fields in the place of a function of the table, in less time.
    """

    cdef dict _elements
    cdef dict _versions
    cdef object _table
    cdef _Element _root

    def __init__(self, table, tuple names, versions=()):
        self._elements = {}
        self._versions = dict(versions)
        self._table = table
        self._root = _Element()
        self._root.children = [
            _Child(name.encode(), "", False, None, self._element(name)) for name in names
        ]

    def read(self, bytes raw not None):
        """The fields of a record; None where it is not as plain as this reader wants it."""
        cdef Bytes start = <Bytes>PyBytes_AS_STRING(raw)
        cdef dict fields = {}
        cdef Py_ssize_t at = 0
        cdef Cursor cursor = Cursor(start, 0)
        cdef Cursor* c = &cursor
        try:
            if c.p[0] != c"<":
                return None
            self._child(c, self._root, &at, fields)
            self._skip_space(c)
        except (NotPlainError, UnicodeDecodeError):
            return None
        return fields if c.p - start == PyBytes_GET_SIZE(raw) else None

    # how the table is made ready

    def _element(self, str path):
        cdef _Element element
        if path in self._elements:
            return self._elements[path]
        element = self._elements[path] = _Element()
        found = self._table[path]
        element.make, element.merge = self._versions.get(found.make, found.make), found.merge
        element.required, element.markup, element.empty = found.required, found.markup, found.empty
        element.has_text = TEXT in found.rows
        element.text_field = found.rows.get(TEXT)
        element.into = found.make is None and found.merge is None
        element.is_struct = isinstance(found.make, type) and issubclass(found.make, msgspec.Struct)
        element.attributes = [
            _Given(name[1:].encode(), *((goes, None) if isinstance(goes, str) else goes))
            for name, goes in found.rows.items()
            if name[0] == "@"
        ]
        if element.is_struct and element.has_text:
            self._as_arguments(element)
        element.children = []
        if not element.has_text:
            for child, goes_to in found.rows.items():
                if child[0] != "@":
                    element.children.append(self._made_child(path, child, goes_to))
        element.lists = tuple(repeating(self._table, path))
        return element

    def _as_arguments(self, _Element element):
        """Makes a Struct of text and attributes of arguments by their place, without a dictionary."""
        cdef _Given attribute
        cdef tuple fields = element.make.__struct_fields__
        cdef tuple defaults = element.make.__struct_defaults__
        needed = len(fields) - len(defaults)
        if needed > 1 or any(default is not None and type(default) is not bool for default in defaults):
            return
        element.text_at = fields.index(element.text_field)
        if needed and element.text_at:
            return
        element.defaults = (None,) * needed + defaults
        element.markup_at = -1 if element.markup is None else fields.index(element.markup)
        for attribute in element.attributes:
            attribute.at = fields.index(attribute.field)

    def _made_child(self, str path, str child, goes_to):
        cdef _Element element = None
        row = goes_to if isinstance(goes_to, Row) else Row(goes_to)
        child_path = place(self._table, path, child)
        of_text = row.of_text
        if child_path in self._table:
            element = self._element(child_path)
        elif row.repeats:
            element = _Element()
            element.has_text, element.text_field, element.attributes, element.children = True, "text", [], []
            of_text = of_text or str
        return _Child(child.encode(), row.field, row.repeats, of_text, element)

    # bytes

    cdef int _skip_space(self, Cursor* c) except -1:
        cdef Bytes p = c.p
        while KIND[p[0]] == BLANK or KIND[p[0]] == SPACE:
            p += 1
        c.p = p
        return 0

    cdef int _scan(self, Cursor* c, Text* text) except -1:
        """The text up to the next tag."""
        cdef Bytes p = c.p
        cdef unsigned char kind
        cdef int met = FOLD if p[0] == c" " else 0
        cdef bint doubled = False
        text.start = p
        while True:
            # most bytes by far; blanks take the same way, as every sixth is one and none can be foreseen
            while KIND[p[0]] <= BLANK:
                doubled |= (p[0] == 0x20) & (p[1] == 0x20)
                p += 1
            kind = KIND[p[0]]
            if kind == HIGH:
                met |= BEYOND_ASCII
            elif kind == TAG:
                break
            elif kind == REFERENCE:
                met |= RESOLVE
            elif kind == SPACE:
                met |= FOLD
            elif kind == NONCHARACTER and not (p[1] == 0xBF and p[2] >= 0xBE):
                met |= BEYOND_ASCII
            else:
                raise NotPlainError
            p += 1
        if doubled or (p != text.start and (p - 1)[0] == c" "):
            met |= FOLD
        text.size = p - text.start
        text.met = met
        c.p = p
        return 0

    cdef bint _closes(self, Cursor* c, bytes name) noexcept:
        """Whether the end tag of this name stands here; it is passed over then."""
        cdef Bytes p = c.p
        cdef Py_ssize_t size = PyBytes_GET_SIZE(name)
        if p[1] == c"/" and strncmp(<const char*>p + 2, PyBytes_AS_STRING(name), size) == 0 and p[2 + size] == c">":
            c.p = p + size + 3
            return True
        return False

    # elements

    cdef int _child(self, Cursor* c, _Element parent, Py_ssize_t* at, dict fields) except -1:
        """Reads the element that begins here into the fields of its parent."""
        cdef Bytes name = c.p + 1
        cdef Bytes p = name
        cdef _Child child
        cdef dict given = None
        cdef bint is_empty = False
        cdef list arguments = None
        while p[0] > c">" or (p[0] > c" " and p[0] != c">" and p[0] != c"/"):
            p += 1
        child = parent.child(name, p - name, at)
        if child is None:
            raise NotPlainError
        if child.element is not None and child.element.defaults is not None:
            arguments = list(child.element.defaults)
        if p[0] == c">":
            c.p = p + 1
        else:
            c.p = p
            given = {} if arguments is None else None
            self._attributes(c, child.element, given, arguments, &is_empty)
        if child.element is None:
            self._plain(c, child, is_empty, fields)
        elif child.element.has_text:
            self._text(c, child, given, arguments, is_empty, fields)
        else:
            c.depth += 1
            if c.depth > DEEPEST:
                raise NotPlainError
            self._children(c, child, given, is_empty, fields)
            c.depth -= 1
        return 0

    cdef int _attributes(self, Cursor* c, _Element element, dict given, list arguments, bint* is_empty) except -1:
        """What the attributes say, as fields or as arguments; the tag is passed over."""
        cdef Bytes p = c.p
        cdef Bytes name
        cdef _Given attribute
        cdef Text text
        cdef Py_ssize_t size
        cdef unsigned long seen = 0
        cdef int n
        while True:
            while p[0] == c" " or KIND[p[0]] == SPACE:
                p += 1
            if p[0] == c">":
                c.p = p + 1
                return 0
            if p[0] == c"/" and p[1] == c">":
                is_empty[0] = True
                c.p = p + 2
                return 0
            name = p
            while p[0] > c"=" or (p[0] > c" " and p[0] != c"="):
                p += 1
            size = p - name
            if p[0] != c"=" or p[1] != c'"' or element is None or KIND[(name - 1)[0]] > SPACE or KIND[(name - 1)[0]] < BLANK:
                raise NotPlainError
            p += 2
            text.start = p
            text.met = 0
            while p[0] != c'"':
                kind = KIND[p[0]]
                if kind == ILLEGAL or kind == TAG or kind == NONCHARACTER:
                    raise NotPlainError
                if kind == HIGH:
                    text.met |= BEYOND_ASCII
                elif kind == REFERENCE:
                    text.met |= RESOLVE
                elif kind == SPACE or (kind == BLANK and (p == text.start or p[1] == c" " or p[1] == c'"')):
                    text.met |= FOLD
                p += 1
            text.size = p - text.start
            p += 1
            for n in range(len(element.attributes)):
                attribute = <_Given>element.attributes[n]
                if PyBytes_GET_SIZE(attribute.name) == size and memcmp(PyBytes_AS_STRING(attribute.name), name, size) == 0:
                    break
            else:
                raise NotPlainError
            if seen & (1UL << n):
                raise NotPlainError
            seen |= 1UL << n
            if attribute.allowed is None:
                value = _value(&text)
                if not value:
                    continue
            else:
                value = _string(&text)
                value = attribute.allowed.get(unescaped(value) if text.met & RESOLVE else value, NotPlainError)
                if value is NotPlainError:
                    raise NotPlainError
                if value is None:
                    continue
            if arguments is None:
                given[attribute.field] = value
            else:
                arguments[attribute.at] = value

    cdef int _plain(self, Cursor* c, _Child child, bint is_empty, dict fields) except -1:
        cdef Text text
        if is_empty:
            return 0
        self._scan(c, &text)
        if self._closes(c, child.name):
            value = _value(&text)
        else:
            value, _ = self._mixed(c, child.name, &text)
        if value:
            if PyDict_GetItem(fields, child.field) != NULL:
                raise NotPlainError
            fields[child.field] = value
        return 0

    cdef int _text(self, Cursor* c, _Child child, dict given, list arguments, bint is_empty, dict fields) except -1:
        """An element that holds text and attributes, or a text that repeats."""
        cdef _Element element = child.element
        cdef Text text
        marked = None
        if is_empty:
            value = ""
        else:
            self._scan(c, &text)
            if self._closes(c, child.name):
                value = _value(&text)
            else:
                value, marked = self._mixed(c, child.name, &text)
        if not value:
            if element.empty is None:
                if given or (arguments is not None and tuple(arguments) != element.defaults):
                    raise NotPlainError
                return 0
            value = element.empty
        if child.of_text is not None:
            return self._store(child, value if child.of_text is str else child.of_text(value), fields)
        if arguments is not None:
            arguments[element.text_at] = value
            if marked is not None and element.markup is not None:
                arguments[element.markup_at] = marked
            return self._store(child, PyObject_CallObject(element.make, tuple(arguments)), fields)
        if given is None:
            given = {}
        given[element.text_field] = value
        if marked is not None and element.markup is not None:
            given[element.markup] = marked
        if element.make is not None:
            return self._store(child, element.make(**given), fields)
        for name, value in given.items():
            if PyDict_GetItem(fields, name) != NULL:
                raise NotPlainError
            fields[name] = value
        return 0

    cdef int _children(self, Cursor* c, _Child child, dict given, bint is_empty, dict fields) except -1:
        """An element that has children, each with its place."""
        cdef _Element element = child.element
        cdef dict own
        cdef Py_ssize_t at = 0
        cdef Py_ssize_t size = 0
        cdef str name
        if element.into:
            own = fields
            if given:
                own.update(given)
        elif given is not None:
            own = given
            size = len(own)
        else:
            own = {}
        if not is_empty:
            while True:
                self._skip_space(c)
                if c.p[0] != c"<":
                    raise NotPlainError
                if c.p[1] == c"/":
                    break
                self._child(c, element, &at, own)
            if not self._closes(c, child.name):
                raise NotPlainError
        if element.into:
            return 0
        if element.make is None:
            element.merge(own, fields)
            return 0
        for name in element.required:
            if PyDict_GetItem(own, name) == NULL:
                raise NotPlainError
        if len(own) == size:
            if size:
                raise NotPlainError
            return 0
        for name in element.lists:
            if PyDict_GetItem(own, name) != NULL:
                own[name] = tuple(own[name])
        return self._store(child, element.make(**own) if element.is_struct else element.make(own), fields)

    cdef int _store(self, _Child child, object value, dict fields) except -1:
        cdef PyObject* there
        if value is None:
            return 0
        there = PyDict_GetItem(fields, child.field)
        if child.repeats:
            if there == NULL:
                fields[child.field] = [value]
            else:
                (<list>there).append(value)
        elif there != NULL:
            raise NotPlainError
        else:
            fields[child.field] = value
        return 0

    cdef tuple _mixed(self, Cursor* c, bytes end, Text* text):
        """The text of an element with inline markup, and the same as an XML fragment."""
        cdef list texts = []
        cdef list marked = []
        cdef list open_ends = []
        cdef Bytes start
        cdef Bytes close
        cdef str piece
        while True:
            piece = _string(text)
            if text.met & RESOLVE:
                piece = unescaped(piece)
                texts.append(piece)
                marked.append(escaped(piece))
            else:
                texts.append(piece)
                marked.append(piece)
            if not open_ends and self._closes(c, end):
                break
            if open_ends and self._closes(c, <bytes>open_ends[len(open_ends) - 1]):
                marked.append(f"</{(<bytes>open_ends.pop()).decode()}>")
            elif c.p[1] == c"/":
                raise NotPlainError
            else:
                start = c.p
                close = start + 1
                while KIND[close[0]] < NONCHARACTER:
                    close += 1
                if close[0] != c">":
                    raise NotPlainError
                c.p = close + 1
                name, attributes, is_empty = start_tag(start[: close - start].decode())
                mathml = name.startswith("mml:")
                if not mathml and (attributes or name not in INLINE):
                    raise NotPlainError
                namespace = _MATHML if name == "mml:math" else ""
                marked.append(f"<{name}{namespace}{attributes_written(sorted(attributes))}>")
                if is_empty:
                    marked.append(f"</{name}>")
                else:
                    open_ends.append(name.encode())
                    if len(open_ends) > DEEPEST:
                        raise NotPlainError
            self._scan(c, text)
        return fold("".join(texts)), fold("".join(marked))


cdef str _string(Text* text):
    """The characters of a text."""
    cdef object made
    if text.met & BEYOND_ASCII:
        return PyUnicode_DecodeUTF8(<const char*>text.start, text.size, NULL)
    if text.size == 0:
        return ""
    made = PyUnicode_New(text.size, 127)
    memcpy(PyUnicode_DATA(made), text.start, text.size)
    return <str>made


cdef str _value(Text* text):
    """A text with its references resolved and its white space folded."""
    cdef Bytes p = text.start
    cdef Bytes end = p + text.size
    cdef unsigned char* folded
    cdef unsigned char* to
    cdef unsigned char* last
    cdef unsigned int character
    if not text.met & (FOLD | RESOLVE):
        return _string(text)
    # a reference is never shorter than the character it stands for
    folded = <unsigned char*>PyMem_Malloc(text.size + 1)
    if folded == NULL:
        raise MemoryError
    try:
        to = folded
        while p < end:
            if p[0] == c"&":
                p = _resolved(p, &character)
                if character >= 0x80:
                    text.met |= BEYOND_ASCII
                    to = _encoded(character, to)
                    continue
            else:
                character = p[0]
                p += 1
            if character == c" " or character == c"\n" or character == c"\t" or character == c"\r":
                if to != folded and (to - 1)[0] != c" ":
                    to[0] = c" "
                    to += 1
            else:
                to[0] = <unsigned char>character
                to += 1
        if to != folded and (to - 1)[0] == c" ":
            to -= 1
        return PyUnicode_DecodeUTF8(<const char*>folded, to - folded, NULL)
    finally:
        PyMem_Free(folded)


cdef Bytes _resolved(Bytes p, unsigned int* character) except NULL:
    """The character that a reference stands for, and where the text goes on."""
    cdef Bytes start = p + 1
    cdef unsigned int code = 0
    cdef int base = 10
    p = start
    if p[0] == c"#":
        p += 1
        if p[0] == c"x":
            base = 16
            p += 1
        start = p
        while p - start < (7 if base == 10 else 6):
            if c"0" <= p[0] <= c"9":
                code = code * base + p[0] - c"0"
            elif base == 16 and (c"a" <= p[0] <= c"f" or c"A" <= p[0] <= c"F"):
                code = code * 16 + (p[0] | 0x20) - c"a" + 10
            else:
                break
            p += 1
        if p == start or p[0] != c";" or not (
            0x20 <= code < 0xD800 or code == 9 or code == 10 or code == 13
            or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        ):
            raise NotPlainError
        character[0] = code
        return p + 1
    while c"a" <= p[0] <= c"z" and p - start < 5:
        p += 1
    if p[0] != c";":
        raise NotPlainError
    if p - start == 3 and strncmp(<const char*>start, "amp", 3) == 0:
        character[0] = c"&"
    elif p - start == 2 and strncmp(<const char*>start, "lt", 2) == 0:
        character[0] = c"<"
    elif p - start == 2 and strncmp(<const char*>start, "gt", 2) == 0:
        character[0] = c">"
    elif p - start == 4 and strncmp(<const char*>start, "quot", 4) == 0:
        character[0] = c'"'
    elif p - start == 4 and strncmp(<const char*>start, "apos", 4) == 0:
        character[0] = c"'"
    else:
        raise NotPlainError
    return p + 1


cdef unsigned char* _encoded(unsigned int character, unsigned char* to) noexcept:
    """A character beyond ASCII in UTF-8; gives where the next goes."""
    if character < 0x800:
        to[0] = 0xC0 | (character >> 6)
        to[1] = 0x80 | (character & 0x3F)
        return to + 2
    if character < 0x10000:
        to[0] = 0xE0 | (character >> 12)
        to[1] = 0x80 | ((character >> 6) & 0x3F)
        to[2] = 0x80 | (character & 0x3F)
        return to + 3
    to[0] = 0xF0 | (character >> 18)
    to[1] = 0x80 | ((character >> 12) & 0x3F)
    to[2] = 0x80 | ((character >> 6) & 0x3F)
    to[3] = 0x80 | (character & 0x3F)
    return to + 4


@final
cdef class Day:
    """
    The date in the parts of an XML date, where each is a number and the calendar has the day; else asks the function.

    Args:
        function: makes a date of any fields.
        dates: has the numbers.
    """

    cdef object function, exists, date
    cdef dict years, months, days, hours, minutes

    def __init__(self, function, dates, date):
        self.function, self.date, self.exists = function, date, dates.exists
        self.years, self.months, self.days = dates.YEARS, dates.MONTHS, dates.DAYS
        self.hours, self.minutes = dates.HOURS, dates.MINUTES

    def __call__(self, dict fields):
        cdef PyObject* year = _number(self.years, fields, "year")
        cdef PyObject* month = _number(self.months, fields, "month")
        cdef PyObject* day = _number(self.days, fields, "day")
        cdef PyObject* hour
        cdef PyObject* minute
        if year != NULL and month != NULL and day != NULL:
            if <int><object>day < 29 or self.exists(<object>year, <object>month, <object>day):
                if "hour" not in fields and "minute" not in fields:
                    return self.date(<object>year, <object>month, <object>day)
                hour, minute = _number(self.hours, fields, "hour"), _number(self.minutes, fields, "minute")
                if hour != NULL and minute != NULL:
                    return self.date(<object>year, <object>month, <object>day, <object>hour, <object>minute)
        return self.function(fields)


cdef PyObject* _number(dict numbers, dict fields, str name) except? NULL:
    cdef PyObject* value = PyDict_GetItem(fields, name)
    return NULL if value == NULL else PyDict_GetItem(numbers, <object>value)


@final
cdef class HistoryDay:
    """The date of a history, by its status."""

    cdef object day, made

    def __init__(self, day, made):
        self.day, self.made = day, made

    def __call__(self, dict fields):
        return self.made(fields["status"], self.day(fields))


@final
cdef class Author:
    """A person or a group, where there is a last name or a group's; else asks the function."""

    cdef object function, made

    def __init__(self, function, made):
        self.function, self.made = function, made

    def __call__(self, dict fields):
        cdef PyObject* last = PyDict_GetItem(fields, "last_name")
        cdef PyObject* initials = PyDict_GetItem(fields, "initials")
        if last == NULL or initials == NULL or "suffix" in fields or "collective_name" in fields:
            return self.function(fields)
        fields["name"] = f"{<object>last} {<object>initials}"
        return self.made(**fields)
