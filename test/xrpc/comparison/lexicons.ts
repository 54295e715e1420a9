import { schemas } from '@atproto/api'

/** A member of a method's input, or one of its parameters. */
export type Property = {
  type: string
  format?: string
  items?: Property
}

/** A method as its lexicon describes it. */
export type Described = {
  /** Without `com.atproto.`. */
  nsid: string
  isQuery: boolean
  takesBody: boolean
  properties: Record<string, Property>
  required: readonly string[]
}

type Shape = { properties?: Record<string, Property>; required?: string[] }
type Main = { type: string; parameters?: Shape; input?: { schema?: Shape } }

const ENTRYWAYS = /^com\.atproto\.(admin|identity|server|temp)\./

/** The methods of the namespaces in which an entryway answers, by their lexicons. */
export const described: readonly Described[] = schemas.flatMap(({ id, defs }) => {
  const main = (defs as { main?: Main }).main
  const isQuery = main?.type === 'query'
  if (!ENTRYWAYS.test(id) || !main || !(isQuery || main.type === 'procedure')) return []
  const { properties = {}, required = [] } = main.parameters ?? main.input?.schema ?? {}
  const nsid = id.replace('com.atproto.', '')
  return [{ nsid, isQuery, takesBody: main.input !== undefined, properties, required }]
})

/** Whom the values of an input are about. */
export type About = { did: string; handle: string; email: string }

const DID_KEY = 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme'

/** By the names of members, which say more than their types. */
const BY_NAME: Record<string, (about: About) => unknown> = {
  account: ({ did }) => did,
  accounts: () => [],
  aud: () => 'did:web:elsewhere.test',
  codes: () => [],
  content: () => '<p>Hello</p>',
  dids: ({ did }) => [did],
  email: ({ email }) => email,
  handle: ({ handle }) => handle,
  identifier: ({ handle }) => handle,
  operation: () => ({}),
  password: () => 'a wrong one',
  phoneNumber: () => '+15550100',
  recoveryKey: () => DID_KEY,
  signingKey: () => DID_KEY,
  subject: ({ did }) => ({ $type: 'com.atproto.admin.defs#repoRef', did }),
  token: () => 'AAAAA-22222',
}

const BY_FORMAT: Record<string, (about: About) => unknown> = {
  'at-uri': ({ did }) => `at://${did}/app.bsky.feed.post/1`,
  cid: () => 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a',
  datetime: () => '2030-01-01T00:00:00.000Z',
  did: ({ did }) => did,
  nsid: () => 'com.atproto.server.getSession',
}

const BY_TYPE: Record<string, unknown> = {
  array: [],
  boolean: false,
  integer: 1,
  string: 'words',
}

/** A value that the lexicon takes, and that changes as little as possible. */
export function sampleOf(name: string, { type, format = '' }: Property, about: About): unknown {
  const make = BY_NAME[name] ?? BY_FORMAT[format]
  return make ? make(about) : (BY_TYPE[type] ?? {})
}

/** What a method has to be given at least. */
export function leastInput({ properties, required }: Described, about: About) {
  return Object.fromEntries(
    required.map((name) => [name, sampleOf(name, properties[name] as Property, about)]),
  )
}
