// The chat page: what is said, in the look of LINE or Discord, and the ways to answer.

import { discordRows } from "./discord.js";
import { el, lamp, link, unseen, uuid, word } from "./dom.js";
import { lineRows, quickReplies } from "./line.js";
import { moment, showTrace, wireTools } from "./tools.js";
import { listen, post, renew, save, state } from "./wire.js";

const $ = (id) => document.getElementById(id);
const log = $("log");
const chips = $("chips");
const text = $("text");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
/** Characters that a person can type at once on each platform. */
const LENGTHS = { line: 5000, discord: 2000 };
let waiting = 0;
let atEnd = true;

// ------------------------------------------------------------------------------------------ what is said

/** Puts everything on the page anew, without it being read aloud again. */
function draw() {
  document.body.dataset.platform = state.platform;
  text.maxLength = LENGTHS[state.platform];
  log.setAttribute("aria-live", "off");
  log.replaceChildren(...state.entries.map(drawn));
  drawChips();
  const newest = log.lastElementChild;
  if (newest) reveal(newest, "auto");
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function add(entry) {
  state.entries.push(entry);
  save();
  log.querySelector(".dots")?.remove();
  const element = drawn(entry);
  log.append(element);
  while (log.childElementCount > state.entries.length) log.firstElementChild.remove();
  drawChips();
  reveal(element, calm.matches ? "auto" : "smooth");
}

/** Scrolls to the end, or to the beginning of what is too long to be seen at once. */
function reveal(element, behavior) {
  atEnd = element.offsetHeight <= log.clientHeight;
  log.scrollTo({ top: atEnd ? log.scrollHeight : element.offsetTop, behavior });
}

/** Whoever reads the newest message goes on seeing it when the keyboard or the tray takes room. */
function wireLog() {
  log.addEventListener("scroll", () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
  });
  new ResizeObserver(() => {
    if (atEnd) log.scrollTop = log.scrollHeight;
  }).observe(log);
}

function drawn(entry) {
  const element = el("div", { class: entry.sent ? "entry sending" : "entry" });
  if (entry.from === "note") element.append(el("p", { class: "note" }, entry.text));
  else if (entry.from === "me") element.append(own(entry));
  else if (state.platform === "line") element.append(...lineRows(entry.line, entry.time));
  else element.append(...discordRows(entry.discord, entry.time, (data, label) => tap(data, label)));
  if (entry.failed) element.append(failure(entry));
  return element;
}

function own(entry) {
  if (entry.kind === "tap" && state.platform === "discord") {
    return el("p", { class: "note" }, word("tapped", { label: entry.text }));
  }
  const bubble = el("div", { class: `bubble ${entry.kind}` });
  if (entry.kind === "sticker") bubble.append(lamp());
  bubble.append(entry.text);
  return el("div", { class: "row me" },
    el("div", { class: "beside" },
      state.platform === "line" ? el("span", { class: "read", "aria-hidden": "true" }, word("read")) : null,
      el("time", {}, entry.time)),
    el("div", { class: "said" }, unseen(`${word("you")}：`), bubble));
}

function failure(entry) {
  return el("div", { class: "failure" },
    el("p", {}, `${word("not_sent")}${word("offline")}`),
    el("p", {}, `${word("urgent")} `, link("tel:119", word("ambulance")), " ", link("tel:110", word("police"))),
    el("button", { type: "button", class: "button primary", onclick: () => deliver(entry) }, word("again")));
}

/** LINE's quick replies stand below the newest message and vanish with the next one. */
function drawChips() {
  const newest = state.entries.findLast((entry) => entry.from !== "note");
  const choices = state.platform === "line" && newest?.from === "bot" ? quickReplies(newest.line) : [];
  chips.replaceChildren(...choices.map((choice) => el("button", {
    type: "button",
    onclick: () => tap(choice.data, choice.shown),
  }, choice.label)));
  chips.hidden = choices.length === 0;
  chips.scrollLeft = 0;
}

