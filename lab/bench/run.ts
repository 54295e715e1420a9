import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { machine } from './figures/process_figures.ts'
import { startGenerator } from './load/generator.ts'
import { inTurn, populate, rounds } from './measures/measure.ts'
import { measureStarts } from './measures/starts.ts'
import { measureStates } from './measures/states.ts'
import { measureStream } from './measures/stream.ts'
import { comparedWith, factors, PEOPLE_OF_EACH } from './operations/factors.ts'
import { openid } from './operations/openid.ts'
import type { Operation } from './operations/operation.ts'
import { operations } from './operations/operations.ts'
import { passing } from './operations/passing.ts'
import { STORM_IN_FLIGHT, storm } from './operations/storm.ts'
import { type Measured, render } from './reports/report.ts'
import { end, startEntryway, startOneName, startOpenid, startServers } from './servers/servers.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    /** Of the event stream. */
    minutes: { type: 'string', default: '10' },
    only: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
  },
})
const OTHERS = ['storm', 'states', 'event stream', 'start']
const parts = [...operations, ...factors, ...openid, ...passing]
  .map(({ name }) => name)
  .concat(OTHERS)
const unknown = values.only?.find((name) => !parts.includes(name))
if (unknown) throw new Error(`No part is called ${unknown}; there are ${parts.join(', ')}`)
if (values.only && values.write) throw new Error('A part does not replace the whole report')

const IN_FLIGHT = [1, 16, 64]
const PEOPLE = Math.max(...IN_FLIGHT)
const runs = Number(values.runs)
const minutes = Number(values.minutes)
const words = process.argv.slice(2).map((word) => (word.includes(' ') ? `'${word}'` : word))
const command = ['pnpm bench', ...words].join(' ')
const isWanted = (name: string) => values.only?.includes(name) ?? true
const wantedOf = (all: readonly Operation[]) => all.filter(({ name }) => isWanted(name))

const measured: Measured = {
  operations: [],
  storm: [],
  factors: [],
  openid: [],
  states: [],
  passing: [],
  streams: [],
  starts: [],
}
if (wantedOf(operations).length || isWanted('storm')) await measureServers()
if (wantedOf(factors).length) await measureFactors()
if (wantedOf(openid).length) await measureOpenid()
if (isWanted('states')) measured.states = await measureStates(runs)
if (wantedOf(passing).length) await measurePassing()
if (isWanted('event stream')) measured.streams = await measureStream(minutes)
if (isWanted('start')) measured.starts = await measureStarts(runs)
const report = render(measured, { command, runs, minutes }, machine())
console.log(report)
if (values.write) {
  const folder = new URL('../../docs/bench/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('small-machine.md', folder), report)
}

/** The servers, each in a process of its own, under the same load. */
async function measureServers(): Promise<void> {
  const servers = await startServers()
  const generator = await startGenerator()
  try {
    const { stock, stockFull, vestibule, floor } = servers
    const all = [stock, stockFull, vestibule, floor]
    const bench = await populate(generator, all, PEOPLE)
    for (const { name } of wantedOf(operations)) {
      for (const inFlight of IN_FLIGHT) {
        measured.operations.push(...(await rounds(bench, all, name, inFlight, runs)))
      }
    }
    for (let run = 0; isWanted('storm') && run < runs; run++) {
      for (const { name } of storm) {
        measured.storm.push(...(await inTurn(bench, [stock, vestibule], name, STORM_IN_FLIGHT)))
      }
      console.error(`storm, run ${run + 1}`)
    }
  } finally {
    await end(generator)
    await servers.close()
  }
}

/** The ways to sign in, in turn, each with people of its own, and those with which they are compared. */
async function measureFactors(): Promise<void> {
  const servers = await startEntryway()
  const generator = await startGenerator()
  try {
    const compared = wantedOf(factors).flatMap(({ name }) => [name, comparedWith(name)])
    const ways = factors
      .filter(({ name }) => compared.includes(name))
      .map(({ name }) => ({ name, server: { ...servers.vestibule } }))
    const all = ways.map(({ server }) => server)
    const bench = await populate(generator, all, PEOPLE_OF_EACH)
    for (const inFlight of [1, 16]) {
      // The first run is not counted.
      for (let run = 0; run <= runs; run++) {
        for (const { name, server } of ways) {
          const figures = await inTurn(bench, [server], name, inFlight)
          if (run > 0) measured.factors.push(...figures)
        }
      }
      console.error(`ways to sign in at ${inFlight}`)
    }
  } finally {
    await end(generator)
    await servers.close()
  }
}

/** The OpenID provider alone, and the one of Vestibule, whose people both have. */
async function measureOpenid(): Promise<void> {
  const servers = await startOpenid()
  const generator = await startGenerator()
  try {
    const { alone, vestibule } = servers
    const bench = await populate(generator, [vestibule], 16)
    bench.people.set(alone, bench.people.get(vestibule) ?? [])
    for (const { name } of wantedOf(openid)) {
      for (const inFlight of [1, 16]) {
        measured.openid.push(...(await rounds(bench, [alone, vestibule], name, inFlight, runs)))
      }
    }
  } finally {
    await end(generator)
    await servers.close()
  }
}

/** A PDS alone, the one inside, and the same through the gateway. */
async function measurePassing(): Promise<void> {
  const servers = await startOneName()
  const generator = await startGenerator()
  try {
    const { alone, inside, oneName } = servers
    const all = [alone, inside, oneName]
    const bench = await populate(generator, all, PEOPLE)
    for (const { name } of wantedOf(passing)) {
      for (const inFlight of IN_FLIGHT) {
        measured.passing.push(...(await rounds(bench, all, name, inFlight, runs)))
      }
    }
  } finally {
    await end(generator)
    await servers.close()
  }
}
