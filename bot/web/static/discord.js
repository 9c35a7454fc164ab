// Shows Discord's own message payloads: content, embeds, buttons and selects below them.

import { el, lamp, linked, word } from "./dom.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };

/** Rows for one reply of the bot. `tap` is called with the data and the label of a button, also of an old one. */
export function discordRows(messages, time, tap) {
  return messages.map((message, index) => el("div", { class: "row bot" },
    index === 0 ? lamp() : el("span", { class: "avatar" }),
    el("div", { class: "said" },
      index === 0 ? author(time) : null,
      message.content ? el("div", { class: "content" }, linked(message.content, { masked: true })) : null,
      ...(message.embeds ?? []).map(embed),
      ...(message.components ?? []).map((row) => actions(row, tap)))));
}

function author(time) {
  return el("p", { class: "author" },
    el("b", {}, word("name")), el("span", { class: "badge" }, word("app")), el("time", {}, time));
}

function embed(card) {
  const colour = `#${(card.color ?? 0).toString(16).padStart(6, "0")}`;
  return el("section", { class: "embed", style: { borderInlineStartColor: colour } },
    el("h3", {}, card.title),
    card.description ? el("p", {}, linked(timed(card.description), { masked: true })) : null);
}

/** Discord's own time marks, which its apps show as the time from now. */
function timed(text) {
  const format = new Intl.DateTimeFormat("ja-JP", { timeZone: "Asia/Tokyo", dateStyle: "short", timeStyle: "short" });
  return text.replace(/<t:(\d+):R>/g, (_, seconds) => format.format(new Date(seconds * 1000)));
}

function actions(row, tap) {
  return el("div", { class: "actions", role: "group", "aria-label": word("choices") },
    ...row.components.map((part) => (part.type === 3 ? select(part, tap) : button(part, tap))));
}

function button(part, tap) {
  return el("button", {
    type: "button",
    class: `button ${STYLES[part.style] ?? "secondary"}`,
    onclick: () => tap(part.custom_id, part.label),
  }, part.label);
}

/** A select as a list that opens: choosing with the arrow keys in a real one would send on every key. */
function select(part, tap) {
  const list = el("details", { class: "select" }, el("summary", {}, part.placeholder ?? word("more_choices")));
  list.append(...part.options.map((option) => el("button", {
    type: "button",
    onclick: () => {
      list.open = false;
      tap(option.value, option.label);
    },
  }, option.label)));
  return list;
}
