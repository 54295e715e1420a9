import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { envToCfg, envToSecrets, PDS, readEnv } from '@atproto/pds'
import { makeFolder } from '../base/files/make_folder.ts'
import { keepFromOthers } from '../base/files/umask.ts'
import { PDS_DATA_WAIT, PDS_END, POLL } from '../base/lifetimes.ts'
import { countExternalMemory } from '../base/process/external_memory.ts'
import { lockFile } from '../database/file_lock.ts'
import { PlcClient } from '../identity/plc_client.ts'
import type { ChildSetup } from './child_setup.ts'
import { freeOrAny } from './port.ts'

/**
 * What the child says to the program: that it answers on a port, and takes blobs of so many bytes, or
 * that its settings are wrong.
 */
export type Said = { port: number; blobUploadLimit: number } | { wrongSettings: string }

/**
 * The child process: a stock PDS on a loopback port, until the program that started it closes the
 * channel between them, or is gone and so has closed it.
 */
async function run(): Promise<void> {
  keepFromOthers()
  countExternalMemory()
  process.on('uncaughtException', fail)
  // A terminal and systemd tell every process; the program decides when this one ends.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  const abandoned = once(process, 'disconnect')
  const [told] = (await once(process, 'message')) as [ChildSetup]
  reachEntryway(told)
  const config = configure(told)
  if (!config) return
  await holdData(told.folder)
  const host = '127.0.0.1'
  // What it hands to `listen`: it would take connections from everywhere.
  config[0].service.port = { host, port: await freeOrAny(told.port, host) } as never
  const pds = await PDS.create(...config)
  // Its own takes the page of a proxy for the word of PLC, and waits for ever.
  pds.ctx.plcClient = new PlcClient(config[0].identity.plcUrl)
  const server = await pds.start()
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  say({ port, blobUploadLimit: config[0].service.blobUploadLimit })
  await abandoned
  setTimeout(() => process.exit(1), PDS_END).unref()
  await pds.destroy()
  process.exit(0)
}

/** @returns null where the stock PDS refuses its settings; the program is told */
function configure(told: ChildSetup): Parameters<typeof PDS.create> | null {
  try {
    const environment = { ...readEnv(), ...told.environment }
    const config = envToCfg(environment)
    config.service.publicUrl = told.publicUrl
    return [config, envToSecrets(environment)]
  } catch (err) {
    say({ wrongSettings: (err as Error).message })
    process.disconnect()
    return null
  }
}

/**
 * What the PDS asks its entryway goes straight to this machine's gateway: the public URL may lead
 * nowhere from here, as behind a router that does not turn it back.
 */
function reachEntryway({ publicUrl, gateway }: ChildSetup): void {
  const { fetch } = globalThis
  globalThis.fetch = (input, init) =>
    input instanceof URL && input.origin === publicUrl
      ? fetch(new URL(input.pathname + input.search, gateway), init)
      : fetch(input, init)
}

/** Waits until the PDS of a program that was killed has let go of the data. */
async function holdData(folder: string): Promise<void> {
  makeFolder(folder)
  const path = join(folder, 'embedded.lock')
  for (const deadline = performance.now() + PDS_DATA_WAIT; !lockFile(path); await wait(POLL)) {
    if (performance.now() > deadline) throw new Error(`Another PDS works on ${folder}; stop it`)
    if (!process.connected) process.exit(0)
  }
}

function say(said: Said): void {
  process.send?.(said)
}

/** As a log line, without the stack. */
function fail(err: unknown): void {
  const { name, message, code } = (err ?? {}) as NodeJS.ErrnoException
  const line = { level: 60, name: 'pds', err: { type: name, message, code }, msg: 'the PDS failed' }
  try {
    writeSync(1, `${JSON.stringify(line)}\n`)
  } finally {
    process.exit(1)
  }
}

await run()
