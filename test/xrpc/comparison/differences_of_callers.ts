import { methodRoutes } from '../../../xrpc/routes.ts'
import { CALLERS } from './callers.ts'
import type { Difference } from './difference.ts'
import { described } from './lexicons.ts'

const everybody = CALLERS.map(({ name }) => name)
const byDpop = everybody.filter((name) => /OAuth app|without a proof/.test(name))
const others = everybody.filter((name) => !byDpop.includes(name))
const OPERATOR = 'the operator'
const NO_TOKEN = ['nobody', 'another operator', 'Basic without a colon', 'Digest', 'Bearer alone']
const SERVICE = 'a service JWT'
const APP_TAKEN_DOWN = "somebody taken down's app password"
const OAUTH_TAKEN_DOWN = "somebody taken down's OAuth app"

const by = (methods: readonly string[], ...callers: string[]) =>
  methods.flatMap((nsid) => callers.map((caller) => `${nsid} by ${caller}`))
const without = (all: readonly string[], ...few: readonly string[]) =>
  all.filter((one) => !few.includes(one))

const every = described.map(({ nsid }) => nsid)
const own = methodRoutes.map(({ name }) => name.replace('com.atproto.', ''))
/** What a PDS asks its entryway for, on behalf of the account's owner. */
const ASKED_BY_PDS = [
  'identity.requestPlcOperationSignature',
  'identity.signPlcOperation',
  'identity.updateHandle',
  'server.confirmEmail',
  'server.createAppPassword',
  'server.deactivateAccount',
  'server.getAccountInviteCodes',
  'server.getSession',
  'server.listAppPasswords',
  'server.requestAccountDelete',
  'server.requestEmailConfirmation',
  'server.requestEmailUpdate',
  'server.revokeAppPassword',
  'server.updateEmail',
]
/** What a PDS hands to its entryway with the token of the caller. */
const HANDED_ON = ['server.activateAccount', 'temp.checkSignupQueue']
/** Where the reference looks only at the token, and not whether there is such an account. */
const BY_TOKEN_ALONE = [
  'identity.requestPlcOperationSignature',
  'identity.signPlcOperation',
  'server.activateAccount',
  'server.deactivateAccount',
  'server.getSession',
  'server.listAppPasswords',
  'server.revokeAppPassword',
  'temp.checkSignupQueue',
]

const DIRECT: readonly Omit<Difference, 'ways'>[] = [
  {
    calls: by(every, ...without(byDpop, OAUTH_TAKEN_DOWN)),
    behind: { status: 401, error: 'AuthenticationRequired' },
    why: 'a DPoP proof names the host that it is for; the challenge says which PDS that is',
  },
  {
    calls: by(every, OAUTH_TAKEN_DOWN),
    behind: { status: 401, error: 'invalid_token' },
    why: 'a takedown ends sessions, and what comes through Vestibule is refused from then on',
  },
  {
    calls: by(
      without(every, ...own),
      ...['a session that ended', 'a token of nobody', 'somebody taken down', APP_TAKEN_DOWN],
    ),
    behind: { status: 400, error: 'ExpiredToken' },
    why: 'as above, also where the PDS does not look at the token',
  },
  {
    calls: by(['server.describeServer'], ...others),
    behind: { status: 200 },
    why: "blobUploadLimit is the PDS's, which says it",
  },
  {
    calls: [
      ...by(['temp.checkHandleAvailability'], ...others),
      ...by(['admin.searchAccounts'], OPERATOR),
    ],
    behind: { status: 200 },
    why: 'lexicon methods that the reference leaves to entryways',
  },
  {
    calls: by(['temp.dereferenceScope'], ...others),
    behind: { status: 400, error: 'InvalidScopeReference' },
    why: 'as above',
  },
  {
    calls: by(['admin.searchAccounts'], ...without(others, OPERATOR)),
    behind: { status: 401, error: 'AuthenticationRequired' },
    why: 'as above',
  },
  {
    calls: by([...ASKED_BY_PDS, 'admin.sendEmail'], SERVICE),
    behind: {},
    why: 'this is how a PDS asks its entryway; to a PDS alone it is no access token',
  },
  {
    calls: by(ASKED_BY_PDS, `${SERVICE} for another method`, `${SERVICE} for another server`),
    behind: { status: 401 },
    why: 'as above: such a JWT is refused for what it says',
  },
  {
    calls: by(['admin.sendEmail'], ...without(others, OPERATOR, SERVICE, ...NO_TOKEN)),
    behind: { status: 401 },
    why: "the only service that may is the recipient's own PDS, so its JWT is verified first",
  },
  {
    calls: [
      ...by([...ASKED_BY_PDS, ...HANDED_ON], 'a session that ended'),
      ...by(BY_TOKEN_ALONE, 'somebody taken down'),
      ...by(['server.getSession', 'server.listAppPasswords'], APP_TAKEN_DOWN),
      ...by(['server.revokeAppPassword', 'temp.checkSignupQueue'], APP_TAKEN_DOWN),
    ],
    behind: { status: 400, error: 'ExpiredToken' },
    why: 'the access token of an ended session is good for nothing, and a takedown ends sessions',
  },
  {
    calls: by(BY_TOKEN_ALONE, 'a token of nobody'),
    behind: { status: 403, error: 'AccountNotFound' },
    why: 'the account is looked up for every method, since its PDS is the audience to check',
  },
  {
    calls: by(['server.getSession', 'temp.checkSignupQueue'], 'a token of the sign-up queue'),
    behind: { status: 400, error: 'InvalidToken' },
    why: 'there is no queue, so such a token is never issued',
  },
]

