"""Marks by which people can be found again wherever something of them was written, and the search for them."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Mark:
    """What everything about the marked people has in it: once in hexadecimal, once in digits, once in katakana."""

    hex: str
    digits: str
    kana: str

    @staticmethod
    def new() -> Mark:
        """Chance alone makes no second one."""
        found = secrets.token_hex(8)
        kana = "".join(chr(0x30AB + 2 * int(digit, 16)) for digit in found)
        return Mark(found, str(10**15 + secrets.randbelow(9 * 10**15)), kana)

    def forms(self) -> Iterator[tuple[str, bytes]]:
        """The name of a way of writing it, and the bytes; letters of ASCII in lower case but for base64."""
        hiragana = "".join(chr(ord(letter) - 0x60) for letter in self.kana)
        for text in (self.hex, self.digits, self.kana, hiragana):
            for coding in ("utf-8", "utf-16-le", "utf-16-be"):
                yield coding, text.encode(coding)
            yield "hexadecimal", text.encode().hex().encode()
            yield "escapes of JSON", json.dumps(text)[1:-1].lower().encode()
            yield "escapes of addresses", quote(text).lower().encode()
            for shift in range(3):  # the letters in the middle stand for the text alone, wherever it began
                whole = base64.b64encode(b"\0" * shift + text.encode())
                yield "base64", whole[4:-4]


def search(folder: Path, mark: Mark) -> tuple[list[str], int]:
    """Every file in which a form of the mark stands, with the form; and the number of bytes that were read.

    Args:
        folder: looked through with everything below it, names of files included.
        mark: what is looked for.
    """
    found, size = [], 0
    forms = sorted(set(mark.forms()))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        size += len(data)
        lower = data.lower()
        where = path.relative_to(folder)
        for name, form in forms:
            if form in (data if name == "base64" else lower) or form in str(where).encode():
                found.append(f"{where}: a mark, written as {name}")
    return list(dict.fromkeys(found)), size
