import { XRPCError } from '@atproto/xrpc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refusal } from '../../base/errors.ts'
import { lexicons } from '../../base/values/lexicons.ts'
import type { TrailEvent } from '../../database/directory/event.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { PdsRefusal } from '../../pds/client.ts'
import { keepingAct } from '../../xrpc/acts.ts'
import { methods } from '../../xrpc/index.ts'
import { post } from '../shared/ask.ts'
import { command } from '../shared/people/operators.ts'
import { newPerson, type Person } from '../shared/people/person.ts'

/** What is done with an admin password is in the operators' trail, as what operators do on their page. */
let app: AppInProcess
const PDS = { did: 'did:web:other.test', password: 'of the other PDS' }
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  const url = 'https://other.test'
  const pds = { did: PDS.did, url, address: 'http://127.0.0.1:9', adminPassword: PDS.password }
  await app.actors.directory.addPds(pds)
})
afterAll(() => app?.close())

const call = (nsid: string, input: object, password = app.runner.secrets.adminPassword) =>
  post(app, `/xrpc/${nsid}`, input, {
    authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
  })

async function acts(): Promise<(TrailEvent & { account: { did: string } | null })[]> {
  const { body } = await command(app, 'trail', { event: 'operator_acted' })
  return body.events
}

const repo = ({ did }: Person) => ({ $type: 'com.atproto.admin.defs#repoRef', did })

type Act = {
  input: (person: Person) => object | Promise<object>
  /** Of the account's owner, who reads nothing of what changes nothing. */
  isInAudit?: boolean
  /** Where it is to no account. */
  to?: (person: Person) => string
}

const ACTS: Record<string, Act> = {
  'com.atproto.admin.deleteAccount': { input: ({ did }) => ({ did }) },
  'com.atproto.admin.disableAccountInvites': { input: ({ did }) => ({ account: did }) },
  'com.atproto.admin.enableAccountInvites': { input: ({ did }) => ({ account: did }) },
  'com.atproto.admin.disableInviteCodes': {
    input: ({ did }) => ({ codes: ['a-code', 'another'], accounts: [did] }),
    to: ({ did }) => `2 codes, ${did}`,
  },
  'com.atproto.admin.sendEmail': {
    input: ({ did }) => ({ recipientDid: did, senderDid: did, content: 'Hello' }),
    isInAudit: false,
  },
  'com.atproto.admin.updateAccountEmail': {
    input: ({ did, handle }) => ({ account: did, email: `new@${handle}` }),
  },
  'com.atproto.admin.updateAccountHandle': {
    input: ({ did, handle }) => ({ did, handle: `new-${handle}` }),
  },
  'com.atproto.admin.updateAccountPassword': {
    input: ({ did }) => ({ did, password: 'another password' }),
  },
  'com.atproto.admin.updateSubjectStatus': {
    input: (person) => ({ subject: repo(person), takedown: { applied: true } }),
  },
  'com.atproto.server.createInviteCode': { input: () => ({ useCount: 1 }), to: () => '1 code' },
  'com.atproto.server.createInviteCodes': {
    input: ({ did }) => ({ codeCount: 2, useCount: 1, forAccounts: [did, did] }),
    to: () => '4 codes',
  },
}

describe('who administers by XRPC', () => {
  test.each(Object.entries(ACTS))('%s', async (nsid, { input, isInAudit = true, to }) => {
    const person = await newPerson(app)
    const before = await acts()
    const { status } = await call(nsid, await input(person))
    // No PDS answers here, and no PLC directory: what takes one is on record.
    expect([200, 502]).toContain(status)
    const [act, ...others] = await acts()
    expect(others).toEqual(before)
    expect(act).toMatchObject({
      operator: 'the admin password',
      address: '192.0.2.1',
      detail: { what: nsid, to: to?.(person) ?? person.did },
      account: to ? null : { did: person.did },
    })
    const audit = await person.account.listAudit(10)
    const read = audit.filter(({ event }) => event === 'operator_acted')
    expect(read.length).toBe(!to && isInAudit ? 1 : 0)
  })

  test('each method that takes an admin password, and does something, is among them', () => {
    const doing = methods
      .map(({ nsid }) => nsid)
      .filter((nsid) => lexicons.getDefOrThrow(nsid).type === 'procedure')
      .filter((nsid) => nsid.startsWith('com.atproto.admin.') || nsid.includes('createInviteCode'))
    expect(Object.keys(ACTS).sort()).toEqual(doing.sort())
  })

  test('with the password of a PDS is known by that', async () => {
    const person = await newPerson(app)
    const password = { did: person.did, password: 'another password' }
    const nsid = 'com.atproto.admin.updateAccountPassword'
    const before = await acts()
    expect((await call(nsid, password, PDS.password)).status).toBe(401)
    expect((await call(nsid, password, 'a wrong one')).status).toBe(401)
    expect(await acts()).toEqual(before)
    const { did } = person
    const pdsDid = (await app.actors.directory.find(did))?.pdsDid ?? ''
    const own = (await app.actors.directory.listPdses()).find((pds) => pds.did === pdsDid)
    expect((await call(nsid, password, own?.adminPassword ?? '')).status).toBe(200)
    expect((await acts())[0]).toMatchObject({ operator: `the admin password of ${pdsDid}` })
  })

  test('what a PDS refuses may be done here, and is one', async () => {
    const { did } = await newPerson(app)
    const refused = new PdsRefusal(new XRPCError(400, 'InvalidRequest', 'No such account'))
    const nsid = 'com.atproto.admin.updateSubjectStatus'
    const act = { by: { name: 'the admin password' }, account: did }
    const services = { actors: app.actors, log: app.runner.log }
    const done = keepingAct(services, nsid, act, () => Promise.reject(refused))
    await expect(done).rejects.toBe(refused)
    expect((await acts())[0]).toMatchObject({ detail: { what: nsid, to: did } })
  })

  test('what is refused after a part of it was done is one', async () => {
    const { did, account } = await newPerson(app)
    const refused = new Refusal('InvalidRequest', 'Not that, too')
    const nsid = 'com.atproto.admin.updateSubjectStatus'
    const act = { by: { name: 'the admin password' }, account: did }
    const services = { actors: app.actors, log: app.runner.log }
    const done = keepingAct(services, nsid, act, async ({ actors }) => {
      await actors.account(did).takeDown('spam')
      throw refused
    })
    await expect(done).rejects.toBe(refused)
    expect((await acts())[0]).toMatchObject({ detail: { what: nsid, to: did } })
    expect((await account.listAudit(9)).map(({ event }) => event)).toContain('operator_acted')
  })

  test('what is refused is none', async () => {
    const before = await acts()
    const nobody = { did: 'did:plc:nobodynobodynobodynobody' }
    expect((await call('com.atproto.admin.deleteAccount', nobody)).status).toBe(400)
    expect(await acts()).toEqual(before)
  })
})
