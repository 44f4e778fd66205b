// Block Kit's inputs as native controls. Each is `{node, read, write}`: `read` gives the value as the
// sandbox takes it (a string for text, `{selected_option: …}` and the like otherwise) or null where empty,
// `write` takes the same value back, so that what was typed outlives a redraw.

import { combobox } from "./combobox.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { plainWords } from "./mrkdwn.js";

/** The words of a Block Kit text object, whichever of its two types it is. */
export function textOf(object, ctx) {
  if (!object) return "";
  return object.type === "mrkdwn" ? plainWords(object.text, ctx.names) : object.text;
}

const MAKERS = {
  plain_text_input: (element, ctx) => textInput(element, ctx),
  email_text_input: (element, ctx) => textInput(element, ctx, "email"),
  url_text_input: (element, ctx) => textInput(element, ctx, "url"),
  number_input: (element, ctx) => textInput(element, ctx),
  static_select: (element, ctx) => select(element, ctx, options(element, ctx), "selected_option"),
  users_select: (element, ctx) => select(element, ctx, ctx.names.allPeople(), "selected_user"),
  conversations_select: (element, ctx) => select(element, ctx, ctx.names.allChannels(), "selected_conversation"),
  channels_select: (element, ctx) => select(element, ctx, ctx.names.allChannels(), "selected_channel"),
  multi_static_select: ticks,
  external_select: (element, _ctx, suggest) => combobox(element, suggest, false),
  multi_external_select: (element, _ctx, suggest) => combobox(element, suggest, true),
  datepicker,
  radio_buttons: radios,
  checkboxes: ticks,
};

export const isControl = (element) => Object.hasOwn(MAKERS, element.type);

/** The one value that a press carries: Slack's `selected_…` without its wrapping. */
export function bare(value) {
  return value && typeof value === "object" ? Object.values(value)[0] : value;
}

let serial = 0;

/** `suggest` asks the app what to offer for a typed text; `control.changed`, where it is set, hears of each change. */
export function makeControl(element, ctx, suggest) {
  const control = MAKERS[element.type](element, ctx, suggest);
  control.focusable ??= control.node;
  control.grouped ??= control.node !== control.focusable;
  control.node.addEventListener("change", () => control.changed?.());
  control.focusable.id ||= `field-${++serial}`;
  return control;
}

function textInput(element, ctx, type = "text") {
  const multiline = element.multiline && type === "text";
  const node = h(multiline ? "textarea" : "input", {
    class: "field",
    type: multiline ? null : type,
    rows: multiline ? 4 : null,
    inputmode: element.type === "number_input" ? "decimal" : null,
    placeholder: textOf(element.placeholder, ctx) || null,
    maxlength: element.max_length,
  });
  node.value = element.initial_value ?? "";
  return { node, read: () => node.value || null, write: (value) => (node.value = value ?? "") };
}

function options(element, ctx) {
  const groups = element.option_groups ?? [{ options: element.options ?? [] }];
  return groups.flatMap((group) =>
    group.options.map((option) => {
      return { value: option.value, name: textOf(option.text, ctx), group: textOf(group.label, ctx) };
    }),
  );
}

function select(element, ctx, choices, key) {
  const nothing = h("option", { value: "" }, textOf(element.placeholder, ctx) || "Choose…");
  const node = h("select", { class: "field" }, nothing);
  const start = element[key.replace("selected", "initial")];
  let group = null;
  for (const choice of choices) {
    if (choice.group && choice.group !== group?.label) node.append((group = h("optgroup", { label: choice.group })));
    (choice.group ? group : node).append(h("option", { value: choice.value }, choice.name));
  }
  node.value = start?.value ?? start ?? "";
  return {
    node,
    read: () => (node.value ? { [key]: node.value } : null),
    write: (value) => (node.value = bare(value) ?? ""),
  };
}

function datepicker(element) {
  const node = h("input", { class: "field", type: "date" });
  node.value = element.initial_date ?? "";
  return {
    node,
    read: () => (node.value ? { selected_date: node.value } : null),
    write: (value) => (node.value = bare(value) ?? ""),
  };
}

function radios(element, ctx) {
  const initial = new Set([element.initial_option?.value]);
  const { node, inputs } = choiceList("radio", element, initial, ctx);
  return {
    node,
    focusable: inputs[0],
    read: () => {
      const chosen = inputs.find((input) => input.checked);
      return chosen ? { selected_option: chosen.value } : null;
    },
    write: (value) => inputs.forEach((input) => (input.checked = input.value === bare(value))),
  };
}

function ticks(element, ctx) {
  const initial = new Set((element.initial_options ?? []).map((option) => option.value));
  const { node, inputs } = choiceList("checkbox", element, initial, ctx);
  return {
    node,
    focusable: inputs[0],
    read: () => {
      const values = inputs.filter((input) => input.checked).map((input) => input.value);
      return values.length ? { selected_options: values } : null;
    },
    write: (value) => inputs.forEach((input) => (input.checked = (bare(value) ?? []).includes(input.value))),
  };
}

function choiceList(type, element, initial, ctx) {
  const name = `choice-${++serial}`;
  const inputs = [];
  const rows = element.options.map((option) => {
    const input = h("input", { type, name, value: option.value });
    input.checked = initial.has(option.value);
    inputs.push(input);
    const about = option.description && h("small", {}, textOf(option.description, ctx));
    return h("label", { class: "choice" }, input, h("span", {}, withEmoji(textOf(option.text, ctx)), about));
  });
  return { node: h("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group" }, rows), inputs };
}
