/** Shows a markdown tree: mentions by name, moments that count, bars that look like bars. */

import { h, icon, nameOf, webUrl } from "./dom.js";
import { timeNode } from "./clock.js";
import { parse, parseInline } from "./markdown.js";

const FILLED = { "█": 1, "▓": 1, "■": 1, "▰": 1, "▮": 1, "▉": 7 / 8, "▊": 6 / 8, "▋": 5 / 8, "▌": 4 / 8, "▍": 3 / 8, "▎": 2 / 8, "▏": 1 / 8 };
const ONLY_BAR = /^[█▓▒░■□▰▱▮▯▉▊▋▌▍▎▏]{5,}$/;

/** How full a bar of block characters is, 0 to 1. */
export function fillOf(text) {
  const cells = [...text];
  return cells.reduce((sum, cell) => sum + (FILLED[cell] ?? 0), 0) / cells.length;
}

function barNode(text) {
  const fill = fillOf(text);
  return h("span", { class: "bar", vars: { "--fill": fill.toFixed(4) }, role: "img", "aria-label": `${Math.round(fill * 100)} % done`, data: { fill: fill.toFixed(4) } }, text);
}

function linkNode(url, children) {
  const safe = webUrl(url);
  if (!safe) return h("span", {}, children);
  return h("a", { href: safe.href, target: "_blank", rel: "noopener noreferrer nofollow", title: safe.href }, children);
}

function spoilerNode(children) {
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.currentTarget.classList.add("revealed");
    event.currentTarget.removeAttribute("aria-label");
  };
  return h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler: press to reveal", on: { click: reveal, keydown: reveal } }, h("span", {}, children));
}

function preNode(node) {
  const copy = (event) => {
    navigator.clipboard?.writeText(node.text);
    event.currentTarget.classList.add("done");
  };
  return h("div", { class: "pre" },
    h("div", { class: "pre-head" }, h("span", {}, node.language || "text"), h("button", { type: "button", class: "quiet", "aria-label": "Copy this code", on: { click: copy } }, icon("copy"))),
    h("pre", { tabindex: "0" }, h("code", {}, node.text)));
}

function listNode(node) {
  return h("div", { class: "list", role: "list" }, node.items.map((item) =>
    h("div", { class: "item", role: "listitem", vars: { "--level": item.level } }, h("span", { class: "mark", "aria-hidden": "true" }, item.mark ?? "•"), h("span", {}, item.render))));
}

/** Turns trees into nodes, with the names that the store knows. */
export class Rich {
  constructor(store) {
    this.store = store;
  }

  /** Markdown with blocks (messages, descriptions, field values). */
  blocks(text) {
    return parse(String(text ?? "")).map((node) => this.#node(node));
  }

  /** Markdown of one line (titles, names). */
  line(text) {
    return parseInline(String(text ?? "")).map((node) => this.#node(node));
  }

  #all(nodes) {
    return nodes.map((node) => this.#node(node));
  }

  #mention(sign, name, extra = "") {
    return h("span", { class: `mention ${extra}` }, `${sign}${name}`);
  }

  #channel(id) {
    const channel = this.store.channels.get(id);
    if (!channel) return this.#mention("#", "unknown");
    return h("button", { type: "button", class: "mention", on: { click: () => this.store.select(id) } }, `#${channel.name}`);
  }

  #node(node) {
    const kids = () => this.#all(node.children);
    switch (node.type) {
      case "text": return node.text;
      case "break": return h("br");
      case "paragraph": return h("p", {}, kids());
      case "bold": return h("strong", {}, kids());
      case "italic": return h("em", {}, kids());
      case "underline": return h("u", {}, kids());
      case "strike": return h("s", {}, kids());
      case "small": return h("p", { class: "small" }, kids());
      case "heading": return h(`h${node.level + 2}`, { class: `heading level-${node.level}` }, kids());
      case "quote": return h("blockquote", {}, kids());
      case "spoiler": return spoilerNode(kids());
      case "code": return ONLY_BAR.test(node.text) ? barNode(node.text) : h("code", {}, node.text);
      case "bar": return ONLY_BAR.test(node.text) ? barNode(node.text) : h("span", { class: "blocks" }, node.text);
      case "pre": return preNode(node);
      case "list": return listNode({ items: node.items.map((item) => ({ ...item, render: this.#all(item.children) })) });
      case "link": return linkNode(node.url, kids());
      case "time": return timeNode(node.unix, node.style, node.text);
      case "user": return this.#mention("@", nameOf(this.store.users.get(node.id)), node.id === this.store.viewer ? "me" : "");
      case "role": return this.#mention("@", this.store.roles.get(node.id)?.name ?? "role");
      case "everyone": return this.#mention("", node.text);
      case "channel": return this.#channel(node.id);
      case "command": return this.#mention("/", node.name);
      case "emoji": return `:${node.name}:`;
      default: throw new TypeError(`no way to show ${node.type}`);
    }
  }
}
