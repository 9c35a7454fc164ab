// Keeps this tab's conversation, and talks to the bot: POST /chat out, server-sent events in.

import { uuid } from "./dom.js";

const KEPT = "tomoshibi";
const ENTRIES = 300;
/** Milliseconds before each further try of a message that could not be sent. The bot knows it by its id. */
const TRIES = [600, 2400];
const RECONNECT = 3000;

const fresh = () => ({ session: uuid(), last: "", platform: "line", clock: "", followed: false, entries: [] });

function load() {
  try {
    return { ...fresh(), ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return fresh();
  }
}

/** What this tab keeps: the session, the last letter that was read, the switches, and what was said. */
export const state = load();

export function save() {
  state.entries = state.entries.slice(-ENTRIES);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(state));
  } catch {
    // Storage is closed or full: the conversation goes on, a reload begins anew.
  }
}

/** Forgets this tab's conversation and begins another one; the switches stay. */
export function renew() {
  const { platform, clock } = state;
  Object.assign(state, fresh(), { platform, clock });
  save();
}

const pause = (time) => new Promise((resume) => setTimeout(resume, time));

/**
 * Sends one message.
 * @returns the bot's answer `{outcome, trace}`
 * @throws when it could not be sent
 */
export async function post(body) {
  for (let tries = 0; ; tries += 1) {
    const response = await fetch("/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }).catch(() => null);
    if (response?.ok) return response.json();
    const hopeless = response && response.status < 500;
    if (hopeless || tries >= TRIES.length) throw new Error(`not sent (${response?.status ?? "no answer"})`);
    await pause(TRIES[tries]);
  }
}

let source = null;

/** Listens for letters from now on, also after interruptions; each is given to `read` once. */
export function listen(read) {
  source?.close();
  const query = new URLSearchParams({ session: state.session, last: state.last });
  const own = new EventSource(`/chat/stream?${query}`);
  source = own;
  own.onmessage = (event) => {
    if (own !== source || event.lastEventId === state.last) return;
    state.last = event.lastEventId;
    read(JSON.parse(event.data));
  };
  own.onerror = () => {
    if (own.readyState === EventSource.CLOSED) {
      setTimeout(() => own === source && listen(read), RECONNECT);
    }
  };
}
