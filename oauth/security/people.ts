import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { Basis } from '../../actors/account/basis.ts'
import type { HttpRequest } from '../../http/message.ts'
import { requestScope } from '../../stores/request_scope.ts'
import type { FoundSignIn } from '../sign_in/cookies/signed_in.ts'
import type { DeviceId } from '../sign_in/device.ts'

/** An account that is signed in, or was, in a browser. */
export type Person = {
  did: string
  handle: string | null
  /** The sign-in on which rests what is done; null where it is too old. */
  basis: Basis | null
  /** When somebody signed in who is not remembered, ms: it ends a quarter of an hour later. */
  passingSince: number | null
  /** Whether the account is damaged, so that nobody can sign in to it. */
  isDamaged?: boolean
}

/**
 * Whom a browser can see the security page of, the one that has just signed in first.
 *
 * @param recent who has just signed in (`findSignedIn`)
 */
export async function peopleOf(
  provider: Pick<OAuthProvider, 'accountManager' | 'checkLoginRequired'>,
  deviceId: DeviceId,
  recent: FoundSignIn | null,
): Promise<Person[]> {
  const known = await provider.accountManager.listDeviceAccounts(deviceId)
  const remembered = known.map((each): Person => {
    const { did, handle = null } = each.account
    const isTooOld = provider.checkLoginRequired(each)
    const basis = isTooOld ? null : requestScope().signInOf(did)
    const isDamaged = requestScope().damaged.has(did)
    return { did, handle, basis, passingSince: null, isDamaged }
  })
  // That of one who is remembered ends with the device session.
  if (!recent?.isPassing) return remembered
  const { did, handle, generation } = recent.account
  const isIt = (each: Person) => each.did === did && each.basis !== null
  if (remembered.some(isIt)) return remembered
  const first = { did, handle, basis: { generation }, passingSince: recent.since }
  return [first, ...remembered.filter((each) => each.did !== did)]
}

/** Whom the person has chosen, by DID or handle, or else the only one there is. */
export function chosenOf({ url }: HttpRequest, people: readonly Person[]): Person | undefined {
  const wanted = url.searchParams.get('account')
  if (wanted === null) return people.length === 1 ? people[0] : undefined
  return people.find(({ did, handle }) => did === wanted || handle === wanted)
}
