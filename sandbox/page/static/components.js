/** Shows a message's buttons, menus and layout blocks; each press becomes one API call. */

import { h, icon, nameOf, webUrl } from "./dom.js";
import { embedNode } from "./embeds.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary" };

function emojiText(emoji) {
  if (!emoji?.name) return null;
  return h("span", { class: "emoji", "aria-hidden": "true" }, emoji.id ? `:${emoji.name}:` : emoji.name);
}

/** Draws components; `act(message, customId, values, label)` is told of each press. */
export class Components {
  constructor(store, rich, act) {
    this.store = store;
    this.rich = rich;
    this.act = act;
  }

  rows(message) {
    return (message.components ?? []).map((component) => this.#node(component, message));
  }

  #node(component, message) {
    const kids = () => (component.components ?? []).map((child) => this.#node(child, message));
    switch (component.type) {
      case 1: return h("div", { class: "row" }, kids());
      case 2: return this.#button(component, message);
      case 3: case 5: case 6: case 7: case 8: return this.#select(component, message);
      case 9: return h("div", { class: "section" }, h("div", {}, kids()), component.accessory && this.#node(component.accessory, message));
      case 10: return h("div", { class: "rich" }, this.rich.blocks(component.content));
      case 11: return embedNode({ image: component.media }, this.rich, message.attachments ?? []);
      case 12: return h("div", { class: "gallery" }, component.items.map((item) => embedNode({ image: item.media, description: item.description }, this.rich, message.attachments ?? [])));
      case 14: return h("hr");
      case 17: return h("div", { class: "embed container", vars: Number.isInteger(component.accent_color) ? { "--edge": `#${component.accent_color.toString(16).padStart(6, "0")}` } : {} }, kids());
      default: return h("small", { class: "unknown" }, `(a component of type ${component.type}, which this page cannot show)`);
    }
  }

  #button(button, message) {
    const label = [emojiText(button.emoji), button.label && h("span", {}, button.label)];
    if (button.style === 5) {
      const url = webUrl(button.url);
      return h("a", { class: "button link", href: url?.href, target: "_blank", rel: "noopener noreferrer nofollow" }, label, icon("link"));
    }
    const busy = this.store.isWaiting(message.id, button.custom_id);
    const press = () => this.act(message, button.custom_id, undefined, button.label ?? "a button");
    return h("button", {
      type: "button", class: `button ${STYLES[button.style] ?? "secondary"} ${busy ? "busy" : ""}`, disabled: button.disabled || busy,
      "aria-busy": busy ? "true" : null, "aria-label": button.label ? null : button.emoji?.name, data: { customId: button.custom_id }, on: { click: press },
    }, label);
  }

  #choices(select) {
    const users = () => [...this.store.users.values()].map((user) => ({ label: nameOf(user), value: user.id }));
    const roles = () => [...this.store.roles.values()].map((role) => ({ label: role.name, value: role.id }));
    if (select.type === 5) return users();
    if (select.type === 6) return roles();
    if (select.type === 7) return [...users(), ...roles()];
    if (select.type === 8) return [...this.store.channels.values()].filter((it) => it.type !== 1).map((it) => ({ label: `#${it.name}`, value: it.id }));
    return select.options ?? [];
  }

  #select(select, message) {
    const choices = this.#choices(select);
    const max = select.max_values ?? 1;
    const min = select.min_values ?? 1;
    const preset = new Set([...choices.filter((it) => it.default).map((it) => it.value), ...(select.default_values ?? []).map((it) => it.id)]);
    const send = (values) => this.act(message, select.custom_id, values, select.placeholder ?? "a menu");
    const shown = choices.filter((it) => preset.has(it.value)).map((it) => it.label).join(", ");
    const busy = this.store.isWaiting(message.id, select.custom_id);
    const summary = h("summary", { class: busy ? "busy" : "", "aria-label": select.placeholder ?? "Choose", "aria-disabled": select.disabled ? "true" : null, data: { customId: select.custom_id }, on: { click: (event) => select.disabled && event.preventDefault() } },
      h("span", { class: shown ? "" : "hint" }, shown || select.placeholder || "Choose…"), icon("chevron"));
    const details = h("details", { class: `select ${select.disabled ? "disabled" : ""}` }, summary);
    details.append(max > 1 ? multiMenu(choices, preset, min, max, send) : singleMenu(choices, preset, send));
    details.addEventListener("toggle", () => details.open && details.lastChild.scrollIntoView({ block: "nearest" }));
    details.addEventListener("keydown", (event) => menuKeys(event, details));
    details.addEventListener("focusout", (event) => event.relatedTarget && !details.contains(event.relatedTarget) && details.removeAttribute("open"));
    return details;
  }
}

function describe(choice) {
  return [emojiText(choice.emoji), h("span", {}, choice.label, choice.description && h("small", {}, choice.description))];
}

function singleMenu(choices, preset, send) {
  const pick = (choice) => (event) => {
    event.currentTarget.closest("details").removeAttribute("open");
    send([choice.value]);
  };
  return h("div", { class: "menu" }, choices.map((choice) =>
    h("button", { type: "button", class: "menu-item", "aria-pressed": preset.has(choice.value) ? "true" : "false", on: { click: pick(choice) } }, describe(choice))));
}

function multiMenu(choices, preset, min, max, send) {
  const boxes = choices.map((choice) => h("input", { type: "checkbox", value: choice.value, checked: preset.has(choice.value) }));
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const confirm = h("button", { type: "button", class: "button primary", on: { click: (event) => { event.currentTarget.closest("details").removeAttribute("open"); send(chosen()); } } }, "Choose");
  const judge = () => {
    confirm.disabled = chosen().length < min || chosen().length > max;
  };
  judge();
  return h("div", { class: "menu", on: { change: judge } }, choices.map((choice, index) => h("label", { class: "menu-item" }, boxes[index], describe(choice))), confirm);
}

function menuKeys(event, details) {
  if (event.key === "Escape" && details.open) {
    event.stopPropagation();
    details.removeAttribute("open");
    details.querySelector("summary").focus();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  details.setAttribute("open", "");
  const items = [...details.querySelectorAll(".menu-item, .menu .button")].map((item) => item.querySelector("input") ?? item);
  const step = event.key === "ArrowDown" ? 1 : -1;
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
}
