"""Every form in which NLM publishes MeSH becomes the same index, years add up, and broken files say so."""

from __future__ import annotations

import gzip
import os
import shutil

import mesh_files
import pytest

from medgraph.errors import FormatError, MedgraphError, SinkError, SourceError
from medgraph.mesh.index import Index
from medgraph.thesaurus import build

D, Q, PT, S = "descriptor", "qualifier", "publication type", "substance"


@pytest.fixture
def made(tmp_path):
    """An index of texts by file name: ``made({"desc2024.xml": text}, learned=…)``."""

    def made(files, **options):
        paths = []
        for name, content in files.items():
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        build(paths, tmp_path / "mesh.sqlite", **options)
        return Index(tmp_path / "mesh.sqlite")

    return made


def table(*rows):
    return "ui,name\n" + "".join(f'{ui},"{name}"\n' for ui, name in rows)


XML = {
    "desc2024.xml": mesh_files.DESCRIPTORS_XML,
    "qual2024.xml": mesh_files.QUALIFIERS_XML,
    "supp2024.xml": mesh_files.SUPPLEMENTAL_XML,
}
ASCII = {
    "d2024.bin": mesh_files.DESCRIPTORS_ASCII,
    "q2024.bin": mesh_files.QUALIFIERS_ASCII,
    "c2024.bin": mesh_files.SUPPLEMENTAL_ASCII,
}
FORMS = {
    "XML": XML,
    "XML, packed, under other names": {f"{n}.x": gzip.compress(text.encode()) for n, text in enumerate(XML.values())},
    "MeSH RDF": {"mesh.nt": mesh_files.ntriples()},
    "MeSH RDF of a year": {"mesh.nt": mesh_files.ntriples().replace("/mesh/D9", "/mesh/2024/D9")},
    "ASCII": ASCII,
    "ASCII with other line ends and a byte order mark": {
        name: ("\ufeff" + text).replace("\n", "\r\n").encode() for name, text in ASCII.items()
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_resolves_the_same_names(made, form):
    index = made(FORMS[form])
    for kind, name, ui in (
        (D, "Sleep", "D900001"),
        (D, "Sleep, Slow-Wave & Deep", "D900002"),
        (D, "Slow Wave & Deep Sleep", "D900002"),
        (D, "delta  SLEEP", "D900002"),
        (D, "Sleep, Slow Wave & Deep", "D900002"),
        (D, "Sleep Slow-Wave & Deep", None),
        (D, "Dream Diary", None),
        (D, "sleep effects", None),
        (PT, "Dream Diary", "D900004"),
        (PT, "Sleep", None),
        (Q, "sleep effects", "Q900001"),
        (Q, "ZZ", "Q900001"),
        (Q, "zz", None),
        (S, "somnomycin", "C900001"),
        (S, "Noctal (brand)", "C900001"),
        (S, "Hypnotics", "D900003"),
        (S, "sleep effects", None),
        (D, "", None),
    ):
        answer = index.look_up(kind, name)
        assert (kind, name, answer.ui) == (kind, name, ui)
        assert getattr(index, kind.replace(" ", "_"))(name) == ui
        assert getattr(index, kind.replace(" ", "_"))(name) == ui  # from the cache
        assert answer.how


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_the_tree_and_the_links(made, form):
    index = made(FORMS[form])
    deep = index.record("D900002")
    assert deep.trees == ("F02.830", "G11.561.803")
    assert deep.kind == "TopicalDescriptor"
    assert deep.links == (("pharmacologicalAction", "D900003"),)
    assert index.record("D900004").kind == "PublicationType"
    assert index.broader()["D900002"] == ("D900001",)
    assert index.record("C900001").links == (("preferredMappedTo", "D900003"), ("mappedTo", "D900001Q900001"))
    assert index.year == 2024


@pytest.mark.parametrize("form", ["XML", "MeSH RDF"])
def test_terms_and_concepts(made, form):
    deep = made(FORMS[form]).record("D900002")
    assert [tuple(term) for term in deep.terms] == [
        ("Sleep, Slow-Wave & Deep", 0, "T900002", "M0900002", True),
        ("Slow Wave & Deep Sleep", 2, "T900002", "M0900002", False),
        ("Delta Sleep", 1, "T000900003", "M000900003", True),
    ]


def test_tables_trees_and_actions_add_up(made):
    index = made({"names2024.tsv": mesh_files.TABLE, "mtrees2024.bin": mesh_files.TREES_ASCII})
    assert index.record("D900002").trees == ("F02.830", "G11.561.803")
    assert index.record("D900001").kind == "TopicalDescriptor"
    assert index.publication_type("Dream Diary") == "D900004"
    assert index.descriptor("Dream Diary") is None
    index = made({"pa.xml": mesh_files.ACTIONS_XML})
    assert index.record("C900001").links == (("pharmacologicalAction", "D900003"),)
    assert index.substance("somnomycin") == "C900001"


@pytest.mark.parametrize(
    "text",
    [
        "D900001,Sleep\nD900002,Rest\n",
        "D900001\tSleep\nD900002\tRest\n",
        "mesh_uid,name,note\nD900001,Sleep,x\nD900002,Rest,y\n",
        'label,id\n"Sleep",D900001\n"Rest",D900002\n\n',
        "DescriptorUI\tConceptUI\tTermName\nD900001\tM0000001\tSleep\nD900002\tM0000002\tRest\n",
    ],
)
def test_tables_of_any_shape(made, text):
    index = made({"names.csv": text})
    assert (index.descriptor("Sleep"), index.descriptor("Rest")) == ("D900001", "D900002")


def test_the_first_name_of_a_plain_table_is_the_preferred_one(made):
    index = made({"names.csv": table(("D900001", "Sleep"), ("D900001", "Slumber, a"), ("D900002", "Rest"))})
    assert index.record("D900001").name == "Sleep"
    assert index.look_up(D, "Slumber, a").how == "entry term of Sleep"


def test_the_newest_year_decides_whatever_the_order(made):
    old = table(("D900001", "Slumber"), ("D900002", "Rest"), ("D900003", "Pillows"))
    new = table(("D900001", "Sleep"), ("D900002", "Slumbering"), ("D900004", "Rest"))
    for files in ({"old2015.csv": old, "new2024.csv": new}, {"new2024.csv": new, "old2015.csv": old}):
        index = made(files)
        assert index.record("D900001").name == "Sleep"
        assert index.look_up(D, "Slumber") == ("D900001", "former name of Sleep, MeSH 2015", ())
        assert index.look_up(D, "Rest") == (
            "D900004", "preferred name, MeSH 2024; in older sources D900002 (Slumbering)", (),
        )  # fmt: skip
        assert index.descriptor("Pillows") == "D900003"


def test_a_year_can_be_told(made):
    assert made({"names.csv": table(("D900001", "Sleep"))}, year=2019).look_up(D, "Sleep").how == (
        "preferred name, MeSH 2019"
    )


def test_a_name_of_two_records_stays_unresolved_and_says_both(made):
    index = made({"mesh2024.csv": table(("D900001", "Pillow"), ("D900002", "Rest"), ("D900002", "Pillow"))})
    assert index.descriptor("Pillow") == "D900001", "a preferred name comes before others"
    index = made({"mesh2024.csv": table(("D900001", "Pillow"), ("D900002", "Pillow"))})
    assert index.descriptor("Pillow") is None
    assert index.look_up(D, "pillow") == (
        None, "it stands for D900001 (Pillow) and D900002 (Pillow), MeSH 2024", ("D900001", "D900002"),
    )  # fmt: skip
    assert index.substance("Pillow") is None


def test_two_variants_of_a_name_are_two_names_where_they_are_spelt(made):
    index = made({"mesh2024.csv": table(("D900001", "Co-factor"), ("D900002", "Co Factor"))})
    assert index.descriptor("Co-factor") == "D900001"
    assert index.descriptor("co factor") == "D900002"
    assert index.look_up(D, "co-FACTOR").ui == "D900001"
    assert index.look_up(D, "co-  factor").rivals == ("D900001", "D900002")


def test_tree_numbers_that_were_given_anew(made):
    index = made(
        {
            "old2015.tsv": "ui\tname\ttree\nD900001\tSleep\tF02\nD900002\tDreams\tF02.100\nD900003\tNaps\tF02.200\n",
            "new2024.tsv": "ui\tname\ttree\nD900002\tNods\tF02.300\nD900004\tRest\tF02.100\nD900001\tSleep\tG11.561\n",
        }
    )
    assert index.record("D900001").trees == ("F02", "G11.561"), "a table may lack the numbers of one part"
    assert index.record("D900002").trees == ("F02.300",)
    assert index.record("D900003").trees == ("F02.200",)
    assert index.record("D900004").trees == ("F02.100",)
    assert index.broader()["D900004"] == ("D900001",)


def test_names_learned_from_records_say_something_only_where_no_file_does(made):
    learned = [
        (D, "D900001", "Slumber"), (D, "D900001", "Slumber"), (D, "D900005", "Naps"), (D, "D900006", "Siesta"),
        (D, "D900005", "Siesta"), (S, "C900009", "valerian"), (PT, "D900007", "Bedtime Story"), (Q, "Q900009", "rest"),
        (D, "Q900009", "wrong"), (D, "C900009", "wrong"), (S, "nonsense", "wrong"), (D, "D900002", "Sleep"),
        (PT, "D900002", "Rest"),
    ]  # fmt: skip
    index = made({"mesh2024.tsv": "ui\tname\ttree\nD900001\tSleep\tF02\nD900002\tRest\tF03\n"}, learned=iter(learned))
    assert index.look_up(D, "Slumber") == ("D900001", "stands beside D900001 in PubMed records", ())
    assert index.descriptor("Naps") == "D900005"
    assert index.look_up(D, "Siesta").rivals == ("D900005", "D900006")
    assert index.substance("valerian") == "C900009"
    assert index.publication_type("Bedtime Story") == "D900007"
    assert index.qualifier("rest") == "Q900009"
    assert index.descriptor("Sleep") == "D900001"
    assert index.descriptor("Rest") == "D900002", "the tree says that it is no publication type"
    assert index.descriptor("wrong") is index.substance("wrong") is None


def test_obsolete_records_keep_their_year(made):
    index = made({"mesh.nt": mesh_files.ntriples()})
    assert index.look_up(D, 'Trance "deep"') == ("D900009", "preferred name, MeSH 2012", ())
    assert index.descriptor("Søvn") is None


def test_what_ships_is_in_every_index(made):
    index = made({"names.csv": table(("D900001", "Sleep"))})
    assert index.qualifier("utilization") == "Q000656"
    assert index.publication_type("Evaluation Studies") == "D023362"
    assert index.descriptor("Humans") == "D006801"


def test_old_entry_terms_with_colons(made):
    record = (
        "*NEWRECORD\nMH = Gene Library\nPRINT ENTRY = DNA Library:T028:ACX:EQV:NLM (1998):961031:abcdef\nUI = D015723\n"
    )
    index = made({"d1998.bin": record})
    assert index.look_up(D, "DNA Library").how == "entry term of Gene Library, MeSH 1998"


BAD = {
    "empty": ("", "the file is empty; expected is MeSH"),
    "blank": (" \n\n", "the file is empty; expected is MeSH"),
    "page": ("<html><title>503 Busy</title></html>", 'this is an HTML page, "503 Busy"; expected is MeSH'),
    "json": ('{"error": "no"}', 'this is JSON, "no"; expected is MeSH'),
    "zip": (b"PK\x03\x04xxxxxxxxxxxxx", r"this is a ZIP archive \(unpack it first\); expected is MeSH"),
    "text": ("Dear all,\nplease find\n", "this is text of another kind"),
    "table": ("name,born\nDoe,1970\n", "this is text of another kind"),
    "nbib": ("PMID- 1\nTI  - A.\n", "this is MEDLINE text, which has names but no identifiers to learn"),
    "records": ("<PubmedArticleSet></PubmedArticleSet>", "these are PubMed records; write --learn before them"),
    "turtle": ("@prefix a: <b> .\n", r"this is Turtle; MeSH RDF is read as N-Triples \(mesh.nt or mesh.nt.gz\)"),
    "french": (
        mesh_files.DESCRIPTORS_XML.replace('"eng"', '"fre"'),
        r"this is MeSH in another language \(fre\); PubMed's names are English",
    ),
    "xml cut off": (mesh_files.DESCRIPTORS_XML[:2000], r"line \d+: .*; it is damaged or cut off: get the file again"),
    "gzip cut off": (
        gzip.compress(mesh_files.DESCRIPTORS_XML.encode())[:-300],
        r"the gzip data end in the middle, after byte \d+ of what they hold; get the file again",
    ),
    "gzip cut off at once": (gzip.compress(b"x" * 99)[:5], "the gzip data end in the middle"),
    "set without records": ("<DescriptorRecordSet></DescriptorRecordSet>", "this file holds not one record of MeSH"),
    "ascii cut off": (mesh_files.DESCRIPTORS_ASCII[:-14], r"line 28: the record of 'Dream Diary' has no identifier"),
    "ascii broken": (mesh_files.DESCRIPTORS_ASCII + "and so on\n", "line 34: 'and so on' is no element such as MH"),
    "trees cut off": (mesh_files.TREES_ASCII[:-3], r"line 5: 'Dream Diary;V02.1' is no name;tree number"),
    "triples cut off": (mesh_files.ntriples()[:-20], r"line \d+: .* is no triple; the file is damaged or cut off"),
    "literal broken": (mesh_files.ntriples().replace('"Sleep"@en .', '"Sleep .'), "line 3: the value is no literal"),
    "triples of others": ("<http://a.b/c> <http://a.b/d> <http://a.b/e> .\n", "this file holds not one record of MeSH"),
    "row cut off": (mesh_files.TABLE[:-13], r"line 5: 1 columns of 2; is the file cut off\?"),
    "row without a name": (mesh_files.TABLE + "D900005\t\n", "line 6: D900005 has no name"),
    "row of another kind": (
        mesh_files.TABLE.replace("\nD900004", "\nD900004\tx" + "\nD900005\tx" * 300 + "\nnonsense"),
        "line 306: 'nonsense' is no MeSH identifier, such as D009369",
    ),
    "columns that cannot be told": ("a,b,c\nD900001,x,y\n", "which of the columns a, b, c holds the names"),
    "not UTF-8": ("ui,name\nD900001,Sleep\nD900002,Caf\xe9\n".encode("latin-1"), "line 3 is not UTF-8"),
    "identifier broken": (mesh_files.DESCRIPTORS_XML.replace("D900001<", "9<"), r"'9' \(Sleep\) is no MeSH identifier"),
    "tree broken": (mesh_files.DESCRIPTORS_XML.replace(">F02<", ">F2<"), "D900001: 'F2' is no tree number"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gives_one_clear_sentence_and_no_index(made, tmp_path, case):
    content, sentence = BAD[case]
    with pytest.raises((SourceError, FormatError), match=sentence) as caught:
        made({"bad.txt": content})
    assert str(caught.value).startswith(f"{tmp_path / 'bad.txt'}: ")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.txt"]


def test_a_failed_build_leaves_the_earlier_index(made, tmp_path):
    made({"names.csv": table(("D900001", "Sleep"))})
    before = (tmp_path / "mesh.sqlite").read_bytes()
    with pytest.raises(MedgraphError):
        made({"bad.txt": ""})
    assert (tmp_path / "mesh.sqlite").read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_the_same_files_give_the_same_bytes(made, tmp_path):
    made(XML)
    before = (tmp_path / "mesh.sqlite").read_bytes()
    made(XML)
    assert (tmp_path / "mesh.sqlite").read_bytes() == before


def test_nothing_to_build_of(tmp_path):
    with pytest.raises(FormatError, match="nothing to build an index of"):
        build([], tmp_path / "mesh.sqlite")
    with pytest.raises(SourceError, match="there is no such file"):
        build([tmp_path / "absent.xml"], tmp_path / "mesh.sqlite")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "names.csv").write_text(table(("D900001", "Sleep")))
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(SinkError, match="cannot be written"):
        build([tmp_path / "names.csv"], tmp_path / "closed" / "mesh.sqlite")


def test_a_name_that_is_a_folder(tmp_path):
    (tmp_path / "names.csv").write_text(table(("D900001", "Sleep")))
    (tmp_path / "mesh.sqlite").mkdir()
    with pytest.raises(SinkError, match="cannot be written"):
        build([tmp_path / "names.csv"], tmp_path / "mesh.sqlite")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mesh.sqlite", "names.csv"]


def test_names_and_links_that_belong_nowhere_are_told(tmp_path):
    (tmp_path / "names2024.csv").write_text(table(("D900001", "Sleep")))
    (tmp_path / "mtrees2024.bin").write_text("Sleep;F02\nNowhere;F02.100\n")
    made = build([tmp_path / "names2024.csv", tmp_path / "mtrees2024.bin"], tmp_path / "mesh.sqlite")
    assert made.unplaced == {"Nowhere": 1}
    assert made.info.descriptors == 225, "the publication types and check tags that ship are among them"
    assert made.info.path == str(tmp_path / "mesh.sqlite")
    assert [source.file for source in made.info.sources] == ["", "names2024.csv", "mtrees2024.bin"]


def test_names_that_two_records_have_are_counted(tmp_path):
    (tmp_path / "m.csv").write_text(table(("D900001", "Pillow"), ("D900002", "Pillow"), ("Q900001", "Pillow")))
    assert build([tmp_path / "m.csv"], tmp_path / "mesh.sqlite").ambiguous == 1


def test_watching(tmp_path):
    seen = []
    (tmp_path / "m.csv").write_text(table(*((f"D{900000 + n}", f"Name {n}") for n in range(600))))
    build([tmp_path / "m.csv"], tmp_path / "mesh.sqlite", watch=lambda name, count: seen.append((name, count)))
    assert seen == [("m.csv", 256), ("m.csv", 512), ("m.csv", 600)]


def test_the_samples_of_nlm(shared, tmp_path):
    """Every sample of NLM's own formats beside the checkout is read; the set without records is refused."""
    files = [*(shared / "mesh" / "nlm-xml-samples").iterdir(), *(shared / "mesh" / "meshrdf").glob("*-samples.xml")]
    files += [shared / "mesh" / "meshrdf" / "samples.nt"]
    files = [path for path in files if path.name != "qual-samples.xml"]
    made = build(files, tmp_path / "mesh.sqlite")
    assert made.info.supplementary_concepts > 20
    index = Index(tmp_path / "mesh.sqlite")
    assert index.record("D000001").name == "Calcimycin"
    assert index.descriptor("A-23187") == "D000001"
    assert index.substance("red yeast rice") == "C117343"
    assert ("preferredMappedTo", "D001688") in index.record("C117343").links
    assert index.qualifier("AI") == "Q000037"
    assert index.record("D005123").kind == "TopicalDescriptor"
    with pytest.raises(FormatError, match="not one record of MeSH"):
        build([shared / "mesh" / "meshrdf" / "qual-samples.xml"], tmp_path / "mesh.sqlite")
    with pytest.raises(FormatError, match=r"line 1001: .* it is damaged or cut off"):
        build([shared / "mesh" / "desc-subset-2015.xml"], tmp_path / "mesh.sqlite")


def test_xml_and_rdf_samples_of_the_same_records_say_the_same(shared, tmp_path):
    """desc-samples.xml and samples.nt are two forms of some of the same records, as NLM made them."""
    folder = shared / "mesh" / "meshrdf"
    indexes = []
    for name in ("desc-samples.xml", "samples.nt"):
        build([folder / name], tmp_path / f"{name}.sqlite", year=2015)
        indexes.append(Index(tmp_path / f"{name}.sqlite"))
    compared = 0
    for one in indexes[0].records():
        other = indexes[1].record(one.ui)
        if other is not None and one.terms and other.terms:
            compared += 1
            assert (one.name, one.kind) == (other.name, other.kind)
            assert one.trees == other.trees
            assert [term for term in one.terms if term.role == 0] == [term for term in other.terms if term.role == 0]
    assert compared >= 5


def test_the_tables_of_2024(mesh2024):
    index = Index(mesh2024)
    info = index.info
    assert (info.descriptors, info.qualifiers, info.names) == (30764, 84, 264021)
    assert info.bytes < 20_000_000
    assert index.record("D009369").trees == ("C04",)
    assert index.record("D003813").trees == ("E06", "H02.163")
    assert index.record("D009792").kind == "TopicalDescriptor"
    assert index.record("D014481").kind == "GeographicalDescriptor"
    assert index.record("D016428").kind == "PublicationType"


def test_every_descriptor_of_2024_resolves_to_itself(mesh2024, shared):
    index = Index(mesh2024)
    rows = [line.split("\t") for line in (shared / "mesh" / "mesh2024_descriptors.tsv").read_text().splitlines()[1:]]
    wrong = [
        (ui, name)
        for ui, name in rows
        if index.descriptor(name) != ui and index.publication_type(name) != ui
    ]  # fmt: skip
    assert wrong == []


def test_a_copy_that_is_cut_off(mesh2024, tmp_path):
    copy = tmp_path / "mesh.sqlite"
    shutil.copy(mesh2024, copy)
    os.truncate(copy, mesh2024.stat().st_size // 2)
    with pytest.raises(FormatError, match=r"the MeSH index is damaged or cut off; build it again, or copy it again"):
        Index(copy)
