import { createHash } from 'node:crypto'
import { type Answer, send } from '../../shared/people/attacker.ts'
import { authorization, type OAuthSignIn } from '../endings/grants.ts'
import { PASSWORD, type Person, type World } from '../endings/world.ts'

/** What an access token is of. */
export const KINDS = ['password', 'app password', 'OAuth'] as const
export type Kind = (typeof KINDS)[number]

/** One account, signed in to in each way. */
export type SignedIn = {
  person: Person
  oauth: OAuthSignIn
  legacy: Record<'password' | 'app password', { accessJwt: string; refreshJwt: string }>
}

export async function signIn(world: World, person: Person): Promise<SignedIn> {
  const createSession = async (password: string) => {
    const { body } = await world.call('server.createSession', {
      identifier: person.handle,
      password,
    })
    return { accessJwt: String(body.accessJwt), refreshJwt: String(body.refreshJwt) }
  }
  const oauth = await (await authorization(world, person, true))()
  if (!oauth) throw new Error('Not signed in')
  const legacy = {
    password: await createSession(PASSWORD),
    'app password': await createSession(person.appPassword.password),
  }
  return { person, oauth, legacy }
}

/** The path of a method that the PDS answers. */
export const LIST = '/xrpc/com.atproto.repo.listMissingBlobs'

/** Asks a method that the PDS answers for whoever is signed in. */
export async function ask(world: World, signedIn: SignedIn, kind: Kind): Promise<Answer> {
  return askWith(world, await shown(world, signedIn, kind, ['GET', LIST]))
}

export const askWith = ({ url }: { url: string }, headers: Record<string, string>) =>
  send(url + LIST, { headers: { ...headers, origin: 'https://app.example' } })

/** The headers that show an access token. */
export async function shown(
  world: World,
  { legacy, oauth }: SignedIn,
  kind: Kind,
  [method, path]: [method: string, path: string],
): Promise<Record<string, string>> {
  if (kind !== 'OAuth') return { authorization: `Bearer ${legacy[kind].accessJwt}` }
  const { client, session } = oauth
  const proofFor = (nonce: string | undefined, htm: string, of: string) => {
    const ath = createHash('sha256').update(session.accessToken).digest('base64url')
    return client.proof(of, session.key, { claims: { htm, ath, nonce } })
  }
  const authorization = `DPoP ${session.accessToken}`
  // The PDS has nonces of its own, and names the next one with every answer.
  const first = await askWith(world, {
    authorization,
    dpop: await proofFor(undefined, 'GET', LIST),
  })
  const nonce = first.headers.get('dpop-nonce') ?? undefined
  return { authorization, dpop: await proofFor(nonce, method, path) }
}
