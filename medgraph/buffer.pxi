# Bytes that are added to; part of the modules that include it.

from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cython cimport final
from libc.string cimport memcpy

cdef extern from "Python.h":
    char* PyBytes_AS_STRING(object value)
    Py_ssize_t PyBytes_GET_SIZE(object value)


@final
cdef class _Buffer:
    """Bytes that are added to."""

    cdef char* start
    cdef Py_ssize_t size
    cdef Py_ssize_t room

    def __dealloc__(self):
        PyMem_Free(self.start)

    cdef inline int reserve(self, Py_ssize_t more) except -1:
        cdef Py_ssize_t room
        cdef char* moved
        if self.size + more > self.room:
            room = 2 * (self.size + more) + 4096
            moved = <char*>PyMem_Realloc(self.start, room)
            if moved == NULL:
                raise MemoryError
            self.start, self.room = moved, room
        return 0

    cdef inline int add(self, const char* bytes, Py_ssize_t size) except -1:
        self.reserve(size)
        memcpy(self.start + self.size, bytes, size)
        self.size += size
        return 0

    cdef inline int add_bytes(self, bytes value) except -1:
        return self.add(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))
