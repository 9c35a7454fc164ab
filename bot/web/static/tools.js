// The switches for trying things out: platform, clock, brightness, and the fold for those who write content.

import { word } from "./dom.js";
import { state } from "./wire.js";

const $ = (id) => document.getElementById(id);
const HOUR = 3600e3;

/** The moment in Asia/Tokyo as `2026-11-22T23:10`: the one that was chosen, or now. */
export function moment() {
  return state.clock || tokyo();
}

const tokyo = (shift = 0) => new Date(Date.now() + 9 * HOUR + shift).toISOString().slice(0, 16);

function comingSunday() {
  const weekday = new Date(`${tokyo()}Z`).getUTCDay();
  return `${tokyo(((7 - weekday) % 7) * 24 * HOUR).slice(0, 10)}T23:10`;
}

/** A moment as people say it: 11月22日(日) 23:10. */
function spoken(at) {
  const form = { timeZone: "UTC", month: "long", day: "numeric", weekday: "short", hour: "numeric", minute: "2-digit" };
  return new Intl.DateTimeFormat("ja-JP", form).format(new Date(`${at}Z`));
}

function showClock() {
  $("clock").value = state.clock;
  $("moment").hidden = !state.clock;
  $("moment-time").textContent = state.clock ? spoken(state.clock) : "";
}

/**
 * Puts the switches to work.
 * @param changed called with the name of the switch, and for the clock with the sentence about it
 */
export function wireTools(changed) {
  const setClock = (at) => {
    if (at === state.clock) return;
    state.clock = at;
    showClock();
    changed("clock", at ? word("clock_set", { time: spoken(at) }) : word("clock_now"));
  };
  $("clock").addEventListener("change", (event) => setClock(event.target.value.slice(0, 16)));
  $("clock-now").addEventListener("click", () => setClock(""));
  $("clock-sunday").addEventListener("click", () => setClock(comingSunday()));
  showClock();

  for (const radio of document.getElementsByName("platform")) {
    radio.checked = radio.value === state.platform;
    radio.addEventListener("change", () => {
      state.platform = radio.value;
      changed("platform");
    });
  }
  wireTheme();
  wireFold();
}

function wireTheme() {
  const chosen = document.documentElement.dataset.theme ?? "auto";
  for (const radio of document.getElementsByName("theme")) {
    radio.checked = radio.value === chosen;
    radio.addEventListener("change", () => {
      if (radio.value === "auto") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = radio.value;
      try {
        localStorage.setItem("theme", radio.value);
      } catch {
        // Storage is closed: the choice holds until the page is closed.
      }
    });
  }
}

function wireFold() {
  const button = $("open-tools");
  const open = (yes) => {
    button.setAttribute("aria-expanded", String(yes));
    $("tools").classList.toggle("open", yes);
  };
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
  $("tools").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
      open(false);
      button.focus();
    }
  });
  // On a phone the switches lie over the conversation: what gets the focus must not stay hidden below them.
  $("tools").addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && relatedTarget !== button && !$("tools").contains(relatedTarget)) open(false);
  });
}

/** Shows why the last turn went the way it did. A message that was handled before has no trace. */
export function showTrace({ outcome, trace }) {
  $("trace-outcome").textContent = outcome;
  if (!trace) return;
  $("trace-flow").textContent = trace.flow || word("nothing");
  $("trace-step").textContent = trace.step || word("nothing");
  $("trace-risk").textContent = trace.risk;
  $("trace-risk").dataset.risk = trace.risk;
  $("trace-why").textContent = trace.why.join("、") || word("nothing");
}
