/** Speaks the sandbox's HTTP API; a refusal becomes an Error with the server's sentence. */

async function call(path, body) {
  const request = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    answer = null;
  }
  if (!response.ok) throw new Error(answer?.error ?? `The sandbox answered ${response.status}.`);
  return answer;
}

export const fetchState = (user) => call(`/sandbox/state${user ? `?user=${encodeURIComponent(user)}` : ""}`);
export const slash = (body) => call("/sandbox/slash", body);
export const autocomplete = (body) => call("/sandbox/autocomplete", body);
export const press = (body) => call("/sandbox/press", body);
export const submitModal = (body) => call("/sandbox/modal", body);
export const post = (body) => call("/sandbox/messages", body);
export const trouble = (body) => call("/sandbox/trouble", body);

/** A file as the API takes it: name, type, base64. */
export async function encodeFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let start = 0; start < bytes.length; start += 0x8000) binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return { filename: file.name, content_type: file.type || "application/octet-stream", data: btoa(binary) };
}

/** The event stream of one viewer: reconnects by itself; `onOpen` runs at each (re)connection. */
export class EventStream {
  #source = null;
  #retry = 0;
  #closed = false;

  constructor(user, { onOpen, onEvent, onLost }) {
    this.user = user;
    this.handlers = { onOpen, onEvent, onLost };
    this.#connect();
  }

  #connect() {
    const source = new EventSource(`/sandbox/events?user=${encodeURIComponent(this.user)}`);
    source.onopen = () => this.handlers.onOpen();
    source.onmessage = (message) => this.handlers.onEvent(JSON.parse(message.data));
    source.onerror = () => {
      if (this.#closed) return;
      source.close();
      this.handlers.onLost();
      this.#retry = setTimeout(() => this.#connect(), 1000);
    };
    this.#source = source;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#source.close();
  }
}
