"""The words for those who run the bot (`content/operators.yaml`), by section and key."""

from __future__ import annotations

from collections.abc import Mapping

from flows import problems as say
from flows.model import Where
from flows.problems import ContentError, Problem
from flows.reading.source import Fields, read_yaml

FILE = "operators.yaml"


class Words(dict[str, str]):
    """The words of one section.

    Raises:
        ContentError: for a word that is not there.
    """

    def __init__(self, section: str, words: Mapping[str, str], line: int) -> None:
        super().__init__(words)
        self._where = Where(FILE, line, section)

    def __missing__(self, key: str) -> str:
        raise ContentError([say.missing_field(self._where, key)])


class Sections(dict[str, Words]):
    """All sections.

    Raises:
        ContentError: for a section that is not there.
    """

    def __missing__(self, section: str) -> Words:
        raise ContentError([say.missing_field(Where(FILE, 1), section)])


def operators_words(files: Mapping[str, str]) -> Sections:
    """The words of a bundle.

    Raises:
        ContentError: the file is missing or broken.
    """
    problems: list[Problem] = []
    if FILE not in files:
        raise ContentError([say.missing_file(FILE)])
    root = read_yaml(FILE, files[FILE], problems)
    sections = Sections()
    if root is None:
        raise ContentError(problems)
    outer = Fields(root, problems)
    for name in root.keys:
        table = outer.child(name)
        if table is None:
            continue
        fields = Fields(table, problems)
        words = {key: scalar.value.strip() for key in table.keys if (scalar := fields.scalar(key))}
        sections[name] = Words(name, words, table.where.line)
    if problems:
        raise ContentError(problems)
    return sections
