/** The list above the command line: shows what can be picked, and takes the keys that pick. */

import { at, h } from "./dom.js";

export class Suggest {
  #items = [];
  #active = -1;
  #onPick = null;
  #owner = null;

  constructor() {
    this.panel = at("suggest");
    this.head = at("suggest-head");
    this.list = at("suggest-list");
    this.panel.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /** Shows items `{node, label}` for the input `owner`; `active` -1 means that Enter picks nothing. */
  show(owner, { head, items, active = 0, onPick }) {
    this.#release();
    this.#owner = owner;
    this.#items = items;
    this.#onPick = onPick;
    this.head.replaceChildren(...[head].flat().filter(Boolean));
    this.head.hidden = !head;
    this.list.replaceChildren(...items.map((item, index) => this.#node(item, index)));
    this.list.hidden = !items.length;
    this.panel.hidden = !items.length && !head;
    owner.setAttribute("aria-expanded", items.length ? "true" : "false");
    this.#mark(items.length ? Math.min(active, items.length - 1) : -1);
  }

  hide() {
    this.#release();
    this.panel.hidden = true;
    this.#items = [];
    this.#active = -1;
  }

  #release() {
    this.#owner?.setAttribute("aria-expanded", "false");
    this.#owner?.removeAttribute("aria-activedescendant");
    this.#owner = null;
  }

  #node(item, index) {
    const pick = () => this.#pick(index);
    return h("div", { class: "suggestion", role: "option", id: `suggestion-${index}`, "aria-selected": "false", on: { click: pick, mousemove: () => this.#active !== index && this.#mark(index) } }, item.node);
  }

  #mark(index) {
    this.list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const node = this.list.children[index];
    if (!node) return this.#owner?.removeAttribute("aria-activedescendant");
    node.setAttribute("aria-selected", "true");
    node.scrollIntoView({ block: "nearest" });
    this.#owner?.setAttribute("aria-activedescendant", node.id);
  }

  #pick(index) {
    const item = this.#items[index];
    const onPick = this.#onPick;
    this.hide();
    onPick(item);
  }

  /** Takes a key of the owner; true if it was used up. */
  handleKey(event) {
    if (!this.isOpen || event.isComposing) return false;
    const count = this.#items.length;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#mark(this.#active < 0 && step < 0 ? count - 1 : (this.#active + step + count) % count);
    } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && this.#active >= 0 && !(event.key === "Enter" && event.shiftKey)) this.#pick(this.#active);
    else if (event.key === "Escape" && count) this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
