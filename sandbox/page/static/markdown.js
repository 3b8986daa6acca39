/** Reads chat markdown into a plain tree; knows no DOM and treats every input as hostile. */

const MAX_DEPTH = 8;

const INLINE = [
  [/\\([!-/:-@[-`{-~])/y, (m) => ({ type: "text", text: m[1] })],
  [/(?<!`)(`+)(?!`)([^]*?[^`])\1(?!`)/y, (m) => ({ type: "code", text: m[2].replace(/^ (.*) $/s, "$1") })],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, (m) => ({ type: "time", unix: Number(m[1]), style: m[2] ?? "f", text: m[0] })],
  [/<@!?(\d{1,20})>/y, (m) => ({ type: "user", id: m[1] })],
  [/<@&(\d{1,20})>/y, (m) => ({ type: "role", id: m[1] })],
  [/<#(\d{1,20})>/y, (m) => ({ type: "channel", id: m[1] })],
  [/<\/([^:<>\n]{1,100}):(\d{1,20})>/y, (m) => ({ type: "command", name: m[1] })],
  [/<a?:(\w{2,32}):\d{1,20}>/y, (m) => ({ type: "emoji", name: m[1] })],
  [/@(?:everyone|here)\b/y, (m) => ({ type: "everyone", text: m[0] })],
  [/\[((?:[^[\]\\\n]|\\.)+)\]\(<?(https?:\/\/[^\s<>)]+)>?(?:\s+"[^"\n]*")?\)/y, (m, inner) => ({ type: "link", url: m[2], children: inner(m[1]) })],
  [/<(https?:\/\/[^\s<>]+)>/y, (m) => ({ type: "link", url: m[1], children: [{ type: "text", text: m[1] }] })],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;"'\])!?]/y, (m) => ({ type: "link", url: m[0], children: [{ type: "text", text: m[0] }] })],
  [/\*\*\*(?=\S)([^]+?)\*\*\*/y, (m, inner) => ({ type: "bold", children: [{ type: "italic", children: inner(m[1]) }] })],
  [/\*\*(?=\S)([^]+?)\*\*(?!\*)/y, (m, inner) => ({ type: "bold", children: inner(m[1]) })],
  [/__(?=\S)([^]+?)__(?!_)/y, (m, inner) => ({ type: "underline", children: inner(m[1]) })],
  [/~~(?=\S)([^]+?)~~/y, (m, inner) => ({ type: "strike", children: inner(m[1]) })],
  [/\|\|([^]+?)\|\|/y, (m, inner) => ({ type: "spoiler", children: inner(m[1]) })],
  [/\*(?=[^\s*])((?:\*\*|[^*])+?)\*(?!\*)/y, (m, inner) => ({ type: "italic", children: inner(m[1]) })],
  [/(?<![\p{L}\p{N}])_(?=[^\s_])((?:__|[^_])+?)_(?![\p{L}\p{N}_])/uy, (m, inner) => ({ type: "italic", children: inner(m[1]) })],
  [/[█▇▆▅▄▃▂▁▏▎▍▌▋▊▉▓▒░■□▰▱▮▯]{5,}/y, (m) => ({ type: "bar", text: m[0] })],
  [/\n/y, () => ({ type: "break" })],
];

const SPECIAL = /[\\`<@[h*_~|\n█▇▆▅▄▃▂▁▏▎▍▌▋▊▉▓▒░■□▰▱▮▯]/g;

function matchAt(text, position, inner) {
  for (const [pattern, build] of INLINE) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match) return { node: build(match, inner), end: position + match[0].length };
  }
  return null;
}

/** A line without its markdown. */
export function plainText(text) {
  const read = (nodes) => nodes.map((node) => node.text ?? (node.children ? read(node.children) : "")).join("");
  return read(parseInline(text.replace(/\s+/g, " ")));
}

/** Inline markdown as a list of nodes. */
export function parseInline(text, depth = 0) {
  if (depth > MAX_DEPTH) return [{ type: "text", text }];
  const inner = (part) => parseInline(part, depth + 1);
  const nodes = [];
  let plainFrom = 0;
  let position = 0;
  const flush = (until) => until > plainFrom && nodes.push({ type: "text", text: text.slice(plainFrom, until) });
  while (position < text.length) {
    SPECIAL.lastIndex = position;
    const special = SPECIAL.exec(text);
    if (!special) break;
    const found = matchAt(text, special.index, inner);
    if (found) {
      flush(special.index);
      nodes.push(found.node);
      plainFrom = found.end;
    }
    position = found ? found.end : special.index + 1;
  }
  flush(text.length);
  return nodes;
}

const FENCE = /```(?:([\w+#.-]{1,20})\n)?\n?([^]*?)\n?```/g;

/** Whole messages: fenced code first, then lines. */
export function parse(text, depth = 0) {
  const blocks = [];
  let from = 0;
  for (const match of text.matchAll(FENCE)) {
    if (!match[2]) continue;
    if (match.index > from) blocks.push(...parseLines(text.slice(from, match.index).replace(/\n$/, ""), depth));
    blocks.push({ type: "pre", language: match[1] ?? "", text: match[2] });
    from = match.index + match[0].length;
    if (text[from] === "\n") from += 1;
  }
  if (from < text.length) blocks.push(...parseLines(text.slice(from), depth));
  return blocks;
}

const HEADING = /^(#{1,3}) +(\S.*)$/;
const ITEM = /^( *)([-*]|\d{1,3}\.) +(\S.*)$/;

function parseLines(text, depth) {
  const lines = text.split("\n");
  const blocks = [];
  const paragraph = [];
  const close = () => paragraph.length && blocks.push({ type: "paragraph", children: parseInline(paragraph.splice(0).join("\n")) });
  while (lines.length) {
    const block = depth < MAX_DEPTH ? takeBlock(lines, depth) : null;
    if (block) {
      close();
      blocks.push(block);
    } else paragraph.push(lines.shift());
  }
  close();
  return blocks;
}

function takeBlock(lines, depth) {
  const line = lines[0];
  if (line.startsWith(">>> ")) {
    return { type: "quote", children: parse(lines.splice(0).join("\n").slice(4), depth + 1) };
  }
  if (line.startsWith("> ") || line === ">") {
    return { type: "quote", children: parse(takeWhile(lines, (it) => it.startsWith("> ") || it === ">").map((it) => it.slice(2)).join("\n"), depth + 1) };
  }
  const heading = HEADING.exec(line);
  if (heading) {
    lines.shift();
    return { type: "heading", level: heading[1].length, children: parseInline(heading[2]) };
  }
  if (line.startsWith("-# ")) return { type: "small", children: parseInline(lines.shift().slice(3)) };
  return ITEM.test(line) ? takeList(lines) : null;
}

function takeWhile(lines, test) {
  let count = 0;
  while (count < lines.length && test(lines[count])) count += 1;
  return lines.splice(0, count);
}

function takeList(lines) {
  const taken = takeWhile(lines, (line) => ITEM.test(line)).map((line) => ITEM.exec(line));
  const items = taken.map(([, indent, mark, text]) => ({ level: Math.min(Math.floor(indent.length / 2), 4), mark: /\d/.test(mark) ? mark : null, children: parseInline(text) }));
  return { type: "list", items };
}
