/** Moments on the page: every `<time data-unix>` is kept current, second by second. */

import { h } from "./dom.js";

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const FORMATS = {
  t: { hour: "2-digit", minute: "2-digit" },
  T: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  d: { day: "2-digit", month: "2-digit", year: "numeric" },
  D: { day: "numeric", month: "long", year: "numeric" },
  f: { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  F: { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
};

const now = () => Date.now() / 1000;

function distance(unix) {
  const delta = Math.round(unix - now());
  const rounded = (finer) => Math.round(Math.abs(delta) / finer) * finer;
  const [unit, seconds] = UNITS.find(([, length], at) => rounded(UNITS[at + 1]?.[1] ?? 1) >= length) ?? UNITS.at(-1);
  return relative.format(Math.round(delta / seconds), unit);
}

function dayOf(unix) {
  return new Date(unix * 1000).toDateString();
}

function stamp(unix) {
  const time = format(unix, "t");
  if (dayOf(unix) === dayOf(now())) return `Today at ${time}`;
  if (dayOf(unix) === dayOf(now() - 86400)) return `Yesterday at ${time}`;
  return `${format(unix, "d")} ${time}`;
}

/** A moment in words; `style` is one of Discord's letters, or `stamp` (a message's own time). */
export function format(unix, style) {
  if (style === "R") return distance(unix);
  if (style === "stamp") return stamp(unix);
  return new Intl.DateTimeFormat("en-GB", FORMATS[style] ?? FORMATS.f).format(new Date(unix * 1000));
}

/** A `<time>` that stays current; beyond the calendar it is shown as it was written. */
export function timeNode(unix, style = "f", fallback = "") {
  if (!Number.isFinite(unix) || Math.abs(unix) > 8.64e12) return fallback;
  const whole = format(unix, "F");
  return h("time", { class: style === "stamp" ? "stamp" : "moment", datetime: new Date(unix * 1000).toISOString(), title: whole, data: { unix, style } }, format(unix, style));
}

function refresh() {
  for (const node of document.querySelectorAll("time[data-unix]")) {
    const text = format(Number(node.dataset.unix), node.dataset.style);
    if (node.textContent !== text) node.textContent = text;
  }
}

setInterval(refresh, 1000);
