"""Errors: one tree, a sentence each, and the same sentence behind a pickle."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import pytest

from medgraph import errors

EXAMPLES: dict[type[errors.MedgraphError], tuple[Any, ...]] = {
    errors.RecordError: ("a.txt", "line 12", "31558841", "DP", "2005 31 Sep", "there is no such day", "PMID- 31558841"),
    errors.QueryError: ("the query", "is not SPARQL", 3, 7),
    errors.UnreadableRecords: ((errors.FormatError("a.txt", "is empty"),), 3),
    errors.WorkerError: ("a.xml.gz", "the worker died"),
}
TREE = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.MedgraphError) and kind.__module__ == errors.__name__
]


def arguments(kind: type[errors.MedgraphError]) -> tuple[Any, ...]:
    if kind in EXAMPLES:
        return EXAMPLES[kind]
    return ("a.ttl", "what to do next") if issubclass(kind, (errors.SourceError, errors.SinkError)) else ("a sentence",)


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_error_survives_a_pickle_with_the_same_text(kind: type[errors.MedgraphError]) -> None:
    error = kind(*arguments(kind))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)
    assert len(str(error)) >= len("a sentence")
    for name, value in vars(error).items():
        assert repr(getattr(again, name)) == repr(value)


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_tree_at_the_top_of_the_module(kind: type[errors.MedgraphError]) -> None:
    assert errors.__doc__ is not None
    assert f" {kind.__name__} " in f" {errors.__doc__.replace('├─', ' ').replace('└─', ' ')} ".replace("\n", " ")
    assert kind.__doc__


def test_the_sentence_of_a_record_names_file_place_record_and_value() -> None:
    error = errors.RecordError(*EXAMPLES[errors.RecordError])
    assert str(error) == "a.txt, line 12: PMID 31558841: DP '2005 31 Sep': there is no such day"


def test_the_sentence_of_several_records_names_the_first() -> None:
    error = errors.UnreadableRecords(*EXAMPLES[errors.UnreadableRecords])
    assert str(error) == "3 records could not be read: a.txt: is empty (and 2 more)"
