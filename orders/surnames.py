"""Chinese surnames, by which a recipient is found of whom nothing else is known."""

import re

_IN_A_ROW = (
    "万俟上官东方东郭乐正亓官仲孙令狐公冶公孙公羊公西南宫南门司徒司空司马呼延壤驷夏侯"
    "太叔太史宇文宗政宰父尉迟巫马左丘慕容拓跋梁丘欧阳欧陽淳于漆雕澹台濮阳独孤申屠皇甫"
    "百里第五端木纳兰羊舌西门诸葛諸葛谷梁赫连轩辕钟离锺离长孙閭丘闻人闾丘鲜于"
)
COMPOUND = frozenset(map("".join, zip(_IN_A_ROW[::2], _IN_A_ROW[1::2], strict=True)))
"""Surnames of two characters; all others have one."""
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def find_surname(name: str) -> str:
    """The surname of a normalised name that begins with a Chinese character, else ""."""
    if name[:2] in COMPOUND:
        return name[:2]
    return name[:1] if _IDEOGRAPH.match(name) else ""


def list_surnames(word: str) -> list[str]:
    """Which surnames somebody means who types nothing but this normalised word; none where it is no surname.

    One character means the longer ones as well that begin with it.
    """
    if word in COMPOUND:
        return [word]
    if len(word) != 1 or not _IDEOGRAPH.match(word):
        return []
    return [word, *sorted(long for long in COMPOUND if long.startswith(word))]
