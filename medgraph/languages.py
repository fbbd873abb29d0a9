"""
PubMed's language codes (ISO 639-2, bibliographic) and the BCP 47 tags for them.

NLM writes three-letter codes in lower case (``eng``, ``chi``); they name the language at
``id.loc.gov``. Literals in RDF take BCP 47 tags instead, the shortest code there is: ``en``, ``zh``,
and the three letters only where ISO 639-1 has no two (RFC 5646, 2.2.1). Anything else that stands
in ``LA`` (``ENG``, ``English``) is text, not a code.
"""

from __future__ import annotations

_WITH_TWO_LETTERS = """
    aar aa  abk ab  afr af  aka ak  alb sq  amh am  ara ar  arg an  arm hy  asm as  ava av  ave ae
    aym ay  aze az  bak ba  bam bm  baq eu  bel be  ben bn  bih bh  bis bi  bos bs  bre br  bul bg
    bur my  cat ca  cha ch  che ce  chi zh  chu cu  chv cv  cor kw  cos co  cre cr  cze cs  dan da
    div dv  dut nl  dzo dz  eng en  epo eo  est et  ewe ee  fao fo  fij fj  fin fi  fre fr  fry fy
    ful ff  geo ka  ger de  gla gd  gle ga  glg gl  glv gv  gre el  grn gn  guj gu  hat ht  hau ha
    heb he  her hz  hin hi  hmo ho  hrv hr  hun hu  ibo ig  ice is  ido io  iii ii  iku iu  ile ie
    ina ia  ind id  ipk ik  ita it  jav jv  jpn ja  kal kl  kan kn  kas ks  kau kr  kaz kk  khm km
    kik ki  kin rw  kir ky  kom kv  kon kg  kor ko  kua kj  kur ku  lao lo  lat la  lav lv  lim li
    lin ln  lit lt  ltz lb  lub lu  lug lg  mac mk  mah mh  mal ml  mao mi  mar mr  may ms  mlg mg
    mlt mt  mon mn  nau na  nav nv  nbl nr  nde nd  ndo ng  nep ne  nno nn  nob nb  nor no  nya ny
    oci oc  oji oj  ori or  orm om  oss os  pan pa  per fa  pli pi  pol pl  por pt  pus ps  que qu
    roh rm  rum ro  run rn  rus ru  sag sg  san sa  sin si  slo sk  slv sl  sme se  smo sm  sna sn
    snd sd  som so  sot st  spa es  srd sc  srp sr  ssw ss  sun su  swa sw  swe sv  tah ty  tam ta
    tat tt  tel te  tgk tg  tgl tl  tha th  tib bo  tir ti  ton to  tsn tn  tso ts  tuk tk  tur tr
    twi tw  uig ug  ukr uk  urd ur  uzb uz  ven ve  vie vi  vol vo  wel cy  wln wa  wol wo  xho xh
    yid yi  yor yo  zha za  zul zu
"""

_THREE_LETTERS_ONLY = """
    ace ach ada ady afa afh ain akk ale alg alt ang anp apa arc arn arp art arw ast ath aus awa
    bad bai bal ban bas bat bej bem ber bho bik bin bla bnt bra btk bua bug byn
    cad cai car cau ceb cel chb chg chk chm chn cho chp chr chy cmc cnr cop cpe cpf cpp crh crp csb cus
    dak dar day del den dgr din doi dra dsb dua dum dyu  efi egy eka elx enm ewo
    fan fat fil fiu fon frm fro frr frs fur  gaa gay gba gem gez gil gmh goh gon gor got grb grc gsw gwi
    hai haw hil him hit hmn hsb hup  iba ijo ilo inc ine inh ira iro  jbo jpr jrb
    kaa kab kac kam kar kaw kbd kha khi kho kmb kok kos kpe krc krl kro kru kum kut
    lad lah lam lez lol loz lua lui lun luo lus
    mad mag mai mak man map mas mdf mdr men mga mic min mkh mnc mni mno moh mos mun mus mwl mwr myn myv
    nah nai nap nds new nia nic niu nog non nqo nso nub nwc nym nyn nyo nzi  osa ota oto
    paa pag pal pam pap pau peo phi phn pon pra pro  raj rap rar roa rom rup
    sad sah sai sal sam sas sat scn sco sel sem sga sgn shn sid sio sit sla sma smi smj smn sms snk sog
    son srn srr ssa suk sus sux syc syr
    tai tem ter tet tig tiv tkl tlh tli tmh tog tpi tsi tum tup tut tvl tyv  udm uga umb  vai vot
    wak wal war was wen  xal  yao yap ypk  zap zbl zen zgh znd zun zza
"""

_pairs = _WITH_TWO_LETTERS.split()

LANGUAGES: dict[str, str] = dict(zip(_pairs[::2], _pairs[1::2], strict=True)) | {
    code: code for code in _THREE_LETTERS_ONLY.split()
}
"""Every ISO 639-2/B code that names a language or a group of them, with its BCP 47 tag."""

NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})
"""Codes for uncoded, several, undetermined and no language: codes, but nothing to tag a text with."""

_WITHDRAWN = {"mol": "ro", "scc": "sr", "scr": "hr"}


def tag(code: str) -> str | None:
    """
    The BCP 47 tag for a code, or None where there is none: no code, or one of :data:`NO_LANGUAGE`.

    The codes withdrawn in 2008 (``mol scc scr``), which older exports have, still have a tag.

    >>> tag("ger"), tag("nds"), tag("scr"), tag("und"), tag("English")
    ('de', 'nds', 'hr', None, None)
    """
    return LANGUAGES.get(code) or _WITHDRAWN.get(code)


def is_code(code: str) -> bool:
    """
    Whether this is a code of ISO 639-2/B as it stands: three letters, lower case.

    >>> is_code("ger"), is_code("und"), is_code("deu"), is_code("ENG")
    (True, True, False, False)
    """
    return code in LANGUAGES or code in NO_LANGUAGE
