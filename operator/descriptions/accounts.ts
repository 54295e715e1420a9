import { acts, type Description, reads } from './description.ts'

export const ACCOUNT = { about: 'handle, DID or e-mail address' }
const EMAIL = { about: 'its e-mail address' }
const PASSWORD = {
  about: 'the password (other users of this machine can see it)',
  flags: '--password <password>',
  elsewhere: 'secret',
} as const

/** What can be done with accounts; a part of the list. */
export const accountDescriptions: readonly Description[] = [
  reads('account list', 'account/list', {
    what: 'List accounts',
    takes: {
      search: {
        about: 'only those whose handle or e-mail address contains it',
        flags: '--search <text>',
      },
      standing: { about: 'also how each stands; every one of them is asked', flags: '--standing' },
    },
    fixed: { limit: 100 },
    pagedBy: 'after',
  }),
  reads('account show', 'account/show', { what: 'Show one account', takes: { account: ACCOUNT } }),
  acts('account create', 'account/create', {
    what: 'Create an account; its password is generated unless asked for',
    takes: { handle: { about: 'such as alice.example.com' }, email: EMAIL, password: PASSWORD },
  }),
  acts('account reset-password', 'account/reset-password', {
    what: 'Set a new password and sign out everywhere; it is generated unless asked for',
    takes: {
      account: ACCOUNT,
      keepAppPasswords: {
        about: 'keep the app passwords, which end otherwise',
        flags: '--keep-app-passwords',
      },
      password: PASSWORD,
    },
    asks: ({ account }) => `Set a new password for ${account}, and sign it out everywhere?`,
  }),
  acts('account set-email', 'account/set-email', {
    what: 'Change the e-mail address of an account; the new one is not confirmed',
    takes: { account: ACCOUNT, email: EMAIL },
  }),
  acts('account set-handle', 'account/set-handle', {
    what: 'Change the handle of an account, in PLC and on its PDS, too',
    takes: {
      account: ACCOUNT,
      handle: { about: 'of this service, or one that points to the account already' },
    },
  }),
  acts('account factors', 'account/factors', {
    what: 'Show the second factors of an account, or remove one for somebody who lost it',
    takes: {
      account: ACCOUNT,
      remove: { about: 'passkey, totp, mail or recovery', flags: '--remove <factor>' },
      passkey: {
        about: 'where a passkey is removed: only the one of this name',
        flags: '--passkey <name>',
      },
      add: { about: 'the code by mail, for a confirmed address', flags: '--add <factor>' },
    },
    readsWhere: ({ remove, add }) => !remove && !add,
    asks: ({ account, remove }) => (remove ? `Remove ${remove} from ${account}?` : null),
  }),
  acts('account name-pds', 'account/name-pds', {
    what: 'Have the DID of an account name the URL of its PDS, where it was made under another one',
    takes: { account: ACCOUNT },
  }),
  acts('account activate', 'account/activate', {
    what: 'Activate an account, here and on its PDS',
    takes: { account: ACCOUNT },
  }),
  acts('account deactivate', 'account/deactivate', {
    what: 'Deactivate an account, here and on its PDS; nothing that apps hold is lost',
    takes: { account: ACCOUNT },
  }),
  acts('account takedown', 'account/take-down', {
    what: 'Take an account down, here and on its PDS, or lift a takedown',
    takes: {
      account: ACCOUNT,
      ref: {
        about: 'what to remember of the reason; operator unless given',
        flags: '--ref <text>',
      },
      lift: { about: 'lift the takedown', flags: '--lift' },
    },
    asks: ({ account, lift }) =>
      lift ? null : `Take ${account} down? Its sessions end, also when that is lifted again.`,
  }),
  acts('account delete', 'account/delete', {
    what: 'Delete an account, here and on its PDS, for good',
    takes: { account: ACCOUNT },
    asks: ({ account }) => `Delete ${account} with everything on its PDS, for good?`,
  }),
  acts('account compare', 'account/compare', {
    what: 'Find accounts whose standing differs on their PDS; follow the PDS where that is safe',
  }),
  reads('account audit', 'account/audit', {
    what: 'What happened to an account, the newest first; kept for 90 days',
    takes: { account: ACCOUNT, limit: { about: 'how many entries', flags: '--limit <n>' } },
  }),
  reads('account sessions', 'account/sessions', {
    what: 'List what is signed in to an account',
    takes: { account: ACCOUNT },
  }),
  acts('account revoke', 'account/revoke', {
    what: 'End one session of an account or sign out one browser, or everything that is signed in',
    takes: {
      account: ACCOUNT,
      session: { about: 'its id, as `account sessions` lists it' },
    },
    asks: ({ account, session }) =>
      session ? `End this session of ${account}?` : `Sign ${account} out everywhere?`,
  }),
]
