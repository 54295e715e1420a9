import { schemas } from '@atproto/api'
import { commands } from '../../operator/commands/index.ts'
import { methods } from '../../xrpc/index.ts'
import { type Cook, pickRoute, plain } from './cook.ts'
import { mutateJson } from './mutate.ts'
import type { Pairs } from './recipe.ts'
import type { Target } from './target.ts'

/** What a PDS answers. */
const FOREIGN = [
  'com.atproto.repo.describeRepo',
  'com.atproto.repo.listRecords',
  'com.atproto.repo.createRecord',
  'com.atproto.sync.getRepo',
  'com.atproto.sync.subscribeRepos',
  'app.bsky.actor.getPreferences',
  'chat.bsky.convo.listConvos',
  'com.atproto.server.getServiceAuth',
]

type Shape = { required?: string[]; properties?: Record<string, unknown> }
type Lexicon = { type: string; parameters?: Shape; input?: { schema?: Shape } }

const lexicons = new Map<string, Lexicon>(
  schemas.map(({ id, defs }) => [id, (defs as unknown as { main: Lexicon }).main]),
)
const own = methods.map(({ nsid }) => nsid as string)

/** Names and values that some method or other understands. */
const vocabulary = ({ person, network }: Target): Record<string, unknown> => ({
  did: person.did,
  handle: 'z.test',
  identifier: person.handle,
  email: 'w@mail.vestibule.internal',
  password: 'wrong password',
  token: 'AAAAA-AAAAA',
  inviteCode: 'localhost-aaaaa-bbbbb',
  codes: ['localhost-aaaaa-bbbbb'],
  accounts: [person.did],
  account: 'nobody.test',
  code: 'AAAAA-AAAAA',
  useCount: 1,
  codeCount: 1,
  forAccount: 'admin',
  name: 'fuzzed',
  repo: person.did,
  dids: person.did,
  limit: 3,
  cursor: 'x',
  q: 'fuzz',
  scope: 'ref:none.test',
  aud: network.vestibule.did,
  subject: { $type: 'com.atproto.admin.defs#repoRef', did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' },
  deactivated: { applied: true },
  recipientDid: person.did,
  senderDid: person.did,
  content: 'hello',
  emailAuthFactor: true,
  rotationKeys: ['did:key:zQ3shXj'],
  alsoKnownAs: ['at://z.test'],
})

/** In the place of a JWT of the account's PDS, until it is wanted. */
const SIGNED = Symbol('signed')

/** Any method, with whatever it takes. */
export const xrpc: Cook = async (target, random) => {
  const { legacy, session, serviceJwt, network } = target
  const nsid = random.chance(0.8) ? pickRoute(random, own, (name) => name) : random.pick(FOREIGN)
  const { type, parameters, input } = lexicons.get(nsid) ?? { type: 'query' }
  const words = vocabulary(target)
  // What an administrator may do to somebody ends them.
  if (nsid.startsWith('com.atproto.admin.')) {
    Object.assign(words, { did: target.victim, recipientDid: target.victim })
  }
  const { required = [], properties = {} } = parameters ?? input?.schema ?? {}
  const chosen = Object.keys(properties)
    .filter((name) => required.includes(name) || random.chance(0.4))
    .map((name): [string, unknown] => [name, words[name] ?? 'x'])
  const basic = (password: string) => `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
  const picked = random.pick([
    `Bearer ${legacy.accessJwt}`,
    `Bearer ${legacy.accessJwt}`,
    `Bearer ${legacy.refreshJwt}`,
    SIGNED,
    SIGNED,
    `Bearer ${session.accessToken}`,
    `DPoP ${session.accessToken}`,
    basic(network.vestibule.adminPassword),
    basic(network.vestibule.adminPassword),
    basic(network.pds.adminPassword),
    basic('wrong password'),
    null,
  ])
  // To sign one takes longer than all the rest of a request.
  const authorization = picked === SIGNED ? `Bearer ${await serviceJwt(nsid)}` : picked
  const isQuery = type !== 'procedure'
  return {
    ...plain(isQuery ? 'GET' : 'POST', `/xrpc/${nsid}`, [
      ['content-type', 'application/json'],
      ...(authorization === null ? [] : ([['authorization', authorization]] as Pairs)),
    ]),
    query: isQuery ? chosen.map(([name, value]) => [name, String(value)]) : [],
    body: isQuery || !input ? null : { json: Object.fromEntries(chosen) },
  }
}

/** The operator's API, with the token that opens it. */
export const operator: Cook = ({ operatorToken }, random) => ({
  ...plain('POST', `/_operator/${pickRoute(random, Object.keys(commands), (name) => name)}`, [
    ['authorization', `Bearer ${operatorToken}`],
    ['content-type', 'application/json'],
  ]),
  body: { json: mutateJson(random, { account: 'nobody.test', did: 'did:plc:x', count: 1 }) },
})
