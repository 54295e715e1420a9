import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Campaign, startCampaign } from '../../fault/campaign.ts'
import {
  crashAnywhere,
  crashAt,
  diskFull,
  type Fault,
  locked,
  peerOutage,
} from '../../fault/faults.ts'
import { killPoints } from '../../fault/kill_points.ts'

/**
 * The short form of `pnpm fault`, with one fault of every sort; sign-ups and handle changes that PDS or
 * PLC interrupt are in `test/sagas/`.
 */
const NAMED = [
  'sign-up: account recorded, committed',
  'token insert, committed',
  'rotation, committed',
  'revocation, committed',
  'e-mail change: account, committed',
]

const named = (name: string): Fault => {
  const point = killPoints.find((one) => one.name === name)
  if (!point) throw new Error(`There is no kill point ${name}`)
  return crashAt(point)
}

const survives = (campaign: () => Campaign) => async (_name: string, fault: Fault) => {
  expect((await campaign().inject(fault)).broken).toEqual([])
}
const titled = (faults: Fault[]) => faults.map((fault) => [fault.name, fault] as const)

describe('25. killed', () => {
  let campaign: Campaign
  beforeAll(async () => {
    campaign = await startCampaign()
  })
  afterAll(() => campaign?.close())

  test.each(titled([...NAMED.map(named), crashAnywhere('runner')]))(
    '%s',
    survives(() => campaign),
  )

  describe('26. without', () => {
    test.each(
      titled([
        diskFull,
        locked('directory'),
        peerOutage('pds', 'rubbish'),
        peerOutage('plc', 'refuse'),
        peerOutage('smtp', 'refuse'),
      ]),
    )(
      '%s',
      survives(() => campaign),
    )
  })
})

describe('25. killed, as two processes', () => {
  let campaign: Campaign
  beforeAll(async () => {
    campaign = await startCampaign({ split: true })
  })
  afterAll(() => campaign?.close())

  test.each(titled([crashAnywhere('gateway'), crashAnywhere('runner')]))(
    '%s',
    survives(() => campaign),
  )
})
