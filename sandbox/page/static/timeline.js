/** Keeps the middle of the page equal to the current channel, and stays where the reader is. */

import { at, h, icon, nameOf } from "./dom.js";
import { continues } from "./messages.js";
import { NO_ANSWER } from "./store.js";

const NEAR_END_PX = 90;
const TYPING_MS = 10_000;

export class Timeline {
  #nodes = new Map();
  #dismissed = new Set();
  #typing = new Map();

  constructor(store, messages) {
    this.store = store;
    this.messages = messages;
    this.list = at("messages");
    this.scroller = at("timeline");
    this.pill = at("newer");
    this.pill.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => this.#atEnd() && this.#hidePill());
    this.list.addEventListener("load", () => this.#stuck && this.toEnd(), true);
    store.on("loaded selected", () => this.#redraw());
    store.on("message", (event) => this.#changed(event));
    store.on("message_gone", ({ channel, id }) => channel === this.store.current && this.#remove(id));
    store.on("interaction", (interaction) => this.#interaction(interaction));
    store.on("sent", () => this.toEnd());
    store.on("typing", (event) => this.#isTyping(event));
    new ResizeObserver(() => this.#stuck && this.toEnd()).observe(this.scroller);
  }

  #stuck = true;

  #atEnd() {
    this.#stuck = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR_END_PX;
    return this.#stuck;
  }

  #hidePill() {
    this.pill.hidden = true;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#stuck = true;
    this.#hidePill();
  }

  dismiss(message) {
    this.#dismissed.add(message.id);
    this.#remove(message.id);
  }

  jump(id) {
    const node = this.#nodes.get(id);
    node?.scrollIntoView({ block: "center", behavior: "smooth" });
    node?.classList.add("flash");
    node?.addEventListener("animationend", () => node.classList.remove("flash"), { once: true });
  }

  #visible() {
    return [...(this.store.channel?.messages.values() ?? [])].filter((message) => !this.#dismissed.has(message.id));
  }

  #redraw() {
    const shown = this.#visible();
    this.#nodes = new Map(shown.map((message) => [message.id, this.messages.node(message)]));
    this.list.replaceChildren(this.#welcome(), ...this.#nodes.values());
    this.#group();
    this.#drawNotices();
    this.#drawTyping();
    this.toEnd();
  }

  #welcome() {
    const channel = this.store.channel;
    if (!channel) return h("div", { class: "welcome" }, h("h2", {}, "Nothing here yet"));
    const isDirect = channel.type === 1;
    return h("div", { class: "welcome" }, h("span", { class: "badge" }, icon(isDirect ? "mail" : "hash")),
      h("h2", {}, isDirect ? "Direct messages" : `This is #${channel.name}`),
      h("p", {}, channel.topic || "Type / to see what the bot can do, or write to it."));
  }

  #group() {
    let before = null;
    for (const message of this.#visible()) {
      this.#nodes.get(message.id)?.classList.toggle("grouped", continues(before, message));
      before = message;
    }
  }

  #changed({ channel, message }) {
    this.#typing.delete(`${channel}:${message.author.id}`);
    if (channel !== this.store.current || this.#dismissed.has(message.id)) return;
    const stuck = this.#atEnd();
    const isNew = !this.#nodes.has(message.id);
    this.#put(message);
    this.#group();
    this.#drawNotices();
    this.#drawTyping();
    if (stuck || (isNew && message.author.id === this.store.viewer)) this.toEnd();
    else if (isNew) this.pill.hidden = false;
  }

  #put(message) {
    const node = this.messages.node(message);
    const old = this.#nodes.get(message.id);
    this.#nodes.set(message.id, node);
    if (old) return replace(old, node);
    const next = [...this.#nodes].filter(([id]) => BigInt(id) > BigInt(message.id)).sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1))[0];
    node.classList.add("arriving");
    this.list.insertBefore(node, next?.[1] ?? null);
  }

  #remove(id) {
    this.#nodes.get(id)?.remove();
    this.#nodes.delete(id);
    this.#group();
  }

  #interaction(interaction) {
    const message = this.store.channel?.messages.get(interaction.message);
    if (message && this.#nodes.has(message.id)) this.#put(message);
    this.#group();
    this.#drawNotices();
    if (this.#stuck) this.toEnd();
  }

  #drawNotices() {
    const own = [...this.store.interactions.values()].filter((it) => it.label && !it.message && it.channel === this.store.current);
    const answered = new Set(this.#visible().map((message) => message.interaction_metadata?.id));
    at("notices").replaceChildren(...own.filter((it) => it.state !== "answered" && !answered.has(it.id)).map((it) => this.#notice(it)));
  }

  #notice(interaction) {
    const command = h("span", { class: "mention" }, interaction.label);
    if (interaction.state === "waiting") return h("div", { class: "notice" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), "Sending ", command);
    return h("div", { class: "notice failed", role: "alert" }, icon("alert"), h("span", {}, command, " ", interaction.error ?? NO_ANSWER),
      h("button", { type: "button", class: "text", on: { click: () => this.store.dismissInteraction(interaction.id) } }, "Dismiss"));
  }

  #isTyping({ channel, user }) {
    const key = `${channel}:${user?.id ?? user}`;
    clearTimeout(this.#typing.get(key));
    this.#typing.set(key, setTimeout(() => { this.#typing.delete(key); this.#drawTyping(); }, TYPING_MS));
    this.#drawTyping();
  }

  #drawTyping() {
    const here = [...this.#typing.keys()].filter((key) => key.startsWith(`${this.store.current}:`));
    const names = here.map((key) => nameOf(this.store.users.get(key.split(":")[1])));
    at("typing").textContent = names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing…` : "";
  }
}

/** Swaps a message's node, keeping focus, revealed spoilers, open menus and the movement of bars. */
function replace(old, node) {
  const bars = [...old.querySelectorAll(".bar")];
  const spoilers = [...old.querySelectorAll(".spoiler")];
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset?.customId : null;
  old.replaceWith(node);
  node.querySelectorAll(".spoiler").forEach((it, index) => it.classList.toggle("revealed", spoilers[index]?.classList.contains("revealed") ?? false));
  node.querySelectorAll(".bar").forEach((bar, index) => {
    if (!bars[index]) return;
    const fill = bar.dataset.fill;
    bar.style.setProperty("--fill", bars[index].dataset.fill);
    bar.getBoundingClientRect();
    bar.style.setProperty("--fill", fill);
  });
  if (focused) [...node.querySelectorAll("[data-custom-id]")].find((it) => it.dataset.customId === focused)?.focus();
}
