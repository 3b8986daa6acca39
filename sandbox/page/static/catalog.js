/** The bot's commands as people type them: flat names, search, and what is wrong with a value. */

export const KIND = { SUB: 1, GROUP: 2, STRING: 3, INTEGER: 4, BOOLEAN: 5, USER: 6, CHANNEL: 7, ROLE: 8, MENTIONABLE: 9, NUMBER: 10, ATTACHMENT: 11 };
const KIND_NAMES = { 3: "text", 4: "whole number", 5: "true or false", 6: "person", 7: "channel", 8: "role", 9: "person or role", 10: "number", 11: "file" };
const ADMINISTRATOR = 8n;

function flatten(node, path, adminOnly) {
  const options = node.options ?? [];
  const children = options.filter((option) => option.type === KIND.SUB || option.type === KIND.GROUP);
  if (children.length) return children.flatMap((child) => flatten(child, [...path, child.name], adminOnly));
  const sorted = [...options.filter((it) => it.required), ...options.filter((it) => !it.required)];
  return [{ name: path.join(" "), description: node.description, options: sorted, adminOnly }];
}

/** Every slash command, subcommands by their full name ("queue status"), sorted. */
export function catalogOf(commands) {
  const slash = commands.filter((command) => (command.type ?? 1) === 1);
  const flat = slash.flatMap((command) => flatten(command, [command.name], needsAdministrator(command)));
  return flat.sort((one, other) => one.name.localeCompare(other.name));
}

function needsAdministrator(command) {
  const bits = command.default_member_permissions;
  return bits !== null && bits !== undefined && bits !== "" && (BigInt(bits) === 0n || (BigInt(bits) & ADMINISTRATOR) !== 0n);
}

/** Commands that fit what was typed after "/": names that begin with it first, then the rest. */
export function search(catalog, query) {
  const wanted = query.trim().toLowerCase().replace(/\s+/g, " ");
  const rank = (command) => {
    if (command.name.startsWith(wanted)) return 0;
    if (command.name.split(/[ -]/).some((word) => word.startsWith(wanted))) return 1;
    if (command.name.includes(wanted)) return 2;
    return command.description.toLowerCase().includes(wanted) && wanted.length > 2 ? 3 : 4;
  };
  return catalog.map((command) => [rank(command), command]).filter(([score]) => score < 4).sort(([one], [other]) => one - other).map(([, command]) => command);
}

/** One line about an option: its description and its bounds. */
export function hintOf(option) {
  const low = option.min_value ?? option.min_length;
  const high = option.max_value ?? option.max_length;
  const unit = option.type === KIND.STRING ? " characters" : "";
  const bounds = [low !== undefined && high !== undefined ? `${low}–${high}${unit}` : null, low !== undefined && high === undefined ? `at least ${low}${unit}` : null, low === undefined && high !== undefined ? `up to ${high}${unit}` : null];
  return [KIND_NAMES[option.type], ...bounds, option.required ? null : "optional"].filter(Boolean).join(" · ");
}

function parseNumber(option, text) {
  const number = Number(text.trim());
  if (text.trim() === "" || !Number.isFinite(number)) return { error: `${option.name} needs a number.` };
  if (option.type === KIND.INTEGER && !Number.isInteger(number)) return { error: `${option.name} needs a whole number.` };
  if (option.min_value !== undefined && number < option.min_value) return { error: `${option.name} is at least ${option.min_value}.` };
  if (option.max_value !== undefined && number > option.max_value) return { error: `${option.name} is at most ${option.max_value}.` };
  return { value: number };
}

function parseText(option, text) {
  const length = [...text].length;
  if (option.min_length !== undefined && length < option.min_length) return { error: `${option.name} needs at least ${option.min_length} characters.` };
  if (option.max_length !== undefined && length > option.max_length) return { error: `${option.name} may have ${option.max_length} characters, this has ${length}.` };
  return { value: text };
}

/** What a typed text means for an option: `{value}`, `{error}`, or `{}` when nothing was typed. */
export function parseTyped(option, text) {
  if (text.trim() === "") return option.required ? { error: `${option.name} is missing.` } : {};
  if (option.type === KIND.INTEGER || option.type === KIND.NUMBER) return parseNumber(option, text);
  if (option.type === KIND.STRING && !option.choices?.length) return parseText(option, text);
  return { error: `${option.name}: pick one from the list.` };
}
