"""Chinese numerals: 二十三, 二〇二三, 一百二十, 三百万."""

from __future__ import annotations

DIGITS = {char: value for value, group in enumerate((
    "零〇○", "一壹", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖",
)) for char in group}  # fmt: skip
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
SMALL = "".join(DIGITS) + "".join(TENS) + "廿卅"


def han_int(text: str) -> int | None:
    """Give the value of a numeral below 10^16, None when the text is not one."""
    if not text or len(text) > 24:
        return None
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total = section = digit = 0
    for char in text.replace("廿", "二十").replace("卅", "三十"):
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in TENS:
            section += (digit or 1) * TENS[char]
            digit = 0
        elif char in MYRIADS:
            total = (
                (total + section + digit) * MYRIADS[char]
                if char in "亿億"
                else (total + (section + digit) * MYRIADS[char])
            )
            section = digit = 0
        else:
            return None
    return total + section + digit
