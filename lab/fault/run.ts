import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type CampaignOptions, type Injected, startCampaign } from './campaign.ts'
import type { Fault } from './faults.ts'
import { plan, planOnly } from './plan.ts'
import { report } from './report.ts'

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '200' },
    /** One kind of program: `split` or `embedded`. Then the report is printed only. */
    only: { type: 'string' },
  },
})
const times = Number(values.times)
const { only } = values
if (only !== undefined && only !== 'split' && only !== 'embedded') {
  throw new Error('--only takes split or embedded')
}
const begun = performance.now()
const injected: Injected[] = []
const broken: string[] = []
let people = 0

async function run(faults: Fault[], options: CampaignOptions): Promise<void> {
  if (faults.length === 0) return
  const campaign = await startCampaign(options)
  try {
    for (const fault of faults) {
      const one = await campaign.inject(fault)
      injected.push(one)
      const what = one.broken.length === 0 ? 'survived' : `BROKEN: ${one.broken.join('; ')}`
      console.log(`${injected.length}/${times} ${one.name}: ${what}`)
    }
    console.log('Waiting until nothing is under way any more')
    const end = await campaign.proveEverybody()
    people += end.people
    broken.push(...end.broken)
  } finally {
    await campaign.close()
  }
}

const { together, split, embedded } = only ? planOnly(only, times) : plan(times)
await run(together, { split: false })
await run(split, { split: true })
await run(embedded, { embedded: true })
const minutes = (performance.now() - begun) / 60_000
const command = `pnpm fault ${only ? `--only ${only} ` : ''}--times ${times}`
const text = report({ command, injected, people, broken, minutes })
if (!only) writeFileSync(new URL('../../docs/faults.md', import.meta.url), text)
console.log(text)
if (broken.length > 0 || injected.some((one) => one.broken.length > 0)) process.exitCode = 1
