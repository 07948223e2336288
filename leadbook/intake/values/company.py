"""Company names: whether the legal form is there, and one key per firm (F01)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from leadbook.intake.values.base import normalise
from leadbook.intake.values.fold import simplify, strip_tones

_HAN_FORM = re.compile(
    r"有限责任公司|股份有限公司|有限公司|股份公司|公司|合伙企业|(?:有限|普通)合伙|企业社|行号|商行|经营部|合作社|工作室|事务所"
    r"|个体工商户|个人独资|工厂$|厂$|医院|卫生院|大学|学院|学校|中学|小学|幼儿园|研究院|研究所|设计院|[委管]委会|委员会|管理局"
    r"|局$|厅$|部$|政府|法院|检察院|中心$|协会|学会|商会|基金会|出版社|报社|银行.*[支分]行|信用社|联社$|[所社行]$"
)
_LATIN_FORM = re.compile(
    r"\b(?:limited|ltd|co|company|inc|incorporated|corp|corporation|llc|llp|lp|gmbh|plc|pte|pty|jsc|ag"
    r"|s ?a|bv|b v|sdn bhd|kk|nv"
    r"|srl|sas|ab|oy|hospital|university|college|school|institute|bureau|department|ministry|authority|foundation"
    r"|association|cooperative|council|union|borough|trust|society)\b"
    r"|^(?:trường|viện|sở|bộ|cục|chi cục|học viện|trung tâm|hiệp hội|quỹ|cơ sở|xưởng|nhà máy)\b"
)
_VN_FORM = re.compile(
    r"\b(?:cong ty (?:tnhh|co phan|cp|hop danh|trach nhiem)|ctcp|tnhh|dntn|doanh nghiep tu nhan|htx"
    r"|hop tac xa"
    r"|ho kinh doanh|benh vien|dai hoc|uy ban nhan dan|ubnd|tong cong ty)\b"
)
# 集团, 控股 and branches name another firm and stay in the key
_HAN_DROPPED = re.compile(r"有限责任公司|股份有限公司|有限公司|股份公司|(?<![分子总])公司$")
_VN_DROPPED = re.compile(
    r"^(?:cong ty|cty)\b|\b(?:trach nhiem huu han|tnhh|co phan|ctcp|dntn|doanh nghiep tu nhan|htx|hop tac xa"
    r"|mot thanh vien|hai thanh vien|mtv|1tv)\b|(?<=^cong ty )cp\b|^cp(?= )"
)
_EN_DROPPED = re.compile(
    r"(?:\s+(?:joint stock company|company limited|limited|ltd|co|company|inc|incorporated|corp"
    r"|corporation|llc|llp|lp"
    r"|gmbh|plc|pte|pty|jsc|ag|bv|b v|s a|sdn bhd|srl|sas|oy))+$"
)
_NOT_WORD = re.compile(r"[\W_]+")


def has_legal_form(name: str) -> bool:
    """Whether the name has a legal form or is that of an institution; a bare 集团 is a short form (F01)."""
    text = normalise(name)
    if not text.isascii() and _HAN_FORM.search(simplify(text)):
        return True
    words = _words(text)
    return bool(_LATIN_FORM.search(words) or _VN_FORM.search(strip_tones(words)))


def is_only_form(name: str) -> bool:
    """Whether nothing but a legal form is there: Ltd, 有限公司, Công ty TNHH."""
    core, whole = _core(name)
    return not core and bool(whole) and has_legal_form(name)


def company_key(name: str) -> str:
    """Give one key for the spellings of a firm: script, width, case, marks, punctuation, legal form (F01).

    Groups and branches keep keys of their own. Blank for a name without letters.
    """
    core, whole = _core(name)
    return core or whole


@lru_cache(maxsize=1 << 17)
def _core(name: str) -> tuple[str, str]:
    """The name less its legal form (blank where nothing else is there), and the whole of it."""
    text = normalise(name)
    if text.isascii():  # nothing to simplify or to strip
        words = _NOT_WORD.sub(" ", text.lower()).strip()
        return "".join(_VN_DROPPED.sub(" ", _EN_DROPPED.sub("", f" {words}").strip()).split()), words.replace(" ", "")
    text = simplify(unicodedata.normalize("NFKC", text))
    words = _words(text)
    if re.search(r"[\u3400-\u9fff]", words):
        shorter = _HAN_DROPPED.sub("", words.replace(" ", ""))
    else:
        # English forms go while "cơ" still differs from "co"
        kept = strip_tones(_EN_DROPPED.sub("", f" {words}").strip())
        shorter = " ".join(_VN_DROPPED.sub(" ", kept).split())
    return strip_tones(shorter).replace(" ", ""), strip_tones(words).replace(" ", "")


def _words(text: str) -> str:
    """Give small words with one space between them; a dotted form such as S.A. becomes "s a"."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFC", text.casefold())).strip()
