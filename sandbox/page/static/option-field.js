/** One option of a command as a labelled field: typed, picked from a list, or a file. */

import { h, icon, sizeOf } from "./dom.js";
import { encodeFile } from "./api.js";
import { KIND, hintOf, parseTyped } from "./catalog.js";
import { fixedEntries, isClosed, suggestedEntries } from "./sources.js";

const DEBOUNCE_MS = 150;

export class OptionField {
  #picked = null;
  #timer = 0;
  #asked = 0;

  /** `line` is the command line: store, suggest, complete(field), next(field), send(), leave(), drop(field). */
  constructor(option, line) {
    this.option = option;
    this.line = line;
    this.input = option.type === KIND.ATTACHMENT ? this.#fileInput() : this.#textInput();
    const remove = !option.required && h("button", { type: "button", class: "quiet", tabindex: "-1", "aria-label": `Remove ${option.name}`, on: { click: () => line.drop(this) } }, icon("close"));
    this.node = h("label", { class: `field ${option.type === KIND.STRING && !isClosed(option) ? "wide" : ""}`, data: { option: option.name } }, h("span", { class: "name" }, option.name), this.input, this.fileName, remove);
  }

  #textInput() {
    const events = { input: () => this.#typed(), focus: () => this.#suggest(), blur: () => this.line.suggest.hide(), keydown: (event) => this.#key(event), mousedown: () => document.activeElement === this.input && this.#suggest() };
    const isLong = this.option.type === KIND.STRING && !isClosed(this.option) && !this.option.autocomplete;
    const shared = { "aria-label": `${this.option.name}: ${this.option.description}`, autocomplete: "off", spellcheck: "false", on: events };
    if (isLong) return h("textarea", { ...shared, rows: "1" });
    const isNumber = this.option.type === KIND.INTEGER || this.option.type === KIND.NUMBER;
    return h("input", { ...shared, type: "text", inputmode: isNumber ? "decimal" : null, role: "combobox", "aria-controls": "suggest-list", "aria-expanded": "false" });
  }

  #fileInput() {
    this.fileName = h("span", { class: "file-name hint" }, "choose a file…");
    const chosen = () => {
      const file = this.input.files[0];
      this.fileName.textContent = file ? `${file.name} · ${sizeOf(file.size)}` : "choose a file…";
      if (file) this.line.next(this);
    };
    const key = (event) => {
      if (event.key === "Enter" && !this.input.files.length) this.input.click();
      else this.#key(event);
    };
    return h("input", { type: "file", class: "unseen", "aria-label": `${this.option.name}: ${this.option.description}`, on: { change: chosen, keydown: key, focus: () => this.#suggest(), blur: () => this.line.suggest.hide() } });
  }

  focus() {
    this.input.focus();
  }

  get isEmpty() {
    return this.option.type === KIND.ATTACHMENT ? !this.input.files.length : this.input.value.trim() === "" && this.#picked === null;
  }

  /** The value as the API takes it: `{value}`, `{error}` or `{}`. */
  async read() {
    if (this.option.type === KIND.ATTACHMENT) {
      const file = this.input.files[0];
      if (file) return { value: await encodeFile(file) };
      return this.option.required ? { error: `${this.option.name} is missing: choose a file.` } : {};
    }
    return this.readNow();
  }

  /** As `read`, for everything but files. */
  readNow() {
    if (this.option.type === KIND.ATTACHMENT) return {};
    if (this.#picked && this.#picked.label === this.input.value) return { value: this.#picked.value };
    const exact = isClosed(this.option) && fixedEntries(this.line.store, this.option, this.input.value).find((it) => it.label.toLowerCase() === this.input.value.trim().toLowerCase());
    return exact ? { value: exact.value } : parseTyped(this.option, this.input.value);
  }

  /** What would bring this field back (for "Up for the last command"). */
  get memory() {
    return { name: this.option.name, text: this.input.type === "file" ? "" : this.input.value, picked: this.#picked };
  }

  restore({ text, picked }) {
    if (this.input.type !== "file") this.input.value = text;
    this.#picked = picked;
    this.#resize();
  }

  mark(error) {
    this.node.classList.toggle("wrong", Boolean(error));
    this.input.setAttribute("aria-invalid", error ? "true" : "false");
  }

  #resize() {
    if (this.input.tagName === "INPUT" && this.input.type === "text") this.input.size = Math.max(6, Math.min(40, this.input.value.length + 1));
  }

  #typed() {
    this.#picked = null;
    this.mark(null);
    this.#resize();
    this.#suggest();
  }

  #head() {
    return [h("strong", {}, this.option.name), h("span", {}, this.option.description), h("small", {}, hintOf(this.option))];
  }

  #suggest() {
    if (this.option.autocomplete) return this.#ask();
    const isSettled = this.#picked && this.#picked.label === this.input.value;
    this.#show(isSettled || this.input.type === "file" ? [] : fixedEntries(this.line.store, this.option, this.input.value));
  }

  #ask() {
    clearTimeout(this.#timer);
    if (this.#picked && this.#picked.label === this.input.value) return this.#show([]);
    this.#show([]);
    const asked = ++this.#asked;
    this.#timer = setTimeout(async () => {
      const choices = await this.line.complete(this).catch(() => []);
      if (asked === this.#asked && document.activeElement === this.input) this.#show(suggestedEntries(choices));
    }, DEBOUNCE_MS);
  }

  #show(items) {
    this.line.suggest.show(this.input, { head: this.#head(), items, onPick: (item) => this.#pick(item) });
  }

  #pick(item) {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#picked = { label: item.label, value: item.value };
    this.input.value = item.label;
    this.mark(null);
    this.#resize();
    this.line.next(this);
  }

  #key(event) {
    if (this.line.suggest.handleKey(event) || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) this.line.send();
    else if (event.key === "Escape") this.line.leave();
    else if (event.key === "Backspace" && this.isEmpty) this.line.drop(this);
    else return;
    event.preventDefault();
  }
}
