import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Campaign, type CampaignOptions, startCampaign } from '../../lab/fault/campaign.ts'
import { crashAt, type Fault } from '../../lab/fault/faults.ts'
import { killPoints } from '../../lab/fault/kill_points.ts'

/** Has one test for each fault, one after the other, in a network of their own. */
export function survive(faults: Fault[], options?: CampaignOptions): void {
  let campaign: Campaign
  beforeAll(async () => {
    campaign = await startCampaign(options)
  })
  afterAll(() => campaign?.close())

  test.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_name, fault) => {
    expect((await campaign.inject(fault)).broken).toEqual([])
  })
}

/** @param name as in `lab/fault/kill_points.ts` */
export function killed(name: string): Fault {
  const point = killPoints.find((one) => one.name === name)
  if (!point) throw new Error(`There is no kill point ${name}`)
  return crashAt(point)
}
