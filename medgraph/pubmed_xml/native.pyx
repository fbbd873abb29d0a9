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
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memchr, memcmp, memcpy, memset, strncmp

import msgspec

from medgraph.pubmed_xml.elements import INLINE, TEXT, Row, fold, place, repeating
from medgraph.pubmed_xml.plain import MATHML, NotPlainError, attributes_written, escaped, start_tag, unescaped

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    void* PyUnicode_DATA(object text)
    char* PyBytes_AS_STRING(object value)
    Py_ssize_t PyBytes_GET_SIZE(object value)
    Py_ssize_t PyList_GET_SIZE(object value)
    bint PyList_CheckExact(object value)
    object PyList_AsTuple(object value)
    int PyList_Append(object values, object value) except -1
    PyObject* PyTuple_GET_ITEM(object values, Py_ssize_t n)
    object PyObject_Vectorcall(object called, PyObject** arguments, Py_ssize_t given, PyObject* names)
    void Py_XDECREF(PyObject* value)

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
    UNUSUAL = 8

cdef enum:
    DEEPEST = 200
    TELLING = 1 << 10  # stands for an attribute that says more than yes or no, and that must not be lost
    MOST_VALUES = 4096  # that wait at a time
    MOST_FIELDS = 96  # of a Struct

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
cdef class _Frame:
    """
    The fields that an element gathers, each with its place: first those of the Struct they become, in its order.

    Values wait in C arrays until what they are part of is made: a dictionary for each element takes a fifth of
    the reading.
    """

    cdef list names
    cdef dict places

    def __init__(self, names=()):
        self.names, self.places = [], {}
        for name in names:
            self.place(name)

    cdef int place(self, str name) except -1:
        """The place of a field, which is made room for if there was none."""
        if name not in self.places:
            self.places[name] = len(self.names)
            self.names.append(name)
        return self.places[name]

    cdef dict fields(self, PyObject** values):
        """What was gathered, by name."""
        cdef Py_ssize_t n
        cdef dict found = {}
        for n in range(len(self.names)):
            if values[n] != NULL:
                found[self.names[n]] = <object>values[n]
        return found


cdef class Maker:
    """Makes a value of what an element gathered."""

    cdef object made(self, PyObject** values):
        raise NotImplementedError


cdef class Merger:
    """Puts what an element gathered into what its parent gathers."""

    cdef int merge(self, PyObject** values, PyObject** into) except -1:
        raise NotImplementedError


@final
cdef class _Called(Maker):
    """Calls a function with the fields."""

    cdef object function
    cdef _Frame frame
    cdef bint by_name

    def __init__(self, function, _Frame frame, bint by_name):
        self.function, self.frame, self.by_name = function, frame, by_name

    cdef object made(self, PyObject** values):
        fields = self.frame.fields(values)
        return self.function(**fields) if self.by_name else self.function(fields)


@final
cdef class _Merged(Merger):
    """Calls a function with the fields of both."""

    cdef object function
    cdef _Frame frame, around

    def __init__(self, function, _Frame frame, _Frame around):
        self.function, self.frame, self.around = function, frame, around

    cdef int merge(self, PyObject** values, PyObject** into) except -1:
        cdef dict fields = self.around.fields(into)
        self.function(self.frame.fields(values), fields)
        for name, value in fields.items():
            if name not in self.around.places:
                raise NotPlainError
            _put(&into[<Py_ssize_t>self.around.places[name]], value)
        return 0


@final
cdef class _Struct(Maker):
    """Makes a Struct whose fields come first among those gathered; those behind them are left alone."""

    cdef object kind
    cdef tuple defaults  # of all fields, for those without one NotPlainError
    cdef Py_ssize_t size

    def __init__(self, kind):
        defaults = kind.__struct_defaults__
        self.kind, self.size = kind, len(kind.__struct_fields__)
        self.defaults = (NotPlainError,) * (self.size - len(defaults)) + defaults
        plain = all(default is None or isinstance(default, (bool, tuple, msgspec.Struct)) for default in defaults)
        if self.size > MOST_FIELDS or not plain:
            raise TypeError(f"{kind.__name__} cannot be made of its fields by their places")

    cdef object made(self, PyObject** values):
        cdef PyObject* arguments[MOST_FIELDS]
        cdef PyObject* default
        cdef Py_ssize_t n, given = 0
        for n in range(self.size):
            if values[n] != NULL:
                arguments[n] = values[n]
                given = n + 1
            else:
                default = PyTuple_GET_ITEM(self.defaults, n)
                if default == <PyObject*>NotPlainError:
                    raise NotPlainError
                arguments[n] = default
        return PyObject_Vectorcall(self.kind, arguments, given, NULL)


