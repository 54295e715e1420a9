import { randomBytes } from 'node:crypto'
import { type Attacker, makeDpopKey, type Session, toSession } from '../shared/people/attacker.ts'
import type { Visitor } from '../shared/people/visitor.ts'

type Person = { handle: string; password: string }

/** Signs in on the account page, so that the browser remembers it. */
export async function signInOnPage(visitor: Visitor, { handle, password }: Person): Promise<void> {
  const page = await visitor.open('/account/sign-in?step=sign-in')
  await visitor.send(page, { username: handle, password, remember: 'on' })
}

/** What an app gets from a browser that is signed in. */
export async function signInToApp(
  visitor: Visitor,
  client: Attacker,
  did: string,
): Promise<Session> {
  const key = await makeDpopKey()
  const verifier = randomBytes(32).toString('base64url')
  const pushed = await client.push(key, {}, verifier)
  const { pathname, search } = new URL(client.authorizeUrl(pushed.body.request_uri))
  const url = `${pathname}${search}&${new URLSearchParams({ account: did })}`
  await visitor.open(url)
  const { text } = await visitor.call('consent', { did }, url)
  const code = new URL(JSON.parse(text).url).searchParams.get('code') ?? ''
  return toSession(await client.exchange({ code, verifier, key }), key)
}
