"""The words that only Discord shows, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flows.model import Book, DiscordWords, Language


def language_of(locale: object) -> Language:
    """The language for somebody's Discord locale; who reads neither Japanese nor English gets easy Japanese."""
    code = str(locale)
    if code.startswith("en"):
        return "en"
    return "ja" if code in ("ja", "None", "") else "easy"


@dataclass(frozen=True, slots=True)
class Words:
    """What `content/discord/words.yaml` says in the version that is in use.

    Args:
        book: gives the content in use.
    """

    book: Callable[[], Book]

    @property
    def all(self) -> DiscordWords:
        """Everything."""
        return self.book().discord

    def reply(self, name: str, language: Language = "ja", **values: str) -> str:
        """A reply as one text; `values` are filled in for what stands between braces."""
        book = self.book()
        about = book.about
        values = {
            "operator": about.operator,
            "contact": about.contact,
            "staffed": about.staffed,
            "days": str(book.days),
            **values,
        }
        text = book.discord.replies[name].of("person", language)[0]
        for key, value in values.items():
            text = text.replace(f"{{{key}}}", value)
        return text

    def label(self, name: str, language: Language = "ja") -> str:
        """A label."""
        return self.all.labels[name].of("person", language)[0]

    def button(self, name: str, language: Language = "ja") -> str:
        """The label of a button below the welcome post."""
        return self.all.buttons[name].label.of("person", language)[0]
