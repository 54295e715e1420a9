import { methodRoutes } from '../../../xrpc/routes.ts'
import type { Difference } from './difference.ts'
import { NO_JSON } from './scenarios/members.ts'

const taking = methodRoutes
  .filter(({ body }) => body === 'json')
  .map(({ name }) => name.replace('com.atproto.', ''))

const of = (nsid: string, ...hows: string[]) => hows.map((how) => `${nsid}: ${how}`)
const SEARCH = 'admin.searchAccounts'
const AVAILABILITY = 'temp.checkHandleAvailability'
const SCOPE = 'temp.dereferenceScope'

const usual = ['as little as possible', 'a member that there is not']
const given = (name: string) => [`${name} as it should be`, `${name} empty`]
const otherwise = (name: string) => [`${name} of another type`, `${name} as another might write it`]

const DIRECT: readonly Omit<Difference, 'ways'>[] = [
  {
    calls: taking.flatMap((nsid) => of(nsid, ...Object.keys(NO_JSON))),
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the same refusal; the reference writes the name of a class, and a part of the body',
  },
  {
    calls: ['server.createAccount', 'server.resetPassword', 'admin.updateAccountPassword'].flatMap(
      (nsid) => of(nsid, 'password empty'),
    ),
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the reference takes an empty password for one, or makes an account without any',
  },
  {
    calls: of('admin.updateAccountEmail', 'email empty'),
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the reference writes an empty address into the account',
  },
  {
    calls: of('server.requestPasswordReset', 'email empty'),
    behind: { status: 200 },
    why: 'the answer does not say which addresses have an account',
  },
  {
    calls: of('server.createAppPassword', 'privileged as it should be', usual[1] as string),
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the name is taken; the reference lets a database error out',
  },
  {
    calls: of('admin.deleteAccount', usual[1] as string),
    behind: { status: 400, error: 'AccountNotFound' },
    why: 'it is deleted already; the reference reports success for a DID that has no account',
  },
  {
    calls: of('admin.getSubjectStatus', 'uri as it should be', 'blob as it should be'),
    behind: { status: 400, error: 'InvalidRequest' },
    why: "records and blobs are the PDS's: ask there",
  },
  {
    calls: of('server.describeServer', ...usual),
    behind: { status: 200 },
    why: "blobUploadLimit is the PDS's, which says it",
  },
  {
    calls: [
      ...of(SEARCH, ...usual, ...given('email'), ...given('cursor'), ...given('limit')),
      ...of(SEARCH, ...otherwise('email'), ...otherwise('cursor')),
      ...of(AVAILABILITY, ...usual, ...given('email'), ...given('birthDate')),
    ],
    behind: { status: 200 },
    why: 'lexicon methods that the reference leaves to entryways',
  },
  {
    calls: [
      ...of(SEARCH, 'email twice', 'cursor twice', 'limit twice', ...otherwise('limit')),
      ...of(AVAILABILITY, 'no handle', 'handle empty', 'handle twice', ...otherwise('handle')),
      ...of(AVAILABILITY, 'email twice', ...otherwise('email')),
      ...of(AVAILABILITY, 'birthDate twice', ...otherwise('birthDate')),
      ...of(SCOPE, ...usual, 'no scope', 'scope empty', 'scope twice', ...otherwise('scope')),
    ],
    behind: { status: 400 },
    why: 'as above',
  },
]

/** Where the members of an input, or the parameters of a query, make a difference. */
export const OF_MEMBERS: readonly Difference[] = DIRECT.map((difference) => ({
  ...difference,
  ways: ['direct'],
}))
