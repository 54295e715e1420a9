import { headlessSignUp, newCredentials } from '../clients/headless_sign_in.ts'
import { Person } from '../clients/person.ts'
import { type Cluster, startCluster } from '../world/cluster.ts'
import { cpuOf, machine } from './figures/process_figures.ts'
import { quantile } from './figures/statistics.ts'

/** Milliseconds of load, and before it, to get warm. */
const LOAD = 10_000
const WARM = 3_000
const IN_FLIGHT = [1, 16]
const CLUSTERS = [
  { runners: 1, gateways: 2, authActors: 1 },
  { runners: 1, gateways: 2, authActors: 2 },
  { runners: 2, gateways: 2, authActors: 2 },
]

/** `node lab/bench/engine.ts`: refreshes on a Rivet Engine, as a Markdown table. */
console.log(`${machine()}; ${LOAD / 1000} s each\n`)
console.log(
  '| runners | auth actors | in flight | refreshes a second | p50 | p99 | CPU ms a refresh: gateways / runners / engine | failed |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
for (const options of CLUSTERS) {
  const cluster = await startCluster(options)
  try {
    const people: Person[] = []
    for (let i = 0; i < Math.max(...IN_FLIGHT); i++) {
      const credentials = newCredentials('bench')
      await headlessSignUp(cluster.url, credentials)
      people.push(await Person.signIn(cluster.url, credentials))
    }
    await refreshFor(people, WARM)
    for (const inFlight of IN_FLIGHT) {
      const figures = await measure(cluster, people.slice(0, inFlight))
      const cells = [options.runners, options.authActors, inFlight, ...figures]
      console.log(`| ${cells.join(' | ')} |`)
    }
  } finally {
    await cluster.close()
  }
}
process.exit()

/** @returns refreshes a second, p50, p99, CPU and failures */
async function measure(cluster: Cluster, people: Person[]): Promise<string[]> {
  const before = cpuUsed(cluster)
  const failed = failures(people)
  const took = await refreshFor(people, LOAD)
  const cpu = cpuUsed(cluster).map((ms, i) => (ms - (before[i] as number)) / took.length)
  const at = (share: number) => `${quantile(took, share).toFixed(1)} ms`
  return [
    ((took.length * 1000) / LOAD).toFixed(0),
    at(0.5),
    at(0.99),
    cpu.map((ms) => ms.toFixed(1)).join(' / '),
    String(failures(people) - failed),
  ]
}

/** CPU ms of the gateways, the runners and the engine. */
function cpuUsed({ gateways, runners, engine }: Cluster): number[] {
  const groups = [gateways.map(({ pid }) => pid), runners.map(({ pid }) => pid), [engine.pid]]
  return groups.map((pids) => pids.reduce<number>((total, pid) => total + cpuOf(pid as number), 0))
}

/** Each refreshes one session after the other. @returns how long each refresh took, in ms */
async function refreshFor(people: Person[], ms: number): Promise<number[]> {
  const took: number[] = []
  const end = Date.now() + ms
  await Promise.all(
    people.map(async (person) => {
      while (Date.now() < end) {
        const began = performance.now()
        if (await person.refresh()) took.push(performance.now() - began)
      }
    }),
  )
  return took
}

function failures(people: Person[]): number {
  return people.reduce((total, person) => total + person.failures, 0)
}
