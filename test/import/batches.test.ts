import { beforeEach, expect, test } from 'vitest'
import { importPds } from '../../cli/import_pds/import_pds.ts'
import type { PdsAccount } from '../../database/import/pds_accounts.ts'
import type { ImportOutcome } from '../../operator/commands/imports.ts'

/** What import-pds sends, in requests that the gateway takes. */
type Sent = Omit<PdsAccount, 'sessions'> & { continues?: { isNew: boolean }; unfinished?: boolean }
const PDS = { did: 'did:web:pds.test', url: 'https://pds.test' }
const GATEWAY_TAKES = 64 * 1024
/** Bytes of accounts in one request. */
const FULL = 48 * 1024

let requests: Sent[][]
beforeEach(() => {
  requests = []
})

async function send(accounts: PdsAccount[]) {
  const operator = async (command: string, input: object): Promise<unknown> => {
    if (command === 'pds/list') return { pdses: [PDS] }
    expect(Buffer.byteLength(JSON.stringify(input))).toBeLessThan(GATEWAY_TAKES)
    const { accounts: some } = input as { accounts: Sent[] }
    requests.push(some)
    const outcomes = some.map(
      ({ did, unfinished }): ImportOutcome =>
        unfinished ? { did, outcome: 'begun', isNew: true } : { did, outcome: 'imported' },
    )
    return { outcomes }
  }
  const leftBehind = { sessionsLeftBehind: 0, withoutCredentials: 0 }
  return importPds({
    ...{ pds: undefined, dryRun: false, pdsRotationKey: null, plc: false },
    installation: {} as never,
    operator: operator as never,
    output: { progress: () => ({ update() {}, stop() {} }) } as never,
    data: { accounts, invites: [], leftBehind },
  })
}

function accountOf(name: string): PdsAccount {
  return {
    ...{ did: `did:plc:${name}`, handle: `${name}.test`, email: `${name}@mail.test` },
    ...{ emailConfirmedAt: null, emailAuthFactor: false, createdAt: 1, deactivatedAt: null },
    ...{ deleteAfter: null, takedownRef: null, invitesDisabled: false, sessions: null },
    ...{ passwordScrypt: `00:${'0'.repeat(128)}`, appPasswords: [] },
  }
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

test('accounts that just fill a request are sent, all of them', async () => {
  for (let left = 0; left <= 50; left++) {
    requests = []
    const accounts = Array.from({ length: 40 }, (_, n) => accountOf(`person${n + 10}`))
    const size = accounts.reduce((sum, each) => sum + bytesOf(each), 0)
    const last = accounts.at(-1) as PdsAccount
    last.email = 'x'.repeat(FULL - left - size) + last.email
    expect(await send(accounts)).toMatchObject({ imported: 40, refused: [] })
    expect(requests.flat()).toEqual(accounts)
  }
})

test('one that is too long is sent in parts, which have each app password once', async () => {
  const appPasswords = Array.from({ length: 400 }, (_, n) => ({
    ...{ name: `The app on telephone ${n}`, privileged: false, createdAt: 1 },
    passwordScrypt: `00:${String(n).padStart(128, '0')}`,
  }))
  const accounts = [accountOf('before'), { ...accountOf('long'), appPasswords }, accountOf('after')]
  expect(await send(accounts)).toMatchObject({ imported: 3, appPasswords: 400 })
  const parts = requests.flat().filter(({ did }) => did === 'did:plc:long')
  expect(parts.length).toBeGreaterThan(2)
  expect(parts.flatMap((part) => part.appPasswords)).toEqual(appPasswords)
  expect(parts.map(({ continues, unfinished }) => [continues?.isNew, unfinished])).toEqual(
    parts.map((_, n) => [n > 0 || undefined, n < parts.length - 1]),
  )
})

test('one that is too long without app passwords is sent, too', async () => {
  const account = { ...accountOf('wide'), email: `${'x'.repeat(FULL)}@mail.test` }
  expect(await send([account])).toMatchObject({ imported: 1 })
})
