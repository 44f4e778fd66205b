// The DOM in a few functions. Data only ever becomes text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Builds an element. In `props`, `on` holds listeners and `data` the data attributes; an attribute that is
 * null, undefined or false is left out, and true is written without a value.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === "data") {
      for (const [key, item] of Object.entries(value)) if (item != null) node.dataset[key] = item;
    } else if (value != null && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

/** Words for those who listen instead of look. */
export const unseen = (words) => h("span", { class: "unseen" }, words);

const ICONS = {
  hash: "M6.5 2.5 5 13.5M11 2.5 9.5 13.5M3 6h10.5M2.5 10.5H13",
  chat: "M2.5 3.5h11v8h-6l-3 2.5v-2.5h-2z",
  home: "m2.5 7.5 5.5-5 5.5 5M4 6.5v7h8v-7",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6",
  person: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.5 14c.5-3 2.6-4.2 5.5-4.2s5 1.2 5.5 4.2",
  cloud: "M4.5 12.5a3 3 0 0 1-.3-6 4 4 0 0 1 7.7.8 2.6 2.6 0 0 1-.4 5.2z",
  warning: "M8 2.5 14.5 13.5h-13ZM8 6.5v3.5M8 11.8v.2",
  send: "M2.5 8h10M8.5 3.5 13 8l-4.5 4.5",
  close: "m4 4 8 8m0-8-8 8",
  more: "M3 8a.5.5 0 1 0 .01 0M8 8a.5.5 0 1 0 .01 0M13 8a.5.5 0 1 0 .01 0",
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8Z",
  check: "m3 8.5 3.5 3.5L13 4.5",
  right: "m6 3.5 4.5 4.5L6 12.5",
};

/** A small line drawing for the eye only: whatever carries it needs words of its own. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A cross that closes something. */
export function closeButton(label, close, style = "") {
  const props = { type: "button", class: `plain icon-only ${style}`.trim(), "aria-label": label, title: label };
  return h("button", { ...props, on: { click: close } }, icon("close"));
}

/**
 * Makes the children of `parent` those of `entries`, in that order, touching only what differs.
 *
 * An entry is `{key, signature, make(), patch?(node)}`: `make` builds the node anew where the signature has
 * changed; `patch` runs each time, for parts that keep their own account of change.
 */
export function reconcile(parent, entries) {
  const wanted = new Set(entries.map((entry) => entry.key));
  const present = new Map();
  for (const node of [...parent.children]) {
    if (wanted.has(node.dataset.key)) present.set(node.dataset.key, node);
    else node.remove();
  }
  let cursor = parent.firstElementChild;
  for (const entry of entries) {
    let node = present.get(entry.key);
    if (node && node.signature !== entry.signature) {
      const fresh = entry.make(node);
      if (cursor === node) cursor = fresh;
      swap(node, fresh);
      node = fresh;
    } else if (!node) {
      node = entry.make(null);
    }
    node.dataset.key = entry.key;
    node.signature = entry.signature;
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
    entry.patch?.(node);
  }
}

/**
 * Replaces a node. The control that had the focus is found again in the new one by its `data-focus`; where it
 * is gone, the region around it takes the focus, so that the keyboard goes on from there.
 */
function swap(node, fresh) {
  const held = node.contains(document.activeElement) ? document.activeElement : null;
  node.replaceWith(fresh);
  if (held) (findFocus(fresh, held.dataset.focus) ?? fresh.closest("[tabindex]"))?.focus({ preventScroll: true });
}

export function findFocus(root, name) {
  return [...root.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === name);
}
