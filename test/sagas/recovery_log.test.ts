import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../../base/watching/log.ts'
import { putDeletion } from '../../database/directory/deletion.ts'
import { startRecovery } from '../../sagas/recovery.ts'
import { startWorld, type World } from '../attacks/endings/world.ts'
import { servicesOf } from '../shared/services.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

test('the log says what was settled, and not that of what stays open', async () => {
  const { app } = world
  const { directory } = app.actors
  const before = Date.now() - 1_000
  const names = { handle: 'open.test', email: 'open@mail.internal' }
  const signUp = { ...names, passwordScrypt: 'none', passkey: null, inviteCode: null }
  const { id, pds } = await directory.reserveSignUp(signUp)
  // The PDS may yet create it.
  const did = `did:plc:${'o'.repeat(24)}`
  await directory.recordSignUpDid(id, { did, movedFrom: null }, before)
  // Deletions are settled after that; its PDS has this one no more.
  const gone = {
    did: `did:plc:${'d'.repeat(24)}`,
    handle: 'gone.test',
    email: 'gone@mail.internal',
  }
  await directory.addAccount({ ...gone, pdsDid: pds.did, createdAt: before })
  putDeletion(app.directory, gone.did, before)
  const lines: Record<string, unknown>[] = []
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) })
  const stop = startRecovery(servicesOf({ ...app, runner: { ...app.runner, log } }), true)
  const settled = () => lines.filter(({ event }) => event === 'saga_settled')
  await expect.poll(settled).not.toEqual([])
  stop()
  expect(settled()).toMatchObject([{ what: 'deletion' }])
  expect((await directory.listUnderWay(Date.now())).signUps).toMatchObject([{ id, did }])
})
