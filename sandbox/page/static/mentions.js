/** Names in plain text: offers people after "@" and channels after "#", and writes them as the API wants them. */

import { avatar, h, icon, nameOf } from "./dom.js";

const OPEN = /(^|\s)([@#])([^\s@#]{0,32})$/;

function people(store, wanted) {
  const found = [...store.users.values()].filter((user) => nameOf(user).toLowerCase().startsWith(wanted));
  return found.sort((one, other) => Number(Boolean(other.bot)) - Number(Boolean(one.bot))).slice(0, 8)
    .map((user) => ({ text: `@${nameOf(user)} `, node: [avatar(user, "small"), h("span", { class: "grow" }, nameOf(user)), user.bot && h("span", { class: "tag" }, "BOT")] }));
}

function channels(store, wanted) {
  return [...store.channels.values()].filter((channel) => channel.type !== 1 && channel.name.startsWith(wanted)).slice(0, 8)
    .map((channel) => ({ text: `#${channel.name} `, node: [icon("hash"), h("span", { class: "grow" }, channel.name)] }));
}

/** What could be meant by the name being typed at the cursor; null if none is. */
export function offered(store, text, cursor) {
  const match = OPEN.exec(text.slice(0, cursor));
  if (!match) return null;
  const wanted = match[3].toLowerCase();
  const items = match[2] === "@" ? people(store, wanted) : channels(store, wanted);
  return items.length ? { items, from: cursor - match[3].length - 1 } : null;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function replaceNames(text, sign, pairs) {
  const byLength = pairs.filter(([name]) => name).sort(([one], [other]) => other.length - one.length);
  if (!byLength.length) return text;
  const ids = new Map(byLength.map(([name, written]) => [name.toLowerCase(), written]));
  const pattern = new RegExp(`(?<![\\w<])${sign}(${byLength.map(([name]) => escaped(name)).join("|")})(?![\\w])`, "gi");
  return text.replace(pattern, (whole, name) => ids.get(name.toLowerCase()) ?? whole);
}

/** The text with every known @name and #channel as a mention. */
export function withMentions(store, text) {
  const users = [...store.users.values()].map((user) => [nameOf(user), `<@${user.id}>`]);
  const places = [...store.channels.values()].filter((channel) => channel.type !== 1).map((channel) => [channel.name, `<#${channel.id}>`]);
  return replaceNames(replaceNames(text, "@", users), "#", places);
}
