import { afterEach, expect, test, vi } from 'vitest'
import { directoryFunctions as directory } from '../../actors/directory/index.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'

const did = 'did:plc:alice'
const pdsDid = 'did:web:pds.test'

afterEach(() => {
  vi.useRealTimers()
})

test('a handle change that is begun again is not given up with the attempt before', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const db = openSealed(':memory:', directorySchema)
  directory.addPds(db, {
    did: pdsDid,
    url: 'https://pds.test',
    address: 'https://pds.test',
    adminPassword: 'x',
  })
  directory.addAccount(db, { did, handle: 'old.test', email: 'a@b.test', pdsDid, createdAt: 1 })
  const first = directory.reserveHandle(db, did, 'new.test', null)
  expect(first).toEqual({ isRepeated: false, createdAt: Date.now() })
  vi.advanceTimersByTime(1)
  const again = directory.reserveHandle(db, did, 'new.test', null)
  expect(again).toEqual({ isRepeated: true, createdAt: Date.now() })

  directory.abandonHandleChange(db, did, first.createdAt)
  const other = { handle: 'new.test', email: 'b@b.test' }
  expect(() => directory.assertAvailable(db, other)).toThrow('Handle already taken: new.test')
  directory.abandonHandleChange(db, did, again.createdAt)
  directory.assertAvailable(db, other)
})
