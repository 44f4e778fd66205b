// Block Kit's confirm dialog: asks before a press that can't be undone.

import { textOf } from "./controls.js";
import { h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

/** Resolves to whether the person agreed; Escape is a no. */
export function confirmed(confirm, ctx) {
  const dialog = h("dialog", { class: "modal confirm", "aria-labelledby": "confirm-title" }, question(confirm, ctx));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function question(confirm, ctx) {
  const words = confirm.text?.type === "mrkdwn" ? mrkdwn(confirm.text.text, ctx.names) : textOf(confirm.text, ctx);
  const yes = `button ${confirm.style === "danger" ? "danger" : "primary"}`;
  return h(
    "form",
    { method: "dialog" },
    h("header", {}, h("h2", { id: "confirm-title" }, textOf(confirm.title, ctx) || "Are you sure?")),
    h("div", { class: "body" }, h("div", { class: "words" }, words)),
    h(
      "footer",
      {},
      h("button", { class: "button", value: "no" }, textOf(confirm.deny, ctx) || "No"),
      h("button", { class: yes, value: "yes" }, textOf(confirm.confirm, ctx) || "Yes"),
    ),
  );
}
