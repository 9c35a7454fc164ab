"""How every problem that a writer or an operator can cause is worded (in Japanese).

One style: `file:line: path: fact. hint`. The fact says what stands there, the hint what to do next.
Developers' mistakes and settings are worded in English where they arise. Over 300 lines, so that all the
wording can be reviewed in one place.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from flows.model import Where


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in the content: where it is, what is wrong, what to do."""

    file: str
    line: int
    path: str
    fact: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: "
        path = f"{self.path}: " if self.path else ""
        return f"{place}{path}{self.fact}{self.hint}"


class ContentError(Exception):
    """Content cannot be used; `problems` names every fault found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def problem(where: Where, fact: str, hint: str = "") -> Problem:
    """A problem at a place in a content file."""
    return Problem(where.file, where.line, where.path, fact, hint)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """「もしかして」 with the closest known name, or the list of what is known when it is short."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"もしかして「{close[0]}」ですか。"
    if 0 < len(names) <= 15:
        return f"使えるのは {'・'.join(names)} です。"
    return ""


# ---------------------------------------------------------------------------------------------- YAML


def not_yaml(where: Where, reason: str) -> Problem:
    """The file cannot be read as YAML; `reason` is the reader's own (English) word."""
    return problem(
        where,
        "YAMLとして読めません。",
        f"字下げ・コロン・引用符を見直してください（{reason}）。" if reason else "",
    )


def not_a_table(where: Where) -> Problem:
    """The file holds a list or a single value."""
    return problem(
        where, "ファイルの中身は「名前: 値」の形で書きます。", "content/README.md の例を見てください。"
    )


def yaml_alias(where: Where) -> Problem:
    """An anchor or alias."""
    return problem(where, "「&」「*」の書きかたは使えません。", "同じ言葉でも、もう一度書いてください。")


def yaml_too_deep(where: Where, most: int) -> Problem:
    """Tables and lists too deep inside one another."""
    return problem(
        where, f"入れ子が{most}段より深くなっています。", "かっこと字下げを見直して、浅く書いてください。"
    )


def yaml_trap(where: Where, value: str) -> Problem:
    """A value that YAML would read as something else than text."""
    shown = value or "（空）"
    return problem(
        where,
        f"「{shown}」は、YAMLでは文字として読まれません。",
        f'"{value}" のように引用符で囲んでください。',
    )


def key_is_no_text(where: Where) -> Problem:
    """A key that is a list or a table."""
    return problem(where, "名前のところに、文字でないものがあります。", "「名前: 値」の形に直してください。")


def equal_keys(where: Where, key: str, line: int) -> Problem:
    """The same key twice in one table."""
    return problem(
        where, f"「{key}」が2回あります。", f"{line}行目にもあります。どちらかの名前を変えてください。"
    )


# ---------------------------------------------------------------------------------------------- fields

_SHAPES = {"value": "ひとつの値", "table": "「名前: 値」の並び", "list": "「- 」の並び"}


def missing_field(where: Where, name: str) -> Problem:
    """A required field is missing."""
    return problem(where, f"「{name}」がありません。", f"「{name}: …」の行を足してください。")


def unknown_field(where: Where, name: str, known: Iterable[str]) -> Problem:
    """A field that nobody reads."""
    return problem(where, f"「{name}」という項目はここにはありません。", did_you_mean(name, known))


def empty_value(where: Where) -> Problem:
    """A value is empty."""
    return problem(where, "中身が空です。", "言葉を書くか、この行を消してください。")


def wrong_shape(where: Where, wanted: str) -> Problem:
    """A value has another shape than wanted (`value`, `table`, `list`)."""
    return problem(where, f"ここには{_SHAPES[wanted]}を書きます。", "content/README.md の例を見てください。")


def not_one_of(where: Where, value: str, known: Iterable[str]) -> Problem:
    """A value outside a short list."""
    return problem(where, f"「{value}」は使えません。", did_you_mean(value, known))


