import type { Random } from './random.ts'
import type { Pairs, Recipe } from './recipe.ts'
import type { Target } from './target.ts'

/** Makes a valid request of one sort. */
export type Cook = (target: Target, random: Random) => Recipe | Promise<Recipe>

export const plain = (method: string, path: string, headers: Pairs = []): Recipe => ({
  method,
  path,
  query: [],
  headers,
  cookies: [],
  body: null,
})

/** These hash a password, which takes as long as a hundred other requests. */
const SLOW =
  /sign-up|sign-in|createSession|createAccount|createAppPassword|[pP]assword|delete-?account|account\/create/i

/** One of them, a slow one seldom. */
export function pickRoute<T>(
  random: Random,
  routes: readonly T[],
  nameOf: (route: T) => string,
): T {
  for (;;) {
    const route = random.pick(routes)
    if (!SLOW.test(nameOf(route)) || random.chance(0.3)) return route
  }
}
