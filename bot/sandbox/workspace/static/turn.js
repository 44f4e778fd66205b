// The line that says who must act next, and lets you be that person.

import { h, reconcile } from "./dom.js";
import { avatar, firstName, orList } from "./people.js";

/** `people` may decide the newest open request; the line is empty where you are one of them. */
export function drawTurn(root, people, me, switchTo) {
  const others = people.some((person) => person.id === me) ? [] : people;
  const signature = others.map((person) => person.id).join(" ");
  reconcile(root, others.length ? [{ key: "turn", signature, make: () => line(others, switchTo) }] : []);
}

function line(people, switchTo) {
  const words = `${orList(people.map(firstName))} can decide this:`;
  return h("p", {}, h("span", {}, words), people.map((person) => switchButton(person, switchTo)));
}

export function switchButton(person, switchTo) {
  const props = { type: "button", class: "button small", data: { focus: `switch ${person.id}` } };
  return h("button", { ...props, on: { click: () => switchTo(person.id) } }, avatar(person), `Switch to ${firstName(person)}`);
}
