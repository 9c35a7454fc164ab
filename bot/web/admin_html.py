"""The HTML of the operators' pages: plain pages without scripts, from words of content/operators.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import quote

from bot.discord import render as discord
from bot.line import render as line
from bot.web.drawing import taken
from flows.diagram import diagram, first_words
from flows.editing.wordings import texts_of
from flows.model import Book, Reply, Target
from flows.operators import Words


def page(words: Words, title: str, body: str, *, name: str = "", form: str = "") -> str:
    """A whole page.

    Args:
        words: the section `admin`.
        title: heading.
        body: HTML.
        name: who is logged in; without it there is no menu.
        form: token of the form that logs out.
    """
    menu = ""
    if name:
        links = ("", "flows", "search", "desks", "publish")
        items = "".join(
            f'<a href="/admin/{link}">{escape(words["menu_" + (link or "start")])}</a>' for link in links
        )
        out = post("logout", form, f'<button class="quiet">{escape(words["logout"])}</button>')
        menu = f"<nav>{items}{out}</nav>"
    return (
        '<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        '<link rel="icon" href="/chat/static/lamp.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="/chat/static/palette.css">\n'
        '<link rel="stylesheet" href="/chat/static/page.css">\n'
        '<link rel="stylesheet" href="/chat/static/admin.css">\n</head>\n'
        f'<body class="document admin">\n{menu}<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n'
    )


def post(to: str, form: str, inside: str) -> str:
    """A form that only we can have made."""
    return (
        f'<form method="post" action="/admin/{to}"><input type="hidden" name="form" value="{escape(form)}">'
        f"{inside}</form>"
    )


def login(words: Words, wrong: str = "") -> str:
    """The form for name and token."""
    note = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    fields = "".join(
        f'<label>{escape(words[key])}<input name="{key}" type="{kind}" autocomplete="{auto}" required></label>'
        for key, kind, auto in (("name", "text", "username"), ("token", "password", "current-password"))
    )
    return f'{note}<form method="post" action="/admin/login">{fields}<button>{escape(words["login"])}</button></form>'


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


# ---------------------------------------------------------------------------------------------- flows


def flow(book: Book, id: str, ways: Mapping[str, int], standing: Mapping[Target, int], words: Words) -> str:
    """A flow as its steps in order, each with where it leads, how often that way is taken and who stops there.

    It says in text what its diagram shows.
    """
    parts, arrows = [], diagram(book, id).arrows
    for step_id, step in book.flows[id].steps.items():
        target = Target(id, step_id)
        items = []
        for arrow in (one for one in arrows if one.start == target):
            labels = "、".join(choice.label.of("person", "ja")[0] for choice in arrow.choices)
            to = f'<a href="{_href(arrow.end, id)}">{escape(_short(arrow.end, id))}</a>'
            count = taken(arrow, ways)
            items.append(f"<li>{escape(labels)} → {to}{f' <b>{count}</b>' if count else ''}</li>")
        here = standing.get(target, 0)
        stops = f'<p class="stops">{escape(words["stops"].format(count=here))}</p>' if here else ""
        parts.append(
            f'<li id="{step_id}"><h3><a href="/admin/step/{id}/{step_id}">{step_id}</a> '
            f"<small>{type(step).__name__.lower()}</small></h3><p>{escape(first_words(step)[:80])}</p>{stops}"
            f"<ul>{''.join(items)}</ul></li>"
        )
    return f'<h2>{escape(words["steps"])}</h2><ol class="flow">{"".join(parts)}</ol>'


def _href(to: Target, flow: str) -> str:
    return f"#{to.step}" if to.flow == flow else f"/admin/flow/{to.flow}#{to.step}"


def _short(to: Target, flow: str) -> str:
    return to.step if to.flow == flow else str(to)


def found(book: Book, query: str, words: Words) -> str:
    """Every text of the flows and phrases in which the words stand, with the step it belongs to."""
    rows = []
    for flow_ in book.flows.values():
        for id, step in flow_.steps.items():
            link = f'<a href="/admin/step/{flow_.id}/{id}">{flow_.id}.{id}</a>'
            rows += [(link, _marked(one, query)) for text in texts_of(step) for one in _said(text, query)]
    for text in texts_of([book.phrases.labels, book.phrases.replies, book.phrases.desks]):
        rows += [(escape(text.where.path), _marked(one, query)) for one in _said(text, query)]
    if not rows:
        return f"<p>{escape(words['nothing_found'])}</p>"
    return table((words["where"], words["text"]), rows)


def _said(text: object, query: str) -> list[str]:
    wordings = {one for of in getattr(text, "wordings", {}).values() for one in of}
    return sorted(one for one in wordings if query in one)


def _marked(text: str, query: str) -> str:
    return f"<mark>{escape(query)}</mark>".join(map(escape, text.split(query)))


# ---------------------------------------------------------------------------------------------- preview


def shown(reply: Reply, words: Words) -> str:
    """A reply as the messages that LINE and Discord would be sent."""
    return (
        f'<div class="two"><section aria-label="LINE"><h2>LINE</h2>{_line(reply)}</section>'
        f'<section aria-label="Discord"><h2>Discord</h2>{_discord(reply)}</section></div>'
        f"<p><small>{escape(words['preview_note'])}</small></p>"
    )


def _line(reply: Reply) -> str:
    parts = []
    for message in line.render(reply):
        parts.append(f'<p class="bubble">{escape(message.get("text") or message["altText"])}</p>')
        items = message.get("quickReply", {}).get("items", ())
        parts += [f'<span class="chip">{escape(item["action"]["label"])}</span>' for item in items]
    return "".join(parts)


def _discord(reply: Reply) -> str:
    parts = []
    for message in discord.render(reply):
        parts += [f'<p class="bubble">{escape(message["content"])}</p>'] if message.get("content") else []
        for embed in message.get("embeds", ()):
            words = f"{embed.get('title', '')}\n{embed.get('description', '')}"
            parts.append(f'<p class="bubble">{escape(words)}</p>')
        for row in message.get("components", ()):
            for one in row["components"]:
                labels = (
                    [option["label"] for option in one["options"]] if "options" in one else [one["label"]]
                )
                parts += [f'<span class="chip">{escape(label)}</span>' for label in labels]
    return "".join(parts)


def link(to: str, text: str) -> str:
    """A link to an official page, in a tab of its own; only http(s) becomes one."""
    if not to.startswith(("https://", "http://")):
        return escape(text)
    address = escape(quote(to, safe=":/?&=+$,;@%#~.-_!()*"))
    return f'<a href="{address}" target="_blank" rel="noreferrer noopener">{escape(text)}</a>'
