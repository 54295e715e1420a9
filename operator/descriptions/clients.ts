import { acts, type Description, reads } from './description.ts'

const ID = { about: 'its client_id' }
const ADDRESS = { about: 'its address, such as https://mcp.example.com' }
const NAME = { about: 'what you call it' }
const METADATA = { about: 'its metadata as JSON (RFC 7591)' }

const PAGED = { fixed: { limit: 100 }, pagedBy: 'after' } as const

/** What can be done with clients and resources; a part of the list. */
export const clientDescriptions: readonly Description[] = [
  acts('client add', 'client/add', {
    what: 'Register a client, or change its metadata',
    takes: {
      id: {
        about: 'its client_id, an https URL without a path, such as https://app.example.com',
      },
      metadata: { ...METADATA, elsewhere: 'file' },
    },
    needsProof: true,
  }),
  reads('client list', 'client/list', { what: 'List the registered clients', ...PAGED }),
  reads('client show', 'client/show', {
    what: 'Print the metadata of a registered client, as JSON',
    takes: { id: ID },
  }),
  acts('client remove', 'client/remove', {
    what: 'Forget a registered client: sign-ins to it are refused, its sessions end, and people are asked again',
    takes: { id: ID },
    asks: ({ id }) =>
      `Forget ${id}? Everybody who is signed in to it is signed out at its next refresh.`,
  }),
  acts('openid client add', 'openid/client-add', {
    what: 'Register a client, or change it; prints its settings with the secret, once',
    takes: {
      id: { about: 'its client_id, such as discourse' },
      metadata: { ...METADATA, elsewhere: 'options' },
    },
    needsProof: true,
  }),
  reads('openid client list', 'openid/client-list', { what: 'List the OpenID clients', ...PAGED }),
  reads('openid client show', 'openid/client-show', {
    what: 'Print the metadata of an OpenID client, as JSON, or its settings for a product',
    takes: { id: ID },
  }),
  acts('openid client rotate-secret', 'openid/client-rotate-secret', {
    what: 'Give an OpenID client a new secret; the old one stops working at once',
    takes: { id: ID },
    asks: ({ id }) => `Give ${id} a new secret? The old one stops working at once.`,
    needsProof: true,
  }),
  acts('openid client remove', 'openid/client-remove', {
    what: 'Forget an OpenID client: sign-ins to it are refused, and its tokens are void',
    takes: { id: ID },
    asks: ({ id }) => `Forget ${id}? Nobody can sign in to it any more.`,
  }),
  acts('openid registration-token add', 'openid/registration-token-add', {
    what: 'Make a token, which is shown once',
    takes: {
      name: NAME,
      days: { about: 'how many days it is good; 30 unless given', flags: '--days <days>' },
    },
    needsProof: true,
  }),
  reads('openid registration-token list', 'openid/registration-token-list', {
    what: 'List the tokens that are good',
  }),
  acts('openid registration-token remove', 'openid/registration-token-remove', {
    what: 'Forget a token; clients that registered with it stay',
    takes: { name: NAME },
    asks: ({ name }) => `Forget the token ${name}? Nobody can register with it any more.`,
  }),
  acts('openid resource add', 'openid/resource-add', {
    what: 'Register a protected resource, or change it',
    takes: {
      address: { about: `${ADDRESS.about}; it is the audience of its tokens` },
      scopes: { about: 'what clients may ask for', flags: '--scopes <scope...>' },
      name: { about: 'what people are told it is called', flags: '--name <name>' },
      alg: {
        about: 'how its tokens are signed: RS256 (usual) or ES256',
        flags: '--alg <alg>',
      },
    },
  }),
  reads('openid resource list', 'openid/resource-list', { what: 'List the protected resources' }),
  reads('openid resource show', 'openid/resource-show', {
    what: 'Print a protected resource, as JSON',
    takes: { address: ADDRESS },
  }),
  acts('openid resource remove', 'openid/resource-remove', {
    what: 'Forget a protected resource: no token is given for it any more',
    takes: { address: ADDRESS },
    asks: ({ address }) => `Forget ${address}? Clients get no tokens for it any more.`,
  }),
  acts('openid rotate-keys', 'openid/rotate-keys', {
    what: 'Make new signing keys, which sign a day later; relying parties notice nothing',
    takes: {
      atOnce: {
        about: 'forget the keys of before now: somebody else knows one of them',
        flags: '--at-once',
      },
    },
    asks: ({ atOnce }) => (atOnce ? 'Forget the keys? Id tokens of before count no more.' : null),
  }),
]
