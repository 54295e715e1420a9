import type { Difference } from './difference.ts'
import { OF_CALLERS } from './differences_of_callers.ts'
import { OF_MEMBERS } from './differences_of_members.ts'
import { OF_VERSIONS } from './differences_of_versions.ts'

/** Fields of a body that Vestibule adds, wherever they are. */
export const ADDED_FIELDS = {
  emailAuthFactor: 'the reference has no second factor; its lexicons and the Bluesky app do',
}

/** Headers that Vestibule adds where the reference has none. */
export const ADDED_HEADERS = {
  exposed: 'a request counts before it is looked at, so refusals say how the limits stand, too',
  'cache-control': 'what depends on who asks is for nobody else, whatever the scheme of the token',
  vary: 'as above',
}

const bothWays: Difference['ways'] = ['direct', 'through']

export const DIFFERENCES: readonly Difference[] = [
  ...OF_CALLERS,
  ...OF_MEMBERS,
  ...OF_VERSIONS,
  {
    calls: ['requestPasswordReset: unknown address'],
    ways: bothWays,
    behind: { status: 200 },
    why: 'the answer does not say which addresses have an account, as on the pages',
  },
  {
    calls: ['createSession: by @handle'],
    ways: bothWays,
    behind: { status: 200 },
    why: 'a name is read in one way everywhere, and people type the @ that apps show',
  },
  {
    calls: ['', ', packed'].flatMap((packed) =>
      [65, 100, 140].map((length) => `createSession: a body of ${length} KiB${packed}`),
    ),
    ways: bothWays,
    behind: { status: 413, error: 'PayloadTooLarge' },
    why: 'the gateway reads 64 KiB, which is many times the longest input of a method; the reference reads 150',
  },
  {
    calls: ['', ', packed'].flatMap((packed) =>
      [160, 1024].map((length) => `createSession: a body of ${length} KiB${packed}`),
    ),
    ways: ['direct'],
    behind: { status: 413, error: 'PayloadTooLarge' },
    why: 'as the XRPC specification calls it; the reference writes the name of a class',
  },
  {
    calls: ['createSession: gzip that is none', 'createSession: gzip that is cut'],
    ways: ['direct'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the same refusal; the reference lets an error of zlib out',
  },
  {
    calls: ['createSession: gzip with more behind it'],
    ways: ['direct'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'a body is read in one way; the reference reads the first part, others read all',
  },
  {
    calls: [
      'createSession: br',
      'createSession: gzip twice',
      'createSession: a coding that there is not',
      'createSession: charset=iso-8859-1',
    ],
    ways: ['direct'],
    behind: { status: 415, error: 'InvalidRequest' },
    why: 'the same refusal; the reference writes the name of a class',
  },
  {
    calls: ['createSession: no JSON', 'createSession: a string', 'createSession: null'],
    ways: ['direct'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the same refusal; the reference writes the name of a class, and a position in the text',
  },
  {
    calls: ['createSession: type in capitals'],
    ways: ['direct'],
    behind: { status: 200 },
    why: 'case says nothing in a media type (RFC 9110 section 8.3.1)',
  },
  {
    calls: ['createAccount: no password'],
    ways: ['direct'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the reference makes an account that cannot be signed in to',
  },
  {
    calls: ['createAccount: proof for another service'],
    ways: ['direct'],
    behind: { status: 401, error: 'BadJwtAudience' },
    why: 'the same refusal, before the issuer is looked up rather than after',
  },
  {
    calls: [
      'getSession: token of before the takedown',
      'activateAccount: token of before the takedown',
    ],
    ways: ['direct'],
    behind: { status: 400, error: 'ExpiredToken' },
    why: 'a takedown ends sessions, and the access token of an ended session is good for nothing; refreshSession says why',
  },
  {
    calls: ['access token: of a DID without account'],
    ways: ['direct'],
    behind: { status: 403, error: 'AccountNotFound' },
    why: 'the account is looked up for every method, since its PDS is the audience to check; the reference has this answer in other methods',
  },
  {
    calls: ['access token: of a DID without account'],
    ways: ['through'],
    behind: { status: 500 },
    why: 'the PDS has no key to ask the entryway with; such a token needs a forged signature or a deleted account',
  },
  {
    calls: ['createAppPassword: name taken'],
    ways: bothWays,
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the reference lets a database error out',
  },
  {
    calls: ['admin.updateAccountEmail: taken'],
    ways: bothWays,
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the reference lets a database error out',
  },
  {
    calls: ['admin.updateAccountPassword: nobody'],
    ways: bothWays,
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the reference reports success for a DID that has no account',
  },
  {
    calls: ['updateSubjectStatus: of nobody'],
    ways: ['direct'],
    behind: { status: 400, error: 'NotFound' },
    why: 'the reference reports success for a DID that has no account',
  },
  {
    calls: ['admin.deleteAccount: nobody'],
    ways: ['direct'],
    behind: { status: 400, error: 'AccountNotFound' },
    why: 'the reference reports success for a DID that has no account',
  },
  {
    calls: ["admin.sendEmail: a user's token"],
    ways: ['direct'],
    behind: { status: 401, error: 'BadJwtType' },
    why: "the only service that may is the recipient's own PDS, so its JWT is verified first",
  },
  {
    calls: ['searchAccounts', 'checkHandleAvailability'],
    ways: ['direct'],
    behind: { status: 200 },
    why: 'lexicon methods that the reference leaves to entryways',
  },
  {
    calls: ['dereferenceScope'],
    ways: ['direct'],
    behind: { status: 400, error: 'InvalidScopeReference' },
    why: 'a lexicon method that the reference leaves to entryways',
  },
  {
    calls: ['describeServer'],
    ways: ['direct'],
    behind: { status: 200 },
    why: "blobUploadLimit is the PDS's, which says it",
  },
  {
    calls: ['resolveHandle', 'resolveHandle: new handle'],
    ways: ['through'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the PDS resolves by DNS and HTTPS what the entryway publishes; .test is not on the web',
  },
  {
    calls: [
      'resolveHandle: unknown',
      'resolveHandle: old handle',
      'resolveHandle: deactivated',
      'resolveHandle: deleted',
      'resolveHandle: taken down',
    ],
    ways: ['through'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: "the PDS does not know which handles are the entryway's own",
  },
  {
    calls: ['createSession: taken down', 'getSession: token of before the takedown'],
    ways: ['through'],
    behind: { status: 200 },
    why: 'the operator took the account down on the PDS, which does not say so; at Vestibule it reaches both',
  },
  {
    calls: ['createSession: taken down, allowed', 'createSession: takedown lifted'],
    ways: ['through'],
    behind: { status: 200 },
    why: 'as above: `status` is what Vestibule knows',
  },
  {
    calls: ['getSession: narrow token'],
    ways: ['through'],
    behind: { status: 200 },
    why: 'as above: the session is not a narrow one',
  },
  {
    calls: ['requestEmailConfirmation: narrow token'],
    ways: ['through'],
    behind: { status: 401, error: 'AccountTakedown' },
    why: 'as above',
  },
  {
    calls: ['activateAccount: narrow token'],
    ways: ['through'],
    behind: { status: 400, error: 'AccountNotFound' },
    why: 'as above; the PDS refuses to activate it',
  },
  {
    calls: ['getAccountInfo', 'getAccountInfos'],
    ways: ['through'],
    behind: { status: 200 },
    why: 'behind an entryway the PDS knows neither address nor invites; ask Vestibule',
  },
  {
    calls: ['admin.updateAccountHandle'],
    ways: ['through'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'behind an entryway this is how the entryway tells the PDS; the operator asks Vestibule',
  },
  {
    calls: ['admin.updateAccountHandle: reserved'],
    ways: ['through'],
    behind: { status: 400 },
    why: 'as above',
  },
  {
    calls: ['admin.updateAccountHandle: taken'],
    ways: ['through'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'as above',
  },
  {
    calls: [
      'createInviteCode',
      'createInviteCode: for an account',
      'createInviteCodes',
      'createInviteCodes: for nobody in particular',
      'getInviteCodes',
      'getInviteCodes: by use',
      'getInviteCodes: bad cursor',
      'getInviteCodes: no token',
      'disableInviteCodes',
      "disableInviteCodes: the operator's",
      'disableAccountInvites',
      'enableAccountInvites',
    ],
    ways: ['through'],
    behind: {
      status: 400,
      message: 'Account invites are managed by the entryway service',
    },
    why: 'the PDS says so itself: ask Vestibule',
  },
  {
    calls: ['getAccountInviteCodes'],
    ways: ['through'],
    behind: { status: 200, shape: { codes: [] } },
    why: 'as above: no codes were made',
  },
]
