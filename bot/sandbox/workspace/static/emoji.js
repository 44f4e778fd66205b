// The few emoji that a tool's messages use. An unknown shortcode stays as it was typed.

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", no_entry: "⛔",
  no_entry_sign: "🚫", warning: "⚠️", information_source: "ℹ️", question: "❓", exclamation: "❗", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", arrows_counterclockwise: "🔄", lock: "🔒", unlock: "🔓", key: "🔑", shield: "🛡️",
  cloud: "☁️", package: "📦", link: "🔗", bell: "🔔", no_bell: "🔕", eyes: "👀", thumbsup: "👍", "+1": "👍",
  thumbsdown: "👎", "-1": "👎", wave: "👋", tada: "🎉", rocket: "🚀", bulb: "💡", memo: "📝", pencil2: "✏️",
  calendar: "📅", clock1: "🕐", stopwatch: "⏱️", mag: "🔍", gear: "⚙️", wrench: "🔧", wastebasket: "🗑️",
  red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪",
  black_circle: "⚫", small_blue_diamond: "🔹", smile: "😄", slightly_smiling_face: "🙂", heart: "❤️", star: "⭐",
};

/** The emoji as a node that says its name, or null where the shortcode is not known. */
export function emoji(name) {
  const sign = Object.hasOwn(EMOJI, name) ? EMOJI[name] : null;
  if (!sign) return null;
  const node = document.createElement("span");
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", name.replaceAll("_", " "));
  node.textContent = sign;
  return node;
}

/** Text with its `:shortcodes:` drawn, as Slack does in plain text with `emoji` on. */
export function withEmoji(text) {
  return text.split(/(:[a-z0-9_+-]+:)/).map((part) => (/^:.+:$/.test(part) && emoji(part.slice(1, -1))) || part);
}
