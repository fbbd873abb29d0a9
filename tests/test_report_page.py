"""The HTML report in a browser: it opens, folds, searches and fits, and asks the network for nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from medgraph import validation
from medgraph.conformance.formats import FORMATS

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

DRIVER = """
<script>
(async () => {
// a task later: a frame may never come in a browser without a window
const later = () => new Promise(done => setTimeout(done, 100));
const seen = {}, groups_ = [...document.querySelectorAll('details.group')];
const visible = () => groups_.filter(each => each.offsetParent !== null).map(
  each => each.querySelector('.name').textContent);
const search = words => { form.elements.words.value = words; form.dispatchEvent(new Event('input')); };
seen.title = document.title;
seen.all = visible();
seen.bars = groups_.map(each => each.querySelector('.bar i').getBoundingClientRect().width);
const inside = group => group.querySelector('.inside').checkVisibility({contentVisibilityAuto: true});
seen.folded = !groups_.some(inside);
if (groups_.length) {
  groups_[0].querySelector('summary').click();
  await later();
  seen.opened = groups_.map(inside);
  seen.links = [...groups_[0].querySelectorAll('a')].map(each => each.href);
  search('volume'); seen.searched = visible();
  search('no such words'); seen.none = !document.querySelector('#none').hidden;
  search('');
  form.elements.warning.click(); seen.unticked = visible();
  form.elements.warning.click();
  groups_.forEach(each => { each.open = true; });
}
document.querySelectorAll('details').forEach(each => { each.open = true; });
seen.wide = document.documentElement.scrollWidth - window.innerWidth;
seen.loaded = performance.getEntriesByType('resource').map(each => each.name);
seen.paper = getComputedStyle(document.body).backgroundColor;
document.body.append(Object.assign(document.createElement('pre'), {id: 'seen', textContent: JSON.stringify(seen)}));
})();
</script></body>
"""


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """What a page shows in a window of some width; the browser gets no network."""
    if BROWSER is None:
        pytest.skip("chromium is not installed")

    def look(page: Path, width: int = 1200, *options: str) -> dict[str, Any]:
        driven = tmp_path / "driven.html"
        driven.write_text(page.read_text(encoding="utf-8").replace("</body>", DRIVER), encoding="utf-8")
        command = [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--proxy-server=127.0.0.1:9", "--virtual-time-budget=5000",
            f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},900",
            *options, "--dump-dom", driven.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100, encoding="utf-8")
        found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.DOTALL)
        assert found, done.stderr[-2000:]
        return json.loads(unescape(found[1]))

    return look


@pytest.fixture
def report(tmp_path: Path, nbib: Callable[..., str]) -> Callable[[str], Path]:
    def report(records: str) -> Path:
        source, page = tmp_path / ("a-long-name-of-a-file-" * 8 + ".nbib"), tmp_path / "report.html"
        source.write_text(records)
        shapes = tmp_path / "shapes.ttl"
        shapes.write_text(SHAPES)
        with page.open("wb") as out:
            validation.validate([source], shapes=[shapes], report=FORMATS["html"](out, "violation"), audit=0)
        return page

    return report


SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
<http://example.org/Article> sh:targetSubjectsOf bibo:pmid ;
    sh:property [ sh:path bibo:volume ; sh:minCount 1 ; sh:name "volume" ; sh:message "An article has a volume" ] ;
    sh:property [ sh:path bibo:pages ; sh:minCount 1 ; sh:name "pages" ; sh:message "It has pages" ] ;
    sh:property [ sh:path bibo:doi ; sh:minCount 1 ; sh:name "DOI" ; sh:severity sh:Warning ; sh:message "No DOI" ] .
"""


def test_the_page_in_a_browser(look, report, nbib) -> None:
    broken = "OWN - NLM\nTI  - no number\nSO  - X.\n\n"
    page = report("".join(nbib(n, *(["VI  - 7"] if n > 1 else [])) for n in range(1, 11)) + broken)
    seen = look(page)
    assert seen["title"] == "Validation of 10 records"
    assert seen["all"] == ["pages", "volume", "DOI"]
    assert seen["folded"]
    assert seen["opened"] == [True, False, False]
    assert seen["links"][0] == "https://pubmed.ncbi.nlm.nih.gov/1/"
    assert seen["searched"] == ["volume"]
    assert seen["none"]
    assert seen["unticked"] == ["pages", "volume"]
    assert seen["loaded"] == []
    pages, volume, doi = seen["bars"]
    assert pages == doi > 5 * volume > 10


@pytest.mark.parametrize("width", [500, 800, 1600])
def test_nothing_sticks_out_of_the_window(look, report, nbib, width: int) -> None:
    page = report("".join(nbib(n) for n in range(1, 4)) + "OWN - NLM\nTI  - no number\nSO  - X.\n\n")
    assert look(page, width)["wide"] <= 0


def test_it_is_dark_where_the_reader_wants_it(look, report, nbib) -> None:
    page = report(nbib(1))
    assert look(page)["paper"] == "rgb(252, 252, 250)"
    assert look(page, 1200, "--blink-settings=preferredColorScheme=0")["paper"] == "rgb(22, 25, 27)"


def test_a_page_without_findings(look, report, nbib) -> None:
    seen = look(report(nbib(1, "VI  - 7", "PG  - 1-9", "AID - 10.1000/182 [doi]")))
    assert seen["all"] == []
    assert seen["loaded"] == []
