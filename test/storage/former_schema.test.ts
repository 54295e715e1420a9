import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Seal } from '../../base/secrets/seal.ts'
import { consumeOpenidToken } from '../../database/account/openid_token.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { listPdses } from '../../database/directory/pds.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { consumeRequestByCode, readRequest } from '../../database/flow/authorization_request.ts'
import { recordNonce } from '../../database/flow/replay.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { commitGroup } from '../../database/group_commit.ts'
import { hashSecret } from '../../database/hash.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'

const MINUTE = 60_000

let folder: TemporaryFolder
beforeAll(async () => {
  folder = await makeTemporaryFolder('former-schema')
})
afterAll(() => folder.remove())

test('what an auth actor kept before its tables changed is still there', async () => {
  const path = join(folder.path, 'auth.sqlite')
  const request = {
    id: 'req-1',
    clientId: 'https://app.test/client-metadata.json',
    clientAuth: null,
    parameters: '{}',
    expiresAt: Date.now() + MINUTE,
    deviceId: null,
    did: null,
  }
  const before = openDatabase(path, { ...flowSchema, steps: flowSchema.steps.slice(0, 2) })
  const insert = before.prepare(`INSERT INTO authorization_request
    (id, client_id, parameters, expires_at, did, code_hash)
    VALUES (@id, @clientId, @parameters, @expiresAt, @did, @codeHash)`)
  insert.run({ ...request, codeHash: null })
  insert.run({ ...request, id: 'req-2', did: 'did:plc:a', codeHash: hashSecret('cod-2') })
  expect(recordNonce(before, 'DPoP', 'one', MINUTE)).toBe(true)
  commitGroup(before)
  closeDatabase(before)

  const after = openDatabase(path, flowSchema)
  expect(readRequest(after, 'req-1')).toEqual({ ...request, generation: null })
  expect(await consumeRequestByCode(after, 'cod-2')).toMatchObject({ did: 'did:plc:a' })
  expect(recordNonce(after, 'DPoP', 'one', MINUTE)).toBe(false)
  expect(recordNonce(after, 'DPoP', 'two', MINUTE)).toBe(true)
  closeDatabase(after)
})

test('a PDS of before it had an address is reached at its URL', () => {
  const path = join(folder.path, 'directory.sqlite')
  const before = openDatabase(path, {
    ...directorySchema,
    steps: directorySchema.steps.slice(0, 3),
  })
  before
    .prepare('INSERT INTO pds (did, url, admin_password, added_at) VALUES (?, ?, ?, ?)')
    .run('did:web:pds.test', 'https://pds.test', 'sealed', 1)
  closeDatabase(before)

  const after = openDatabase(path, directorySchema)
  keepSealed(after, directorySchema, new Seal(new Uint8Array(32)))
  expect(listPdses(after)).toMatchObject([{ url: 'https://pds.test', address: 'https://pds.test' }])
  closeDatabase(after)
})

test('a code that was spent is so for all but the attempt that did', () => {
  const path = join(folder.path, 'account.sqlite')
  const { steps } = accountSchema
  const before = openDatabase(path, { steps: steps.slice(0, 23), pageSize: accountSchema.pageSize })
  before.exec(`INSERT INTO openid_grant (id, client_id, payload, created_at, updated_at, expires_at)
    VALUES ('grant', 'forum', '{}', 1, 1, 1)`)
  const insert = before.prepare(`INSERT INTO openid_token
    (token_hash, kind, grant_id, payload, expires_at, consumed_at) VALUES (?, ?, 'grant', ?, ?, ?)`)
  const code = (secret: string, payload: string, spentAt: number | null) =>
    insert.run(hashSecret(secret), 'AuthorizationCode', payload, Date.now() + MINUTE, spentAt)
  code('spent', '{"by":"one"}', 1)
  code('unspent', '{"scope":"openid"}', null)
  closeDatabase(before)

  const after = openDatabase(path, accountSchema)
  const spend = (secret: string, by: string | null) =>
    consumeOpenidToken(after, secret, by, Date.now())
  expect([spend('spent', 'another'), spend('spent', null), spend('spent', 'one')]).toEqual([
    ...[false, false, true],
  ])
  expect([spend('unspent', 'one'), spend('unspent', 'another')]).toEqual([true, false])
  closeDatabase(after)
})
