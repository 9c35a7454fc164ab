"""The built-in safety sentences: content that no longer reads them as they must be read is refused.

They are part of the program (`safety_sentences.yaml` beside this file), so that no edit of content can take them
away.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml

from flows import problems as say
from flows.model import RISKS, Risk
from flows.problems import Problem

SENTENCES = Path(__file__).with_name("safety_sentences.yaml")


def check_safety(grade_of: Callable[[str], Risk], problems: list[Problem]) -> None:
    """Read every safety sentence; one problem for each that gets a lower or higher grade than it may."""
    sentences = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    for grade in RISKS:
        wanted = RISKS.index(grade)
        for text in sentences["at_least"].get(grade, ()):
            found = grade_of(text)
            if RISKS.index(found) < wanted:
                problems.append(say.danger_unheard(text, found, grade))
        for text in sentences["at_most"].get(grade, ()):
            found = grade_of(text)
            if RISKS.index(found) > wanted:
                problems.append(say.danger_imagined(text, found, grade))