// ------------------------------------------------------------------------------------------ ways to answer

/** Shows what this person says, and sends it. `body` is one of text, tap, event. */
function say(kind, shown, body) {
  if (chips.contains(document.activeElement)) log.focus({ preventScroll: true });
  const sent = { session: state.session, id: uuid(), platform: state.platform, ...body };
  if (state.clock) sent.now = state.clock;
  const entry = { from: kind === "follow" ? "note" : "me", kind, text: shown, time: moment().slice(11), sent };
  add(entry);
  return deliver(entry);
}

async function deliver(entry) {
  if (entry.failed) {
    delete entry.failed;
    draw();
  }
  waiting += 1;
  showDots();
  try {
    showTrace(await post(entry.sent));
    delete entry.sent;
    save();
    log.children[state.entries.indexOf(entry)]?.classList.remove("sending");
  } catch {
    entry.failed = true;
    save();
    if (state.entries.includes(entry)) drawAgain(entry);
  } finally {
    waiting -= 1;
    if (!waiting) log.querySelector(".dots")?.remove();
  }
}

function drawAgain(entry) {
  const element = drawn(entry);
  log.children[state.entries.indexOf(entry)].replaceWith(element);
  reveal(element, "auto");
}

function showDots() {
  if (log.querySelector(".dots")) return;
  log.append(el("p", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")));
  log.scrollTop = log.scrollHeight;
}

const tap = (data, label) => say("tap", label, { tap: data });
const send = (kind, shown, about = "") => {
  openTray(false);
  return say(kind, shown, { event: about ? { kind, text: about } : { kind } });
};
const follow = () => send("follow", word(`followed_${state.platform}`));

function read(letter) {
  add({ from: "bot", time: moment().slice(11), line: letter.line, discord: letter.discord });
}

// ------------------------------------------------------------------------------------------ the composer

function fit() {
  text.style.height = "auto";
  if (text.value) text.style.height = `${text.scrollHeight}px`; // empty, it would fit its placeholder
}

function openTray(yes) {
  $("attach").setAttribute("aria-expanded", String(yes));
  $("tray").hidden = !yes;
}

function wireComposer() {
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = text.value.trim();
    if (!typed) return;
    text.value = "";
    fit();
    say("text", typed, { text: typed });
  });
  text.addEventListener("input", fit);
  text.addEventListener("keydown", (event) => {
    // While Japanese is being composed, Enter takes a word and sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    $("composer").requestSubmit();
  });
  $("attach").addEventListener("click", () => openTray($("tray").hidden));
  $("photo").addEventListener("click", () => send("media", word("photo_sent")));
  wireDialog("sticker", (label) => send("sticker", label, label));
  wireDialog("location", () => {
    const place = $("address").value.trim();
    $("address").value = "";
    if (place) send("location", place, place);
  });
}

/** A button that opens a dialog; `chosen` gets the value of the button that closed it, unless it was left. */
function wireDialog(name, chosen) {
  const dialog = $(`${name}-dialog`);
  $(name).addEventListener("click", () => {
    dialog.returnValue = "";
    dialog.showModal();
  });
  dialog.querySelector(".dismiss")?.addEventListener("click", () => dialog.close(""));
  dialog.addEventListener("close", () => dialog.returnValue && chosen(dialog.returnValue));
}

// ------------------------------------------------------------------------------------------ beginning

function begin() {
  listen(read);
  if (state.followed) return;
  state.followed = true;
  follow();
}

wireTools((name, sentence) => {
  if (name === "clock") add({ from: "note", text: sentence });
  else draw();
  save();
});
wireComposer();
wireLog();
$("restart").addEventListener("click", () => {
  renew();
  draw();
  begin();
});
// What was on its way when the page was closed is sent again; the bot knows it by its id.
const unsent = state.entries.filter((entry) => entry.sent && !entry.failed);
draw();
begin();
unsent.forEach(deliver);
