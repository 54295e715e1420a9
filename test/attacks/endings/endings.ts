import { codesOf } from '../../shared/people/authenticator.ts'
import { APP, basisOf, JTI, type Person, type World } from './world.ts'

/** What a person is signed in by when they ask for something. */
export type By =
  | 'password'
  | 'password and code'
  | 'app password'
  | 'access token'
  | 'app access token'
  | 'legacy session'
  | 'OAuth session'
  | 'device'

/** The call in which it is proven, where that is not the one that grants. */
export const PROOF: Partial<Record<By, string>> = {
  password: 'account.login',
  'password and code': 'account.login',
  'app password': 'account.login',
  'access token': 'account.readWithSession',
  'app access token': 'account.readWithSession',
  device: 'account.readDevice',
}

export type Ending = {
  end(person: Person, world: World): Promise<unknown>
  /** What is good for nothing afterwards. */
  ends: readonly By[]
  /** What may be proven anew, while what rests on a proof of before is refused. */
  endsUnderWay: readonly By[]
  /** Whether the address has to be confirmed for it. */
  needsConfirmed?: true
  /** Whether no session of before stays. */
  signsOut: boolean
}

const TOKENS: readonly By[] = ['access token', 'app access token']
const SESSIONS: readonly By[] = [...TOKENS, 'legacy session', 'OAuth session']
const EVERYTHING: readonly By[] = [
  'password',
  'password and code',
  'app password',
  'device',
  ...SESSIONS,
]
const NEW_PASSWORD = 'the password of afterwards'

const all = { ends: EVERYTHING, endsUnderWay: [], signsOut: true }

export const endings: Record<string, Ending> = {
  'a changed password': {
    ...all,
    end: ({ account }) => account.changePassword(NEW_PASSWORD, 'ended'),
  },
  'a password reset': {
    ...all,
    end: async ({ account }) => {
      const { email = '' } = (await account.read()) ?? {}
      const { token: code } = await account.issueEmailToken('reset_password', null, email)
      await account.resetPassword(code, NEW_PASSWORD)
    },
  },
  'a takedown': { ...all, end: ({ account }) => account.takeDown('reason') },
  deletion: {
    ...all,
    end: async ({ did, account }, { app }) => {
      await account.erase()
      await app.actors.directory.removeAccount(did)
    },
  },
  'the link in a mail': {
    ...all,
    end: async ({ account }) => {
      await account.useSignOutLink(await account.makeSignOutLink(), {})
    },
    ends: [...SESSIONS, 'device', 'app password'],
    endsUnderWay: ['password', 'password and code'],
  },
  'sign out everywhere': {
    end: ({ account }) => account.signOutEverywhere(),
    ends: [...SESSIONS, 'device'],
    endsUnderWay: ['password', 'password and code', 'app password'],
    signsOut: true,
  },
  'sign out everywhere else': {
    end: async (person) => {
      await person.account.signOutElsewhere('another', await basisOf(person), {})
    },
    ends: [...SESSIONS, 'device'],
    endsUnderWay: ['password', 'password and code', 'app password'],
    signsOut: true,
  },
  'deactivation with credentials': {
    end: async ({ did, account, pds }) => {
      await pds?.updateStatus(did, { deactivated: true })
      await account.deactivate({ deleteAfter: null, deleteCredentials: true }, null)
    },
    ends: [...SESSIONS, 'app password'],
    endsUnderWay: ['password', 'password and code', 'device'],
    signsOut: true,
  },
  'the code by mail switched': {
    end: async (person) => {
      const isOn = (await person.account.read())?.emailAuthFactor === true
      await person.account.setMailFactor(!isOn, await basisOf(person))
    },
    ends: ['password'],
    endsUnderWay: [...TOKENS, 'password and code', 'app password', 'device'],
    needsConfirmed: true,
    signsOut: false,
  },
  'an authenticator added': {
    end: async (person) => {
      const { account } = person
      await account.removeTotp(null)
      const code = codesOf(await account.beginTotp(await basisOf(person)))
      await account.confirmTotp(code(), await basisOf(person))
    },
    ends: ['password'],
    endsUnderWay: [...TOKENS, 'password and code', 'app password', 'device'],
    signsOut: false,
  },
  'an app password revoked': {
    end: async (person) => person.account.revokeAppPassword(APP, await basisOf(person), {}),
    ends: ['app password', 'app access token'],
    endsUnderWay: [],
    signsOut: false,
  },
  'a session signed out': {
    end: ({ account }) => account.deleteLegacySession(JTI),
    ends: [...TOKENS, 'legacy session'],
    endsUnderWay: [],
    signsOut: false,
  },
  'a device signed out': {
    end: async ({ account }) => {
      for (const { deviceId } of await account.listDevices()) await account.forgetDevice(deviceId)
    },
    ends: ['device'],
    endsUnderWay: [],
    signsOut: false,
  },
}
