import type { Actors } from '../../actors/reach.ts'
import { isSameSubject } from '../../identity/subject.ts'

/** Why it is asked who it is, in the provider's words. */
export const LOGIN_HINT = 'login_hint'

/** @param params of the client's request @returns undefined where it names nobody */
export function loginHintOf({ login_hint: hint }: Record<string, unknown>): string | undefined {
  const name = typeof hint === 'string' ? hint.trim().replace(/^at:\/\//i, '') : ''
  return name || undefined
}

/**
 * Whether a client means this account: by its handle, its DID or its mail address, as people write it. It is compared
 * with accounts of the browser alone, since nobody is to find out whether there is one of an address.
 */
export async function isHinted(
  actors: Pick<Actors, 'account'>,
  did: string,
  hint: string,
): Promise<boolean> {
  const account = await actors.account(did).read()
  return isAmong([did, account?.handle, account?.email], hint)
}

/** The same of names that are at hand. */
export function isAmong(names: readonly (string | null | undefined)[], hint: string): boolean {
  return names.some((name) => name != null && isSameSubject(name, hint))
}
