/** Puts the page together: one store, its views, the stream that feeds it. */

import { EventStream, fetchState, press } from "./api.js";
import { Components } from "./components.js";
import { Composer } from "./composer.js";
import { at } from "./dom.js";
import { LogView } from "./log-view.js";
import { Messages } from "./messages.js";
import { openModal } from "./modal.js";
import { Rich } from "./rich.js";
import { Sidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { Timeline } from "./timeline.js";
import { Trouble } from "./trouble.js";

const RELOAD_MS = 2000;

const store = new Store();
let stream = null;
let loading = null;
let held = [];

function connection(text) {
  at("connection").hidden = !text;
  at("connection").textContent = text;
}

/** Loads the state anew; events that arrive meanwhile are applied after it. */
async function reload(user) {
  const mine = Symbol("reload");
  loading = mine;
  held = [];
  try {
    const state = await fetchState(user);
    if (loading !== mine) return;
    store.load(state);
    loading = null;
    connection("");
    held.splice(0).forEach((event) => store.apply(event));
  } catch (error) {
    if (loading !== mine) return;
    connection(error.message);
    setTimeout(() => loading === mine && reload(user), RELOAD_MS);
  }
}

function become(user) {
  localStorage.setItem("viewer", user);
  stream?.close();
  stream = new EventStream(user, {
    onOpen: () => reload(user),
    onEvent: (event) => (loading ? held.push(event) : store.apply(event)),
    onLost: () => connection("Lost the sandbox — reconnecting…"),
  });
}

async function act(message, customId, values, label) {
  try {
    const { interaction } = await press({ user: store.viewer, channel: message.channel_id ?? store.current, message: message.id, custom_id: customId, ...(values ? { values } : {}) });
    store.noteInteraction(interaction, { channel: store.current, label, message: message.id, custom_id: customId });
  } catch (error) {
    composer.complain(error.message);
  }
}

const rich = new Rich(store);
const components = new Components(store, rich, act);
const messages = new Messages(store, rich, components, { onDismiss: (message) => timeline.dismiss(message), onJump: (id) => timeline.jump(id), onReply: (message) => composer.replyTo(message) });
new Sidebar(store, become);
const timeline = new Timeline(store, messages);
const composer = new Composer(store);
new Trouble(store);
new LogView(store);

store.on("modal", (event) => openModal(store, event));
store.on("stale", () => reload(store.viewer));

function showPanel(open) {
  document.body.classList.toggle("panel-closed", !open);
  at("panel-toggle").setAttribute("aria-expanded", String(open));
  localStorage.setItem("panel", open ? "open" : "closed");
}

at("panel-toggle").addEventListener("click", () => showPanel(document.body.classList.contains("panel-closed")));
showPanel(localStorage.getItem("panel") ? localStorage.getItem("panel") === "open" : innerWidth > 1100);

document.addEventListener("keydown", (event) => {
  const isFree = !event.target.closest("input, textarea, select, dialog, [contenteditable]");
  if (event.key === "/" && isFree && !event.ctrlKey && !event.metaKey) composer.focus();
});

async function begin() {
  const asked = new URLSearchParams(location.search).get("user") ?? localStorage.getItem("viewer");
  const state = await fetchState(asked).catch(() => fetchState()).catch(() => null);
  if (!state) {
    connection("The sandbox does not answer — trying again…");
    setTimeout(begin, RELOAD_MS);
    return;
  }
  become(state.viewer);
  composer.focus();
}

begin();
