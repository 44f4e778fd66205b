// The rich_text block: text that carries its formatting beside it and is never parsed.

import { timeNode } from "./dates.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelLink, groupMention, link, mention } from "./mrkdwn.js";

export function drawRichText(block, names) {
  return h("div", { class: "rich" }, (block.elements ?? []).map((element) => drawPart(element, names)));
}

function drawPart(part, names) {
  const inlines = (holder) => (holder.elements ?? []).map((element) => drawInline(element, names));
  switch (part.type) {
    case "rich_text_section":
      return h("p", {}, inlines(part));
    case "rich_text_quote":
      return h("blockquote", {}, inlines(part));
    case "rich_text_preformatted":
      return h("pre", {}, inlines(part));
    case "rich_text_list":
      return h(
        part.style === "ordered" ? "ol" : "ul",
        { start: part.offset ? part.offset + 1 : null, style: `--indent:${part.indent ?? 0}` },
        (part.elements ?? []).map((item) => h("li", {}, inlines(item))),
      );
    default:
      return null;
  }
}

function drawInline(element, names) {
  return styled(drawBare(element, names), element.style ?? {});
}

function drawBare(element, names) {
  switch (element.type) {
    case "text":
      return element.text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
    case "link":
      return link(element.url, element.text ?? element.url);
    case "user":
      return mention(names.person(element.user_id), null, element.user_id, names);
    case "usergroup":
      return groupMention(element.usergroup_id, null, names);
    case "channel":
      return channelLink(element.channel_id, null, names);
    case "broadcast":
      return h("span", { class: "mention" }, `@${element.range}`);
    case "emoji":
      return emoji(element.name) ?? `:${element.name}:`;
    case "date":
      return element.timestamp ? timeNode(element.timestamp, element.format) : element.fallback;
    case "color":
      return element.value;
    default:
      return element.fallback ?? "";
  }
}

const STYLES = { code: "code", bold: "strong", italic: "em", strike: "s", underline: "u" };

function styled(drawn, style) {
  return Object.entries(STYLES).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), drawn);
}
