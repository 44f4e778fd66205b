// Block Kit, drawn. One function a kind of block; anything unknown says so instead of vanishing.

import { coalesced } from "./api.js";
import { drawElement, press } from "./buttons.js";
import { bare, isControl, makeControl, textOf } from "./controls.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { drawRichText } from "./richtext.js";

const BLOCKS = { header, section, context, actions, divider, image, rich_text, input, table, markdown, alert };

/**
 * Draws blocks. `origin` says where they stand (see `drawElement`). `fields`, where given, collects the
 * input blocks as `{block, element, control, row}` for the modal that must read them; a control of `kept`, by
 * `keyOf`, is taken as it is, with all that is typed into it.
 */
export function drawBlocks(blocks, ctx, origin, fields = [], kept = new Map()) {
  return blocks.map((block) => {
    const draw = BLOCKS[block.type] ?? unknown;
    return h("div", { class: `block ${block.type}` }, draw(block, ctx, origin, fields, kept));
  });
}

/** A text object: mrkdwn is parsed, plain text is not. */
function text(object, ctx) {
  if (object.type === "mrkdwn") return mrkdwn(object.text, ctx.names);
  return object.emoji === false ? object.text : withEmoji(object.text);
}

function header(block, ctx) {
  return h("h3", {}, text(block.text, ctx));
}

function section(block, ctx, origin) {
  const words = block.text && h("div", { class: "words" }, text(block.text, ctx));
  const fields = (block.fields ?? []).map((field) => h("div", {}, text(field, ctx)));
  const pairs = fields.length > 0 && h("div", { class: "pairs" }, fields);
  const beside = block.accessory && h("div", { class: "beside" }, accessory(block, ctx, origin));
  return [h("div", { class: "main" }, words, pairs), beside];
}

function accessory(block, ctx, origin) {
  return block.accessory.type === "image" ? picture(block.accessory) : interactive(block.accessory, block, ctx, origin);
}

function interactive(element, block, ctx, origin) {
  const known = element.type === "button" || element.type === "overflow" || isControl(element);
  return known ? drawElement(element, block, ctx, origin) : unknown(element);
}

function context(block, ctx) {
  return block.elements.map((element) =>
    element.type === "image" ? picture(element) : h("span", {}, text(element, ctx)),
  );
}

function actions(block, ctx, origin) {
  return block.elements.map((element) => interactive(element, block, ctx, origin));
}

function divider() {
  return h("hr");
}

function picture(element) {
  return h("img", { src: element.image_url, alt: element.alt_text ?? "", loading: "lazy" });
}

function image(block, ctx) {
  return h("figure", {}, block.title && h("figcaption", {}, text(block.title, ctx)), picture(block));
}

function rich_text(block, ctx) {
  return drawRichText(block, ctx.names);
}

/** The same in two versions of a view: what stands in it goes on. */
export const keyOf = ({ block_id, element }) => `${block_id}/${element.action_id}/${element.type}`;

function input(block, ctx, origin, fields, kept) {
  const element = block.element;
  if (!isControl(element)) return unknown(element);
  const { block_id } = block;
  const suggest = (value) => ctx.suggest(origin, { block_id, action_id: element.action_id, value });
  const control = kept.get(keyOf(block)) ?? makeControl(element, ctx, suggest);
  const id = control.focusable.id;
  const label = [textOf(block.label, ctx), block.optional && h("span", { class: "optional" }, " (optional)")];
  const { grouped } = control;
  const hint = block.hint && h("p", { class: "hint", id: `${id}-hint` }, text(block.hint, ctx));
  const error = h("p", { class: "error", id: `${id}-error`, hidden: true });
  if (grouped) control.node.setAttribute("aria-labelledby", `${id}-label`);
  control.focusable.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" "));
  fields.push({ block, element, control, error });
  const send = () => press(control.node, element, block, ctx, origin, bare(control.read()));
  control.changed = block.dispatch_action && coalesced(send);
  return [
    h(grouped ? "p" : "label", { class: "label", id: `${id}-label`, for: grouped ? null : id }, label),
    control.node,
    error,
    hint,
  ];
}

function table(block, ctx) {
  const settings = block.column_settings ?? [];
  const cell = (tag) => (item, index) =>
    h(
      tag,
      { class: settings[index]?.align ? `to-${settings[index].align}` : null, scope: tag === "th" ? "col" : null },
      item.type === "rich_text" ? drawRichText(item, ctx.names) : (item.text ?? ""),
    );
  const [head, ...rows] = block.rows;
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, head.map(cell("th")))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td"))))),
  );
}

/** Of standard Markdown, what mrkdwn can say as well: bold and links. */
function markdown(block, ctx) {
  const known = block.text.replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>");
  return h("div", { class: "words" }, mrkdwn(known, ctx.names));
}

function alert(block, ctx) {
  return h("div", { class: `words level-${block.level ?? "default"}` }, text(block.text, ctx));
}

function unknown(thing) {
  return h("p", { class: "unknown" }, `The sandbox doesn't draw “${thing.type}”.`);
}