cdef inline int _put(PyObject** place, object value) except -1:
    """Puts a value where there may be one already."""
    cdef PyObject* before = place[0]
    Py_INCREF(value)
    place[0] = <PyObject*>value
    Py_XDECREF(before)
    return 0


cdef inline int _fill(PyObject** place, object value) except -1:
    """Puts a value where none is yet."""
    if place[0] != NULL:
        raise NotPlainError
    Py_INCREF(value)
    place[0] = <PyObject*>value
    return 0


@final
cdef class _Given:
    """An attribute: the place of its field, and what its values mean if only some are allowed."""

    cdef bytes name
    cdef object allowed
    cdef int at

    def __init__(self, bytes name, object allowed, int at):
        self.name, self.allowed, self.at = name, allowed, at


@final
cdef class _Child:
    """
    A child of an element, and the place of its field there.

    ``element`` is None for a plain text that comes once.
    """

    cdef bytes name
    cdef int at
    cdef bint repeats
    cdef object of_text
    cdef _Element element

    def __init__(self, bytes name, int at, bint repeats, of_text, _Element element):
        self.name, self.at, self.repeats, self.of_text, self.element = name, at, repeats, of_text, element


@final
cdef class _Element:
    """An element of the table. Its children are looked for from the one after the last: they come in order."""

    cdef bint has_text, into  # into: what it holds is gathered by the element around it
    cdef _Frame frame
    cdef Maker maker
    cdef Merger merger
    cdef list required, lists  # places
    cdef str empty
    cdef list children, attributes
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
    # where a record is being read, how many elements are open there, and the values that wait; nothing is kept
    # between calls
    Bytes p
    Bytes end
    int depth
    PyObject** values
    Py_ssize_t waiting


