// What can be pressed in a message, a modal or the Home tab, and what a press looks like until it is answered.

import { bare, makeControl, textOf } from "./controls.js";
import { h, icon } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { menu } from "./menu.js";
import { confirmed } from "./confirm.js";

/**
 * Draws an interactive element. `origin` says where it stands: `{channel, ts}` or `{view_id}`.
 * `ctx.press(origin, pressed)` sends the press and resolves to `{ok, error?}`.
 */
export function drawElement(element, block, ctx, origin) {
  if (element.type === "button") return button(element, block, ctx, origin);
  if (element.type === "overflow") return overflow(element, block, ctx, origin);
  const { block_id } = block;
  const suggest = (value) => ctx.suggest(origin, { block_id, action_id: element.action_id, value });
  const control = makeControl(element, ctx, suggest);
  const label = element.accessibility_label ?? textOf(element.placeholder, ctx);
  if (label) control.node.setAttribute("aria-label", label);
  control.changed = () => press(control.node, element, block, ctx, origin, bare(control.read()));
  return control.node;
}

function button(element, block, ctx, origin) {
  const style = { primary: " primary", danger: " danger" }[element.style] ?? "";
  const props = {
    class: `button${style}`,
    "aria-label": element.accessibility_label,
    data: { focus: `${block.block_id}/${element.action_id}`, action: element.action_id },
  };
  const words = withEmoji(textOf(element.text, ctx));
  const send = (event) => press(event.currentTarget, element, block, ctx, origin, element.value);
  // A button with an address leads there and is told to the app as well, as in Slack.
  if (/^https?:/i.test(element.url ?? "")) {
    const away = { href: element.url, target: "_blank", rel: "noopener noreferrer" };
    return h("a", { ...props, ...away, on: { click: send } }, words);
  }
  return h("button", { ...props, type: "button", on: { click: send } }, words);
}

function overflow(element, block, ctx, origin) {
  const items = element.options.map((option) => ({
    words: textOf(option.text, ctx),
    run: () => press(node, element, block, ctx, origin, option.value),
  }));
  const node = menu("More actions", icon("more"), items);
  return node;
}

export async function press(node, element, block, ctx, origin, value) {
  const frame = node.closest(".block");
  if (frame.dataset.busy) return;
  if (element.confirm && !(await confirmed(element.confirm, ctx))) return;
  frame.dataset.busy = "true";
  node.setAttribute("aria-busy", "true");
  frame.querySelector(".no-answer")?.remove();
  const answer = await ctx.press(origin, { action_id: element.action_id, block_id: block.block_id, value });
  delete frame.dataset.busy;
  node.removeAttribute("aria-busy");
  if (!answer.ok) frame.append(warning(answer.error));
}

/** What Slack shows as a warning sign beside the button, in words. */
export function warning(error) {
  const words = error || "Imagewarden did not answer in time. Try again.";
  return h("p", { class: "no-answer", role: "alert" }, icon("warning"), words);
}
