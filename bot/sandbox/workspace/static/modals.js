// Modals: one native dialog for each open view. The browser keeps the focus inside and gives it back.

import { drawBlocks, keyOf } from "./blocks.js";
import { warning } from "./buttons.js";
import { closeButton, findFocus, h } from "./dom.js";

export class Modals {
  /** `ctx` is what the blocks need, with `submit(viewId, values)` and `close(viewId)` beside. */
  constructor(host, ctx) {
    this.host = host;
    this.ctx = ctx;
    this.open = new Map();
  }

  /** Makes the open dialogs those of `views`; the last is on top. What was typed outlives a changed view. */
  render(views) {
    const wanted = new Set(views.map((view) => view.id));
    for (const [id, modal] of [...this.open].reverse()) if (!wanted.has(id)) this.shut(id, modal);
    for (const view of views) {
      const signature = JSON.stringify(view);
      let modal = this.open.get(view.id);
      if (!modal) {
        modal = { dialog: h("dialog", { class: "modal" }), fields: [], opener: document.activeElement };
        this.open.set(view.id, modal);
        this.host.append(modal.dialog);
        this.draw(modal, view);
        fillIn(modal.fields, view.state ?? {});
        modal.dialog.addEventListener("cancel", (event) => this.cancel(event, view.id));
        modal.dialog.showModal();
        (modal.fields[0]?.control.focusable ?? modal.dialog.querySelector("footer button"))?.focus();
      } else if (modal.signature !== signature) {
        this.redraw(modal, view);
      }
      modal.signature = signature;
    }
  }

  /** What is filled in now, in the shape that a submission has. */
  values(viewId) {
    return valuesOf(this.open.get(viewId)?.fields ?? []);
  }

  cancel(event, viewId) {
    event.preventDefault();
    this.dismiss(viewId);
  }

  dismiss(viewId) {
    const modal = this.open.get(viewId);
    if (modal) this.shut(viewId, modal);
    this.ctx.close(viewId);
  }

  shut(viewId, modal) {
    this.open.delete(viewId);
    modal.dialog.close();
    modal.dialog.remove();
    // The button that led here may have been redrawn meanwhile, and then the browser has nowhere to go back to.
    if (!modal.opener?.isConnected) this.ctx.focusAgain(modal.opener);
  }

  /** Controls that are still there stay the same nodes: typing, choosing and the place of the caret go on. */
  redraw(modal, view) {
    const kept = new Map(modal.fields.map((field) => [keyOf(field.block), field.control]));
    const held = modal.dialog.contains(document.activeElement) ? document.activeElement : null;
    const scrolled = modal.dialog.querySelector(".body").scrollTop;
    this.draw(modal, view, kept);
    modal.dialog.querySelector(".body").scrollTop = scrolled;
    const again = held?.isConnected ? held : held && findFocus(modal.dialog, held.dataset.focus);
    again?.focus({ preventScroll: true });
  }

  draw(modal, view, kept = new Map()) {
    const { dialog } = modal;
    const fields = (modal.fields = []);
    const titleId = `title-${view.id}`;
    dialog.setAttribute("aria-labelledby", titleId);
    const shut = () => this.dismiss(view.id);
    const form = h(
      "form",
      { novalidate: true, on: { submit: (event) => this.submit(event, modal, view) } },
      h(
        "header",
        {},
        h("h2", { id: titleId }, view.title),
        closeButton("Close", shut),
      ),
      h("div", { class: "body" }, drawBlocks(view.blocks, this.ctx, { view_id: view.id }, fields, kept)),
      h(
        "footer",
        {},
        h("button", { type: "button", class: "button", on: { click: shut } }, view.close ?? "Close"),
        view.submit && h("button", { type: "submit", class: "button primary" }, view.submit),
      ),
    );
    dialog.replaceChildren(form);
    if (Object.keys(view.errors ?? {}).length) this.showErrors(modal, view.errors);
  }

  async submit(event, modal, view) {
    event.preventDefault();
    const { dialog } = modal;
    const missing = modal.fields.filter(({ block, control }) => !block.optional && control.read() === null);
    const errors = Object.fromEntries(missing.map(({ block }) => [block.block_id, "This can't be empty."]));
    this.showErrors(modal, errors);
    if (missing.length || dialog.dataset.busy) return;
    dialog.dataset.busy = "true";
    dialog.querySelector("[type=submit]").setAttribute("aria-busy", "true");
    dialog.querySelector("form > .no-answer")?.remove();
    const answer = await this.ctx.submit(view.id, valuesOf(modal.fields));
    delete dialog.dataset.busy;
    dialog.querySelector("[type=submit]")?.removeAttribute("aria-busy");
    if (answer.ok) return;
    if (answer.errors) this.showErrors(modal, answer.errors);
    else dialog.querySelector("form > footer").before(warning(answer.error));
  }

  showErrors(modal, errors) {
    let first = null;
    for (const { block, control, error } of modal.fields) {
      const words = errors[block.block_id];
      error.hidden = !words;
      error.textContent = words ?? "";
      control.focusable.setAttribute("aria-invalid", String(Boolean(words)));
      if (words) first ??= control.focusable;
    }
    first?.focus();
  }
}

/** After a reload of the page, what the server still knows of a half-filled modal. */
function fillIn(fields, state) {
  for (const { block, element, control } of fields) {
    const value = state[block.block_id]?.[element.action_id];
    if (value != null) control.write(value);
  }
}

function valuesOf(fields) {
  const values = {};
  for (const { block, element, control } of fields) {
    values[block.block_id] = { ...values[block.block_id], [element.action_id]: control.read() };
  }
  return values;
}
