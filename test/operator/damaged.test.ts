import { expect, test } from 'vitest'
import { checkDamaged } from '../../operator/doctor/damaged.ts'

test('accounts that are damaged in several ways are told with what to do for each', () => {
  const checks = checkDamaged([
    { did: 'did:plc:a', kind: 'forbidden', at: 0, reason: 'permission denied' },
    { did: 'did:plc:b', kind: 'damaged', at: 0, reason: 'the disk image is malformed' },
    { did: 'did:plc:c', kind: 'damaged', at: 0, reason: 'the file is gone' },
    { did: 'did:plc:d', kind: 'newer', at: 0, reason: 'schema 99' },
  ])
  expect(checks.map(({ found, mend }) => [found, mend?.split(' ')[0]])).toEqual([
    ['that of did:plc:b is damaged: the disk image is malformed; and 1 more', 'put'],
    ['that of did:plc:a cannot be opened: permission denied', 'give'],
    ['that of did:plc:d is of a newer program: schema 99', 'run'],
  ])
  expect(checkDamaged([])).toEqual([])
})
