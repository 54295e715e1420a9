import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Protection } from '../../actors/account/protections.ts'
import { workFor } from '../../base/time/in_time.ts'
import { hearEvents } from '../../base/watching/event_log.ts'
import type { AuditEvent } from '../../base/watching/events.ts'
import { type NoticeKind, noticeKinds } from '../../mail/kinds.ts'
import { en } from '../../mail/locales/en.ts'
import {
  confirmTotp,
  removeTotp,
  renewRecoveryCodes,
  setMailFactor,
} from '../../sagas/factors/factors.ts'
import { removePassword } from '../../sagas/factors/password_removal.ts'
import { setProtection } from '../../sagas/factors/protections.ts'
import type { Services } from '../../sagas/services/services.ts'
import { proveFactor } from '../../sagas/sign_in/second_factor.ts'
import { authorization, madePasskey, registerClient } from '../attacks/endings/grants.ts'
import {
  basisOf,
  begin,
  newPerson,
  openSession,
  PASSWORD,
  type Person,
  startWorld,
  type World,
} from '../attacks/endings/world.ts'
import { refreshed } from '../shared/people/attacker.ts'
import { codesOf } from '../shared/people/authenticator.ts'
import { servicesOf } from '../shared/services.ts'

/** Everything that an audit trail records, and of which of it the owner gets a mail. */
type Row =
  | {
      notice: NoticeKind
      onPds?: true
      /** How often it is recorded, until the owner is to be told. */
      times?: number
      happen(person: Person): Promise<unknown>
    }
  | { why: string }

let world: World
let services: Services
beforeAll(async () => {
  world = await startWorld()
  registerClient(world)
  services = servicesOf(world.app)
})
afterAll(() => world?.close())

const byToken = (nsid: string, input: (person: Person) => object) => async (person: Person) => {
  const { accessJwt } = await openSession(world, person)
  expect(await world.call(nsid, input(person), accessJwt)).toMatchObject({ status: 200 })
}

/** Gives an account an authenticator. @returns the recovery codes */
async function enrol(person: Person): Promise<string[]> {
  const { did, account } = person
  const code = codesOf(await account.beginTotp(await basisOf(person)))
  const { recoveryCodes } = await confirmTotp(services, did, code(), await basisOf(person))
  return recoveryCodes ?? []
}

/** Turned on, where it was not, and off again by who has proven that it is them. */
const turnOff = (protection: Protection) => async (person: Person) => {
  const by = { address: '192.0.2.1', deviceId: 'dev-alarms' }
  for (const on of [true, false]) {
    await person.account.proveOn(by.deviceId, 'any', await basisOf(person))
    await setProtection(services, person.did, { protection, on }, await basisOf(person), by)
  }
}

