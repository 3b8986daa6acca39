/** The left side: who you are, the channels, the people. */

import { trouble } from "./api.js";
import { at, avatar, h, icon, nameOf } from "./dom.js";

/** Signs of channels by their type. */
const SIGNS = { 1: "mail", 2: "voice" };

function roleOf(user) {
  if (user.bot) return "the bot";
  return user.administrator ? "administrator" : "member";
}

export class Sidebar {
  constructor(store, onViewer) {
    this.store = store;
    this.onViewer = onViewer;
    store.on("loaded channels selected", () => this.#draw());
    store.on("bot", () => this.#drawPeople());
  }

  #draw() {
    at("guild").textContent = this.store.guild?.name ?? "";
    const people = [...this.store.users.values()].filter((user) => !user.bot).slice(0, 8);
    const focused = document.activeElement?.name === "viewer";
    at("viewers").replaceChildren(...people.map((user) => this.#viewer(user)));
    if (focused) at("viewers").querySelector("input:checked")?.focus();
    const channels = [...this.store.channels.values()];
    at("channels").replaceChildren(...channels.filter((it) => it.type !== 1).map((it) => (it.voice ? this.#voice(it) : this.#channel(it))));
    const direct = channels.filter((it) => it.type === 1);
    at("direct").replaceChildren(...(direct.length ? [h("h2", {}, "Direct messages"), ...direct.map((it) => this.#channel(it))] : []));
    const current = this.store.channel;
    at("channel-name").replaceChildren(icon(SIGNS[current?.type] ?? "hash"), current ? this.#title(current) : "no channel");
    at("channel-topic").textContent = current?.topic ?? "";
    this.#drawPeople();
  }

  #title(channel) {
    return channel.type === 1 ? channel.name || nameOf(this.store.botUser) : channel.name;
  }

  #viewer(user) {
    const input = h("input", { type: "radio", name: "viewer", value: user.id, checked: user.id === this.store.viewer, on: { change: () => this.onViewer(user.id) } });
    return h("label", { class: "viewer" }, input, avatar(user, "medium"), h("span", {}, h("strong", {}, nameOf(user)), h("small", {}, roleOf(user))));
  }

  #channel(channel) {
    const isCurrent = channel.id === this.store.current;
    return h("button", { type: "button", class: `channel ${channel.unread ? "unread" : ""}`, "aria-current": isCurrent ? "page" : null, data: { channel: channel.id }, on: { click: () => this.store.select(channel.id) } },
      icon(SIGNS[channel.type] ?? "hash"), h("span", {}, this.#title(channel)),
      channel.unread ? h("span", { class: "count", "aria-label": `${channel.unread} new` }, channel.unread) : null);
  }

  /** A voice channel: who is in it, and a button by which the viewer enters or leaves. */
  #voice(channel) {
    const isIn = channel.voice.includes(this.store.viewer);
    const move = { action: "voice", user: this.store.viewer, channel: isIn ? null : channel.id };
    return h("div", { class: "voice" }, this.#channel(channel),
      h("button", { type: "button", class: "text", on: { click: () => trouble(move) } }, isIn ? "Leave" : "Join"),
      channel.voice.map((id) => h("div", { class: "person", data: { voice: id } }, avatar(this.store.users.get(id), "small"), nameOf(this.store.users.get(id)))));
  }

  #drawPeople() {
    const people = [...this.store.users.values()].sort((a, b) => Number(Boolean(b.bot)) - Number(Boolean(a.bot)));
    const shown = people.slice(0, 12).map((user) => this.#person(user));
    const rest = people.length - shown.length;
    at("people").replaceChildren(...shown, ...(rest > 0 ? [h("small", { class: "hint" }, `and ${rest} more`)] : []));
  }

  #person(user) {
    const isAway = user.bot && !this.store.bot.connected;
    return h("div", { class: `person ${isAway ? "away" : ""}` }, avatar(user, "medium"), h("span", {}, nameOf(user), user.bot && h("span", { class: "tag" }, "BOT")),
      h("i", { class: `dot ${isAway ? "off" : "on"}`, title: isAway ? "offline" : "online" }));
  }
}