def bad_id(where: Where, id: str, length: int) -> Problem:
    """An id that a button could not carry."""
    return problem(
        where,
        f"id「{id}」は使えません。",
        f"英小文字で始まり、英小文字・数字・_ だけで、{length}文字までにしてください。",
    )


def bad_days(where: Where, value: str) -> Problem:
    """Days until a reminder."""
    return problem(where, f"「{value}」日あとは使えません。", "1から28までの数を書いてください。")


def bad_time(where: Where, value: str) -> Problem:
    """A time of day."""
    return problem(where, f"「{value}」は時刻として読めません。", '"19:00" のように書いてください。')


# ---------------------------------------------------------------------------------------------- words


def not_a_voice(where: Where, key: str) -> Problem:
    """Something else beside person and family."""
    return problem(
        where, f"「{key}」は本人・家族の書き分けには使えません。", "書けるのは person と family だけです。"
    )


def missing_voice(where: Where, voice: str) -> Problem:
    """One of the two voices is missing."""
    name = {"person": "本人", "family": "家族"}[voice]
    return problem(
        where, f"{name}（{voice}）への言葉がありません。", "person と family の両方を書いてください。"
    )


def not_a_language(where: Where, key: str) -> Problem:
    """An unknown language."""
    return problem(where, f"「{key}」という言語はありません。", "書けるのは ja・easy・en です。")


def missing_japanese(where: Where) -> Problem:
    """Japanese is missing."""
    return problem(where, "日本語（ja）の言葉がありません。", "ja はかならず書いてください。")


def unknown_placeholder(where: Where, name: str, known: Iterable[str]) -> Problem:
    """A name between braces that is not filled in."""
    return problem(where, f"「{{{name}}}」に入る言葉はありません。", did_you_mean(name, known))


def stray_brace(where: Where) -> Problem:
    """A single brace."""
    return problem(where, "「{」または「}」が片方だけあります。", "使わないときは（）にしてください。")


def too_many_bubbles(where: Where, count: int, most: int) -> Problem:
    """More bubbles than LINE takes in one reply."""
    return problem(
        where, f"吹き出しが{count}つあります。", f"LINEは1回に{most}つまでです。空の行を減らしてください。"
    )


def bubble_too_long(where: Where, length: int, most: int) -> Problem:
    """A bubble longer than a platform takes."""
    return problem(
        where, f"1つの吹き出しが{length}文字あります。", f"{most}文字までです。空の行で分けてください。"
    )


def label_has_lines(where: Where) -> Problem:
    """A line break on a button."""
    return problem(where, "ボタンの文字に改行があります。", "1行にしてください。")


def label_too_long(where: Where, label: str, length: int, most: int) -> Problem:
    """A label longer than LINE takes."""
    return problem(
        where,
        f"ボタン「{label}」は{length}文字あります。",
        f"LINEのボタンは{most}文字までです。短くしてください。",
    )


# ---------------------------------------------------------------------------------------------- steps


def unknown_kind(where: Where, kind: str, known: Iterable[str]) -> Problem:
    """A kind of step that does not exist."""
    return problem(where, f"kind「{kind}」はありません。", did_you_mean(kind, known))


def no_choices(where: Where) -> Problem:
    """A question that cannot be answered."""
    return problem(where, "選択肢が1つもありません。", "選択肢を1つ以上書いてください。")


def too_many_choices(where: Where, count: int, most: int) -> Problem:
    """More choices than LINE's quick replies, with the global words."""
    return problem(
        where,
        f"選択肢が{count}個あります。",
        f"「もどる」などを足してもLINEに収まるよう、{most}個までにしてください。",
    )


def too_many_items(where: Where, count: int, most: int) -> Problem:
    """More items in a check than fit."""
    return problem(where, f"items が{count}個あります。", f"{most}個までにしてください。")


def practice_options(where: Where, count: int) -> Problem:
    """A practice with too few or too many options."""
    return problem(where, f"options が{count}個です。", "2個から4個にしてください。")


