// The box to type commands in, with the forms of the command above it.

import { h, icon } from "./dom.js";
import { follow } from "./hints.js";
import { menu } from "./menu.js";

export class Composer {
  /**
   * `verb` is the command itself, such as `/image`. `send(text)` resolves to `{ok, error?}`; `edited()` is
   * called when the text has changed.
   */
  constructor(form, { send, verb, forms, edited }) {
    Object.assign(this, { send, verb, forms, edited, chosen: -1, last: "", rows: [] });
    this.author = h("span", { class: "author" });
    this.box = h("textarea", {
      id: "box",
      rows: 1,
      placeholder: "Type / for the commands",
      role: "combobox",
      "aria-label": "Command",
      "aria-autocomplete": "list",
      "aria-controls": "forms",
      "aria-expanded": "false",
      enterkeyhint: "send",
      spellcheck: "false",
      autocapitalize: "off",
    });
    this.list = h("ul", { class: "forms", id: "forms", role: "listbox", "aria-label": "Forms you can type" });
    const tip = h("p", { class: "tip" }, "Tab completes a word, Enter sends.");
    this.popup = h("div", { class: "popup", hidden: true }, this.list, tip);
    this.tools = h("span", { class: "tools" });
    this.note = h("p", { class: "note", role: "alert" });
    const sending = { type: "submit", class: "button primary icon-only", "aria-label": "Send", title: "Send" };
    const submit = h("button", sending, icon("send"));
    form.append(this.popup, h("div", { class: "line" }, this.author, this.box, this.tools, submit), this.note);
    form.addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    this.box.addEventListener("input", () => this.changed());
    this.box.addEventListener("focus", () => this.suggest());
    this.box.addEventListener("blur", () => this.hide());
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  speaksFor(person, face) {
    this.author.replaceChildren(face);
    this.author.title = `You type as ${person.real_name}`;
    this.box.setAttribute("aria-label", `Command, typed as ${person.real_name}`);
  }

  setShortcuts(shortcuts, run) {
    const items = shortcuts.map((item) => ({ words: item.name, about: item.description, run: () => run(item) }));
    this.tools.replaceChildren(...(items.length ? [menu("Shortcuts", icon("bolt"), items)] : []));
  }

  fill(text) {
    this.box.value = text;
    this.box.focus();
    this.box.setSelectionRange(text.length, text.length);
    this.changed();
  }

  /** Puts a word in where the caret is, with a space on each side. */
  insert(word) {
    const { value, selectionStart: start, selectionEnd: end } = this.box;
    const before = value.slice(0, start).replace(/\s*$/, (space) => (start ? space || " " : ""));
    const after = value.slice(end).replace(/^\s*/, " ");
    this.box.value = before + word + after;
    this.box.focus();
    this.box.setSelectionRange(before.length + word.length + 1, before.length + word.length + 1);
    this.changed();
  }

  changed() {
    this.note.textContent = "";
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight}px`;
    this.chosen = -1;
    this.suggest();
    this.edited();
  }

  typed() {
    const text = this.box.value;
    if (this.verb.startsWith(text.trim())) return "";
    return text.startsWith(`${this.verb} `) ? text.slice(this.verb.length) : null;
  }

  suggest() {
    const typed = this.box.value.startsWith("/") ? this.typed() : null;
    const found = typed === null ? [] : this.forms.map((form) => ({ form, place: follow(form, typed) }));
    this.rows = found.filter((row) => row.place);
    this.list.replaceChildren(...this.rows.map((row, index) => this.row(row, index)));
    this.popup.hidden = !this.rows.length;
    this.box.setAttribute("aria-expanded", String(!this.popup.hidden));
    this.mark();
  }

  row({ place }, index) {
    const tokens = place.tokens.map((token, i) => {
      const tag = i === place.at ? "mark" : "span";
      return [h(tag, { class: i < place.at ? "past" : null }, token), " "];
    });
    const take = (event) => (event.preventDefault(), this.complete(index));
    return h("li", { role: "option", id: `form-${index}`, on: { mousedown: take } }, h("code", {}, `${this.verb} `, tokens));
  }

  mark() {
    [...this.list.children].forEach((node, index) => {
      node.setAttribute("aria-selected", String(index === this.chosen));
    });
    if (this.chosen >= 0) this.box.setAttribute("aria-activedescendant", `form-${this.chosen}`);
    else this.box.removeAttribute("aria-activedescendant");
    this.list.children[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.popup.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
  }

  /** Completes the form's own word at the caret's place; false where there is none to complete. */
  complete(index) {
    const next = this.rows[index]?.place.next;
    if (!next) return false;
    const typed = this.typed();
    const kept = typed.replace(/\S*$/, "");
    this.fill(`${this.verb} ${(kept + next).trimStart()} `);
    return true;
  }

  key(event) {
    const { key } = event;
    const listed = !this.popup.hidden;
    if (key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!(listed && this.chosen >= 0 && this.complete(this.chosen))) this.submit();
    } else if (key === "Tab" && !event.shiftKey && listed) {
      if (this.complete(Math.max(this.chosen, 0))) event.preventDefault();
    } else if (key === "Escape" && listed) {
      this.hide();
    } else if ((key === "ArrowDown" || key === "ArrowUp") && listed && this.rows.length > 1) {
      event.preventDefault();
      const count = this.rows.length;
      this.chosen = key === "ArrowDown" ? (this.chosen + 1) % count : (Math.max(this.chosen, 0) - 1 + count) % count;
      this.mark();
    } else if (key === "ArrowUp" && !this.box.value && this.last) {
      event.preventDefault();
      this.fill(this.last);
    }
  }

  async submit() {
    const text = this.box.value.trim();
    if (!text) return;
    if (!text.startsWith("/")) {
      this.note.textContent = `This box takes commands only. Begin with ${this.verb}, for example ${this.verb} help.`;
      return;
    }
    this.last = text;
    this.box.value = "";
    this.changed();
    const answer = await this.send(text);
    if (answer.ok) return;
    if (!this.box.value) this.fill(text);
    this.hide();
    this.note.textContent = answer.error || "That did not work.";
  }
}
