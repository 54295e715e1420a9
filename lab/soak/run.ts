import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ACCOUNT_SLEEP } from '../../base/lifetimes.ts'
import { discoverApp, loopbackClientId } from '../clients/oauth_app.ts'
import { startNetwork } from '../world/network.ts'
import type { Sample } from './probe.ts'
import { report } from './report.ts'
import { type Traffic, wander } from './traffic.ts'
import { judge } from './verdict.ts'

const SAMPLE_EVERY = 5_000
const LANES = 5
const REDIRECT = 'http://127.0.0.1/callback'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '15' } } })
const minutes = Number(values.minutes)

const network = await startNetwork({
  env: { ENTRYWAY_RATE_LIMITS: 'off', ENTRYWAY_LOG_LEVEL: 'warn' },
  program: { preloads: [new URL('./probe.ts', import.meta.url).href] },
})
try {
  const app = await discoverApp({
    pdsUrl: network.pds.url,
    clientId: loopbackClientId(REDIRECT, 'atproto'),
    redirectUri: REDIRECT,
    scope: 'atproto',
  })
  const sample = () => network.vestibule.ask({}) as Promise<Sample>
  const traffic: Traffic = { counts: new Map(), errors: [] }
  const samples: Sample[] = []
  const end = Date.now() + minutes * 60_000
  const over = () => Date.now() > end
  const quiet = network.vestibule.logs.length

  const lanes = Array.from({ length: LANES }, () => wander(app, network, traffic, over))
  while (!over()) {
    await wait(SAMPLE_EVERY)
    samples.push(await sample())
    if (samples.length % 12 === 0) console.log(JSON.stringify(samples.at(-1)))
  }
  await Promise.all(lanes)
  console.log('Waiting until every account is asleep')
  await wait(1.5 * ACCOUNT_SLEEP)
  const rest = await sample()

  const complaints =
    network.vestibule.logs.slice(quiet).match(/^.*"level":"(?:warn|error|fatal)".*$/gm) ?? []
  const verdicts = judge(samples)
  const text = report({ minutes, samples, traffic, verdicts, rest, complaints })
  writeFileSync(new URL('../../docs/soak.md', import.meta.url), text)
  console.log(text)
  const failures = [
    ...verdicts.filter(({ holds }) => !holds).map(({ question }) => `grows: ${question}`),
    ...traffic.errors,
    ...complaints,
    ...(rest.databases > 0 ? [`${rest.databases} account databases stay open`] : []),
  ]
  for (const failure of failures.slice(0, 20)) console.error(failure)
  if (failures.length > 0) process.exitCode = 1
} finally {
  await network.close()
}