def unknown_item(where: Where, id: str, known: Iterable[str]) -> Problem:
    """A check answer about an item that is not there."""
    return problem(where, f"items に「{id}」がありません。", did_you_mean(id, known))


def unknown_theme(where: Where, theme: str, known: Iterable[str]) -> Problem:
    """A theme that is never heard."""
    return problem(where, f"「{theme}」という話題はありません。", did_you_mean(theme, known))


def unknown_topic(where: Where, topic: str, known: Iterable[str]) -> Problem:
    """A topic that no desk has."""
    return problem(where, f"話題「{topic}」の窓口がありません。", did_you_mean(topic, known))


def bad_weights(where: Where) -> Problem:
    """A file of weights that cannot be read."""
    return problem(
        where, "学習した重みとして読めません。", "python -m flows train --now 日付 で作り直してください。"
    )


def other_weights(where: Where) -> Problem:
    """Weights that were not learned from these examples."""
    return problem(
        where,
        "例文（understanding/examples）が、学習したときと変わっています。",
        "python -m flows train --now 日付 で作り直してください。",
    )


def bad_example(where: Where, line: str) -> Problem:
    """A line of an example file that cannot be read."""
    return problem(
        where,
        f"「{line[:30]}」は、例文の見出しとして読めません。",
        "「@ high self - plain wish」のように、段階・だれ・行き先・形・種類の5つを書いてください。",
    )


def careless(where: Where, word: str, rule: str, hint: str) -> Problem:
    """A text with words that a rule of wording.yaml forbids."""
    return problem(where, f"「{word}」は使いません（wording.yaml の {rule}）。", hint)


def long_bubble(where: Where, length: int, most: int) -> Problem:
    """A bubble longer than readers manage."""
    return problem(
        where,
        f"吹き出しが{length}文字です。{most}文字までにしてください。",
        "40〜100文字で、空の行で分けられます。",
    )


def unexplained(where: Where, term: str, explained: str) -> Problem:
    """A term of the glossary without its explanation in the same flow."""
    return problem(
        where,
        f"「{term}」の説明が、この会話にありません。",
        f"「{explained}」という言葉で説明を添えてください。",
    )


def sample_not_found(where: Where, rule: str) -> Problem:
    """The sample that a rule must find is not found by it."""
    return problem(
        where,
        f"決まり「{rule}」の悪い例（bad）が、見つかりません。",
        "words に言葉を足すか、例を直してください。",
    )


def sample_found(where: Where, rule: str) -> Problem:
    """The sample that a rule must let alone is found by it."""
    return problem(
        where,
        f"決まり「{rule}」の良い例（good）が、知らされてしまいます。",
        "unless に言葉を足すか、例を直してください。",
    )


def unknown_slot(where: Where, name: str, known: Iterable[str]) -> Problem:
    """topics_from names what no question remembers."""
    return problem(where, f"「{name}」を remember に書いた質問がありません。", did_you_mean(name, known))


def reserved_slot(where: Where, name: str) -> Problem:
    """A slot with the name of something a branch already knows."""
    return problem(where, f"remember に「{name}」は使えません。", "ほかの名前にしてください。")


def same_label(where: Where, label: str) -> Problem:
    """Two choices of one question with one label."""
    return problem(
        where, f"ボタン「{label}」が2つあります。", "打って答える人のために、違う言葉にしてください。"
    )


# ---------------------------------------------------------------------------------------------- tables of desks

