// Slack's mrkdwn as DOM nodes. See "Formatting text for app surfaces" in Slack's documentation.

import { timeNode } from "./dates.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";

const MARK = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):|\bhttps?:\/\/[^\s<>|]+|[*_~]/g;
const STYLE = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;

const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Draws mrkdwn. `names` resolves ids: `person(id)`, `group(id)`, `channel(id)`, each a record or undefined. */
export function mrkdwn(text, names) {
  const fragment = document.createDocumentFragment();
  text.split(/```([\s\S]*?)```/).forEach((piece, index) => {
    if (index % 2) fragment.append(h("pre", {}, unescaped(piece.replace(/^\n|\n$/g, ""))));
    else if (piece.trim() || !index) fragment.append(...lines(index ? piece.replace(/^\n/, "") : piece, names));
  });
  return fragment;
}

/** The words of mrkdwn without its marks, for notices and labels. */
export function plainWords(text, names) {
  const node = h("div", {}, mrkdwn(text, names));
  node.querySelectorAll("br").forEach((br) => br.replaceWith(" "));
  return node.textContent;
}

function lines(text, names) {
  const nodes = [];
  let quote = null;
  const all = text.split("\n");
  all.forEach((line, index) => {
    const quoted = line.match(/^(?:>|&gt;)[ ]?(.*)$/);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else nodes.push((quote = h("blockquote")));
      quote.append(...inline(quoted[1], names));
    } else {
      if (index && !quote) nodes.push(h("br"));
      quote = null;
      nodes.push(...inline(line, names));
    }
  });
  return nodes;
}

function inline(text, names) {
  const nodes = [];
  let done = 0;
  let from = 0;
  while (from < text.length) {
    MARK.lastIndex = from;
    const found = MARK.exec(text);
    if (!found) break;
    const drawn = mark(found, text, names);
    if (drawn) {
      if (found.index > done) nodes.push(unescaped(text.slice(done, found.index)));
      nodes.push(drawn.node);
      done = from = drawn.end;
    } else {
      from = found.index + 1;
    }
  }
  if (done < text.length) nodes.push(unescaped(text.slice(done)));
  return nodes;
}

function mark(found, text, names) {
  const [whole, code, entity, shortcode] = found;
  const end = found.index + whole.length;
  if (code) return { node: h("code", {}, unescaped(code)), end };
  if (entity) return { node: drawEntity(entity, names), end };
  if (shortcode) return emoji(shortcode) && { node: emoji(shortcode), end };
  if (whole.length > 1) {
    const url = whole.replace(/[.,;:!?)\]'"]+$/, "");
    return { node: link(unescaped(url), unescaped(url)), end: found.index + url.length };
  }
  return styled(whole, found.index, text, names);
}

/** A style holds from a sign that opens a word to the same sign that closes one, on one line. */
function styled(sign, start, text, names) {
  const before = text[start - 1] ?? " ";
  if (WORD.test(before) || /[\s]/.test(text[start + 1] ?? " ") || text[start + 1] === sign) return null;
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "`" || text[i] === "<") {
      const close = text.indexOf(text[i] === "<" ? ">" : "`", i + 1);
      if (close > 0) i = close;
    } else if (text[i] === sign && !/\s/.test(text[i - 1]) && !WORD.test(text[i + 1] ?? " ")) {
      return { node: h(STYLE[sign], {}, inline(text.slice(start + 1, i), names)), end: i + 1 };
    }
  }
  return null;
}

function drawEntity(entity, names) {
  const bar = entity.indexOf("|");
  const target = bar < 0 ? entity : entity.slice(0, bar);
  const label = bar < 0 ? null : unescaped(entity.slice(bar + 1));
  if (target.startsWith("@")) return mention(names.person(target.slice(1)), label, target, names);
  if (target.startsWith("#")) return channelLink(target.slice(1), label, names);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label, names);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!")) return h("span", { class: "mention" }, `@${label ?? target.slice(1)}`);
  return link(unescaped(target), label ?? unescaped(target));
}

export function mention(person, label, target, names) {
  const name = person ? `@${person.name}` : (label ?? target);
  const own = person && person.id === names.me ? " own" : "";
  return h("span", { class: `mention${own}`, title: person?.real_name }, name.replace(/^@*/, "@"));
}

export function groupMention(id, label, names) {
  return h("span", { class: "mention" }, `@${(names.group(id)?.handle ?? label ?? id).replace(/^@/, "")}`);
}

export function channelLink(id, label, names) {
  const name = names.channel(id)?.name ?? (label || id);
  return h("a", { class: "mention", href: `#${id}`, data: { channel: id } }, `#${name}`);
}

/** `!date^1732400000^{time}^https://link`, with the fallback as its label. */
function date(target, label) {
  const [, seconds, format, url] = target.split("^");
  if (!/^\d+$/.test(seconds ?? "") || !format) return label ?? target;
  const node = timeNode(Number(seconds), format);
  return url ? link(unescaped(url), node) : node;
}

/**
 * A link. A permalink of this workspace (`…/archives/CHANNEL/p1732400000123456`) carries where it leads, so
 * that the page can go there itself. What is neither web nor mail is not made a link at all.
 */
export function link(url, label) {
  if (!/^(https?:|mailto:)/i.test(url)) return h("span", {}, label);
  const permalink = url.match(/\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?/);
  const data = permalink ? { channel: permalink[1], ts: permalink[2] && `${permalink[2]}.${permalink[3]}` } : {};
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", data }, label);
}
