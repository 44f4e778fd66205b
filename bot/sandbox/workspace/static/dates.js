// Times as people read them. All instants are Unix seconds; the zone is the reader's.

const LOCALE = "en-GB";
const DAY = 86400;

const full = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "long" });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

const at = (seconds) => new Date(seconds * 1000);
const now = () => Date.now() / 1000;

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 1000;
}

/** Whole days from today to the day of `seconds`; rounded, as a day with a clock change is not 24 hours. */
function daysAway(seconds) {
  return Math.round((midnight(at(seconds)) - midnight(new Date())) / DAY);
}

function nearDay(seconds) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysAway(seconds)];
}

function part(seconds, options) {
  return new Intl.DateTimeFormat(LOCALE, options).format(at(seconds));
}

function ordinal(day) {
  const teen = day % 100 > 10 && day % 100 < 14;
  return `${day}${teen ? "th" : ["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

/** "just now", "10 min ago", "in 3 days". */
export function ago(seconds) {
  const away = seconds - now();
  const size = Math.abs(away);
  if (size < 45) return "just now";
  const [count, unit] =
    size < 3570 ? [size / 60, "min"] : size < 0.95 * DAY ? [size / 3600, "h"] : [size / DAY, "day"];
  const whole = Math.max(1, Math.round(count));
  const words = `${whole} ${unit}${unit === "day" && whole > 1 ? "s" : ""}`;
  return away < 0 ? `${words} ago` : `in ${words}`;
}

const TOKENS = {
  date_num: (s) => {
    const date = at(s);
    return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  },
  date: (s) => `${part(s, { month: "long" })} ${ordinal(at(s).getDate())}, ${at(s).getFullYear()}`,
  date_short: (s) => `${part(s, { month: "short" })} ${at(s).getDate()}, ${at(s).getFullYear()}`,
  date_long: (s) => `${part(s, { weekday: "long" })}, ${TOKENS.date(s)}`,
  date_pretty: (s) => nearDay(s) ?? TOKENS.date(s),
  date_short_pretty: (s) => nearDay(s) ?? TOKENS.date_short(s),
  date_long_pretty: (s) => nearDay(s) ?? TOKENS.date_long(s),
  time: (s) => clock.format(at(s)),
  time_secs: (s) => clockSeconds.format(at(s)),
  ago,
};

/** Slack's date format, such as `{date_short_pretty} at {time}`; a token Slack doesn't know stays as it is. */
function slackDate(seconds, format) {
  return format.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(seconds) ?? whole);
}

export function dayName(seconds) {
  const near = nearDay(seconds);
  if (near) return near[0].toUpperCase() + near.slice(1);
  return part(seconds, { weekday: "long", day: "numeric", month: "long" });
}

/** A `<time>` in a Slack date format; the full time is its title. `refreshTimes` keeps it true. */
export function timeNode(seconds, format) {
  const node = document.createElement("time");
  node.dateTime = at(seconds).toISOString();
  node.title = full.format(at(seconds));
  node.dataset.at = seconds;
  node.dataset.format = format;
  node.textContent = slackDate(seconds, format);
  return node;
}

export function refreshTimes() {
  for (const node of document.querySelectorAll("time[data-format]")) {
    const words = slackDate(Number(node.dataset.at), node.dataset.format);
    if (node.textContent !== words) node.textContent = words;
  }
}