_CELLS = {
    "closed": "「土;日;祝;年末年始」「12/29〜1/3」のように書いてください。",
    "closed_always": "24時間の窓口に休みは書けません。休みがあるなら hours は「毎日 00:00-24:00」です。",
    "closed_date": "こよみにない日です。「12/29」のように書いてください。",
    "conflict": "review が conflict で始まる行は見せられません。no にするか、確かめて review を消してください。",
    "contact_emergency": "110・118・119 は、kind が emergency の行だけに書けます。窓口の番号を書いてください。",
    "contact_two": "連絡先は1つの行に1つです。行を分けてください。",
    "date": "「2026-11-23」のように書いてください。",
    "empty": "かならず書くところです。言葉を書いてください。",
    "area_code": "「07201」のような5けたの番号を、先頭の0も消さずに書いてください。",
    "area_no_parent": "政令指定都市の区（ward）でなければ、parent は空にしてください。",
    "area_parent": "政令指定都市の区には、同じ都道府県の市の名前を書いてください。",
    "area": "都道府県の2けた（「07」）か市区町村の5けた（「07201」）の番号を書いてください。",
    "hours": "「月-金 09:00-12:00,13:00-17:00」「毎月10日 08:00-32:00」「24時間」「不明」のように書いてください。",
    "hours_never": "休みをのぞくと、開いている日がありません。hours と closed を見直してください。",
    "hours_order": "終わりは始まりより後にしてください。次の日の5時までなら「22:00-29:00」と書きます。",
    "id": "英小文字・数字・「-」だけで、30文字までにしてください。",
    "language": "「ja」「en」のような2文字か「easy」を書いてください。",
    "like": "national.csv などにある行の id を書いてください（その行の like は空であること）。",
    "email": "メールアドレスか、https:// で始まるアドレスを書いてください。",
    "only": "そこの人だけなら「07」、そこの人以外なら「!07」のように書いてください。",
    "phone": "「0120-279-338」「#9110」「189」のように、かけられる番号だけを書いてください。",
    "reading": "読みを、ひらがなだけで書いてください。",
    "reading_row": "places.yaml の rows にある文字で始まる読みを書いてください。",
    "region_id": "英小文字と「_」だけで、24文字までにしてください。",
    "source_date": "「2026-11-23」「2026-11」「2026」のように書くか、わからなければ空にしてください。",
    "translation": "全国の窓口は、やさしい日本語（_easy）と英語（_en）でも書いてください。",
    "url": "https:// で始まるアドレスを書いてください。",
    "yes_no": "見せるなら yes、見せないなら no を書いてください。",
}


def bad_cell(where: Where, value: str, hint: str) -> Problem:
    """A cell that cannot be used; `hint` names what to write instead."""
    return problem(where, f"「{value}」は使えません。" if value else "空です。", _CELLS[hint])


def unknown_code(where: Where, value: str, known: Iterable[str]) -> Problem:
    """A cell that takes only some words."""
    return problem(where, f"「{value}」は使えません。", did_you_mean(value, known))


def unknown_column(where: Where, column: str, known: Iterable[str]) -> Problem:
    """A column that nobody reads."""
    return problem(where, f"「{column}」という列はありません。", did_you_mean(column, known))


def missing_column(where: Where, column: str) -> Problem:
    """A column that must be there."""
    return problem(where, f"「{column}」の列がありません。", "1行目に列の名前を足してください。")


def equal_columns(where: Where, column: str) -> Problem:
    """Two columns with one name."""
    return problem(where, f"「{column}」の列が2つあります。", "どちらかを消してください。")


def cells_do_not_fit(where: Where, count: int, wanted: int) -> Problem:
    """A row with more or fewer cells than the first one."""
    return problem(
        where,
        f"セルが{count}個あります（列は{wanted}個です）。",
        'コンマの数を見直してください。コンマを含むセルは "…" で囲みます。',
    )


def not_csv(where: Where) -> Problem:
    """Quotes that do not close."""
    return problem(where, "表として読めません。", 'この行から、閉じていない引用符（"）を探してください。')


def empty_table(where: Where) -> Problem:
    """A table without even the names of its columns."""
    return problem(where, "中身が空です。", "1行目に列の名前を書くか、ファイルを消してください。")


def missing_desk(file: str, id: str, contact: str) -> Problem:
    """A row without which the bot is not safe."""
    with_contact = f"で contact が「{contact}」" if contact else ""
    return problem(
        Where(file, 1),
        f"id が「{id}」{with_contact}の行がありません。",
        "見せる行（show が yes）に戻してください。",
    )


