/** The log under the troubles: newest last, refusals and unknown routes in red. */

import { at, h } from "./dom.js";
import { format } from "./clock.js";

const SHOWN = 300;
const NEAR_END_PX = 40;

const isProblem = (entry) => entry.kind === "unknown_route" || entry.status === 0 || (entry.status ?? 0) >= 400;

function line(entry) {
  const kind = entry.kind === "unknown_route" ? "unknown" : entry.kind;
  return h("div", { class: `entry ${entry.kind} ${isProblem(entry) ? "problem" : ""}`, data: { kind: entry.kind }, title: entry.text },
    h("span", { class: "when" }, format(entry.at, "T")), h("span", { class: "what" }, h("span", { class: "kind" }, kind), entry.text.replace(/\{\w+\}/g, "…")), Number.isInteger(entry.status) ? h("span", { class: "status", title: entry.status ? null : "no answer" }, entry.status || "—") : null);
}

export class LogView {
  #waiting = [];

  constructor(store) {
    this.store = store;
    this.list = at("log");
    this.only = at("log-problems");
    this.only.addEventListener("change", () => this.list.classList.toggle("only-problems", this.only.checked));
    at("log-clear").addEventListener("click", () => this.list.replaceChildren());
    store.on("loaded", () => this.#redraw());
    store.on("log", (entry) => this.#queue(entry));
  }

  #redraw() {
    this.list.replaceChildren(...this.store.log.slice(-SHOWN).map(line));
    this.list.scrollTop = this.list.scrollHeight;
  }

  #queue(entry) {
    this.#waiting.push(entry);
    if (this.#waiting.length === 1) requestAnimationFrame(() => this.#flush());
  }

  #flush() {
    const stuck = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END_PX;
    this.list.append(...this.#waiting.splice(0).slice(-SHOWN).map(line));
    while (this.list.childElementCount > SHOWN) this.list.firstElementChild.remove();
    if (stuck) this.list.scrollTop = this.list.scrollHeight;
  }
}
