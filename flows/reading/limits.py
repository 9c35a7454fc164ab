"""What LINE and Discord accept. The numbers are the platforms' own documentation (read November 2026).

LINE counts text in UTF-16 code units and labels in grapheme clusters; Discord counts code points.
"""

from __future__ import annotations

import regex

#: LINE: messages in one reply. Discord sends as many as it likes; the stricter one binds.
MESSAGES = 5
LINE_TEXT = 5000
DISCORD_TEXT = 2000
LINE_QUICK_REPLIES = 13
DISCORD_OPTIONS = 25
LINE_LABEL = 20
DISCORD_LABEL = 80
DISCORD_CUSTOM_ID = 100
#: An id of a flow, step or choice: three of them and a version stay under DISCORD_CUSTOM_ID.
ID = 24

_CLUSTER = regex.compile(r"\X")


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def graphemes(text: str) -> int:
    """Length in grapheme clusters, as a reader counts characters."""
    return len(_CLUSTER.findall(text))
