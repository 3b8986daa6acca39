/** The right side: makes things go wrong on purpose, and shows how the bot stands. */

import { trouble } from "./api.js";
import { at, h } from "./dom.js";

const STATES = { running: "Running", stopped: "Stopped", starting: "Starting…", dead: "Dead" };

function shift(seconds) {
  const minutes = Math.round(seconds / 60);
  if (!minutes) return "on time";
  return minutes < 60 ? `${minutes} min ahead` : `${Math.floor(minutes / 60)} h ${minutes % 60} min ahead`;
}

export class Trouble {
  constructor(store) {
    this.store = store;
    at("trouble").addEventListener("click", (event) => this.#click(event));
    at("duplicates").addEventListener("change", (event) => this.#do({ action: "duplicate_events", on: event.target.checked }));
    at("gateway-up").addEventListener("change", (event) => this.#do({ action: "gateway", up: event.target.checked }));
    at("storm").addEventListener("change", (event) => this.#do({ action: "storm", share: event.target.checked ? 0.2 : 0 }));
    at("short-lives").addEventListener("change", (event) => this.#do({ action: "short_lives", seconds: event.target.checked ? 3 : null }));
    at("offline-start").addEventListener("click", () => this.#do({ action: "bot", do: "start" }));
    store.on("bot", () => this.#drawBot());
    store.on("troubles", () => this.#drawTroubles());
  }

  #click(event) {
    const button = event.target.closest("button[data-action]");
    if (!button) return;
    const { action, what, status, seconds } = button.dataset;
    const body = { action };
    if (action === "bot") body.do = what;
    if (action === "advance") body.seconds = Number(seconds);
    if (action === "rest") Object.assign(body, { status: status ? Number(status) : null, times: Math.max(1, Number(at("times").value) || 1) });
    this.#do(body, button);
  }

  async #do(body, button) {
    at("trouble-said").textContent = "";
    button?.classList.add("busy");
    try {
      await trouble(body);
    } catch (error) {
      at("trouble-said").textContent = error.message;
      this.#drawTroubles();
    } finally {
      button?.classList.remove("busy");
    }
  }

  #drawBot() {
    const { state, connected, pid, managed, exit_code: code } = this.store.bot;
    const card = at("bot-card");
    card.dataset.state = connected ? "connected" : state;
    at("bot-state").textContent = managed || !connected ? STATES[state] ?? state : "Running elsewhere";
    const facts = [pid ? `pid ${pid}` : null, connected ? "connected" : "not connected", state !== "running" && code !== null && code !== undefined ? `exit code ${code}` : null];
    at("bot-facts").textContent = facts.filter(Boolean).join(" · ");
    const runs = state === "running" || state === "starting";
    for (const button of card.querySelectorAll("button")) button.disabled = !managed || (button.dataset.what === "start" ? runs : !runs && button.dataset.what !== "restart");
    at("bot-unmanaged").hidden = managed;
  }

  #drawTroubles() {
    const { rest, gateway_up: up, duplicate_events: twice, clock_offset_s: offset, storm, connection_life_s: life } = this.store.troubles;
    const failing = Boolean(rest?.status);
    at("rest-state").replaceChildren(failing ? h("span", { class: "pill bad" }, rest.remaining < 0 ? `${rest.status} always` : `${rest.status} for ${rest.remaining} more`) : h("span", { class: "pill" }, "answers"));
    at("rest-end").disabled = !failing;
    for (const button of document.querySelectorAll("button[data-action='rest'][data-status]")) button.setAttribute("aria-pressed", String(failing && Number(button.dataset.status) === rest.status));
    at("clock-state").replaceChildren(h("span", { class: offset > 30 ? "pill warn" : "pill" }, shift(offset)));
    at("gateway-state").replaceChildren(h("span", { class: up ? "pill" : "pill bad" }, up ? "up" : "down"));
    at("duplicates").checked = twice;
    at("gateway-up").checked = up;
    at("storm").checked = storm > 0;
    at("short-lives").checked = Boolean(life);
  }
}
