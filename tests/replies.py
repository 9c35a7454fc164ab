"""Replies for the tests of the renderers: a few by hand, and any that content could make."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from flows.desks import AT_A_TIME, as_of, card
from flows.model import Button, Card, Link, Message, Reply, Tap
from flows.reading.limits import LINE_QUICK_REPLIES, MESSAGES
from tests.support import SUNDAY_NIGHT, book

POLICE = Card(
    "警察相談専用電話",
    ("こわい思いをしたときの相談。", "#9110", "明日の8:30から", "変わっていることもあります。"),
    (Link("電話する", "tel:#9110"), Link("ページを見る", "https://www.npa.go.jp/")),
)
CENTER = Card(
    "ひきこもり地域支援センター",
    ("家族だけでも相談できます。", "073-000-0000", "今はあいています（17:45まで）"),
    (Link("電話する", "tel:0730000000"),),
)
ASK = Reply(
    (Message("はじめまして。"), Message("どなたのことですか。")),
    (
        Button("自分のこと", Tap("greeting", "voice", "me", "abc12345")),
        Button("家族のこと", Tap("greeting", "voice", "kin", "abc12345")),
        Button("人と話したい", Tap("", "", "human", "abc12345")),
    ),
)

#: Letters as they come: kana, kanji, Latin, emoji of several code points, combining marks, line ends.
_letters = st.sampled_from([*"灯の光あいう。、「」（）Ab1 #%[]()*_\n", "👨‍👩‍👧", "🇯🇵", "が", "𠮷"])
_words = st.lists(_letters, min_size=1).map("".join).filter(str.strip)
_ids = st.from_regex(r"[a-z][a-z0-9_]{0,23}", fullmatch=True)
_taps = st.builds(Tap, _ids, _ids, _ids, st.just("abc12345")) | st.builds(
    Tap, st.just(""), st.just(""), _ids, st.just("abc12345")
)
_links = st.builds(
    Link,
    st.sampled_from(["電話する", "チャットをひらく", "ページを見る"]),
    st.sampled_from(
        ["tel:0120-000-000", "tel:%239110", "tel:#9110", "https://例え.jp/相談(1)?a=い&b=[2]#三"]
    ),
)
_cards = st.builds(
    Card, _words, st.lists(_words, max_size=9).map(tuple), st.lists(_links, max_size=3).map(tuple)
)
_long = _words.map(lambda words: words * (1 + 2500 // len(words)))
_messages = st.builds(Message, text=_words | _long) | st.builds(
    Message, cards=st.lists(_cards, min_size=1, max_size=4).map(tuple)
)
_buttons = st.builds(Button, _words.map(lambda words: words.replace("\n", "")).filter(str.strip), _taps)
replies = st.builds(
    Reply,
    st.lists(_messages, min_size=1, max_size=MESSAGES).map(tuple),
    st.lists(_buttons, max_size=LINE_QUICK_REPLIES, unique_by=lambda button: button.tap.encode()).map(tuple),
)


def desk_replies() -> Iterator[Reply]:
    """Every desk of the real content on a card, as many at a time as the engine offers."""

    def words(key: str) -> str:
        return book().phrases.desks[key].of("person", "ja")[0]

    cards = [card(as_of(desk, SUNDAY_NIGHT), SUNDAY_NIGHT, words) for desk in book().directory.by_id.values()]
    for start in range(0, len(cards), AT_A_TIME):
        yield Reply((Message(cards=tuple(cards[start : start + AT_A_TIME])),), ASK.choices)
