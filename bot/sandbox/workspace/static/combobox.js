// Menus that ask the app what to offer: a field to type in, a list below it, and what is chosen above it.

import { h, icon } from "./dom.js";

const PAUSE = 120; // milliseconds without a key before the app is asked

// By value, so that a choice keeps its words when the field is drawn again.
const words = new Map();
let serial = 0;

const textOf = (object) => object?.text ?? "";

/** `suggest(typed)` resolves to `{ok, options}`. `many`: more than one can be chosen. */
export function combobox(element, suggest, many) {
  const box = new Combobox(element, suggest, many);
  return {
    node: box.node,
    focusable: box.field,
    grouped: false,
    read: () => box.read(),
    write: (value) => box.write(value),
  };
}

class Combobox {
  constructor(element, suggest, many) {
    this.suggest = suggest;
    this.many = many;
    this.most = element.max_selected_items ?? Infinity;
    this.least = element.min_query_length ?? 3;
    this.chosen = [];
    this.options = [];
    this.active = -1;
    this.asked = 0;
    this.behind = false; // the list doesn't belong to what is typed yet
    this.id = `list-${++serial}`;
    this.list = h("ul", { class: "offers", id: this.id, role: "listbox", "aria-label": "Choices", hidden: true });
    this.said = h("p", { class: "unseen", role: "status" });
    this.chips = h("ul", { class: "chips", hidden: true });
    this.field = h("input", {
      class: "field",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-controls": this.id,
      placeholder: textOf(element.placeholder) || null,
      on: {
        input: (event) => this.typed(event),
        change: (event) => event.stopPropagation(), // what is typed here is no choice yet
        keydown: (event) => this.key(event),
        click: () => this.ask(),
        blur: () => setTimeout(() => this.left()),
      },
    });
    this.node = h("div", { class: "combobox" }, this.chips, this.field, this.list, this.said);
    const begun = element.initial_options ?? (element.initial_option ? [element.initial_option] : []);
    this.write(begun);
  }

  read() {
    if (!this.chosen.length) return null;
    return this.many ? { selected_options: this.chosen } : { selected_option: this.chosen[0] };
  }

  /** Takes what `read` gave, or Slack's options themselves. */
  write(value) {
    const bare = value && !Array.isArray(value) && !value.value ? Object.values(value)[0] : value;
    const options = bare == null ? [] : Array.isArray(bare) ? bare : [bare];
    for (const option of options) if (option.value) this.remember(option);
    this.chosen = options.map((option) => option.value ?? option);
    this.drawChips();
  }

  remember(option) {
    words.set(option.value, textOf(option.text));
  }

  typed(event) {
    event.stopPropagation();
    this.behind = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    clearTimeout(this.timer);
    const number = ++this.asked;
    const typed = this.field.value;
    if (typed.length < this.least) return this.offer([], `Type at least ${this.least} characters.`);
    const answer = await this.suggest(typed);
    if (number !== this.asked || document.activeElement !== this.field) return;
    this.offer(answer.options ?? [], answer.ok ? "No results" : answer.error);
  }

  offer(options, otherwise) {
    const active = this.options[this.active]?.value;
    this.options = options;
    this.behind = false;
    for (const option of options) this.remember(option);
    const rows = options.map((option, index) => this.row(option, index));
    this.list.replaceChildren(...(rows.length ? rows : [h("li", { class: "none", role: "presentation" }, otherwise)]));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.activate(options.findIndex((option) => option.value === active));
    this.said.textContent = rows.length ? `${rows.length} to choose from` : otherwise;
    this.list.scrollIntoView({ block: "nearest" });
  }

  row(option, index) {
    const there = this.chosen.includes(option.value);
    const about = option.description && h("small", {}, textOf(option.description));
    // The pointer must not take the focus from the field: the list shuts when it goes.
    const on = { mousedown: (event) => event.preventDefault(), click: () => this.pick(index) };
    const props = { id: `${this.id}-${index}`, role: "option", "aria-selected": String(there), on };
    return h("li", props, h("span", {}, textOf(option.text)), about, there && icon("check"));
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.move(event.key === "ArrowDown" ? 1 : -1);
      else this.ask();
    } else if (event.key === "Enter") {
      event.preventDefault(); // it would send the form
      this.enter(open);
    } else if (event.key === "Escape" && open) {
      event.preventDefault(); // it would close the modal
      this.shut();
    } else if (event.key === "Backspace" && !this.field.value && this.chosen.length) {
      this.drop(this.chosen.at(-1));
    }
  }

  /** Who types faster than the app answers means what is typed, not what the list still shows. */
  async enter(open) {
    if (this.behind) await this.ask();
    else if (!open) return this.ask();
    if (!this.behind && !this.list.hidden && this.options.length) this.pick(Math.max(this.active, 0));
  }

  move(step) {
    if (!this.options.length) return;
    const count = this.options.length;
    this.activate(this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count);
    this.list.children[this.active].scrollIntoView({ block: "nearest" });
  }

  /** -1: none of them. */
  activate(index) {
    this.active = index;
    [...this.list.children].forEach((row, at) => row.classList.toggle("active", at === index));
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", this.list.children[index].id);
  }

  pick(index) {
    const { value } = this.options[index];
    if (this.chosen.includes(value)) return this.drop(value);
    if (this.many && this.chosen.length >= this.most) {
      this.said.textContent = `${this.most} at most.`;
      return this.shut();
    }
    this.chosen = this.many ? [...this.chosen, value] : [value];
    this.changed();
  }

  drop(value) {
    this.chosen = this.chosen.filter((one) => one !== value);
    this.changed();
  }

  changed() {
    this.field.value = "";
    this.shut();
    this.drawChips();
    this.node.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** A modal that is drawn again takes the field out of the page and puts it back: then nobody has left. */
  left() {
    if (document.activeElement !== this.field) this.shut();
  }

  shut() {
    clearTimeout(this.timer);
    this.asked++;
    this.behind = false;
    this.options = [];
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  drawChips() {
    const chips = this.chosen.map((value) => {
      const name = words.get(value) ?? value;
      const remove = () => {
        this.drop(value);
        this.field.focus();
      };
      const props = { type: "button", class: "remove", "aria-label": `Remove ${name}`, on: { click: remove } };
      return h("li", {}, h("span", {}, name), h("button", props, icon("close")));
    });
    this.chips.replaceChildren(...chips);
    this.chips.hidden = !chips.length;
  }
}
