/** The bottom line: plain messages, and the way into commands by "/". */

import { encodeFile, post, slash } from "./api.js";
import { catalogOf, search } from "./catalog.js";
import { CommandLine } from "./command-line.js";
import { at, h, icon, nameOf, sizeOf } from "./dom.js";
import { offered, withMentions } from "./mentions.js";
import { Suggest } from "./suggest.js";

const MAX_LENGTH = 2000;
const MAX_FILES = 10;
const REMEMBERED = 50;

export class Composer {
  #history = [];
  #cursor = 0;
  #files = [];
  #answered = null;
  #catalog = [];

  constructor(store) {
    this.store = store;
    this.suggest = new Suggest();
    this.input = at("text");
    this.line = new CommandLine(this);
    at("composer").insertBefore(this.line.node, at("send"));
    this.line.node.hidden = true;
    this.#listen();
    store.on("loaded commands", () => { this.#catalog = catalogOf(store.commands); });
    store.on("loaded selected", () => { this.#invite(); this.#answer(null); });
    store.on("loaded bot", () => this.#warn());
  }

  #listen() {
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("focus", () => this.#typed());
    this.input.addEventListener("blur", () => this.suggest.hide());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("paste", (event) => event.clipboardData.files.length && this.#attach(event.clipboardData.files));
    at("attach").addEventListener("click", () => at("files").click());
    at("files").addEventListener("change", () => { this.#attach(at("files").files); at("files").value = ""; });
    at("send").addEventListener("click", () => (this.isCommand ? this.line.send() : this.#send()));
    at("timeline").addEventListener("dragover", (event) => event.preventDefault());
    at("timeline").addEventListener("drop", (event) => { event.preventDefault(); this.#attach(event.dataTransfer.files); });
  }

  get isCommand() {
    return !this.line.node.hidden;
  }

  focus() {
    (this.isCommand ? this.line : this.input).focus();
  }

  complain(sentence) {
    at("complaint").textContent = sentence;
  }

  /** The next message answers this one. */
  replyTo(message) {
    if (this.isCommand) this.leave("");
    this.#answer(message);
    this.input.focus();
  }

  #answer(message) {
    this.#answered = message;
    this.#drawChosen();
  }

  #invite() {
    const channel = this.store.channel;
    const place = channel?.type === 1 ? `@${channel.name || nameOf(this.store.botUser)}` : `#${channel?.name ?? ""}`;
    this.input.placeholder = `Message ${place} as ${nameOf(this.store.users.get(this.store.viewer))} — type / for commands`;
  }

  #warn() {
    const { connected, state } = this.store.bot;
    at("offline").hidden = connected;
    at("offline-text").textContent = state === "starting" ? "The bot is starting…" : `The bot is not connected${state === "running" ? " (its process runs)" : ""}: commands will fail until it is.`;
    at("offline-start").hidden = !this.store.bot.managed || state === "running" || state === "starting";
  }

  #typed() {
    this.complain("");
    const text = this.input.value;
    const left = MAX_LENGTH - [...text].length;
    at("left").textContent = left < 200 ? String(left) : "";
    if (text.startsWith("/") && !text.includes("\n")) return this.#offerCommands(text.slice(1));
    const names = offered(this.store, text, this.input.selectionStart);
    if (!names) return this.suggest.hide();
    return this.suggest.show(this.input, { items: names.items, onPick: (item) => this.#complete(names.from, item.text) });
  }

  #complete(from, name) {
    const rest = this.input.value.slice(this.input.selectionStart);
    this.input.value = this.input.value.slice(0, from) + name + rest;
    this.input.selectionStart = this.input.selectionEnd = from + name.length;
    this.#typed();
  }

  #offerCommands(query) {
    const exact = query.endsWith(" ") && this.#catalog.find((command) => command.name === query.trim().toLowerCase());
    if (exact) return this.pick(exact);
    const found = search(this.#catalog, query);
    const head = found.length ? [h("strong", {}, "Commands"), h("small", {}, "↑↓ choose · Tab or Enter picks · Esc closes")] : [h("span", {}, this.#catalog.length ? "No command is called so." : "The bot has not registered any commands yet.")];
    return this.suggest.show(this.input, { head, items: found.map((command) => ({ command, node: commandNodes(command) })), onPick: ({ command }) => this.pick(command) });
  }

  /** Turns the line into this command's fields. */
  pick(command, memory) {
    this.complain("");
    this.input.value = "";
    this.input.hidden = true;
    this.line.node.hidden = false;
    at("attach").hidden = true;
    this.line.start(command, memory);
  }

  /** Back to plain text. */
  leave(text) {
    this.complain("");
    this.suggest.hide();
    this.line.node.hidden = true;
    this.input.hidden = false;
    at("attach").hidden = false;
    this.input.value = text;
    this.input.focus();
    this.#typed();
  }

  /** Sends a command; on refusal the line stays as it was, with the reason under it. */
  async submit(command, options, memory) {
    const channel = this.store.current;
    try {
      const { interaction } = await slash({ user: this.store.viewer, channel, command: command.name, options });
      this.#remember({ command: command.name, memory });
      this.leave("");
      this.store.tell("sent");
      this.store.noteInteraction(interaction, { channel, label: `/${command.name}` });
    } catch (error) {
      this.complain(error.message);
    }
  }

  async #send() {
    const text = this.input.value.trim();
    if (text.startsWith("/") && !this.#files.length) return this.complain("There is no such command. Type / to see them all.");
    if (!text && !this.#files.length) return undefined;
    if ([...text].length > MAX_LENGTH) return this.complain(`A message may have ${MAX_LENGTH} characters.`);
    try {
      const files = await Promise.all(this.#files.map(encodeFile));
      await post({ user: this.store.viewer, channel: this.store.current, content: withMentions(this.store, text), ...(files.length ? { files } : {}), ...(this.#answered ? { reply_to: this.#answered.id } : {}) });
      this.#remember({ text });
      this.#files = [];
      this.#answer(null);
      return this.leave("");
    } catch (error) {
      return this.complain(error.message);
    }
  }

  #key(event) {
    if (event.key === "ArrowUp" && this.input.value === "" && this.older()) return event.preventDefault();
    if (this.suggest.handleKey(event) || event.isComposing) return undefined;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      return this.#send();
    }
    if (event.key === "Escape" && this.input.value.startsWith("/")) this.leave("");
    else if (event.key === "Escape") this.#answer(null);
    return undefined;
  }

  #remember(entry) {
    this.#history.push(entry);
    if (this.#history.length > REMEMBERED) this.#history.shift();
    this.#cursor = this.#history.length;
  }

  /** Brings back what was sent before; false if there is nothing older. */
  older() {
    const entry = this.#history[this.#cursor - 1];
    if (!entry) return false;
    this.#cursor -= 1;
    const command = entry.command && this.#catalog.find((it) => it.name === entry.command);
    if (command) this.pick(command, entry.memory);
    else this.leave(entry.text ?? `/${entry.command}`);
    return true;
  }

  #attach(files) {
    this.#files = [...this.#files, ...files].slice(0, MAX_FILES);
    this.#drawChosen();
    this.input.focus();
  }

  #drawChosen() {
    const files = this.#files.map((file) => chosen("file", file.name, sizeOf(file.size), () => { this.#files = this.#files.filter((it) => it !== file); this.#drawChosen(); }));
    const author = this.#answered && (this.store.users.get(this.#answered.author.id) ?? this.#answered.author);
    const answered = author ? [chosen("reply", `Replying to ${nameOf(author)}`, "", () => this.#answer(null))] : [];
    at("chosen").replaceChildren(...answered, ...files);
  }
}

function chosen(kind, name, about, onRemove) {
  return h("span", { class: "card chosen" }, icon(kind), h("span", {}, name, about && h("small", {}, about)),
    h("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}`, on: { click: onRemove } }, icon("close")));
}

function commandNodes(command) {
  const options = command.options.map((option) => h("span", { class: option.required ? "opt required" : "opt" }, option.name));
  return [h("span", { class: "slash", "aria-hidden": "true" }, "/"),
    h("span", { class: "grow" }, h("span", { class: "suggestion-title" }, h("strong", {}, `/${command.name}`), options), h("small", {}, command.description)),
    command.adminOnly && h("span", { class: "lock", title: "Shown to administrators only" }, icon("lock"), "admin")];
}