def no_desk_at_night(file: str, prefectures: list[str]) -> Problem:
    """Prefectures where nobody answers at some hour."""
    names = "・".join(prefectures[:3]) + ("など" if len(prefectures) > 3 else "")
    return problem(
        Where(file, 1),
        f"{names}の人が、いつでも話せる窓口がありません。",
        "hours が24時間で、topics に anything がある窓口を、1つは見せてください。",
    )


# ---------------------------------------------------------------------------------------------- across files


def missing_file(file: str) -> Problem:
    """A file that must be there."""
    return problem(Where(file, 1), "ファイルがありません。", "content/README.md の表を見て、作ってください。")


def not_utf8(file: str) -> Problem:
    """A file in another encoding."""
    return problem(Where(file, 1), "文字コードがUTF-8ではありません。", "UTF-8で保存し直してください。")


def no_content(folder: str) -> Problem:
    """A folder without any content."""
    return problem(
        Where(folder, 1), "読める内容がありません。", "フォルダーの場所（CONTENT_DIR）を確かめてください。"
    )


def no_steps(where: Where) -> Problem:
    """A flow without steps."""
    return problem(where, "ステップが1つもありません。", "steps: の下に書いてください。")


def unknown_step(where: Where, step: str, flow: str, known: Iterable[str]) -> Problem:
    """A target in a flow that has no such step."""
    return problem(
        where, f"会話「{flow}」に「{step}」というステップはありません。", did_you_mean(step, known)
    )


def unknown_flow(where: Where, flow: str, known: Iterable[str]) -> Problem:
    """A target in a flow that does not exist."""
    return problem(where, f"「{flow}」という会話はありません。", did_you_mean(flow, known))


def moved_step_exists(where: Where, step: str) -> Problem:
    """`moved_to` names a step that is still there."""
    return problem(where, f"「{step}」はまだあります。", "moved_to には、なくなったステップだけを書きます。")


def unknown_branch(where: Where, on: str, known: Iterable[str]) -> Problem:
    """A branch on something nobody knows."""
    return problem(where, f"「{on}」を覚えるところがありません。", did_you_mean(on, known))


def unknown_case(where: Where, value: str, known: Iterable[str]) -> Problem:
    """A case that never happens."""
    return problem(where, f"「{value}」になることはありません。", did_you_mean(value, known))


def open_branch(where: Where, missing: Iterable[str]) -> Problem:
    """A branch that does not say where to go in some case."""
    names = "・".join(sorted(missing))
    return problem(
        where, f"{names} のときの行き先がありません。", "cases に足すか、otherwise を書いてください。"
    )


def branch_on_nothing(where: Where, on: str) -> Problem:
    """A branch on a slot that does not say where to go when nothing is remembered."""
    return problem(
        where, f"「{on}」をまだ聞いていないときの行き先がありません。", "otherwise を書いてください。"
    )


def unreachable_step(where: Where, step: str) -> Problem:
    """A step no way leads to."""
    return problem(where, f"「{step}」へ行く道がありません。", "どこかの next に書くか、消してください。")


def dead_end(where: Where, step: str) -> Problem:
    """A step from which the talk can never be finished."""
    return problem(
        where, f"「{step}」からは、どう進んでも終われません。", "end か return へ行ける道を作ってください。"
    )


def loop_without_question(where: Where, step: str) -> Problem:
    """Steps that lead round and round without asking anything."""
    return problem(
        where, f"「{step}」は、何もたずねないまま自分に戻ってきます。", "間に ask などを入れてください。"
    )


def too_much_at_once(where: Where, step: str, count: int, most: int) -> Problem:
    """More bubbles between two questions than one reply can carry."""
    return problem(
        where,
        f"「{step}」から次の問いまでに、吹き出しが{count}つになります。",
        f"LINEは1回に{most}つまでです。減らしてください。",
    )