@final
cdef class Reader:
    """
    Reads whole records.

    Args:
        table: of all elements.
        names: the elements that a record can be.
        versions: what stands in the place of a function of the table, in less time: the function -> what makes a
            :class:`Maker` of the frame of an element, or, for one that is merged, a :class:`Merger` of its frame and
            of the one around it.
        citation: makes the :class:`Citation` of the frame of all that a record holds.
    """

    cdef dict _elements
    cdef dict _versions
    cdef object _table
    cdef _Element _root
    cdef Citation _citation

    def __init__(self, table, tuple names, versions, citation):
        self._elements = {}
        self._versions = dict(versions)
        self._table = table
        self._root = _Element()
        self._root.frame = _Frame()
        self._citation = citation(self._root.frame)
        self._root.children = [
            _Child(name.encode(), -1, False, None, self._element(name, self._root.frame)) for name in names
        ]

    def citation(self, bytes raw not None, Py_ssize_t start, position not None):
        """
        The citation of the record that begins at a byte, and where it ends; None where it is not as plain as this
        reader wants it, or does not end.

        Raises:
            RecordError: the record has no PMID.
        """
        cdef Bytes begin = <Bytes>PyBytes_AS_STRING(raw)
        cdef Cursor cursor = Cursor(begin + start, begin + PyBytes_GET_SIZE(raw), 0, NULL, len(self._root.frame.names))
        cdef Cursor* c = &cursor
        cdef Py_ssize_t at = 0, n
        if not 0 <= start < PyBytes_GET_SIZE(raw) or c.p[0] != c"<":
            return None
        c.values = <PyObject**>PyMem_Malloc(MOST_VALUES * sizeof(PyObject*))
        if c.values == NULL:
            raise MemoryError
        memset(c.values, 0, c.waiting * sizeof(PyObject*))
        try:
            self._child(c, self._root, &at, c.values)
            found = self._citation.with_position(c.values, position)
            return found, c.p - begin
        except (NotPlainError, UnicodeDecodeError):
            return None
        finally:
            for n in range(c.waiting):
                Py_XDECREF(c.values[n])
            PyMem_Free(c.values)

    # how the table is made ready

    cdef _Element _element(self, str path, _Frame around):
        """An element; one that has no value of its own is another one for each that gathers what it holds."""
        cdef _Element element
        found = self._table[path]
        own = found.make is not None
        key = path, None if own else id(around)
        if key in self._elements:
            return self._elements[key]
        element = self._elements[key] = _Element()
        element.into = found.make is None and found.merge is None
        element.has_text = TEXT in found.rows
        element.empty = found.empty
        element.frame = around if element.into else _Frame()
        if own:
            element.maker = self._maker(found.make, element.frame, element.has_text)
        elif not element.into and found.merge in self._versions:
            element.merger = self._versions[found.merge](element.frame, around)
        elif not element.into:
            element.merger = _Merged(found.merge, element.frame, around)
        element.attributes = []
        for name, goes in found.rows.items():
            if name[0] == "@":
                field, allowed = (goes, None) if isinstance(goes, str) else goes
                at = element.frame.place(field) if field else -1
                element.attributes.append(_Given(name[1:].encode(), allowed, at))
        element.text_at = element.frame.place(found.rows[TEXT]) if element.has_text else -1
        element.markup_at = -1 if found.markup is None else element.frame.place(found.markup)
        element.children = []
        if not element.has_text:
            for child, goes_to in found.rows.items():
                if child[0] != "@":
                    element.children.append(self._made_child(path, child, goes_to, element.frame))
        element.required = [element.frame.place(name) for name in found.required]
        several = dict.fromkeys(repeating(self._table, path)) if own else ()
        element.lists = [element.frame.place(name) for name in several]
        return element

    cdef Maker _maker(self, make, _Frame frame, bint by_name):
        if make in self._versions:
            return self._versions[make](frame)
        if isinstance(make, type) and issubclass(make, msgspec.Struct):
            for name in make.__struct_fields__:
                frame.place(name)
            return _Struct(make)
        return _Called(make, frame, by_name)

    cdef _Child _made_child(self, str path, str child, goes_to, _Frame frame):
        cdef _Element element = None
        row = goes_to if isinstance(goes_to, Row) else Row(goes_to)
        child_path = place(self._table, path, child)
        of_text = row.of_text
        if child_path in self._table:
            element = self._element(child_path, frame)
        elif row.repeats:
            element = _Element()
            element.has_text, element.attributes, element.children, element.frame = True, [], [], _Frame(("text",))
            of_text = of_text or str
        return _Child(child.encode(), frame.place(row.field) if row.field else -1, row.repeats, of_text, element)

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
        cdef Bytes tag
        cdef unsigned char kind
        cdef int met = FOLD if p[0] == c" " else 0, found
        cdef bint doubled = False
        cdef Bytes short = p + 24
        text.start = p
        while True:
            # most bytes by far; blanks take the same way, as every sixth is one and none can be foreseen
            while KIND[p[0]] <= BLANK and p != short:
                doubled |= (p[0] == 0x20) & (p[1] == 0x20)
                p += 1
            if p == short:
                # a long text is looked at many bytes at a time, and byte for byte only where it is unusual
                tag = <Bytes>memchr(p, c"<", c.end - p)
                if tag == NULL:
                    raise NotPlainError
                found = _met(p, tag - p)
                if found & UNUSUAL == 0:
                    met |= found
                    p = tag
                    break
                short = NULL
                continue
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

    cdef PyObject** _frame(self, Cursor* c, _Element element) except NULL:
        """Room for what an element gathers."""
        cdef Py_ssize_t size = PyList_GET_SIZE(element.frame.names)
        cdef PyObject** own = c.values + c.waiting
        if c.waiting + size > MOST_VALUES:
            raise NotPlainError
        memset(own, 0, size * sizeof(PyObject*))
        c.waiting += size
        return own

    cdef int _forget(self, Cursor* c, PyObject** own) except -1:
        """What was gathered since then has become something."""
        cdef PyObject* value
        while c.values + c.waiting > own:
            c.waiting -= 1
            value = c.values[c.waiting]
            Py_XDECREF(value)
        return 0

    cdef int _child(self, Cursor* c, _Element parent, Py_ssize_t* at, PyObject** values) except -1:
        """Reads the element that begins here into what its parent gathers."""
        cdef Bytes name = c.p + 1
        cdef Bytes p = name
        cdef _Child child
        cdef _Element element
        cdef PyObject** own = values
        cdef bint is_empty = False
        cdef int given = 0
        while p[0] > c">" or (p[0] > c" " and p[0] != c">" and p[0] != c"/"):
            p += 1
        child = parent.child(name, p - name, at)
        if child is None:
            raise NotPlainError
        element = child.element
        if element is not None and not element.into:
            own = self._frame(c, element)
        c.p = p
        if p[0] == c">":
            c.p += 1
        else:
            given = self._attributes(c, element, own, &is_empty)
        if element is None:
            self._plain(c, child, is_empty, values)
        elif element.has_text:
            self._text(c, child, own, given, is_empty, values)
        else:
            c.depth += 1
            if c.depth > DEEPEST:
                raise NotPlainError
            self._children(c, child, own, given, is_empty, values)
            c.depth -= 1
        if own != values:
            self._forget(c, own)
        return 0

    cdef int _attributes(self, Cursor* c, _Element element, PyObject** own, bint* is_empty) except -1:
        """
        Gathers what the attributes say, and passes the tag over.

        How many they are comes out, and ``TELLING`` more for each that says more than yes or no.
        """
        cdef Bytes p = c.p
        cdef Bytes name
        cdef _Given attribute
        cdef Text text
        cdef Py_ssize_t size
        cdef unsigned long seen = 0
        cdef int n, given = 0
        cdef unsigned char kind
        while True:
            while p[0] == c" " or KIND[p[0]] == SPACE:
                p += 1
            if p[0] == c">":
                c.p = p + 1
                return given
            if p[0] == c"/" and p[1] == c">":
                is_empty[0] = True
                c.p = p + 2
                return given
            name = p
            while p[0] > c"=" or (p[0] > c" " and p[0] != c"="):
                p += 1
            size = p - name
            kind = KIND[(name - 1)[0]]
            if p[0] != c"=" or p[1] != c'"' or element is None or kind > SPACE or kind < BLANK:
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
            for n in range(PyList_GET_SIZE(element.attributes)):
                attribute = <_Given>element.attributes[n]
                if (
                    PyBytes_GET_SIZE(attribute.name) == size
                    and memcmp(PyBytes_AS_STRING(attribute.name), name, size) == 0
                ):
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
            _fill(&own[attribute.at], value)
            given += 1 if isinstance(value, bool) else 1 + TELLING

    cdef int _plain(self, Cursor* c, _Child child, bint is_empty, PyObject** values) except -1:
        cdef Text text
        if is_empty:
            return 0
        self._scan(c, &text)
        if self._closes(c, child.name):
            value = _value(&text)
        else:
            value, _ = self._mixed(c, child.name, &text)
        if value:
            _fill(&values[child.at], value)
        return 0

    cdef int _text(
        self, Cursor* c, _Child child, PyObject** own, int given, bint is_empty, PyObject** values
    ) except -1:
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
                if given >= TELLING:
                    raise NotPlainError
                return 0
            value = element.empty
        if child.of_text is not None:
            return self._store(child, value if child.of_text is str else child.of_text(value), values)
        _fill(&own[element.text_at], value)
        if marked is not None and element.markup_at >= 0:
            _fill(&own[element.markup_at], marked)
        return 0 if element.into else self._store(child, element.maker.made(own), values)

    cdef int _children(
        self, Cursor* c, _Child child, PyObject** own, int given, bint is_empty, PyObject** values
    ) except -1:
        """An element that has children, each with its place."""
        cdef _Element element = child.element
        cdef Py_ssize_t at = 0, n, size
        cdef PyObject* value
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
        if element.maker is None:
            return element.merger.merge(own, values)
        for n in range(PyList_GET_SIZE(element.required)):
            if own[<int>element.required[n]] == NULL:
                raise NotPlainError
        size = 0
        for n in range(PyList_GET_SIZE(element.frame.names)):
            size += own[n] != NULL
        if size == given % TELLING:
            if given >= TELLING:
                raise NotPlainError
            return 0
        for n in range(PyList_GET_SIZE(element.lists)):
            value = own[<int>element.lists[n]]
            if value != NULL:
                _put(&own[<int>element.lists[n]], PyList_AsTuple(<object>value))
        return self._store(child, element.maker.made(own), values)

    cdef int _store(self, _Child child, object value, PyObject** values) except -1:
        cdef PyObject** place = &values[child.at]
        if value is None:
            return 0
        if not child.repeats:
            return _fill(place, value)
        if place[0] == NULL:
            return _fill(place, [value])
        PyList_Append(<object>place[0], value)
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


