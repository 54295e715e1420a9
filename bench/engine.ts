import { headlessSignUp, newCredentials } from '../test/clients/headless_sign_in.ts'
import { Person } from '../test/engine/person.ts'
import { startCluster } from '../world/cluster.ts'
import { cpuOf } from './process_figures.ts'

/** Milliseconds of load. */
const LOAD = 10_000
const IN_FLIGHT = [1, 16]

/** `node bench/engine.ts`: refreshes on a Rivet Engine with one and with two runners. */
for (const runners of [1, 2]) {
  const cluster = await startCluster({ runners, gateways: 2, authActors: 2 })
  try {
    const people: Person[] = []
    for (let i = 0; i < Math.max(...IN_FLIGHT); i++) {
      const credentials = newCredentials('bench')
      await headlessSignUp(cluster.url, credentials)
      people.push(await Person.signIn(cluster.url, credentials))
    }
    for (const inFlight of IN_FLIGHT) {
      const lanes = people.slice(0, inFlight)
      const groups = {
        gateways: cluster.gateways.map(({ pid }) => pid as number),
        runners: cluster.runners.map(({ pid }) => pid as number),
        engine: [cluster.engine.pid as number],
      }
      const cpu = () =>
        Object.entries(groups).map(([name, pids]) => ({
          name,
          ms: pids.reduce((total, pid) => total + cpuOf(pid), 0),
        }))
      const before = cpu()
      const took: number[] = []
      const failed = lanes.reduce((total, { failures }) => total + failures, 0)
      const end = Date.now() + LOAD
      await Promise.all(
        lanes.map(async (person) => {
          while (Date.now() < end) {
            const began = performance.now()
            if (await person.refresh()) took.push(performance.now() - began)
          }
        }),
      )
      const after = cpu()
      took.sort((a, b) => a - b)
      const at = (part: number) => `${took[Math.floor(took.length * part)]?.toFixed(1)} ms`
      const costs = after.map(
        ({ name, ms }, i) => `${name} ${((ms - (before[i]?.ms ?? 0)) / took.length).toFixed(2)}`,
      )
      const errors = lanes.reduce((total, { failures }) => total + failures, 0) - failed
      console.log(
        `${runners} runners, ${inFlight} in flight: ${((took.length * 1000) / LOAD).toFixed(0)}/s,`,
        `p50 ${at(0.5)}, p99 ${at(0.99)}, ${errors} errors; CPU ms a refresh: ${costs.join(', ')}`,
      )
    }
  } finally {
    await cluster.close()
  }
}
process.exit()
