// A button that opens a short list of things to do.

import { h } from "./dom.js";

/** `items` are `{words, about?, run()}`. Escape and a press elsewhere close it; arrows walk through it. */
export function menu(label, face, items) {
  const list = h("ul", { class: "menu-list", role: "menu", hidden: true }, items.map(row));
  const opener = h(
    "button",
    {
      type: "button",
      class: "menu-opener",
      "aria-label": label,
      title: label,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    },
    face,
  );
  const root = h("div", { class: "menu" }, opener, list);

  function row(item) {
    const click = () => {
      close(true);
      item.run();
    };
    const about = item.about && h("small", {}, item.about);
    return h("li", { role: "none" }, h("button", { type: "button", role: "menuitem", on: { click } }, item.words, about));
  }
  function open() {
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    list.querySelector("button")?.focus();
  }
  function close(giveBack) {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (giveBack) opener.focus();
  }
  opener.addEventListener("click", () => (list.hidden ? open() : close(true)));
  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget)) close(false);
  });
  root.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      event.stopPropagation();
      close(true);
    } else if (step) {
      event.preventDefault();
      const buttons = [...list.querySelectorAll("button")];
      const next = buttons.indexOf(document.activeElement) + step;
      buttons[(next + buttons.length) % buttons.length].focus();
    }
  });
  return root;
}
