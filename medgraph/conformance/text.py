"""The report for a terminal: what is wrong, how often, with one example each and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from medgraph.conformance import SEVERITIES, Conformance, Group, cut, rank

SIGNS = {"violation": "✖", "warning": "⚠", "info": "·"}
_STYLES = ("red", "yellow", "cyan")
_WORDS = {"violation": ("violation", "violations"), "warning": ("warning", "warnings"), "info": ("note", "notes")}
_SHOWN = 5
_EXAMPLE = 100
_KINDS = 12


def text(conformance: Conformance, *, most: int = _KINDS, unused: bool = True) -> RenderableType:
    """
    The summary, ready for a rich console.

    Args:
        most: how many kinds of warnings and of notes are shown at most; violations are shown all.
        unused: whether the shapes that looked at nothing are named.
    """
    parts: list[RenderableType] = [_head(conformance)]
    groups = conformance.in_order()
    shown = [group for group in groups if rank(group.severity) == 0]
    for severity in SEVERITIES[1:]:
        lighter = [group for group in groups if group.severity == severity]
        shown += lighter[:most]
    width = max((len(f"{group.records:,}") for group in shown), default=0)
    for group in shown:
        parts.append(Text())
        parts += _group(group, width)
    if len(shown) < len(groups):
        parts += [Text(), Text(f"and {len(groups) - len(shown):,} more kinds; --format html or json has all", "dim")]
    parts += _tail(conformance, unused)
    return Lines(*parts)


def _head(conformance: Conformance) -> Text:
    found = conformance
    head = Text(f"{found.records:,} {_plural(found.records, 'record', 'records')}")
    if found.records:
        style = "green" if found.conforming == found.records else "red"
        head.append(f", {found.conforming:,} conform ({_percent(found.conforming, found.records)})", style)
    for severity in SEVERITIES:
        count = found.count(severity)
        if count.results:
            words = f"{count.results:,} {_plural(count.results, *_WORDS[severity])}"
            head.append(f"; {words} in {count.records:,}")
    if found.known:
        head.append(f"; {found.known:,} known from the baseline", "dim")
    return head


def _group(group: Group, width: int) -> Iterator[RenderableType]:
    severity = group.severity if group.severity in SIGNS else "violation"
    style = _STYLES[rank(severity)]
    head = Text()
    head.append(f"{SIGNS[severity]} {group.records:>{width},} {_plural(group.records, 'record ', 'records')}  ", style)
    head.append(group.title, "bold")
    if group.results > group.records:
        head.append(f"  {group.results:,} results", "dim")
    yield head
    indent = width + 4
    yield _indented(Text(group.message), indent)
    where = f"{group.path}, {group.component}" if group.path else group.component
    yield _indented(Text(f"{where}; {cut(group.example, _EXAMPLE)}" if group.samples else where, "dim"), indent)
    if group.hint:
        yield _indented(Text(f"→ {group.hint}"), indent)
    if group.records > 1 and group.pmids:
        more = " …" if group.records > _SHOWN else ""
        yield _indented(Text(f"PMID {' '.join(group.pmids[:_SHOWN])}{more}", "dim"), indent)


def _indented(text: Text, columns: int) -> Padding:
    return Padding(text, (0, 0, 0, columns), expand=False)


def _tail(conformance: Conformance, unused: bool) -> Iterator[Text]:
    found = conformance
    lines: list[Text] = []
    if found.unreadable:
        lines.append(Text(f"could not be read: {found.unreadable:,}", "red"))
        lines += [Text(f"  {sentence}") for sentence in found.unreadable_first]
        if found.unreadable > len(found.unreadable_first):
            lines.append(Text(f"  and {found.unreadable - len(found.unreadable_first):,} more"))
    if found.targets and len(found.unused) == len(found.targets):
        lines.append(Text("no shape looked at anything: are these the shapes for these data?", "red"))
    elif found.unused and unused:
        lines.append(Text(f"shapes that looked at nothing: {', '.join(found.unused)}", "dim"))
    if found.undecided:
        noun = _plural(found.undecided, "constraint needs", "constraints need")
        lines.append(Text(f"{found.undecided:,} {noun} other records too and did not look: --dataset does", "yellow"))
    if found.audit is not None:
        audit = found.audit
        drawn = f"{audit.random:,} random and {audit.failing:,} failing records checked again with {audit.reference}"
        if audit.differing:
            lines.append(Text(f"audit: {drawn}: {audit.differing:,} differ", "red"))
            lines += [Text(f"  {sentence}") for sentence in audit.differences]
        else:
            lines.append(Text(f"audit: {drawn}: all agree", "dim"))
    if lines:
        yield Text()
        yield from lines


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _percent(part: int, whole: int) -> str:
    """
    A share that is 100 % only where it is all.

    >>> _percent(29_999, 30_000), _percent(1, 1)
    ('99.9 %', '100 %')
    """
    return "100 %" if part == whole else f"{min(part / whole * 100, 99.9):.1f} %"
