"""Content as plain data: a *bundle* is path below the content folder → text; and which of it a mode uses.

A town's variant stands below `municipal/`: its flows are the only ones of that mode, and any other file there takes the
place of the one with the same name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from flows import problems as say
from flows.problems import ContentError, Problem

Bundle = Mapping[str, str]
Mode = Literal["standard", "municipal"]

_FLOWS, _TOWN = "flows/", "municipal/"
_TEXT_FILES = (".yaml", ".csv", ".txt")


def read_folder(folder: Path) -> Bundle:
    """The bundle of a content folder: its YAML and CSV files.

    Raises:
        ContentError: the folder is missing, or a file is not UTF-8.
    """
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in _TEXT_FILES or not path.is_file() or path.name.startswith((".", "~")):
            continue
        try:
            files[name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            problems.append(say.not_utf8(name))
    if not files and not problems:
        problems.append(say.no_content(str(folder)))
    if problems:
        raise ContentError(problems)
    return files


def bundle_version(files: Bundle) -> str:
    """Eight hexadecimal digits that differ whenever any file does."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:8]


def modes(files: Bundle) -> Iterator[Mode]:
    """The modes that a bundle has content for."""
    for mode in get_args(Mode):
        if mode == "standard" or any(name.startswith(_TOWN) for name in files):
            yield mode


def of_mode(files: Bundle, mode: Mode) -> Bundle:
    """The files that a mode uses, by the names that every mode knows them by."""
    shared = {name: text for name, text in files.items() if not name.startswith(_TOWN)}
    if mode == "standard":
        return shared
    own = {name.removeprefix(_TOWN): text for name, text in files.items() if name.startswith(_TOWN)}
    return {name: text for name, text in shared.items() if not name.startswith(_FLOWS)} | own


def into_folder(used: Bundle, files: Bundle, mode: Mode) -> Bundle:
    """The whole folder in which a mode's files (`of_mode`) say something else now.

    Args:
        used: the mode's files, by the names that every mode knows them by.
        files: the folder before.
        mode: whose files they are.
    """
    town = mode == "municipal"
    written = {_TOWN + name if town and _TOWN + name in files else name: text for name, text in used.items()}
    return {**files, **written}


def as_known(problems: Iterable[Problem], mode: Mode) -> Iterator[Problem]:
    """Problems of `as_written`, with the names by which every mode knows its files again."""
    for problem in problems:
        yield replace(problem, file=problem.file.removeprefix(_TOWN)) if mode == "municipal" else problem


def as_written(problems: Iterable[Problem], files: Bundle, mode: Mode) -> Iterator[Problem]:
    """Problems of a mode's files, with the names under which a writer finds them."""
    for problem in problems:
        town = mode == "municipal" and _TOWN + problem.file in files
        yield replace(problem, file=_TOWN + problem.file) if town else problem
