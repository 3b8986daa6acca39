/** Shows one message whole: who, when, in answer to what, the content and everything attached. */

import { avatar, colourOf, h, icon, nameOf } from "./dom.js";
import { timeNode } from "./clock.js";
import { attachmentNode, embedNode } from "./embeds.js";
import { plainText } from "./markdown.js";
import { NO_ANSWER } from "./store.js";

const LOADING = 1 << 7;
const EPHEMERAL = 1 << 6;
const LAYOUT = 1 << 15;
const SUPPRESSED = 1 << 2;
const GROUP_S = 7 * 60;

export const isEphemeral = (message) => Boolean(message.flags & EPHEMERAL);

/** True if `message` may stand under `before` without repeating its author. */
export function continues(before, message) {
  if (!before || before.author.id !== message.author.id) return false;
  if (message.message_reference || message.interaction_metadata || isEphemeral(message) !== isEphemeral(before)) return false;
  return (Date.parse(message.timestamp) - Date.parse(before.timestamp)) / 1000 < GROUP_S;
}

/** Draws messages with the names that the store knows. */
export class Messages {
  constructor(store, rich, components, { onDismiss, onJump, onReply }) {
    Object.assign(this, { store, rich, components, onDismiss, onJump, onReply });
  }

  /** The node of one message. */
  node(message) {
    const person = this.#known(message.author);
    const mentioned = (message.mentions ?? []).some((user) => user.id === this.store.viewer) || message.mention_everyone;
    return h("article", {
      class: `message ${isEphemeral(message) ? "ephemeral" : ""} ${mentioned ? "mentioned" : ""}`, data: { id: message.id },
      "aria-label": `Message of ${nameOf(person)}`,
    }, this.#origin(message), avatar(person), h("div", { class: "body" }, this.#head(message, person), this.#content(message), this.#tail(message)), this.#replyButton(message));
  }

  #known(user) {
    return { ...user, ...this.store.users.get(user.id) };
  }

  #head(message, person) {
    return h("header", {}, h("span", { class: "author", vars: { "--tint": colourOf(person) } }, nameOf(person)),
      person.bot && h("span", { class: "tag" }, "BOT"), timeNode(Date.parse(message.timestamp) / 1000, "stamp"));
  }

  #replyButton(message) {
    if (isEphemeral(message) || message.flags & LOADING) return null;
    return h("button", { type: "button", class: "quiet reply", title: "Reply", "aria-label": "Reply", on: { click: () => this.onReply(message) } }, icon("reply"));
  }

  #origin(message) {
    const used = message.interaction_metadata ?? message.interaction;
    if (used && !used.triggering_interaction_metadata && message.type === 20) return this.#usedCommand(message, used);
    if (message.message_reference?.message_id && message.type !== 20) return this.#reply(message);
    return null;
  }

  #usedCommand(message, used) {
    const user = this.#known(used.user);
    const name = message.interaction?.name ?? used.name;
    return h("div", { class: "origin" }, avatar(user, "small"), h("strong", { vars: { "--tint": colourOf(user) } }, nameOf(user)), " used ",
      name ? h("span", { class: "mention" }, `/${name}`) : "a command");
  }

  #reply(message) {
    const target = message.referenced_message ?? this.store.channels.get(message.channel_id)?.messages.get(message.message_reference.message_id);
    if (!target) return h("div", { class: "origin" }, icon("reply"), h("em", {}, "The original message is gone"));
    const user = this.#known(target.author);
    const excerpt = plainText(target.content ?? "").trim().slice(0, 120) || target.embeds?.[0]?.title || (target.attachments?.length ? "an attachment" : "a message");
    return h("button", { type: "button", class: "origin", on: { click: () => this.onJump(target.id) } }, icon("reply"), avatar(user, "small"),
      h("strong", { vars: { "--tint": colourOf(user) } }, nameOf(user)), h("span", { class: "excerpt" }, excerpt));
  }

  #content(message) {
    if (message.flags & LOADING) {
      return h("div", { class: "thinking", role: "status" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), `${nameOf(this.#known(message.author))} is thinking…`);
    }
    const edited = message.edited_timestamp && h("span", { class: "edited", title: message.edited_timestamp }, "(edited)");
    const blocks = message.flags & LAYOUT ? [] : this.rich.blocks(message.content ?? "");
    if (edited && blocks.at(-1)?.nodeName === "P") blocks.at(-1).append(" ", edited);
    else if (edited && (message.content || !message.embeds?.length)) blocks.push(edited);
    return h("div", { class: "content rich" }, blocks);
  }

  #tail(message) {
    const files = message.attachments ?? [];
    const shown = message.flags & SUPPRESSED ? [] : message.embeds ?? [];
    const inEmbeds = new Set(shown.flatMap((embed) => [embed.image?.url, embed.thumbnail?.url]));
    return [
      h("div", { class: "files" }, files.filter((file) => !inEmbeds.has(file.url) && !inEmbeds.has(`attachment://${file.filename}`)).map((file) => attachmentNode(file))),
      shown.map((embed) => embedNode(embed, this.rich, files)),
      h("div", { class: "components" }, this.components.rows(message)),
      h("div", { class: "failure", role: "alert" }, this.#failure(message)),
      isEphemeral(message) && h("div", { class: "private" }, icon("eye"), "Only you can see this · ",
        h("button", { type: "button", class: "text", on: { click: () => this.onDismiss(message) } }, "Dismiss")),
    ];
  }

  #failure(message) {
    const failed = [...this.store.interactions.values()].findLast((it) => it.message === message.id && it.state === "failed");
    return failed ? [icon("alert"), failed.error ?? NO_ANSWER] : null;
  }
}