def desk_too_far(where: Where, step: str, taps: int) -> Problem:
    """A question from which a human desk is too far."""
    return problem(
        where,
        f"「{step}」から、{taps}回押しても人のいる窓口に着けません。",
        "desks のステップへ近い道を作ってください。",
    )


# ---------------------------------------------------------------------------------------------- understanding


def no_section(folder: str, section: str) -> Problem:
    """No file of content/understanding has this section."""
    return problem(
        Where(folder, 1),
        f"「{section}:」の書かれたファイルがありません。",
        f"content/{folder}README.md の表を見て、足してください。",
    )


def unknown_group(where: Where, name: str, known: Iterable[str]) -> Problem:
    """A word or a rule names a group that nobody wrote."""
    return problem(where, f"「{name}」という言葉のグループはありません。", did_you_mean(name, known))


def unused_group(where: Where, name: str) -> Problem:
    """A group that no rule and no word names."""
    return problem(
        where,
        f"グループ「{name}」は、どこからも使われていません。",
        "決まりや言葉の中で使うか、消してください。",
    )


def group_in_itself(where: Where, name: str) -> Problem:
    """A group that contains itself."""
    return problem(
        where,
        f"グループ「{name}」の中に、「{name}」自身が入っています。",
        f"<{name}> にたどり着かないように直してください。",
    )


def equal_names(where: Where, name: str, first: Where) -> Problem:
    """The same name twice, maybe in two files."""
    return problem(
        where,
        f"「{name}」が2回あります。",
        f"{first.file} の{first.line}行目にもあります。どちらかの名前を変えてください。",
    )


def word_without_letters(where: Where, word: str) -> Problem:
    """Nothing of the word is left after normalising."""
    return problem(where, f"「{word}」には、読める文字がありません。", "言葉を書くか、消してください。")


def word_with_marks(where: Where, word: str) -> Problem:
    """A word with punctuation, which is not heard."""
    return problem(
        where, f"「{word}」に「、」「。」などの記号があります。", "記号は聞きとれません。消してください。"
    )


def word_starts_with_mark(where: Where, word: str) -> Problem:
    """A word that begins with a gap or with the end of a sentence."""
    return problem(where, f"「{word}」は「…」や「$」で始まっています。", "前に言葉を書いてください。")


def danger_unheard(text: str, found: str, wanted: str) -> Problem:
    """A safety sentence that is no longer heard."""
    return problem(
        Where("understanding/", 1),
        f"「{text}」は {wanted} 以上でなければなりませんが、{found} になりました。",
        "最近の変更を見直してください（この文はプログラムに備わっていて、変えられません）。",
    )


def danger_imagined(text: str, found: str, most: str) -> Problem:
    """A safety sentence in which danger is heard that is not there."""
    return problem(
        Where("understanding/", 1),
        f"「{text}」は {most} までのはずですが、{found} になりました。",
        "最近の変更を見直してください（この文はプログラムに備わっていて、変えられません）。",
    )


# ---------------------------------------------------------------------------------------------- places


def same_area_code(where: Where, code: str, line: int) -> Problem:
    """Two municipalities with one code."""
    return problem(
        where, f"番号「{code}」は{line}行目にもあります。", "どちらかの番号を直すか、行を消してください。"
    )


def code_of_other_prefecture(where: Where, code: str, prefecture: str, digits: str) -> Problem:
    """A code whose first two digits are not those of the row's prefecture."""
    return problem(
        where,
        f"「{code}」は{prefecture}の番号ではありません。",
        f"「{digits}」で始まる番号を書いてください。",
    )


def wrong_ending(where: Where, name: str, endings: Iterable[str]) -> Problem:
    """A name or reading that does not end as its kind does."""
    known = "・".join(endings)
    return problem(
        where, f"「{name}」の終わりかたが合いません。", f"「{known}」で終わるように書いてください。"
    )


def unknown_area(where: Where, name: str, known: Iterable[str]) -> Problem:
    """A place that is not in the table of municipalities."""
    return problem(
        where,
        f"「{name}」は desks/municipalities.csv にありません。",
        did_you_mean(name, known) or "「和歌山県和歌山市」のように、都道府県から書いてください。",
    )


