/** Builds nodes from data: content only ever becomes text, never markup. */

const NAMESPACES = { svg: "http://www.w3.org/2000/svg", path: "http://www.w3.org/2000/svg" };

function assign(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  else if (name === "vars") for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name.startsWith("on") || name === "srcdoc" || name === "style") throw new TypeError(`${name} is not an attribute we set`);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** One element; `props` are attributes plus `on` (listeners), `data` and `vars` (CSS variables). */
export function h(tag, props, ...children) {
  const node = NAMESPACES[tag] ? document.createElementNS(NAMESPACES[tag], tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) assign(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** The element of the page with this id. */
export const at = (id) => document.getElementById(id);

const ICONS = {
  hash: "M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  voice: "M4 10v4h4l5 4V6l-5 4zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  download: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  plus: "M12 5v14M5 12h14",
  send: "M4 12 20 4l-6 16-3-6z",
  close: "M6 6l12 12M18 6 6 18",
  reply: "M10 7 5 12l5 5M5 12h9a5 5 0 0 1 5 5v1",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  chevron: "M7 10l5 5 5-5",
  link: "M14 5h5v5M19 5l-9 9M17 14v5H5V7h5",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  copy: "M9 9h11v11H9zM5 15V4h11",
  alert: "M12 4 2.5 20h19zM12 10v4M12 17v.5",
};

/** A line icon of the page's own set. */
export function icon(name) {
  return h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: ICONS[name] }));
}

/** The round sign of a person: initials on their colour. */
export function avatar(user, size = "") {
  const name = nameOf(user);
  const initials = name.split(/[\s_-]+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase() || "?";
  return h("span", { class: `avatar ${size} ${user?.bot ? "is-bot" : ""}`, vars: { "--tint": colourOf(user) }, "aria-hidden": "true" }, initials);
}

/** What people call this user. */
export const nameOf = (user) => user?.global_name || user?.username || "Unknown";

/** The colour of a user: given by the sandbox, or made from the id. */
export function colourOf(user) {
  if (/^#[0-9a-f]{6}$/i.test(user?.color ?? "")) return user.color;
  const seed = [...String(user?.id ?? "0")].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % 360, 7);
  return `hsl(${seed} 55% 62%)`;
}

/** Bytes as people read them. */
export function sizeOf(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

/** A web address that is safe to link to, or null. */
export function webUrl(text) {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The address of a file of this sandbox (loopback under any name), or null for foreign ones. */
export function ownUrl(text) {
  const url = webUrl(/^\/[^/\\]/.test(text ?? "") ? location.origin + text : text);
  if (!url) return null;
  const own = url.origin === location.origin || (LOOPBACK.has(url.hostname) && url.port === location.port);
  return own ? url.pathname + url.search : null;
}