const NOT_TO_PROXY = [
  'server.createSession',
  'server.deleteAccount',
  'server.deleteSession',
  'server.requestPasswordReset',
  'server.resetPassword',
]
const INVITES = [
  'admin.disableAccountInvites',
  'admin.disableInviteCodes',
  'admin.enableAccountInvites',
  'server.createInviteCode',
  'server.createInviteCodes',
]
const invitesElsewhere = {
  status: 400,
  message: 'Account invites are managed by the entryway service',
}

const THROUGH: readonly Omit<Difference, 'ways'>[] = [
  {
    calls: [...by(['admin.getInviteCodes'], ...everybody), ...by(INVITES, OPERATOR)],
    behind: invitesElsewhere,
    why: 'the PDS says so itself: ask Vestibule',
  },
  {
    calls: by(['admin.getAccountInfo', 'admin.getAccountInfos'], OPERATOR),
    behind: { status: 200 },
    why: 'behind an entryway the PDS knows neither address nor invites; ask Vestibule',
  },
  {
    calls: by(['identity.resolveHandle'], ...everybody),
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the PDS resolves by DNS and HTTPS what the entryway publishes; .test is not on the web',
  },
  {
    calls: by(['server.createAccount'], 'nobody', SERVICE),
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'accounts are not made through a PDS behind an entryway',
  },
  {
    calls: by(NOT_TO_PROXY, ...byDpop),
    behind: { status: 400, message: 'DPoP requests cannot be proxied' },
    why: 'the PDS says so itself; these methods take no access token from anybody',
  },
  {
    calls: [
      ...by(HANDED_ON, 'a session that ended', 'somebody taken down'),
      ...by(['temp.checkSignupQueue'], APP_TAKEN_DOWN),
    ],
    behind: { status: 400, error: 'ExpiredToken' },
    why: 'Vestibule is asked, where the session has ended',
  },
  {
    calls: by(
      ['identity.signPlcOperation', 'server.deactivateAccount'],
      ...['somebody taken down', 'somebody taken down, narrowly'],
    ),
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the PDS takes the token for as long as it lives, so it gets nothing lasting meanwhile',
  },
  {
    calls: by(
      [
        ...ASKED_BY_PDS,
        ...HANDED_ON,
        'identity.getRecommendedDidCredentials',
        'identity.submitPlcOperation',
        'server.checkAccountStatus',
        'server.getServiceAuth',
      ],
      OAUTH_TAKEN_DOWN,
    ),
    behind: {},
    why: 'the PDS verifies OAuth tokens alone, for the 15 minutes that they live',
  },
  {
    calls: by(['temp.checkSignupQueue'], 'a token of the sign-up queue'),
    behind: { status: 400, error: 'InvalidToken' },
    why: 'there is no queue, so such a token is never issued',
  },
  {
    calls: by(HANDED_ON, 'a token of nobody'),
    behind: { status: 403, error: 'AccountNotFound' },
    why: 'Vestibule is asked, which looks the account up',
  },
  {
    calls: by(without(BY_TOKEN_ALONE, ...HANDED_ON), 'a token of nobody'),
    behind: { status: 500 },
    why: 'the PDS has no key to ask the entryway with; such a token needs a forged signature',
  },
]

/** Where it makes a difference who calls. */
export const OF_CALLERS: readonly Difference[] = [
  ...DIRECT.map((difference): Difference => ({ ...difference, ways: ['direct'] })),
  ...THROUGH.map((difference): Difference => ({ ...difference, ways: ['through'] })),
]
