/** Shows a message's embeds and files; loads pictures from this sandbox only. */

import { h, icon, ownUrl, sizeOf, webUrl } from "./dom.js";
import { timeNode } from "./clock.js";

function resolve(url, attachments) {
  const name = /^attachment:\/\/(.+)$/.exec(url ?? "")?.[1];
  return name ? attachments.find((file) => file.filename === name)?.url : url;
}

function picture(source, alt, kind, attachments) {
  if (!source?.url) return null;
  const url = resolve(source.url, attachments);
  const own = ownUrl(url);
  if (own) return h("a", { class: kind, href: own, target: "_blank", rel: "noopener" }, h("img", { src: own, alt, loading: "lazy" }));
  const foreign = webUrl(url);
  return foreign && h("a", { class: "foreign", href: foreign.href, target: "_blank", rel: "noopener noreferrer nofollow" }, icon("link"), foreign.hostname);
}

function smallIcon(url, attachments) {
  const own = ownUrl(resolve(url, attachments));
  return own && h("img", { class: "tiny", src: own, alt: "" });
}

function linked(content, url) {
  const safe = webUrl(url);
  return safe ? h("a", { href: safe.href, target: "_blank", rel: "noopener noreferrer nofollow" }, content) : content;
}

function fieldNodes(fields, rich) {
  return fields?.length ? h("dl", { class: "fields" }, fields.map((field) =>
    h("div", { class: field.inline ? "inline" : "" }, h("dt", {}, rich.line(field.name)), h("dd", {}, rich.blocks(field.value))))) : null;
}

function footer(embed, attachments) {
  if (!embed.footer?.text && !embed.timestamp) return null;
  const when = embed.timestamp && timeNode(Date.parse(embed.timestamp) / 1000, "stamp");
  return h("footer", {}, smallIcon(embed.footer?.icon_url, attachments), embed.footer?.text, embed.footer?.text && when ? " · " : null, when);
}

/** One embed. */
export function embedNode(embed, rich, attachments) {
  const colour = Number.isInteger(embed.color) ? `#${(embed.color & 0xffffff).toString(16).padStart(6, "0")}` : null;
  return h("article", { class: "embed", vars: colour ? { "--edge": colour } : {} },
    h("div", { class: "embed-body" },
      embed.author?.name && h("div", { class: "embed-author" }, smallIcon(embed.author.icon_url, attachments), linked(h("span", {}, embed.author.name), embed.author.url)),
      embed.title && h("h3", {}, linked(h("span", {}, rich.line(embed.title)), embed.url)),
      embed.description && h("div", { class: "rich" }, rich.blocks(embed.description)),
      fieldNodes(embed.fields, rich)),
    picture(embed.thumbnail, "", "thumbnail", attachments),
    picture(embed.image, "Picture in the embed", "picture", attachments),
    footer(embed, attachments));
}

function isPicture(file) {
  return /^image\/(png|jpe?g|gif|webp|avif)/.test(file.content_type ?? "") || /\.(png|jpe?g|gif|webp|avif)$/i.test(file.filename);
}

function card(file, url) {
  return h("div", { class: "card file" }, icon("file"),
    h("div", {}, h("a", { href: url, download: file.filename }, file.filename), h("small", {}, sizeOf(file.size))),
    h("a", { class: "quiet", href: url, download: file.filename, "aria-label": `Download ${file.filename}` }, icon("download")));
}

/** What lies over a picture until it is pressed. */
function cover() {
  return h("button", { type: "button", class: "cover", on: { click: (event) => event.currentTarget.remove() } }, "Spoiler");
}

/** One attached file: a picture, a player, or a card to download it. */
export function attachmentNode(file) {
  const url = ownUrl(file.url);
  if (!url) return h("div", { class: "card file" }, icon("file"), h("div", {}, file.filename, h("small", {}, "kept elsewhere")));
  if (isPicture(file)) {
    return h("figure", { class: "picture" }, h("a", { href: url, target: "_blank", rel: "noopener" }, h("img", { src: url, alt: file.description || file.filename, loading: "lazy", width: file.width, height: file.height })),
      h("figcaption", {}, file.filename, " · ", sizeOf(file.size), " ", h("a", { href: url, download: file.filename, "aria-label": `Download ${file.filename}` }, icon("download"))),
      file.filename.startsWith("SPOILER_") && cover());
  }
  if (/^audio\//.test(file.content_type ?? "")) return h("div", { class: "card audio" }, h("audio", { controls: true, preload: "metadata", src: url }), h("a", { href: url, download: file.filename }, file.filename));
  return card(file, url);
}
