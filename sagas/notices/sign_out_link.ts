import type { EndedBy } from '../../actors/account/sessions.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Services } from '../services/services.ts'

/**
 * The link in a mail that signs everybody out of an account, for an owner who cannot sign in or need not.
 * It names the account and a secret of it, sealed, so that no account is asked for a link that was made
 * up. It works once (`SIGN_OUT_LINK`), by a button: programs that look through mails open links.
 */
const PLACE = 'link that signs out'

type Parts = Pick<Services, 'actors' | 'secrets'>

/** @returns what stands in the link @throws {Refusal} AccountNotFound */
export async function makeSignOutLink({ actors, secrets }: Parts, did: string): Promise<string> {
  const secret = await actors.account(did).makeSignOutLink()
  return secrets.seal.seal(PLACE, `${did} ${secret}`)
}

/** The account whose link it is; null for one that was used, is too old or was made up. */
export async function readSignOutLink(parts: Parts, link: string): Promise<AccountRow | null> {
  const opened = await open(parts, link)
  return opened && parts.actors.account(opened.did).readSignOutLink(opened.secret)
}

/**
 * Ends all sign-ins of the account, app passwords included.
 *
 * @returns its DID; null as {@link readSignOutLink}
 */
export async function signOutByLink(
  parts: Parts,
  link: string,
  by: EndedBy,
): Promise<string | null> {
  const opened = await open(parts, link)
  if (!opened) return null
  const isDone = await parts.actors.account(opened.did).useSignOutLink(opened.secret, by)
  return isDone ? opened.did : null
}

async function open({ actors, secrets }: Parts, link: string) {
  const [did, secret] = secrets.seal.open(PLACE, link)?.split(' ') ?? []
  if (!did || !secret || !(await actors.directory.find(did, ['did']))) return null
  return { did, secret }
}
