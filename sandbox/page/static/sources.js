/** What can be picked for an option: choices, people, channels, roles, the bot's autocomplete. */

import { avatar, h, icon, nameOf } from "./dom.js";
import { KIND } from "./catalog.js";

const LIMIT = 25;

function entry(label, value, detail, sign) {
  return { label, value, node: [sign, h("span", { class: "grow" }, label), detail && h("small", {}, detail)] };
}

function people(store) {
  return [...store.users.values()].map((user) => entry(nameOf(user), user.id, user.bot ? "bot" : `@${user.username}`, avatar(user, "small")));
}

function roles(store) {
  return [...store.roles.values()].map((role) => entry(role.name, role.id, "role", h("span", { class: "sign" }, "@")));
}

function channels(store, option) {
  const fits = (channel) => channel.type !== 1 && (!option.channel_types?.length || option.channel_types.includes(channel.type));
  return [...store.channels.values()].filter(fits).map((channel) => entry(channel.name, channel.id, channel.topic, icon("hash")));
}

function fixed(store, option) {
  switch (option.type) {
    case KIND.BOOLEAN: return [entry("True", true), entry("False", false)];
    case KIND.USER: return people(store);
    case KIND.ROLE: return roles(store);
    case KIND.MENTIONABLE: return [...people(store), ...roles(store)];
    case KIND.CHANNEL: return channels(store, option);
    default: return (option.choices ?? []).map((choice) => entry(choice.name, choice.value));
  }
}

/** True if the option's value must come from a list. */
export function isClosed(option) {
  return Boolean(option.choices?.length) || [KIND.BOOLEAN, KIND.USER, KIND.ROLE, KIND.MENTIONABLE, KIND.CHANNEL].includes(option.type);
}

/** The list's entries that fit the typed text. */
export function fixedEntries(store, option, text) {
  const wanted = text.trim().toLowerCase().replace(/^[@#]/, "");
  return fixed(store, option).filter((it) => it.label.toLowerCase().includes(wanted)).slice(0, LIMIT);
}

/** The bot's own suggestions as entries. */
export function suggestedEntries(choices) {
  return choices.slice(0, LIMIT).map((choice) => entry(String(choice.name), choice.value));
}
