// Small tools for building the page. Words come from the page itself, so that they stand in content/ only.

export const words = JSON.parse(document.getElementById("words").textContent);

/** A word of the page, with its placeholders filled in. */
export function word(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** An element; `attributes` may hold listeners (`onclick`) and `style` as an object. Text is never HTML. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "style") Object.assign(element.style, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Words that only a screen reader says. */
export const unseen = (text) => el("span", { class: "unseen" }, text);

/** A copy of the page's own lamp. */
export function lamp() {
  const copy = document.querySelector("header .lamp").cloneNode(true);
  copy.setAttribute("class", "lamp avatar");
  return copy;
}

/** A link to a page or a telephone; any other kind of address gives its words alone. */
export function link(url, label, attributes = {}) {
  if (url.startsWith("tel:")) return el("a", { href: url, ...attributes }, label);
  if (!/^https?:\/\//.test(url)) return el("span", attributes, label);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, label);
}

/** A text in which addresses can be opened, as both platforms show it; with `masked`, `[words](address)` too. */
export function linked(text, { masked = false } = {}) {
  const fragment = document.createDocumentFragment();
  const pattern = masked ? /\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[\w\-./?%&=~#:+,;@!$]+)/g
    : /()()(https?:\/\/[\w\-./?%&=~#:+,;@!$]+)/g;
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    fragment.append(text.slice(end, found.index), link(found[2] || found[3], found[1] || found[3]));
    end = found.index + found[0].length;
  }
  fragment.append(text.slice(end));
  return fragment;
}

/** A random id. `crypto.randomUUID` is missing where the page is opened by plain http in a home network. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
