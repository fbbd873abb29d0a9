"""The report as one HTML page: a bar for every kind of finding, and below each the records to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from medgraph.conformance import SEVERITIES, Conformance, Group, Sample, rank

_SIGNS = {"violation": "✖", "warning": "⚠", "info": "i"}
_FEW = 3
_WORDS = {"violation": "Violations", "warning": "Warnings", "info": "Notes"}

_STYLE = """
:root { color-scheme: light dark; --paper: #fcfcfa; --card: #fff; --ink: #1d2327; --soft: #667077; --line: #e2e4e0;
  --violation: #b3261e; --warning: #96660a; --info: #2a6f97; --good: #2e7d4f; --code: #f3f4f1 }
@media (prefers-color-scheme: dark) { :root { --paper: #16191b; --card: #1e2224; --ink: #e6e8e6; --soft: #98a2a8;
  --line: #32383b; --violation: #f0857c; --warning: #e3b341; --info: #7cc0e8; --good: #7bc99a; --code: #272c2f } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; font-weight: 650 }
h2 { font-size: 1.05rem; margin: 2.25rem 0 .75rem; font-weight: 650 }
.soft { color: var(--soft) }
.whole { display: flex; height: .75rem; border-radius: .375rem; overflow: hidden; background: var(--line);
  margin: 1rem 0 }
.whole i { display: block; min-width: 2px }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0 }
.numbers div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem }
.numbers b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums }
.numbers span { color: var(--soft); font-size: .85rem }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: 0 0 .75rem; font-size: .9rem }
input[type=search] { flex: 1 1 14rem; font: inherit; padding: .4rem .7rem; border: 1px solid var(--line);
  border-radius: .5rem; background: var(--card); color: inherit }
details.group { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: .5rem 0 }
details.group > summary { display: grid; grid-template-columns: 1.4rem minmax(0, 1fr) 11rem; gap: .25rem .8rem;
  padding: .7rem .9rem; cursor: pointer; list-style: none; align-items: start }
summary::-webkit-details-marker { display: none }
summary:focus-visible { outline: 2px solid var(--info); outline-offset: 2px; border-radius: .6rem }
.sign { font-weight: 700; text-align: center }
.name { font-weight: 600; display: inline-block }
.name::first-letter { text-transform: uppercase }
.measure { padding-top: .45rem }
.bar { display: block; height: .55rem; border-radius: .3rem; background: var(--line); overflow: hidden }
.bar i { display: block; height: 100%; min-width: 3px; border-radius: .3rem }
.count { font-variant-numeric: tabular-nums; font-size: .85rem; color: var(--soft) }
.inside { border-top: 1px solid var(--line); padding: .8rem .9rem 1rem; font-size: .92rem }
.inside p { margin: 0 0 .6rem }
.hint { border-left: 3px solid var(--good); padding-left: .7rem }
code { font: .86em ui-monospace, monospace; background: var(--code); border-radius: .25rem; padding: .08em .3em;
  overflow-wrap: anywhere }
.scroll { overflow: auto; max-height: 24rem }
table { border-collapse: collapse; width: 100%; font-size: .9em }
th { text-align: left; font-weight: 600; color: var(--soft); position: sticky; top: 0; background: var(--card) }
td code { overflow-wrap: break-word }
li, td { overflow-wrap: break-word }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
a { color: var(--info) }
.violation { color: var(--violation) } .warning { color: var(--warning) } .info { color: var(--info) }
.good { color: var(--good) } i.good { background: var(--good) }
i.violation { background: var(--violation) } i.warning { background: var(--warning) } i.info { background: var(--info) }
[hidden] { display: none !important }
ul { margin: .25rem 0; padding-left: 1.2rem }
details.unread { margin: 1.25rem 0; border-left: 3px solid var(--violation); padding-left: .9rem; font-size: .92rem }
details.unread > summary { cursor: pointer; font-weight: 600; font-size: 1rem }
@media (max-width: 40rem) {
  details.group > summary { grid-template-columns: 1.4rem minmax(0, 1fr) } .measure { grid-column: 2 } }
