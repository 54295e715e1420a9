/** How many values a document or a request of others may have, and a scope: more than anybody needs. */
export const VALUES = 1_000

/** How many invite codes are made at once, for all accounts together, and for how many sign-ups one is good. */
export const INVITES = { codes: 10_000, uses: 1_000_000 }

/**
 * Whether JSON has more values than {@link VALUES}, or a text with more words. Who validates it looks at each, and at
 * each scope together with each other one: 512 kB of them took 25 seconds, in which nobody was answered. A member
 * that is a text of JSON, such as `claims`, is read as that JSON by who validates it.
 */
export function hasManyValues(json: unknown): boolean {
  const left: unknown[] = [json]
  for (let seen = 0; left.length > 0; seen++) {
    const value = left.pop()
    if (seen > VALUES) return true
    if (typeof value === 'string' && (hasManyWords(value) || saysManyValues(value))) return true
    if (typeof value !== 'object' || value === null) continue
    const within = Object.values(value)
    if (within.length > VALUES) return true
    left.push(...within)
  }
  return false
}

/** The same of a text, which has none where it is no JSON. */
export function saysManyValues(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    return hasManyValues(JSON.parse(text))
  } catch {
    return false
  }
}

export function hasManyWords(text: string): boolean {
  return text.length > VALUES && text.split(' ', VALUES + 1).length > VALUES
}
