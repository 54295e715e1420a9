import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPlc } from '../world/plc.ts'
import { makeTemporaryFolder } from '../world/temporary_folder.ts'
import { makeVestibuleIdentity, startVestibule } from '../world/vestibule.ts'
import { openClient, refresh } from './oauth_client.ts'
import { machine, memoryOf, peakMemoryOf } from './process_figures.ts'
import { seed } from './seed.ts'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1000,10000' },
    write: { type: 'boolean', default: false },
  },
})
const REFRESHES = 2_000
const IN_FLIGHT = 16

const plc = await startPlc()
const rows: string[] = []
for (const count of values.accounts.split(',').map(Number)) rows.push(await measure(count))
await plc.close()

const report = `# Growth

${machine()}. One process; every account has two sessions. Refreshes go to accounts at random,
${IN_FLIGHT} in flight, ${REFRESHES} in all: the first round finds them asleep, the second awake. Reproduce with
\`pnpm bench:growth --accounts ${values.accounts} --write\`.

| accounts | ready after ms | disk KiB / account | idle MiB | peak MiB | refresh asleep p50 ms | awake p50 ms | awake /s | errors |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
console.log(report)
if (values.write) {
  const folder = new URL('../docs/bench/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('growth.md', folder), report)
}

async function measure(count: number): Promise<string> {
  const data = await makeTemporaryFolder('growth')
  const identity = await makeVestibuleIdentity()
  const env = {
    ENTRYWAY_DATA_DIR: data.path,
    ENTRYWAY_DPOP_SECRET_HEX: randomBytes(32).toString('hex'),
    ENTRYWAY_RATE_LIMITS: 'off',
  }
  const client = await openClient(identity.url, IN_FLIGHT)
  const pds = { url: 'http://localhost:1', did: 'did:web:localhost%3A1', adminPassword: 'unused' }
  const tokens = await seed(
    {
      ...env,
      ENTRYWAY_DEV: '1',
      ENTRYWAY_PDS_URL: pds.url,
      ENTRYWAY_PDS_DID: pds.did,
      ENTRYWAY_PDS_ADMIN_PASSWORD: pds.adminPassword,
    },
    client,
    count,
  )
  const disk = Number(execFileSync('du', ['-sk', data.path], { encoding: 'utf8' }).split('\t')[0])

  const begun = performance.now()
  const vestibule = await startVestibule({ identity, plcUrl: plc.url, pds, env })
  const ready = performance.now() - begun
  await wait(3_000)
  const pid = vestibule.pid as number
  const idle = memoryOf(pid)
  await refresh(client, tokens[0] as string).catch(() => undefined)

  const sample = tokens.sort(() => Math.random() - 0.5).slice(0, REFRESHES)
  const asleep = await round(client, sample)
  const awake = await round(client, sample)
  const cells = [
    count.toLocaleString('en'),
    ready.toFixed(0),
    (disk / count).toFixed(1),
    idle.toFixed(0),
    peakMemoryOf(pid).toFixed(0),
    asleep.p50.toFixed(1),
    awake.p50.toFixed(1),
    awake.perSecond.toFixed(0),
    asleep.errors + awake.errors,
  ]
  await vestibule.close()
  await data.remove()
  return `| ${cells.join(' | ')} |`
}

/** Refreshes every token once; the successors take their places. */
async function round(client: Parameters<typeof refresh>[0], tokens: string[]) {
  const durations: number[] = []
  let errors = 0
  let next = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < tokens.length) {
        const i = next++
        const begun = performance.now()
        try {
          tokens[i] = await refresh(client, tokens[i] as string)
        } catch {
          errors++
        }
        durations.push(performance.now() - begun)
      }
    }),
  )
  const perSecond = (durations.length / (performance.now() - start)) * 1000
  durations.sort((a, b) => a - b)
  return { p50: durations[durations.length >> 1] as number, perSecond, errors }
}