const operator = (command: 'add' | 'remove', { did }: Person) =>
  world.app.ask({
    method: 'POST',
    target: `/_operator/operator/${command}`,
    headers: {
      authorization: `Bearer ${world.app.runner.secrets.operatorToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ account: did }),
    address: '127.0.0.1',
  })

async function mailsTo({ email }: Person) {
  const mails = await world.app.readMails()
  return mails.filter(({ to }) => to?.some(({ address }) => address === email))
}

const ONLY_TAKES = 'it only takes access away'

const rows: Record<AuditEvent, Row> = {
  password_changed: {
    notice: 'passwordChanged',
    happen: async (person) => {
      await world.call('server.requestPasswordReset', { email: person.email })
      const [mail] = await mailsTo(person)
      const [token] = mail?.text?.match(/[A-Z2-7]{5}-[A-Z2-7]{5}/) ?? []
      await world.call('server.resetPassword', { token, password: 'a new password' })
    },
  },
  password_removed: {
    notice: 'passwordRemoved',
    happen: async (person) => {
      const { did, account } = person
      await account.addPasskey(await madePasskey(person), 'Phone', await basisOf(person))
      await removePassword(services, did, await basisOf(person))
    },
  },
  email_changed: {
    notice: 'emailChanged',
    happen: byToken('server.updateEmail', ({ handle }) => ({ email: `new-${handle}@b.internal` })),
  },
  app_password_created: {
    notice: 'appPasswordCreated',
    happen: byToken('server.createAppPassword', () => ({ name: 'another' })),
  },
  device_trusted: { why: 'it stands for a second factor that was given there' },
  trusted_device_revoked: { why: ONLY_TAKES },
  account_deactivated: {
    notice: 'accountDeactivated',
    onPds: true,
    happen: byToken('server.deactivateAccount', () => ({})),
  },
  factor_added: { notice: 'factorAdded', happen: enrol },
  factor_removed: {
    notice: 'factorRemoved',
    happen: async (person) => {
      await enrol(person)
      await removeTotp(services, person.did, await basisOf(person))
    },
  },
  email_auth_factor: {
    notice: 'factorAdded',
    happen: async (person) => setMailFactor(services, person.did, true, await basisOf(person)),
  },
  recovery_codes_renewed: {
    notice: 'factorAdded',
    happen: async (person) => {
      await enrol(person)
      await renewRecoveryCodes(services, person.did, await basisOf(person))
    },
  },
  recovery_code_used: {
    notice: 'recoveryCodeUsed',
    happen: async (person) => {
      const [code = ''] = await enrol(person)
      await proveFactor(services, person.did, code, await basisOf(person), null)
    },
  },
  refresh_token_reused: {
    notice: 'refreshTokenReused',
    happen: async (person) => {
      const signedIn = await (await authorization(world, person, true))()
      if (!signedIn) throw new Error('not signed in')
      const { client, session } = signedIn
      await refreshed(client, await refreshed(client, session))
      expect(await client.refresh(session)).toMatchObject({ status: 400 })
    },
  },
  signed_in: {
    notice: 'newDevice',
    happen: async ({ db, handle }) => {
      // It came from elsewhere a week ago.
      db.prepare('UPDATE account SET devices_known_since = 1').run()
      await world.call('server.createSession', { identifier: handle, password: PASSWORD })
    },
  },
  main_password_refused: {
    notice: 'passwordRefused',
    happen: async (person) => {
      await person.account.setProtection('onlyAppPasswords', true, await basisOf(person), {})
      await world.call('server.createSession', { identifier: person.handle, password: PASSWORD })
    },
  },
  only_app_passwords: { notice: 'protectionOff', times: 2, happen: turnOff('onlyAppPasswords') },
  new_device_mails: { notice: 'protectionOff', happen: turnOff('newDeviceMails') },
  operator_acted: { why: 'what the operator did has its own line, and its mail where it has one' },
  operator_added: {
    notice: 'operatorAdded',
    happen: (person) => operator('add', person),
  },
  operator_removed: {
    notice: 'operatorRemoved',
    happen: async (person) => {
      await operator('add', person)
      await operator('remove', person)
    },
  },
  operator_entered: { why: 'it takes a second factor, and nobody else can come so far' },
  invites_made: { why: 'a code opens a sign-up, and nothing of the account; a month has few' },
  invite_disabled: { why: ONLY_TAKES },
  client_authorized: { why: 'it follows a sign-in, and the security page lists the app' },
  passkey_copied: { why: 'it let nobody in' },
  sign_in_failed: { why: 'strangers make these: they could have mails sent' },
  account_created: { why: 'the person is there' },
  account_imported: { why: 'the operator does it, with all accounts at once' },
  account_activated: { why: 'a mail told of the deactivation' },
  app_password_revoked: { why: ONLY_TAKES },
  browser_signed_out: { why: ONLY_TAKES },
  session_ended: { why: ONLY_TAKES },
  signed_out_elsewhere: { why: ONLY_TAKES },
  signed_out_everywhere: { why: ONLY_TAKES },
  email_confirmed: { why: 'it takes a code that was mailed' },
  handle_changed: { why: 'everybody sees it, and it gives nobody access' },
  taken_down: { why: 'a moderator does it, who writes to the person' },
  takedown_lifted: { why: 'a moderator does it, who writes to the person' },
}

const told = Object.entries(rows).flatMap(([event, row]) =>
  'notice' in row ? [[event, row] as const] : [],
)

test.each(told)('%s is told by mail', async (event, { notice, onPds = false, happen }) => {
  const person = await newPerson(world, onPds, true)
  await begin(world, person, notice !== 'emailChanged')
  await happen(person)
  const trail = await person.account.listAudit(100)
  expect(trail.map((entry) => entry.event)).toContain(event)
  const mails = await mailsTo(person)
  const mail = mails.findLast(({ subject }) => subject === en.notices[notice].subject)
  expect(mail?.text).toContain(`@${person.handle}`)
  expect(mail?.text).toMatch(/\nTime and place: .* UTC/)
  expect(mail?.text).toContain(`${world.url}/account/sign-out-everywhere?link=sealed.`)
})

/** Nothing more is begun for such a one (`base/time/in_time.ts`), and a thief may be the one. */
test.each(told)(
  '%s is told by mail, also where the client goes away when it is recorded',
  async (event, { notice, onPds = false, times = 1, happen }) => {
    const person = await newPerson(world, onPds, true)
    await begin(world, person, notice !== 'emailChanged')
    const client = { until: Number.POSITIVE_INFINITY }
    let left = times
    hearEvents(world.app.runner.log, {
      counted: (each) => {
        if (each === event && --left === 0) client.until = Number.NEGATIVE_INFINITY
      },
      logged: () => {},
    })
    await workFor(client, () => happen(person)).catch(() => {})
    expect(left).toBe(0)
    const subjects = (await mailsTo(person)).map(({ subject }) => subject)
    expect(subjects).toContain(en.notices[notice].subject)
  },
)

test('every notice is of some event', () => {
  expect(new Set(told.map(([, { notice }]) => notice))).toEqual(new Set(noticeKinds))
})