def area_twice(where: Where, name: str) -> Problem:
    """A prefecture in two regions."""
    return problem(where, f"「{name}」が2つの地方にあります。", "どちらかを消してください。")


# ---------------------------------------------------------------------------------------------- a town's variant

_TOWN_PARTS = {
    "listen": "kind「listen」は、自分のことを書いてもらうステップです。",
    "check": "kind「check」は、自分に当てはまることを選んでもらうステップです。",
    "practice": "kind「practice」は、自分の場面を考えてもらうステップです。",
    "memo": "kind「memo」は、自分のことをトークに残すステップです。",
    "remind": "kind「remind」は、こちらから声をかけるステップです。",
    "remember": "remember に書けるのは by（連絡のしかた）だけです。ほかの答えは、自分のことになります。",
    "topics_from": "topics_from は、相談したいことを聞いて使うものです。",
    "voice": "voice は、本人か家族かを聞いて使うものです。",
    "choice_memo": "選択肢の memo は、自分のことを集めるものです。",
}


def not_for_a_town(where: Where, part: str) -> Problem:
    """Something that asks about one's own state, or works on it."""
    return problem(
        where, _TOWN_PARTS[part], "自治体のモードでは使えません。{consult_url} へ案内してください。"
    )


def does_not_lead_out(where: Where, names: Iterable[str]) -> Problem:
    """Somebody is led here who may want to speak of themselves, and is not told where."""
    return problem(
        where,
        f"{'・'.join(sorted(names))} のとき、{{consult_url}} が伝わりません。",
        "次の問いまでの言葉に、どの言語・どの言いかたでも {consult_url} を入れてください。",
    )


# ---------------------------------------------------------------------------------------------- LINE's menu


def wrong_count(where: Where, name: str, count: int, least: int, most: int) -> Problem:
    """Too few or too many of something."""
    return problem(where, f"{name} が{count}個です。", f"{least}個から{most}個にしてください。")


def too_wide(where: Where, text: str, length: int, most: int) -> Problem:
    """A text that does not fit into its field of a picture."""
    return problem(
        where, f"「{text}」は{length}文字あります。", f"絵に収まるよう、{most}文字までにしてください。"
    )


def command_too_long(where: Where, text: str, length: int, most: int) -> Problem:
    """A name or a description that Discord refuses."""
    return problem(
        where, f"「{text}」は{length}文字あります。", f"Discordのために、{most}文字までにしてください。"
    )


def not_a_command(where: Where, name: str) -> Problem:
    """A name that Discord refuses for a slash command."""
    return problem(
        where,
        f"「{name}」は、Discordのコマンドの名前にできません。",
        "空白や記号を入れず、英字は小文字で書いてください。",
    )


def no_letter(where: Where, letters: str) -> Problem:
    """Characters that the font of the pictures does not have."""
    return problem(where, f"「{letters}」は、絵の中に書けません。", "ほかの文字にしてください。")


def not_a_way(where: Where, value: str, words: Iterable[str]) -> Problem:
    """A target of LINE's menu that is neither a choice nor a word for everywhere."""
    return problem(
        where,
        f"行き先「{value}」は使えません。",
        f"「会話.ステップ.選択肢」か、{'・'.join(words)} のどれかを書いてください。",
    )


def unknown_choice(where: Where, choice: str, step: str, known: Iterable[str]) -> Problem:
    """A choice that a step does not have."""
    return problem(where, f"「{step}」に「{choice}」という選択肢はありません。", did_you_mean(choice, known))


# ---------------------------------------------------------------------------------------------- workbooks


def in_sheet(sheet: str, row: int, column: str = "", letter: str = "") -> Where:
    """A cell of a workbook as a place: sheet, row from 1, column by heading and letter."""
    return Where(f"シート「{sheet}」", row, f"{column}（{letter}列）" if letter else column)


