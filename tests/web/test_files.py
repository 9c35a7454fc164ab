"""What the chat page is made of: served safely, with all its words and no others."""

from __future__ import annotations

import re

from bot.web.page import STATIC, filled
from flows.reading.texts import CHAT_WORDS
from tests.web.chatting import Client, Words


async def test_everything_is_served_safely(client: Client) -> None:
    paths = ["/", "/chat/static/chat.js", "/chat/static/page.css", "/chat/static/lamp.svg"]
    for path in paths:
        async with client.get(path) as response:
            assert response.status == 200
            assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            tag = response.headers["ETag"]
        async with client.get(path, headers={"If-None-Match": tag}) as response:
            assert response.status == 304


def test_words_cannot_become_tags() -> None:
    page = filled("<p>{{title}}{{subtitle}}</p>{{words}}", Words(title="</script><b>&", subtitle='"<i>'))
    assert "<b>" not in page and "<i>" not in page
    assert "&lt;/script&gt;&lt;b&gt;&amp;" in page


def test_the_page_uses_all_words_and_no_others() -> None:
    used = {"followed_line", "followed_discord"}  # by the name of the platform
    for path in STATIC.iterdir():
        used |= set(re.findall(r"(?:\{\{|word\(\")(\w+)", path.read_text(encoding="utf-8")))
    assert used - {"words"} == set(CHAT_WORDS)
