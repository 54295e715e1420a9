import { ACCOUNT, accountDescriptions } from './accounts.ts'
import { clientDescriptions } from './clients.ts'
import type { Description } from './description.ts'
import { acts, reads } from './description.ts'

const PDS = { about: 'DID, URL or host name' }
/** The DID in the answer is that of a PDS. */
const OF_PDS = { did: null }
const PLACEMENT = {
  weight: {
    about: 'its share of new accounts, relative to the others',
    flags: '--weight <n>',
  },
  capacity: {
    about: 'how many accounts it takes at most; `none` for no limit',
    flags: '--capacity <n>',
  },
}

const listOf = (given: unknown): unknown[] => (Array.isArray(given) ? given : [])

/**
 * The one list of what an operator can do with the running program: the command line (`cli/described_command.ts`) and the
 * page (`operator_page/commands.ts`) are made from it, so neither can have less.
 */
export const descriptions: readonly Description[] = [
  reads('overview', 'overview', { what: 'How the installation stands' }),
  reads('doctor', 'doctor', { what: 'Look for what is wrong and say how to mend it' }),
  reads('trail', 'trail', {
    what: 'What happened to accounts and what operators did, the newest first; kept for 90 days',
    takes: {
      event: { about: 'only events of this kind', flags: '--event <name>' },
      account: { about: 'only of this account', flags: '--account <account>' },
      by: { about: 'only by operators with this in their name', flags: '--by <text>' },
      search: { about: 'only entries whose details contain these words', flags: '--search <text>' },
      address: { about: 'only from addresses that begin with this', flags: '--address <address>' },
      since: { about: 'from this date or time on (UTC)', flags: '--since <time>' },
      until: { about: 'before this date or time (UTC)', flags: '--until <time>' },
      limit: { about: 'how many', flags: '--limit <n>' },
    },
    pagedBy: 'before',
  }),
  acts('operator add', 'operator/add', {
    what: "Let an account use the operator's page; it needs a passkey or a second factor",
    takes: { account: ACCOUNT },
    needsProof: true,
  }),
  reads('operator list', 'operator/list', { what: 'List the operators' }),
  acts('operator remove', 'operator/remove', {
    what: "Stop letting an account use the operator's page; it is signed out of the page at once",
    takes: { account: ACCOUNT },
  }),
  acts('operator link', 'operator/link', {
    what: "Print a link that opens the operator's page once, within ten minutes",
    needsProof: true,
  }),
  acts('operator sign-out', 'operator/sign-out', {
    what: "Sign everybody out of the operator's page, and make the links void that were printed",
    asks: "Sign everybody out of the operator's page?",
  }),
  ...accountDescriptions,
  acts('invite create', 'invite/create', {
    what: 'Make invite codes',
    takes: {
      count: { about: 'how many codes', flags: '--count <n>' },
      uses: { about: 'how many sign-ups each is good for', flags: '--uses <n>' },
      account: { about: 'whose codes they are', flags: '--for <account>' },
    },
    // Not the codes, which are secret: what does not get into the trail is in the log.
    subject: ({ codes }) => (codes.length === 1 ? '1 code' : `${codes.length} codes`),
  }),
  reads('invite list', 'invite/list', {
    what: 'List invite codes, and who signed up with them, the newest first',
    takes: {
      usable: { about: 'only those that can still be used', flags: '--usable' },
      account: { about: 'only those of this account', flags: '--of <account>' },
    },
    fixed: { limit: 100 },
    pagedBy: 'after',
  }),
  acts('invite disable', 'invite/disable', {
    what: 'Take invite codes out of use',
    takes: {
      codes: { about: 'the codes' },
      accounts: { about: 'all codes of these accounts', flags: '--of <account...>' },
    },
    asks: ({ codes, accounts }) => {
      const all = [...listOf(codes), ...listOf(accounts).map((each) => `all codes of ${each}`)]
      return all.length === 0 ? null : `Take out of use, for good: ${all.join(', ')}?`
    },
  }),
  reads('limits list', 'limits/list', {
    what: 'Rate limits in force: who has used one up, or nearly, and until when',
    takes: {
      search: {
        about: 'only with this in the limit, the account or the address',
        flags: '--search <text>',
      },
      limit: { about: 'how many', flags: '--limit <n>' },
    },
    leadsTo: { id: 'limits lift' },
  }),
  acts('limits lift', 'limits/lift', {
    what: 'Reset a rate limit for the account or address that it stops',
    takes: { id: { about: 'its id, as `limits list` has it' } },
    subject: ({ limit, whom }) => `${whom} (${limit})`,
    needsProof: true,
  }),
  reads('pds list', 'pds/list', { what: 'List the PDSes behind this entryway', leadsTo: OF_PDS }),
  acts('pds add', 'pds/add', {
    what: 'Put a PDS behind this entryway, or change what is known of one, once it takes the password',
    takes: {
      url: { about: 'its public URL, or host name; may be that of the entryway' },
      address: {
        about: 'where the entryway reaches it; what is known, or its public URL, unless given',
        flags: '--address <url>',
      },
      did: { about: 'its DID; it is asked for it unless given', flags: '--did <did>' },
      adminPassword: {
        about:
          'its PDS_ADMIN_PASSWORD (other users of this machine can see it); asked for, or taken from the environment, unless given',
        flags: '--admin-password <password>',
        elsewhere: 'secret',
      },
    },
    leadsTo: OF_PDS,
    needsProof: true,
  }),
  acts('pds close', 'pds/place', {
    what: 'Let a PDS take no new accounts',
    takes: { pds: PDS, ...PLACEMENT },
    fixed: { open: false },
    leadsTo: OF_PDS,
  }),
  acts('pds open', 'pds/place', {
    what: 'Let a PDS take new accounts',
    takes: { pds: PDS, ...PLACEMENT },
    fixed: { open: true },
    leadsTo: OF_PDS,
  }),
  acts('pds remove', 'pds/remove', {
    what: 'Remove a PDS that has no accounts left',
    takes: { pds: PDS },
    leadsTo: OF_PDS,
  }),
  reads('pds check', 'pds/check', { what: 'Look whether each PDS is set up for this entryway' }),
  ...clientDescriptions,
]

/** @throws {Error} for words that are not in the list */
export function descriptionOf(words: string): Description {
  const found = descriptions.find((each) => each.words === words)
  if (!found) throw new Error(`No command ${words} in the list`)
  return found
}