@media print { form { display: none } .scroll { max-height: none } }
"""

_SCRIPT = """
const form = document.querySelector('form'), groups = [...document.querySelectorAll('details.group')];
const none = document.querySelector('#none');
function choose() {
  const words = form.elements.words.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const group of groups) {
    const box = form.elements[group.dataset.severity], text = group.textContent.toLowerCase();
    group.hidden = (box && !box.checked) || !words.every(word => text.includes(word));
    shown += !group.hidden;
  }
  none.hidden = shown > 0;
}
form.addEventListener('input', choose);
form.addEventListener('submit', event => event.preventDefault());
"""


def page(conformance: Conformance) -> str:
    """The page; it needs no network and nothing beside it."""
    return "".join(f"{line}\n" for line in _lines(conformance))


def _lines(found: Conformance) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Validation of {found.records:,} records</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>Validation of {_number(found.records, 'record')}</h1>"
    yield f'<p class="soft">{escape(_made_by(found))}</p>'
    yield from _numbers(found)
    yield from _could_not_be_read(found)
    yield from _kinds(found)
    yield from _rest(found)
    yield "</main>"
    if found.groups:
        yield f"<script>{_SCRIPT}</script>"
    yield "</body>\n</html>"


def _made_by(found: Conformance) -> str:
    parts = [found.engine]
    if found.constraints:
        parts.append(f"{_number(found.constraints, 'constraint')}")
    if found.shapes:
        parts.append(f"shapes {found.shapes[:12]}")
    if found.milliseconds:
        parts.append(f"{found.milliseconds / 1000:,.1f} s")
    return " · ".join(part for part in parts if part)


def _numbers(found: Conformance) -> Iterator[str]:
    if found.records:
        failing = found.records - found.conforming
        share = found.conforming / found.records * 100
        yield '<div class="whole" role="img" aria-label="share of records that conform">'
        yield f'<i class="good" style="width:{share:.3f}%"></i>'
        if failing:
            yield f'<i class="violation" style="width:{100 - share:.3f}%"></i>'
        yield "</div>"
    yield '<div class="numbers">'
    if found.records:
        exact = "100" if found.conforming == found.records else f"{min(share, 99.9):.1f}"
        words = f"{found.conforming:,} of {found.records:,} records conform"
        yield f'<div><b class="good">{exact} %</b><span>{words}</span></div>'
    for severity in SEVERITIES:
        count = found.count(severity)
        style = f' class="{severity}"' if count.results else ""
        words = f"{_WORDS[severity].lower()} in {_number(count.records, 'record')}"
        yield f"<div><b{style}>{count.results:,}</b><span>{words}</span></div>"
    if found.known:
        yield f"<div><b>{found.known:,}</b><span>known from the baseline, not counted</span></div>"
    yield "</div>"


def _could_not_be_read(found: Conformance) -> Iterator[str]:
    if found.unreadable:
        shown = found.unreadable_first
        yield f'<details class="unread"{" open" if len(shown) <= _FEW else ""}>'
        yield f'<summary class="violation">Could not be read: {found.unreadable:,}</summary>\n<ul>'
        yield from (f"<li>{escape(sentence)}</li>" for sentence in shown)
        yield "</ul>"
        if found.unreadable > len(shown):
            yield f'<p class="soft">and {found.unreadable - len(shown):,} more</p>'
        yield "</details>"


def _kinds(found: Conformance) -> Iterator[str]:
    groups = found.in_order()
    yield "<h2>What was found</h2>"
    if not groups:
        yield '<p class="good">Nothing: every record is as the shapes say.</p>' if found.records else "<p>Nothing.</p>"
        return
    yield '<form><input type="search" name="words" placeholder="Search names, PMIDs, values …" aria-label="Search">'
    for severity in SEVERITIES:
        if any(_class(group) == severity for group in groups):
            label = f'<span class="{severity}">{_WORDS[severity]}</span>'
            yield f'<label><input type="checkbox" name="{severity}" checked> {label}</label>'
    yield "</form>"
    most: dict[str, int] = {}
    for group in groups:
        most[_class(group)] = max(group.records, most.get(_class(group), 1))
    for group in groups:
        yield from _group(group, most[_class(group)], found.records)
    yield '<p id="none" class="soft" hidden>Nothing matches.</p>'


def _group(group: Group, most: int, records: int) -> Iterator[str]:
    """One kind of finding; the bar is as long as it has records, beside the most that a kind of its severity has."""
    style = _class(group)
    yield f'<details class="group" data-severity="{style}">\n<summary>'
    yield f'<span class="sign {style}" title="{escape(group.severity)}">{_SIGNS[style]}</span>'
    yield f'<span><span class="name">{escape(group.title)}</span><br>{escape(group.message)}</span>'
    share = f" · {group.records / records:.1%}" if records and group.records >= records / 1000 else ""
    more = f"<br>{_number(group.results, 'result')}" if group.results > group.records else ""
    yield (
        f'<span class="measure"><span class="bar"><i class="{style}" '
        f'style="width:{group.records / most * 100:.2f}%"></i></span>'
        f'<span class="count">{_number(group.records, "record")}{share}{more}</span></span>'
    )
    yield '</summary>\n<div class="inside">'
    if group.hint:
        yield f'<p class="hint">{escape(group.hint)}</p>'
    about = [f"<code>{escape(group.path)}</code>"] if group.path else []
    about += [escape(group.component), f"<code>{escape(group.shape)}</code>"]
    yield f'<p class="soft">{" · ".join(about)}</p>'
    yield from _samples(group.samples, group)
    yield "</div>\n</details>"


def _samples(samples: Iterable[Sample], group: Group) -> Iterator[str]:
    yield '<div class="scroll"><table>\n<tr><th>Record</th><th>Value</th><th>Node</th><th>Where</th></tr>'
    for sample in samples:
        value = f"<code>{escape(sample.value)}</code>" if sample.value is not None else '<span class="soft">–</span>'
        yield (
            f"<tr><td>{_record(sample.pmid)}</td><td>{value}</td><td><code>{escape(sample.focus)}</code></td>"
            f'<td class="soft">{escape(sample.where)}</td></tr>'
        )
    yield "</table></div>"
    if group.results > len(group.samples):
        left = group.results - len(group.samples)
        yield f'<p class="soft">and {_number(left, "more result", "more results")}; --format json or csv has all</p>'


def _record(pmid: str | None) -> str:
    if pmid is None:
        return '<span class="soft">–</span>'
    return f'<a href="https://pubmed.ncbi.nlm.nih.gov/{escape(pmid)}/">{escape(pmid)}</a>'


def _rest(found: Conformance) -> Iterator[str]:
    lines: list[str] = []
    if found.audit is not None:
        audit = found.audit
        words = f"{audit.random:,} random and {audit.failing:,} failing records checked again with {audit.reference}"
        if audit.differing:
            lines.append(f'<p class="violation">{escape(words)}: {audit.differing:,} differ.</p><ul>')
            lines += [f"<li>{escape(sentence)}</li>" for sentence in audit.differences]
            lines.append("</ul>")
        else:
            lines.append(f"<p>{escape(words)}: all agree.</p>")
    if found.undecided:
        lines.append(f"<p>{_number(found.undecided, 'constraint')} need other records too and did not look.</p>")
    if found.unused:
        lines.append(f'<p class="soft">Shapes that looked at nothing: {escape(", ".join(found.unused))}.</p>')
    if lines:
        yield "<h2>About this check</h2>"
        yield from lines


def _class(group: Group) -> str:
    return SEVERITIES[rank(group.severity)]


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
