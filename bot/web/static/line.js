// Shows LINE's own message objects: text, Flex messages, quick replies.

import { el, lamp, link, linked, unseen, word } from "./dom.js";

const SIZES = { xxs: 0.72, xs: 0.82, sm: 0.9, md: 1, lg: 1.12, xl: 1.35, xxl: 1.6, "3xl": 1.9, "4xl": 2.2, "5xl": 2.6 };
const SPACES = { none: 0, xs: 0.125, sm: 0.3, md: 0.55, lg: 0.8, xl: 1, xxl: 1.25 };

/** Rows for one reply of the bot. */
export function lineRows(messages, time) {
  return messages.map((message, index) => {
    const when = index === messages.length - 1 ? el("time", {}, time) : null;
    const card = message.type === "flex";
    return el("div", { class: `row bot ${message.type}` },
      index === 0 ? lamp() : el("span", { class: "avatar" }),
      el("div", { class: "said" },
        unseen(`${word("name")}：`),
        card ? flex(message) : el("div", { class: "bubble" }, linked(message.text)),
        card ? when : null),
      card ? null : when);
  });
}

/** The quick replies of a reply: LINE shows those of the newest message only. */
export function quickReplies(messages) {
  return (messages.at(-1)?.quickReply?.items ?? []).map(({ action }) => ({
    label: action.label,
    shown: action.displayText,
    data: action.data,
  }));
}

// ------------------------------------------------------------------------------------------ Flex

function flex({ contents }) {
  const bubbles = contents.type === "carousel" ? contents.contents : [contents];
  return el("div", { class: bubbles.length > 1 ? "carousel" : "single" }, ...bubbles.map(bubble));
}

function bubble(card) {
  const blocks = ["header", "body", "footer"].filter((name) => card[name]);
  return el("section", { class: "card" }, ...blocks.map((name) => {
    const block = component(card[name], null, 0);
    block.classList.add(name);
    block.style.backgroundColor = card.styles?.[name]?.backgroundColor ?? "";
    return block;
  }));
}

/** One component inside a box. `spacing` is the box's own, used where the component has no margin. */
function component(part, spacing, index) {
  const element = MAKERS[part.type]?.(part) ?? el("span");
  const gap = part.margin ?? (index ? spacing : null);
  if (gap) element.style.marginBlockStart = space(gap);
  return element;
}

const MAKERS = {
  box: (part) => el("div", { class: `box ${part.layout}` },
    ...part.contents.map((inner, index) => component(inner, part.spacing, index))),
  text: (part) => el("p", {
    class: part.wrap ? "" : "clipped",
    style: { fontSize: `${SIZES[part.size] ?? 1}rem`, color: part.color ?? "", fontWeight: part.weight === "bold" ? "700" : "" },
  }, part.text),
  button: (part) => link(part.action.uri ?? "", part.action.label, {
    class: `button ${part.style ?? "link"}`,
    style: part.style === "primary" ? { backgroundColor: part.color ?? "" } : {},
  }),
  separator: (part) => el("hr", { style: { borderColor: part.color ?? "" } }),
};

const space = (value) => (value in SPACES ? `${SPACES[value]}rem` : value);