cdef int _met(Bytes p, Py_ssize_t size) noexcept nogil:
    """What there is in a stretch of text that another byte follows; a compiler can do this for many bytes at once."""
    cdef unsigned char high = 0, reference = 0, doubled = 0, unusual = 0, byte
    cdef Py_ssize_t n
    for n in range(size):
        byte = p[n]
        high |= byte
        reference |= byte == 0x26
        doubled |= (byte == 0x20) & (p[n + 1] == 0x20)
        unusual |= (byte < 0x20) | (byte == 0x3E) | (byte == 0xEF)
    return (
        (BEYOND_ASCII if high & 0x80 else 0) | (RESOLVE if reference else 0)
        | (FOLD if doubled else 0) | (UNUSUAL if unusual else 0)
    )


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


cdef inline PyObject* _number(dict numbers, PyObject* text) except? NULL:
    return NULL if text == NULL else PyDict_GetItem(numbers, <object>text)


cdef inline object _or_none(PyObject* value):
    return None if value == NULL else <object>value


@final
cdef class Day(Maker):
    """
    The date in the parts of an XML date, where each is a number and the calendar has the day; else asks the function.

    Args:
        function: makes a date of any fields.
        dates: has the numbers.
    """

    cdef object function, exists, date
    cdef dict years, months, days, hours, minutes
    cdef _Frame frame
    cdef int year, month, day, hour, minute

    def __init__(self, function, dates, date, _Frame frame):
        self.function, self.date, self.exists = function, date, dates.exists
        self.years, self.months, self.days = dates.YEARS, dates.MONTHS, dates.DAYS
        self.hours, self.minutes = dates.HOURS, dates.MINUTES
        self.frame = frame
        self.year, self.month, self.day = frame.place("year"), frame.place("month"), frame.place("day")
        self.hour, self.minute = frame.place("hour"), frame.place("minute")

    cdef object made(self, PyObject** values):
        cdef PyObject* parts[5]
        cdef PyObject* hour = values[self.hour]
        cdef PyObject* minute = values[self.minute]
        parts[0] = _number(self.years, values[self.year])
        parts[1] = _number(self.months, values[self.month])
        parts[2] = _number(self.days, values[self.day])
        if parts[0] != NULL and parts[1] != NULL and parts[2] != NULL:
            if <int><object>parts[2] < 29 or self.exists(<object>parts[0], <object>parts[1], <object>parts[2]):
                if hour == NULL and minute == NULL:
                    return PyObject_Vectorcall(self.date, parts, 3, NULL)
                parts[3], parts[4] = _number(self.hours, hour), _number(self.minutes, minute)
                if parts[3] != NULL and parts[4] != NULL:
                    return PyObject_Vectorcall(self.date, parts, 5, NULL)
        return self.function(self.frame.fields(values))


