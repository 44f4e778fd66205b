// The forms of the command, and where a half-typed command stands in them.

const isWord = (token) => /^[a-z]/.test(token);

/**
 * Follows what was typed along a form such as `share IMAGE with ACCOUNT because REASON`.
 *
 * Returns null where another form is meant, else `{tokens, at, next}`: `at` is the index of the token being
 * typed, `next` the form's own word that can be completed there, or null.
 */
export function follow(form, typed) {
  const tokens = form.split(/\s+/);
  const plain = tokens.map((token) => token.replace(/[[\]…]/g, ""));
  const parts = typed.trimStart().toLowerCase().split(/\s+/);
  const last = parts.pop();
  let at = 0;
  let filled = false;
  for (const part of parts) {
    if (isWord(plain[at]) && part === plain[at] && at + 1 < plain.length) {
      at += 1;
      filled = false;
    } else if (at === 0) {
      return null;
    } else {
      const ahead = plain.findIndex((token, index) => index > at && token === part);
      filled = ahead < 0;
      if (ahead > 0) at = Math.min(ahead + 1, plain.length - 1);
    }
  }
  const candidate = isWord(plain[at]) ? plain[at] : filled ? plain[at + 1] : null;
  const next = candidate && isWord(candidate) && candidate.startsWith(last) ? candidate : null;
  if (at === 0 && !next) return null;
  return { tokens, at: next && candidate !== plain[at] ? at + 1 : at, next: next === last ? null : next };
}
