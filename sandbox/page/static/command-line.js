/** The command line after a command was picked: its options as fields, checked before they are sent. */

import { autocomplete } from "./api.js";
import { h } from "./dom.js";
import { OptionField } from "./option-field.js";

export class CommandLine {
  /** `host` is the composer: store, suggest, submit(command, options, memory), leave(text), complain(sentence). */
  constructor(host) {
    this.host = host;
    this.store = host.store;
    this.suggest = host.suggest;
    this.fields = [];
    this.command = null;
    this.tail = h("input", { class: "tail", role: "combobox", "aria-controls": "suggest-list", "aria-expanded": "false", "aria-label": "Enter sends; type to add an option", placeholder: "", autocomplete: "off", spellcheck: "false",
      on: { input: () => this.#offer(), focus: () => this.#offer(), blur: () => this.suggest.hide(), keydown: (event) => this.#tailKey(event) } });
    this.title = h("span", { class: "command-name" });
    this.node = h("div", { class: "command-line", role: "group", "aria-label": "Command" }, this.title, this.tail);
  }

  /** Starts a command, with what is remembered of its last use if given. */
  start(command, memory = []) {
    for (const field of this.fields) field.node.remove();
    this.fields = [];
    this.command = command;
    this.title.textContent = `/${command.name}`;
    const remembered = new Set(memory.map((it) => it.name));
    for (const option of command.options.filter((it) => it.required || remembered.has(it.name))) {
      const field = this.#add(option);
      const past = memory.find((it) => it.name === option.name);
      if (past) field.restore(past);
    }
    this.#retitle();
    this.#focusFirst();
  }

  #add(option) {
    const field = new OptionField(option, this);
    this.fields.push(field);
    this.node.insertBefore(field.node, this.tail);
    this.#retitle();
    return field;
  }

  #absent() {
    const present = new Set(this.fields.map((field) => field.option.name));
    return this.command.options.filter((option) => !present.has(option.name));
  }

  #retitle() {
    const count = this.#absent().length;
    this.tail.placeholder = count ? `Enter sends · ${count} more` : "Enter sends";
  }

  #focusFirst() {
    (this.fields.find((field) => field.isEmpty && field.option.required) ?? this).focus();
  }

  focus() {
    this.tail.value = "";
    this.tail.focus();
  }

  /** Goes on after a field is filled: the next empty one, else the end of the line. */
  next(field) {
    const following = this.fields.slice(this.fields.indexOf(field) + 1);
    (following.find((it) => it.isEmpty) ?? this).focus();
  }

  /** Takes an optional field away; for a required one leaves the command. */
  drop(field) {
    const index = this.fields.indexOf(field);
    if (field.option.required) return index > 0 ? this.fields[index - 1].focus() : this.host.leave(`/${this.command.name}`);
    this.fields.splice(index, 1);
    field.node.remove();
    this.#retitle();
    (this.fields[index - 1] ?? this).focus();
  }

  leave() {
    this.host.leave("");
  }

  /** Asks the bot for suggestions for one field, with the other values as they stand. */
  async complete(field) {
    const values = this.fields.map((it) => [it.option.name, it === field ? it.input.value : it.readNow().value]);
    const options = Object.fromEntries(values.filter(([, value]) => value !== undefined));
    const { choices } = await autocomplete({ user: this.store.viewer, channel: this.store.current, command: this.command.name, options, focused: field.option.name });
    return choices;
  }

  /** Sends the command if every value is right; else says what is wrong and goes there. */
  async send() {
    const read = await Promise.all(this.fields.map(async (field) => ({ field, ...(await field.read()) })));
    for (const { field, error } of read) field.mark(error);
    const wrong = read.find((it) => it.error);
    if (wrong) {
      wrong.field.focus();
      return this.host.complain(wrong.error);
    }
    const options = Object.fromEntries(read.filter((it) => it.value !== undefined).map(({ field, value }) => [field.option.name, value]));
    await this.host.submit(this.command, options, this.fields.map((field) => field.memory));
  }

  #offer() {
    const typed = this.tail.value.trim().toLowerCase();
    const [wanted, rest] = typed.split(/:(.*)/s);
    const exact = rest !== undefined && this.#absent().find((option) => option.name === wanted);
    if (exact) return this.#take(exact, this.tail.value.split(/:(.*)/s)[1].trim());
    const items = this.#absent().filter((option) => option.name.includes(typed)).map((option) => ({ option, node: [h("strong", {}, option.name), h("span", { class: "grow" }, option.description)] }));
    const head = items.length ? [h("strong", {}, "Options"), h("span", {}, "pick one to add it, or press Enter to send")] : [h("strong", {}, `/${this.command.name}`), h("span", {}, this.command.description), h("small", {}, "Enter sends")];
    this.suggest.show(this.tail, { head, items, active: typed ? 0 : -1, onPick: ({ option }) => this.#take(option) });
  }

  #take(option, text = "") {
    this.tail.value = "";
    const field = this.#add(option);
    field.restore({ text, picked: null });
    field.focus();
  }

  #tailKey(event) {
    if (event.key === "ArrowUp" && this.tail.value === "" && this.host.older()) return event.preventDefault();
    if (this.suggest.handleKey(event)) return undefined;
    if (event.key === "Enter") this.send();
    else if (event.key === "Escape") this.leave();
    else if (event.key === "Backspace" && this.tail.value === "") this.#back();
    else return undefined;
    return event.preventDefault();
  }

  #back() {
    const last = this.fields.at(-1);
    if (last) last.focus();
    else this.host.leave(`/${this.command.name}`);
  }
}