@final
cdef class HistoryDay(Maker):
    """The date of a history, by its status."""

    cdef Day day
    cdef object kind
    cdef int status

    def __init__(self, Day day, kind, _Frame frame):
        self.day, self.kind, self.status = day, kind, frame.place("status")

    cdef object made(self, PyObject** values):
        cdef PyObject* parts[2]
        cdef object date = self.day.made(values)
        parts[0], parts[1] = values[self.status], <PyObject*>date
        return PyObject_Vectorcall(self.kind, parts, 2, NULL)


@final
cdef class DisplayedDate(Maker):
    """A date that has a display form."""

    cdef object function
    cdef list places

    def __init__(self, function, _Frame frame):
        self.function = function
        self.places = [frame.place(part) for part in ("year", "month", "day", "season", "medline_date")]

    cdef object made(self, PyObject** values):
        cdef PyObject* parts[5]
        cdef int n
        for n in range(5):
            parts[n] = values[<int>self.places[n]]
            if parts[n] == NULL:
                parts[n] = <PyObject*>None
        return PyObject_Vectorcall(self.function, parts, 5, NULL)


@final
cdef class Author(Maker):
    """A person or a group, where there is a last name with initials; else asks the function."""

    cdef object function
    cdef _Struct struct
    cdef _Frame frame
    cdef int last_name, initials, suffix, name, collective_name

    def __init__(self, function, kind, _Frame frame):
        for name in kind.__struct_fields__:
            frame.place(name)
        self.function, self.struct, self.frame = function, _Struct(kind), frame
        self.last_name, self.initials, self.suffix = (
            frame.place("last_name"), frame.place("initials"), frame.place("suffix")
        )
        self.name, self.collective_name = frame.place("name"), frame.place("collective_name")

    cdef object made(self, PyObject** values):
        cdef PyObject* last = values[self.last_name]
        cdef PyObject* initials = values[self.initials]
        if last == NULL or initials == NULL or values[self.suffix] != NULL or values[self.collective_name] != NULL:
            return self.function(self.frame.fields(values))
        _fill(&values[self.name], f"{<str><object>last} {<str><object>initials}")
        return self.struct.made(values)


