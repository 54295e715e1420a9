import { afterEach, beforeEach, expect, test } from 'vitest'
import { flowFunctions } from '../../actors/auth/flow.ts'
import { MINUTE } from '../../base/lifetimes.ts'
import { closeDatabase, type Db, sql } from '../../database/database.ts'
import { sparedChanges } from '../../database/durable.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { inGroup } from '../../database/group_commit.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'

let db: Db
beforeEach(() => {
  db = openSealed(':memory:', flowSchema)
})
afterEach(() => closeDatabase(db))

type Name = keyof typeof flowFunctions
/** What an answer does that comes after it. */
type Then = 'waits' | 'goes' | 'goes, and nothing was written'

const later = Date.now() + MINUTE
const DID = 'did:plc:a'
const request = {
  ...{ id: 'req', clientId: 'app', clientAuth: null, parameters: '{}', expiresAt: later },
  ...{ deviceId: null, did: DID },
}
const device = { sessionId: 'ses', userAgent: null, ipAddress: '192.0.2.1', lastSeenAt: 0 }
const row = { payload: '{}', expiresAt: later }
const client = { id: 'app', metadata: '{}', registeredAt: 0, secretHash: null }
const lexicon = { createdAt: 0, updatedAt: 0, lastSucceededAt: null, uri: null, document: null }
const key = { kid: 'key', jwk: '{}', createdAt: 0 }
const resource = {
  ...{ id: 'https://a.test/', audience: 'https://a.test', name: null, scope: 'read' },
  ...{ alg: 'ES256', registeredAt: 0 },
}
const token = { name: 'token', createdAt: 0, expiresAt: later }

/** One after the other: each finds what those before it have left. */
const CALLS: [Name, Then, ...unknown[]][] = [
  ['insertRequest', 'goes', request],
  ['updateRequest', 'waits', 'req', { deviceId: 'dev' }],
  ['takeRequest', 'waits', 'req'],
  ['insertRequest', 'waits', { ...request, code: 'code', generation: 1 }],
  ['consumeRequestByCode', 'waits', 'code'],
  ['insertRequest', 'goes', request],
  ['deleteRequest', 'waits', 'req'],
  ['insertRequest', 'goes', request],
  ['deleteRequestsOf', 'waits', 'app'],
  ['insertRequest', 'waits', { ...request, code: 'another', deviceId: 'dev' }],
  ['takeGranted', 'waits', 'req', { did: DID, deviceId: 'dev' }],

  ['insertDevice', 'waits', 'dev', device],
  ['updateDevice', 'waits', 'dev', { sessionId: 'next' }],
  ['endReplaced', 'waits', 'dev'],
  ['linkAccount', 'waits', 'dev', DID],
  ['unlinkAccount', 'waits', 'dev', DID],
  ['deleteDevice', 'waits', 'dev'],

  ['recordNonce', 'goes', 'DPoP', 'jti', MINUTE],
  ['recordNonce', 'goes, and nothing was written', 'DPoP', 'jti', MINUTE],
  ['spendChallenge', 'waits', 'challenge', MINUTE],

  ['upsertLexicon', 'waits', 'com.example.auth', lexicon],
  ['deleteLexicon', 'waits', 'com.example.auth'],
  ['upsertClient', 'waits', 'app', '{}'],
  ['deleteClient', 'waits', 'app'],

  ['putOpenidRequest', 'waits', 'Interaction', 'id', row],
  ['consumeOpenidRequest', 'waits', 'id', 'attempt'],
  ['deleteOpenidRequest', 'waits', 'id'],

  ['upsertOpenidClient', 'waits', client],
  ['replaceOpenidClientSecret', 'goes, and nothing was written', 'app', 'hash'],
  ['deleteOpenidClient', 'waits', 'app'],
  ['removeOpenidClient', 'waits', 'app'],
  ['registerOpenidClient', 'waits', client],
  ['changeOpenidClient', 'waits', client],
  ['noteOpenidClientUse', 'waits', 'app'],
  ['setOpenidClientAccess', 'waits', 'app', 'access'],
  ['insertOpenidInitialToken', 'waits', 'secret', token],
  ['deleteOpenidInitialTokens', 'waits', 'token'],

  ['insertDeviceCode', 'waits', 'id', 'secret', row],
  ['pollDeviceCode', 'waits', 'id', 'secret'],
  ['decideDeviceCode', 'waits', 'id', '{}', 'attempt'],
  ['consumeDeviceCode', 'waits', 'id', 'attempt'],

  ['upsertOpenidResource', 'waits', resource],
  ['deleteOpenidResource', 'waits', resource.id],
  ['insertFirstOpenidKeys', 'waits', [key]],
  ['deleteOpenidKey', 'waits', 'key'],
  ['insertOpenidKeys', 'waits', [key]],
]

const written = () => sql(db, 'SELECT total_changes()').pluck().get() as number
const waitedFor = () => written() - sparedChanges(db)

/** A loss of power may bring back what was not waited for: so that is only what grants and revokes nothing. */
test('an answer waits for all that was written, but for what may be lost with the power', async () => {
  const found: [Name, Then][] = []
  for (const [name, , ...args] of CALLS) {
    const before = [written(), waitedFor()]
    await inGroup(db, () => (flowFunctions[name] as (...given: unknown[]) => unknown)(db, ...args))
    const [all, waited] = [written() - (before[0] ?? 0), waitedFor() - (before[1] ?? 0)]
    expect(waited, name).toBeGreaterThanOrEqual(0)
    const goes = all === 0 ? 'goes, and nothing was written' : 'goes'
    found.push([name, waited > 0 ? 'waits' : goes])
  }
  expect(found).toEqual(CALLS.map(([name, then]) => [name, then]))
})

test('all that writes is among them', () => {
  const called = new Set(CALLS.map(([name]) => name))
  const others = Object.keys(flowFunctions).filter((name) => !called.has(name as Name))
  expect(others.filter((name) => !/^(read|list|find|has|is)[A-Z]/.test(name))).toEqual([])
})
