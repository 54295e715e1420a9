import { decodeJwt } from 'jose'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import * as oauth from '../../clients/lean_client.ts'
import { connect, succeed } from '../../clients/lean_http.ts'
import { signIn } from '../../clients/lean_sign_in.ts'
import { newPost } from '../../clients/new_post.ts'
import { type Content, contentOf } from './content.ts'
import { counts, each, type Lane, type Operation } from './operation.ts'

const CREATE_RECORD = '/xrpc/com.atproto.repo.createRecord'

/** What a PDS answers alone: under one name it passes through the gateway. */
export const passing: Operation[] = [
  {
    name: 'getRecord',
    durable: false,
    count: counts(1_500, 5_000),
    lanes: (origin, people, inFlight, address) =>
      each(people.slice(0, inFlight), async (person) =>
        reading(origin, person, address, ({ did: repo, rkey }) => {
          const query = new URLSearchParams({ repo, collection: 'app.bsky.feed.post', rkey })
          return `/xrpc/com.atproto.repo.getRecord?${query}`
        }),
      ),
  },
  {
    name: 'getBlob',
    durable: false,
    count: counts(300, 1_000),
    lanes: (origin, people, inFlight, address) =>
      each(people.slice(0, inFlight), async (person) =>
        reading(origin, person, address, ({ did, cid }) => {
          const query = new URLSearchParams({ did, cid })
          return `/xrpc/com.atproto.sync.getBlob?${query}`
        }),
      ),
  },
  {
    name: 'createRecord',
    durable: false,
    count: counts(300, 800),
    lanes: (origin, people, inFlight, address) =>
      each(people.slice(0, inFlight), async (person) => {
        const signedIn = await oauth.openClient(origin, 1)
        const { accessToken } = await signIn(signedIn, person)
        const did = String(decodeJwt(accessToken).sub)
        const client = { ...signedIn, dispatcher: connect(address) }
        return async () => {
          const post = newPost(did, 'measured')
          const { status, body } = await oauth.call(client, CREATE_RECORD, accessToken, post)
          if (status !== 200) throw new Error(`createRecord: ${status} ${JSON.stringify(body)}`)
        }
      }),
  },
]

/** Reads something of a person again and again. */
async function reading(
  origin: string,
  person: Credentials,
  address: string,
  pathOf: (content: Content) => string,
): Promise<Lane> {
  const path = pathOf(await contentOf(origin, person))
  const connection = connect(address)
  return async () => void (await succeed(connection, { method: 'GET', path, headers: {} }))
}