@final
cdef class Section(Maker):
    """A section of an abstract; none where it has neither text nor label."""

    cdef _Struct struct
    cdef int text, label

    def __init__(self, kind, _Frame frame):
        for name in kind.__struct_fields__:
            frame.place(name)
        self.struct, self.text, self.label = _Struct(kind), frame.place("text"), frame.place("label")

    cdef object made(self, PyObject** values):
        if values[self.text] == NULL or (not <object>values[self.text] and values[self.label] == NULL):
            return None
        return self.struct.made(values)


@final
cdef class Chemical(Maker):
    """A substance; its name may be missing."""

    cdef _Struct struct
    cdef int name

    def __init__(self, kind, _Frame frame):
        for name in kind.__struct_fields__:
            frame.place(name)
        self.struct, self.name = _Struct(kind), frame.place("name")

    cdef object made(self, PyObject** values):
        if values[self.name] == NULL:
            _fill(&values[self.name], None)
        return self.struct.made(values)


@final
cdef class Authors(Merger):
    """Authors and editors stand in lists of the same name."""

    cdef int type, people, complete, authors, editors, authors_complete

    def __init__(self, _Frame frame, _Frame around):
        self.type, self.people, self.complete = frame.place("type"), frame.place("people"), frame.place("complete")
        self.authors, self.editors = around.place("authors"), around.place("editors")
        self.authors_complete = around.place("authors_complete")

    cdef int merge(self, PyObject** values, PyObject** into) except -1:
        cdef bint editors = values[self.type] != NULL and <object>values[self.type] == "editors"
        cdef PyObject** place = &into[self.editors if editors else self.authors]
        if values[self.people] != NULL:
            if place[0] == NULL:
                _fill(place, <object>values[self.people])
            else:
                (<list><object>place[0]).extend(<object>values[self.people])
        if not editors and values[self.complete] != NULL:
            _put(&into[self.authors_complete], <object>values[self.complete])
        return 0


