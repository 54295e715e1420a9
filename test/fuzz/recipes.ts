import type { Cook } from './cook.ts'
import { securityForm, signInStep } from './factor_recipes.ts'
import { isJwt } from './mutate.ts'
import { exchange, push, refresh, revoke } from './oauth_recipes.ts'
import { openidCall, openidPage, selfRegistration } from './openid_recipes.ts'
import { authorize, form, page, pages } from './page_recipes.ts'
import type { Random } from './random.ts'
import type { Recipe } from './recipe.ts'
import type { Target } from './target.ts'
import { operator, xrpc } from './xrpc_recipes.ts'

/** Valid requests to every route, with how often each is taken. */
const menu: [share: number, cook: Cook][] = [
  [14, push],
  [10, exchange],
  [10, refresh],
  [6, revoke],
  [8, authorize],
  [14, page],
  [8, form],
  [4, securityForm],
  [5, signInStep],
  [8, openidCall],
  [5, openidPage],
  [5, selfRegistration],
  [22, xrpc],
  [4, operator],
  [8, pages],
]

const shares = menu.flatMap(([share, cook]) => Array<Cook>(share).fill(cook))

/** A request that one part or another of the program is made for. */
export function choose(target: Target, random: Random): Recipe | Promise<Recipe> {
  return random.pick(shares)(target, random)
}

/** Tokens in an answer, which must not turn up anywhere else. */
export function tokensIn(answer: string): string[] {
  return [...answer.matchAll(/"([\w.:-]{40,})"/g)]
    .map(([, value]) => value as string)
    .filter((value) => isJwt(value) || value.startsWith('ref-'))
}
