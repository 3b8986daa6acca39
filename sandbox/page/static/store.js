/** What the page knows: one copy of the sandbox's state, changed only here, told by topic. */

/** What a person reads when the bot stays silent. */
export const NO_ANSWER = "The application did not respond";

const LOG_KEPT = 400;
const MESSAGES_KEPT = 300;
const WAIT_MS = 4000;

const newer = (one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1);

export class Store {
  #listeners = new Map();
  #modals = new Set();

  users = new Map();
  channels = new Map();
  roles = new Map();
  interactions = new Map();
  commands = [];
  log = [];
  bot = { state: "stopped", connected: false, pid: null, managed: false, exit_code: null };
  troubles = { rest: { status: null, remaining: 0 }, gateway_up: true, duplicate_events: false, clock_offset_s: 0 };
  viewer = null;
  guild = null;
  current = null;

  on(topics, listener) {
    for (const topic of topics.split(" ")) this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
  }

  tell(topic, detail) {
    for (const listener of this.#listeners.get(topic) ?? []) listener(detail);
  }

  /** Replaces everything by what the sandbox says now. */
  load(state) {
    const unread = new Map([...this.channels.values()].map((channel) => [channel.id, channel.unread]));
    const sameViewer = this.viewer === state.viewer;
    this.viewer = state.viewer;
    this.guild = state.guild;
    this.users = new Map(state.users.map((user) => [user.id, user]));
    this.roles = new Map((state.guild?.roles ?? state.roles ?? []).map((role) => [role.id, role]));
    this.channels = new Map(state.channels.map((channel) => [channel.id, this.#channel(channel, sameViewer ? unread.get(channel.id) : 0)]));
    this.commands = state.commands;
    this.bot = state.bot;
    this.troubles = state.troubles;
    this.log = state.log.slice(-LOG_KEPT);
    this.#forget(sameViewer);
    if (!this.channels.has(this.current)) this.current = state.channels[0]?.id ?? null;
    this.tell("loaded");
    this.tell("bot");
    this.tell("troubles");
  }

  /** After a gap in the stream an old "waiting" may have been answered unseen. */
  #forget(sameViewer) {
    for (const [id, it] of this.interactions) if (!sameViewer || (it.state === "waiting" && Date.now() - it.since > WAIT_MS)) this.interactions.delete(id);
  }

  #channel(channel, unread) {
    const messages = new Map([...(channel.messages ?? [])].sort(newer).map((message) => [message.id, message]));
    return { ...channel, messages, unread: unread ?? 0 };
  }

  /** Takes one event of the stream; an unknown kind is ignored. */
  apply(event) {
    const take = {
      message: () => this.#message(event),
      message_gone: () => this.#gone(event),
      typing: () => this.tell("typing", event),
      commands: () => this.#set("commands", event.commands),
      bot: () => this.#set("bot", event.bot),
      troubles: () => this.#set("troubles", event.troubles),
      log: () => this.#logged(event.entry),
      interaction: () => this.noteInteraction(event.id, event),
      modal: () => this.#modal(event),
      state: () => this.tell("stale"),
    }[event.type];
    take?.();
  }

  #set(topic, value) {
    this[topic] = value;
    this.tell(topic);
  }

  #message({ channel: id, message }) {
    const channel = this.channels.get(id);
    if (!channel) return this.tell("stale");
    const isNew = !channel.messages.has(message.id);
    channel.messages.set(message.id, message);
    if (channel.messages.size > MESSAGES_KEPT) this.#gone({ channel: id, id: channel.messages.keys().next().value });
    if (isNew && id !== this.current && message.author.id !== this.viewer) {
      channel.unread += 1;
      this.tell("channels");
    }
    this.tell("message", { channel: id, message, isNew });
  }

  #gone({ channel, id }) {
    this.channels.get(channel)?.messages.delete(id);
    this.tell("message_gone", { channel, id });
  }

  #modal(event) {
    if (this.#modals.has(event.interaction)) return;
    this.#modals.add(event.interaction);
    this.tell("modal", event);
  }

  #logged(entry) {
    this.log.push(entry);
    if (this.log.length > LOG_KEPT) this.log.shift();
    this.tell("log", entry);
  }

  /** Joins what is known of an interaction: the page says what it was, the stream how it went. */
  noteInteraction(id, facts) {
    if (facts.user && facts.user !== this.viewer) return;
    const { state, error, channel, label, message, custom_id } = facts;
    const known = this.interactions.get(id) ?? { id, state: "waiting", since: Date.now() };
    const told = Object.entries({ state, error, channel, label, message, custom_id }).filter(([, value]) => value !== undefined);
    const next = { ...known, ...Object.fromEntries(told) };
    this.interactions.set(id, next);
    if (this.interactions.size > 200) this.interactions.delete(this.interactions.keys().next().value);
    this.tell("interaction", next);
  }

  dismissInteraction(id) {
    const known = this.interactions.get(id);
    this.interactions.delete(id);
    if (known) this.tell("interaction", known);
  }

  /** True while this component waits for its answer. */
  isWaiting(message, customId) {
    return [...this.interactions.values()].some((it) => it.state === "waiting" && it.message === message && it.custom_id === customId);
  }

  select(id) {
    this.current = id;
    const channel = this.channels.get(id);
    if (channel) channel.unread = 0;
    this.tell("channels");
    this.tell("selected");
  }

  get channel() {
    return this.channels.get(this.current);
  }

  get botUser() {
    return [...this.users.values()].find((user) => user.bot);
  }
}