@final
cdef class CommentsCorrections(Merger):
    """In files before 2009 the element is the list, and its children name the kind."""

    cdef _Struct struct
    cdef int ref_type, older, all

    def __init__(self, kind, _Frame frame, _Frame around):
        for name in kind.__struct_fields__:
            frame.place(name)
        self.struct, self.ref_type, self.older = _Struct(kind), frame.place("ref_type"), frame.place("older")
        self.all = around.place("comments_corrections")

    cdef int merge(self, PyObject** values, PyObject** into) except -1:
        cdef list found = [] if values[self.older] == NULL else <list><object>values[self.older]
        if values[self.ref_type] != NULL:
            found.append(self.struct.made(values))
        if found:
            if into[self.all] == NULL:
                _fill(&into[self.all], found)
            else:
                (<list><object>into[self.all]).extend(found)
        return 0


@final
cdef class Citation:
    """
    Makes a whole record that is an article with a PMID; any other is made by the function, of its fields and
    its position.

    Args:
        journal: the fields that describe the journal, and those of a Journal that they become.
        own_id: the kind of an ArticleId that is the record's own PMID.
    """

    cdef object function, article_id, own_id
    cdef _Struct struct, journal_struct
    cdef _Frame frame
    cdef int pmid, book, article_ids, reference_lists, references, journal, position
    cdef list of_journal

    def __init__(self, function, kind, journal_kind, dict journal, article_id, str own_id, _Frame frame):
        for name in kind.__struct_fields__:
            frame.place(name)
        self.function, self.article_id, self.own_id, self.frame = function, article_id, own_id, frame
        self.struct, self.journal_struct = _Struct(kind), _Struct(journal_kind)
        self.pmid, self.book, self.article_ids = frame.place("pmid"), frame.place("book"), frame.place("article_ids")
        self.reference_lists, self.references = frame.place("reference_lists"), frame.place("references")
        self.journal, self.position = frame.place("journal"), frame.place("position")
        name_of = {to: name for name, to in journal.items()}
        self.of_journal = [frame.place(name_of[field]) for field in journal_kind.__struct_fields__]

    cdef object with_position(self, PyObject** values, position):
        cdef Py_ssize_t n
        cdef list several
        if values[self.pmid] == NULL or values[self.book] != NULL or not _is_pmid(<object>values[self.pmid]):
            return self.function(self.frame.fields(values), position)
        if values[self.article_ids] != NULL:
            several = self.others(<list><object>values[self.article_ids], <object>values[self.pmid])
            _put(&values[self.article_ids], several)
        if values[self.reference_lists] != NULL:
            several = []
            for found in <list><object>values[self.reference_lists]:
                several.extend(<list>found)
            _put(&values[self.references], several)
        self.take_journal(values)
        for n in range(self.struct.size):
            if values[n] != NULL and PyList_CheckExact(<object>values[n]):
                _put(&values[n], PyList_AsTuple(<object>values[n]))
        _put(&values[self.position], position)
        return self.struct.made(values)

    cdef list others(self, list found, pmid):
        """The identifiers without the record's own, each once."""
        cdef list kept = []
        own = self.article_id(pmid, self.own_id)
        for one in found:
            if one != own and one not in kept:
                kept.append(one)
        return kept

    cdef int take_journal(self, PyObject** values) except -1:
        cdef PyObject* of_journal[MOST_FIELDS]
        cdef Py_ssize_t n
        cdef bint any = False
        for n in range(self.journal_struct.size):
            if values[<int>self.of_journal[n]] != NULL and PyList_CheckExact(<object>values[<int>self.of_journal[n]]):
                _put(&values[<int>self.of_journal[n]], PyList_AsTuple(<object>values[<int>self.of_journal[n]]))
            of_journal[n] = values[<int>self.of_journal[n]]
            any = any or of_journal[n] != NULL
        if any:
            _put(&values[self.journal], self.journal_struct.made(of_journal))
        return 0


cdef bint _is_pmid(str text) except -1:
    """Whether it is a number of one to nine digits that does not begin with 0."""
    cdef Py_ssize_t size = len(text), n
    cdef Py_UCS4 character
    if not 1 <= size <= 9 or text[0] == u"0":
        return False
    for n in range(size):
        character = text[n]
        if not u"0" <= character <= u"9":
            return False
    return True