def not_a_workbook(file: str) -> Problem:
    """A file that is no workbook, or a damaged one."""
    return problem(
        Where(file, 1),
        "Excelのブック（.xlsx）として読めません。",
        "表計算ソフトで開いて、パスワードをつけずに「Excelブック（.xlsx）」で保存し直してください。",
    )


def workbook_too_large(file: str, most: int) -> Problem:
    """A workbook far larger than any that was exported; `most` in MB."""
    return problem(
        Where(file, 1),
        f"大きすぎます（{most}MBまで）。",
        "もう一度 python -m bot content export で書き出してください。",
    )


def unknown_sheet(sheet: str, known: Iterable[str]) -> Problem:
    """A sheet that no export has."""
    return problem(
        in_sheet(sheet, 1), "このシートは知りません。", did_you_mean(sheet, known) or "消してください。"
    )


def missing_sheet(sheet: str) -> Problem:
    """A sheet that every export has."""
    return problem(in_sheet(sheet, 1), "シートがありません。", "名前をもどすか、もう一度書き出してください。")


def formula_cell(where: Where, value: str) -> Problem:
    """A formula: it is never evaluated."""
    return problem(
        where,
        f"「{value[:30]}」は式です。",
        "式は計算しません。文字として書いてください（頭に ' をつけます）。",
    )


def error_cell(where: Where, value: str) -> Problem:
    """An error value such as #REF!."""
    return problem(where, f"「{value}」は表計算のエラーです。", "文字を書き直してください。")


def typed_cell(where: Where, value: str) -> Problem:
    """A number, a day or a truth value where text belongs: zeros at the front may be lost."""
    return problem(
        where,
        f"「{value}」は、文字ではなく数や日付になっています。",
        "セルの書式を「文字列」にして、書き直してください（先頭の0が消えることがあります）。",
    )


def unknown_row(where: Where, value: str, known: Iterable[str]) -> Problem:
    """A row for a step or part that the content does not have."""
    hint = did_you_mean(value, known)
    return problem(
        where, f"「{value}」はありません。", hint or "新しいステップや項目は、YAMLのファイルで足します。"
    )


def bad_number(where: Where, value: str, wanted: int) -> Problem:
    """A number of a wording that is neither there nor the next."""
    return problem(
        where, f"番号「{value}」は使えません。", f"1から{wanted}までの番号を、とばさずに書いてください。"
    )


def equal_rows(where: Where, value: str, first: int) -> Problem:
    """Two rows for the same wording or desk."""
    return problem(
        where, f"「{value}」の行が2つあります。", f"{first}行目にもあります。番号を変えるか、消してください。"
    )


def missing_row(sheet: str, value: str) -> Problem:
    """A row that the content has, and the sheet has not."""
    return problem(
        in_sheet(sheet, 1),
        f"「{value}」の行がありません。",
        "行は消さずに残してください。文なら空に、窓口なら show を no にします。",
    )


def only_to_look_at(where: Where, value: str, wanted: str) -> Problem:
    """A cell that only explains was changed."""
    return problem(
        where, f"「{value}」に変わっています。", f"この列は変えられません。「{wanted}」にもどしてください。"
    )


def changed_by_both(where: Where, value: str, now: str) -> Problem:
    """The same wording was changed in the workbook and in the content since the export."""
    return problem(
        where,
        f"「{value[:30]}」に直そうとしましたが、書き出したあとに「{now[:30]}」に変わっています。",
        "もう一度書き出して、そのブックで直してください。",
    )


def mixed_voices(where: Where, value: str) -> Problem:
    """A text for everybody and for one voice at once."""
    return problem(
        where,
        f"「{value}」と、ほかの行の「だれに」が合いません。",
        "「みんな」だけにするか、「本人」と「家族」の両方を書いてください。",
    )


def too_many_rows(sheet: str, most: int) -> Problem:
    """More rows than any sheet can need."""
    return problem(
        in_sheet(sheet, most),
        f"{most}行より多くあります。",
        "下のほうの、使っていない行を消してください。",
    )
