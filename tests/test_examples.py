"""Good and bad examples beside the shapes: each shape has both, and two engines say of them what the file says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from medgraph import shacl
from medgraph.judge import shared_nodes
from medgraph.screens import SCREENS
from medgraph.shacl import Result, Validator, paths, reference, terms
from medgraph.shacl.shapes import Shape
from medgraph.shipped import folder

SHAPES = folder("shapes")
EXAMPLES = SHAPES / "examples"
FILES = sorted(EXAMPLES.rglob("*.ttl"))
S = "<https://w3id.org/medgraph/shapes#"
Expected = Counter[tuple[str, str]]


def name_of(path: Path) -> str:
    return path.relative_to(EXAMPLES).as_posix()


def expected(path: Path) -> Expected:
    """What the first lines say: shape and component of every result."""
    found = re.findall(r"^# expects: (\S+) (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return Counter((shape, component) for shape, component in found)


def kinds(results: list[Result]) -> Expected:
    return Counter((each.shape.removeprefix(S).rstrip(">"), each.component_name) for each in results)


def is_core(path: Path) -> bool:
    return path.is_relative_to(EXAMPLES / "core")


@pytest.fixture(scope="module")
def validators() -> dict[bool, Validator]:
    """With the shapes of the profile core, and without."""
    full = sorted(SHAPES.glob("*.ttl"))
    core = [*full, *sorted(SHAPES.glob("core/*.ttl"))]
    return {
        is_core: shacl.compile(files, shared=shared_nodes(), screens=SCREENS)
        for is_core, files in ((False, full), (True, core))
    }


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_an_example_gives_what_it_says(path: Path, validators: dict[bool, Validator]) -> None:
    validator, triples = validators[is_core(path)], list(terms.read(path))
    assert kinds(validator.validate(triples)) == expected(path)
    assert kinds(validator.validate_graph(triples)) == expected(path)


def test_pyshacl_says_the_same(validators: dict[bool, Validator]) -> None:
    groups = [[path for path in FILES if is_core(path) == core] for core in (False, True)]
    work = [
        (validators[core], [list(terms.read(path)) for path in group])
        for core, group in zip((False, True), groups, strict=True)
    ]
    for group, found in zip(groups, reference.validate_all(work), strict=True):
        for path, results in zip(group, found, strict=True):
            assert kinds(results) == expected(path), name_of(path)


def test_the_good_are_good_and_the_bad_are_bad() -> None:
    assert len(FILES) > 200
    for path in FILES:
        good = path.name.startswith("good")
        assert good or path.name.startswith("bad"), name_of(path)
        if not good:
            assert expected(path), f"{name_of(path)} does not say what is wrong"


def own(shape: Shape) -> Iterator[Shape]:
    """The property shapes of a shape."""
    yield from (each.value for each in shape.constraints if each.component == "Property")


def test_every_shape_has_examples(validators: dict[bool, Validator]) -> None:
    faults = Counter(shape for path in FILES for shape, _ in expected(path) if path.name.startswith("bad"))
    for shape in validators[True].shapes:
        name = shape.node.removeprefix(S).rstrip(">")
        if not shape.node.startswith(S):
            continue
        if not shape.has_targets:
            used = shape.path is not None or name in VALUES
            assert used, f"{name} has no targets and no place among VALUES"
            assert faults[VALUES.get(name, name)], f"shapes/examples has no bad example for {name}"
            continue
        place = EXAMPLES / "core" / name if name.startswith("Core") else EXAMPLES / name
        good, bad = sorted(place.glob("good*.ttl")), sorted(place.glob("bad*.ttl"))
        assert good, f"shapes/examples/{name} has no good example"
        assert bad, f"shapes/examples/{name} has no bad example"
        conforming = [path for path in good if not expected(path)]
        assert conforming, f"no good example of {name} conforms in everything"
        looked_at = {triple[1] for path in good for triple in terms.read(path)}
        for inner in own(shape):
            assert inner.path is not None
            named = {part.iri for part in paths.parts(inner.path) if isinstance(part, paths.Predicate)}
            assert named & looked_at, f"no good example of {name} has a value for {inner.node}"
        if any(each.component not in ("Property", "NodeKind") for each in shape.constraints):
            assert faults[name], f"no bad example gives a result of {name} itself"


VALUES = {
    "Day": "citation-issued",
    "Minute": "citation-released",
    "Month": "citation-issued",
    "Year": "citation-issued",
    "Language": "citation-language",
}
"""Shapes for values, and a property shape whose examples show them."""
