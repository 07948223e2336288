"""Means of contact: telephone, e-mail, WeChat, Zalo, LINE (F07). Values of this module are secret."""

from __future__ import annotations

import re
from typing import TypedDict

from leadbook.intake.values.base import Parsed, Problem, Raw, clean_text


class Means(TypedDict):
    """One way to reach somebody; `kind` is phone, email, wechat, zalo, line or other."""

    kind: str
    value: str


_EMAIL = re.compile(
    r"(?<![a-z0-9_%+.-])[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}",
    re.IGNORECASE,
)
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"^(?:{words})\s*(?:号码?|號碼?|id|no\.?|帐号|帳號)?\s*[:=]?\s*", re.IGNORECASE))
    for kind, words in (
        ("wechat", r"微信|wechat|weixin|(?:wx|vx)(?=\s*[:=])"),
        ("zalo", r"zalo"),
        ("line", r"line(?=\s*(?:id)?\s*[:=])"),
        ("email", r"e-?mail|mail|邮箱|郵箱|电邮|電郵|信箱|邮件|電子郵件|电子邮件"),
        ("other", r"qq|whatsapp|skype|viber|telegram|facebook|fb(?=\s*[:=])"),
        (
            "phone",
            r"电话|電話|手机|手機|座机|座機|固话|市話|tel"
            r"|mobile|phone|cell|sđt|đt|điện thoại|di động|hotline|[tm](?=\s*[:=])",
        ),
    )
)
_HANDLES = {
    "wechat": re.compile(r"[a-z][a-z0-9_-]{5,19}", re.IGNORECASE),
    "line": re.compile(r"@?[a-z0-9._-]{4,20}", re.IGNORECASE),
    "other": re.compile(r"[a-z0-9._@+-]{4,40}", re.IGNORECASE),
}
_SAME_WECHAT = re.compile(
    r"[(]?\s*(?:微信(?:同[号號步]|同手机|同手機)|(?:同微信|微信同)"
    r"|wechat same)\s*[)]?",
    re.IGNORECASE,
)
_PIECES = re.compile(
    r"\s*(?:[,;、/|\n]|\b(?:hoặc|or|and|và)\b"
    r"|(?<=[0-9a-z])[或和](?=[0-9+]))\s*",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\s*(?:-|#|转|轉|分機|分机|\bext\.?|\bx)\s*([0-9]{1,5})$", re.IGNORECASE)
_FILLING = re.compile(r"[\s().-]+")
_PHONES = tuple(
    re.compile(form)
    for form in (
        r"(?:\+86)?1[3-9][0-9]{9}",  # CN mobile
        r"(?:\+86|0)(?:10|2[0-9])[0-9]{8}|(?:\+86|0)[3-9][0-9]{2}[0-9]{7,8}",  # CN landline
        r"[48]00[0-9]{7}",  # CN service number
        r"(?:\+886|0)9[0-9]{8}",  # TW mobile
        r"(?:\+886|0)[2-8][0-9]{7,8}",  # TW landline
        r"\+852[2-9][0-9]{7}",  # HK
        r"(?:\+84|0)[35789][0-9]{8}|(?:\+84|0)2[0-9]{9}",  # VN mobile, landline
        r"1[89]00[0-9]{4,6}",  # VN service number
        r"\+(?!86|886|852|84)[1-9][0-9]{7,14}",  # any other country (E.164)
    )
)
_COUNTRY_WITHOUT_PLUS = re.compile(
    r"(?:00)?(86(?=1[3-9][0-9]{9}$)|886(?=9[0-9]{8}$)|852(?=[2-9][0-9]{7}$)"
    r"|84(?=[35789][0-9]{8}$))"
)
_TRUNK_AFTER_COUNTRY = re.compile(r"^(\+(?:86|886|84))0")
_LOST_ZERO = re.compile(r"[35789][0-9]{8}")


def contact_means(raw: Raw) -> Parsed:
    """Give a list of Means; telephone numbers as digits with an optional +country and -extension.

    Problems: contact_invalid{value} (with the valid ones kept, if any), leading_zero_restored, boolean_value.
    """
    text = clean_text(raw, keep_lines=True)
    if isinstance(text, Problem):
        return Parsed(
            None, text if text.name == "boolean_value" else Problem("contact_invalid", {"value": str(raw)})
        )
    means: list[Means] = []
    remarks: list[Problem] = []
    text, same_wechat = _SAME_WECHAT.subn("\n", text)
    # an address split at its own signs would be lost, so e-mails go first
    for address in _EMAIL.findall(text):
        means.append(Means(kind="email", value=address.lower()))
    for piece in _PIECES.split(_EMAIL.sub("\n", text)):
        found, problem = _read(piece.strip(" :.。"))
        means += found
        remarks += problem
    if same_wechat:
        means += [Means(kind="wechat", value=mean["value"]) for mean in means if mean["kind"] == "phone"]
    if not means and not remarks:
        return Parsed(None)
    remarks.sort(key=lambda problem: problem.name)
    unique = list({(mean["kind"], mean["value"]): mean for mean in means}.values())
    return Parsed([dict(mean) for mean in unique] or None, remarks[0] if remarks else None)


def _read(piece: str) -> tuple[list[Means], list[Problem]]:
    kind, rest = "phone", piece
    for label, pattern in _LABELS:
        if found := pattern.match(piece):
            kind, rest = label, piece[found.end() :].strip()
            break
    if not rest:
        return [], []
    handle = _HANDLES.get(kind)
    number, restored = phone(rest)
    if number is not None and kind in ("phone", "wechat", "zalo"):
        return [Means(kind=kind, value=number)], [Problem("leading_zero_restored")] if restored else []
    if handle is not None and handle.fullmatch(rest):
        app = piece[: len(piece) - len(rest)].strip(" :=").lower()
        return [Means(kind=kind, value=f"{app}:{rest}" if kind == "other" else rest)], []
    several = [phone(part) for part in rest.split()] if kind == "phone" and " " in rest else []
    if several and all(value is not None for value, _ in several):
        return [Means(kind="phone", value=value) for value, _ in several if value], []
    return [], [Problem("contact_invalid", {"value": piece})]


def phone(text: str) -> tuple[str | None, bool]:
    """Give the number as digits (None when it is none) and whether a lost leading zero was put back."""
    number = _plain_phone(text)
    if number is not None:
        return number, False
    extension = _EXTENSION.search(text)
    if extension and (number := _plain_phone(text[: extension.start()])):
        return f"{number}-{extension[1]}", False
    digits = _FILLING.sub("", text)
    return (f"0{digits}", True) if _LOST_ZERO.fullmatch(digits) else (None, False)


def _plain_phone(text: str) -> str | None:
    digits = _FILLING.sub("", text)
    digits = _COUNTRY_WITHOUT_PLUS.sub(r"+\1", digits, count=1) if digits[:1].isdigit() else digits
    digits = _TRUNK_AFTER_COUNTRY.sub(r"\1", digits)
    return digits if any(form.fullmatch(digits) for form in _PHONES) else None
