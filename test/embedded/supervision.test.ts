import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rmdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { PDS_STEADY } from '../../base/lifetimes.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import type { Log } from '../../base/watching/log.ts'
import { EmbeddedPds, type PdsDirectory } from '../../embedded/index.ts'
import { LOOKS, type Looks } from '../../embedded/signs_of_life.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { isRunning } from '../../lab/world/processes/is_running.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import type { Pds } from '../../pds/pds.ts'

type Line = {
  level: number
  msg: string
  component?: string
  pid?: number
  pause?: number
  nsid?: string
  err?: { code?: string }
}

/** How long a PDS may take to start on a busy machine, in ms. */
const PATIENCE = { timeout: 120_000, interval: 50 }

let folder: TemporaryFolder
let lines: Line[]
let known: Pds[]
let accounts: Record<string, number>
const started: EmbeddedPds[] = []

async function begin(): Promise<void> {
  folder = await makeTemporaryFolder('embedded')
  lines = []
  known = []
  accounts = {}
}

async function end(): Promise<void> {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  for (const pds of started.splice(0)) await pds.stop()
  await folder.remove()
}

const directory = {
  listPdses: async () => known,
  countAccounts: async () => accounts,
  removePds: async (did: string) => {
    known = known.filter((pds) => pds.did !== did)
  },
  setPdsPlacement: async (did: string, placement: Partial<Pds>) => {
    known = known.map((pds) => (pds.did === did ? { ...pds, ...placement } : pds))
  },
  addPds: async (pds: Pds) => {
    known = [...known.filter(({ did }) => did !== pds.did), pds]
  },
} as unknown as PdsDirectory

async function make(env: Record<string, string> = {}, looks: Looks = LOOKS): Promise<EmbeddedPds> {
  const settings = readSettings({
    ENTRYWAY_DATA_DIR: folder.path,
    ENTRYWAY_PLC_URL: 'https://127.0.0.1:9',
    ...env,
  })
  const { logLevel: level } = settings
  const write = (line: string) => lines.push(JSON.parse(line))
  const log = pino({ base: undefined, level }, { write })
  const pds = new EmbeddedPds(settings, await loadSecrets(settings), log as Log, looks)
  started.push(pds)
  return pds
}

const said = (msg: string) => lines.filter((line) => line.msg === msg)
const UP = 'the PDS is up'
const SILENT = 'the PDS does not answer; it is killed'
const CANNOT_START = 'the PDS cannot be started, or told'
const ENDED = 'the PDS ended by itself; it is started again'
const pid = () => said(UP).at(-1)?.pid as number
const ask = (path: string, body?: object) =>
  fetch(new URL(path, known[0]?.address), {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })

describe('one that runs', () => {
  const URL_OF_ITS_OWN = 'https://pds.invalid'
  /** What its gateway was asked. */
  const asked: unknown[] = []
  let gateway: LoopbackServer
  let pds: EmbeddedPds
  beforeAll(async () => {
    await begin()
    gateway = await listenOnLoopback((incoming, outgoing) => {
      asked.push(incoming.url)
      outgoing.writeHead(401, { 'content-type': 'application/json' })
      outgoing.end('{"error":"AuthenticationRequired","message":"Invalid identifier or password"}')
    })
    pds = await make({
      ENTRYWAY_PUBLIC_URL: URL_OF_ITS_OWN,
      ENTRYWAY_HOST: '127.0.0.1',
      ENTRYWAY_PORT: new URL(gateway.url).port,
      ENTRYWAY_LOG_LEVEL: 'debug',
    })
    expect(pds.isDown).toBe(true)
    await pds.start(directory)
  })
  afterAll(async () => {
    await end()
    await gateway?.close()
  })

  test('is a stock PDS under the public URL, with data that are for its user only', async () => {
    expect(pds.isDown).toBe(false)
    expect(known).toMatchObject([
      { did: 'did:web:pds.invalid', url: URL_OF_ITS_OWN, isEmbedded: true },
    ])
    const resource = await (await ask('/.well-known/oauth-protected-resource')).json()
    expect(resource).toMatchObject({
      resource: URL_OF_ITS_OWN,
      authorization_servers: [URL_OF_ITS_OWN],
    })
    for (const name of ['pds', 'pds/account.sqlite', 'pds/sequencer.sqlite']) {
      expect((await stat(join(folder.path, name))).mode & 0o077, name).toBe(0)
    }
  })

  test('reaches its entryway on this machine, also where the public name leads nowhere', async () => {
    const method = '/xrpc/com.atproto.server.createSession'
    const refused = await ask(method, { identifier: 'ada.pds.invalid', password: 'a password' })
    expect(refused.status).toBe(401)
    expect(asked).toEqual([method])
  })

  test('listens on one address, which only this machine reaches', async () => {
    const { port } = new URL(known[0]?.address ?? '')
    for (const host of ['127.0.0.2', '[::1]']) {
      await expect(fetch(`http://${host}:${port}/xrpc/_health`), host).rejects.toThrow()
    }
    expect((await ask('/xrpc/_health')).status).toBe(200)
  })

  test('logs what it refuses, and not as an error', async () => {
    const nsid = 'com.atproto.sync.getLatestCommit'
    expect((await ask(`/xrpc/${nsid}?did=did:web:nobody.test`)).status).toBe(400)
    const refusals = () =>
      lines.filter((line) => line.component === 'xrpc-server' && line.nsid === nsid)
    await expect.poll(() => refusals().length, PATIENCE).toBe(1)
    expect(refusals()).toMatchObject([{ level: 20, status: 400 }])
  })

  test('leaves signals to all processes, as of a terminal and systemd, to the program, and then ends', async () => {
    const id = pid()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.kill(id, signal)
    expect((await ask('/xrpc/_health')).status).toBe(200)
    await pds.stop()
    expect(isRunning(id)).toBe(false)
    expect(pds.isDown).toBe(false)
    expect(said(ENDED)).toEqual([])
  })
})

describe('one that fails', () => {
  beforeAll(begin)
  afterAll(end)

  /** One for all of it, since each start takes seconds of CPU. */
  const WHOLE = { timeout: 5 * PATIENCE.timeout }
  test('in whichever way is started again, after pauses that grow', WHOLE, async () => {
    /** Of whatever begins to answer from now on. */
    const looks = { ...LOOKS, start: 500 }
    const pds = await make({}, looks)
    const untilUp = async () => {
      await expect.poll(() => pds.isDown, PATIENCE).toBe(false)
      expect((await ask('/xrpc/_health')).status).toBe(200)
    }

    // It does not begin.
    const hang = 'await new Promise(() => setInterval(() => {}, 1_000))'
    vi.stubEnv('NODE_OPTIONS', `--import "data:text/javascript,${encodeURIComponent(hang)}"`)
    await pds.start(directory)
    expect(pds.isDown).toBe(true)
    expect(said(SILENT)).toHaveLength(1)
    vi.unstubAllEnvs()
    Object.assign(looks, { ...LOOKS, pause: 50, deadline: 3_000, failures: 2 })
    await untilUp()

    // It hangs.
    const id = pid()
    Object.assign(looks, LOOKS)
    process.kill(id, 'SIGSTOP')
    await expect.poll(() => pds.isDown, PATIENCE).toBe(true)
    await untilUp()
    expect(isRunning(id)).toBe(false)
    expect(said(SILENT).slice(1)).toMatchObject([{ pid: id }])

    // It is killed; the system refuses the next one, and those after that do not begin.
    const refusals = () => said(CANNOT_START).map(({ err }) => err?.code)
    vi.stubEnv('TOO_LONG', 'x'.repeat(256 * 1024))
    process.kill(pid(), 'SIGKILL')
    await expect.poll(refusals, PATIENCE).toContain('E2BIG')
    expect(pds.isDown).toBe(true)
    vi.unstubAllEnvs()
    vi.spyOn(process, 'execPath', 'get').mockReturnValue('/nowhere/node')
    await expect.poll(refusals, PATIENCE).toContain('ENOENT')
    expect(pds.isDown).toBe(true)
    vi.restoreAllMocks()
    await untilUp()

    const pauses = said(ENDED).map(({ pause = 0 }) => pause)
    expect(pauses[0]).toBe(250)
    // Those that were refused have not run for any time, after which the pauses would begin anew.
    const [first = 0, ...next] = pauses.slice(-3)
    expect(next).toEqual([2 * first, 4 * first])

    // It was up for long before it ended.
    const began = performance.now()
    vi.spyOn(performance, 'now').mockReturnValue(began + PDS_STEADY)
    process.kill(pid(), 'SIGKILL')
    await expect.poll(() => pds.isDown, PATIENCE).toBe(true)
    expect(said(ENDED).at(-1)?.pause).toBe(250)
  })
})

describe('one of its own for each test', () => {
  beforeEach(begin)
  afterEach(end)

  test('a second one waits until the first has let go of the data', async () => {
    const first = await make()
    await first.start(directory)
    const second = await make()
    let isSecondUp = false
    const starting = second.start(directory).then(() => {
      isSecondUp = true
    })
    // One that is begun after it and has data of its own is up before it.
    const other = await make({ ENTRYWAY_DATA_DIR: join(folder.path, 'elsewhere') })
    await other.start({ ...directory, addPds: async () => {} } as unknown as PdsDirectory)
    expect((await ask('/xrpc/_health')).status).toBe(200)
    expect(isSecondUp).toBe(false)
    await first.stop()
    await starting
    expect((await ask('/xrpc/_health')).status).toBe(200)
  })

  test('it runs where it is known already, and not beside others', async () => {
    const other = { did: 'did:web:pds.test', isEmbedded: false } as Pds
    known = [other]
    const pds = await make()
    await pds.start(directory)
    expect(known).toEqual([other])
    expect(existsSync(join(folder.path, 'pds'))).toBe(false)
    expect(pds.isDown).toBe(false)
    known = [other, { did: 'did:web:localhost%3A2600', isEmbedded: true } as Pds]
    await pds.start(directory)
    expect(known.map(({ did }) => did)).toEqual(['did:web:pds.test', 'did:web:localhost%3A2600'])
    expect(known[1]?.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test('it is started again where its address cannot be recorded', async () => {
    const failing = vi.fn(directory.addPds).mockRejectedValueOnce(new Error('The disk is full'))
    const pds = await make()
    await pds.start({ ...directory, addPds: failing })
    expect([pds.isDown, said(UP)]).toEqual([true, []])
    await expect.poll(() => pds.isDown, PATIENCE).toBe(false)
    expect((await ask('/xrpc/_health')).status).toBe(200)
  })

  test('it is started again at its address, or at another where that was taken meanwhile', async () => {
    const pds = await make()
    const told = vi.fn()
    pds.onUp(told)
    await pds.start(directory)
    const end = async () => {
      process.kill(pid(), 'SIGKILL')
      await expect.poll(() => pds.isDown, PATIENCE).toBe(true)
    }
    const { address = '' } = known[0] ?? {}
    await end()
    await expect.poll(() => pds.isDown, PATIENCE).toBe(false)
    expect(known[0]?.address).toBe(address)
    await end()
    const other = createServer().listen(Number(new URL(address).port), '127.0.0.1')
    await once(other, 'listening')
    await expect.poll(() => pds.isDown, PATIENCE).toBe(false)
    other.close()
    expect(known[0]?.address).not.toBe(address)
    expect(told).toHaveBeenCalledTimes(3)
    expect((await ask('/xrpc/_health')).status).toBe(200)
  })

  test('it is not up where it is stopped while its address is recorded', async () => {
    const pds = await make()
    const told = vi.fn()
    pds.onUp(told)
    await pds.start({ ...directory, addPds: () => pds.stop() })
    expect([told.mock.calls, said(UP)]).toEqual([[], []])
  })

  test('it is not started again once it is stopped', async () => {
    const begun = vi.spyOn(globalThis, 'setTimeout')
    const cleared = vi.spyOn(globalThis, 'clearTimeout')
    vi.spyOn(process, 'execPath', 'get').mockReturnValue('/nowhere/node')
    const pds = await make()
    await pds.start(directory)
    const restart = begun.mock.calls.findIndex(([, ms]) => ms === said(ENDED)[0]?.pause)
    expect(restart).toBeGreaterThanOrEqual(0)
    await pds.stop()
    expect(cleared).toHaveBeenCalledWith(begun.mock.results[restart]?.value)
  })

  test('settings that are wrong, or that the stock PDS refuses, are one line', async () => {
    vi.stubEnv('PDS_PORT', '3000')
    vi.stubEnv('PDS_BLOB_UPLOAD_LIMIT', 'much')
    await expect((await make()).start(directory)).rejects.toMatchObject({
      lines: [
        'PDS_PORT: the gateway is what listens; set ENTRYWAY_PORT',
        'PDS_BLOB_UPLOAD_LIMIT: must be a whole number',
      ],
    })
    vi.unstubAllEnvs()
    vi.stubEnv('PDS_MOD_SERVICE_URL', 'https://mod.example.com')
    await expect((await make()).start(directory)).rejects.toMatchObject({
      lines: ['PDS_…: if mod service url is configured, must configure its did as well.'],
    })
  })

  test('under another name than the one that its accounts have, it does not run', async () => {
    const url = 'http://localhost:2600'
    const did = 'did:web:localhost%3A2600'
    const of = { ENTRYWAY_PUBLIC_URL: 'https://pds.example.com' }
    accounts = { [did]: 2 }
    known = [{ did, url, isEmbedded: true, open: true } as Pds]
    await expect((await make(of)).start(directory)).rejects.toMatchObject({
      lines: [expect.stringContaining(`the accounts here (2) are of ${url} (${did})`)],
    })
    expect(known).toMatchObject([{ did, open: true }])

    accounts = {}
    const pds = await make(of)
    await pds.start(directory)
    expect(known).toMatchObject([{ did: 'did:web:pds.example.com' }])
    await pds.stop()

    // As a version of before may have left it.
    const both = { [did]: 2, 'did:web:pds.example.com': 1 }
    known = [{ did, url, isEmbedded: true, open: true } as Pds]
    await (await make(of)).start({ ...directory, countAccounts: async () => both })
    expect(known).toMatchObject([{ did, open: false }, { did: 'did:web:pds.example.com' }])
  })

  test('what ended it is one line of the log', async () => {
    await mkdir(join(folder.path, 'pds'))
    await writeFile(join(folder.path, 'pds/account.sqlite'), 'no database')
    await (await make()).start(directory)
    await expect
      .poll(() => said('the PDS failed'), PATIENCE)
      .toMatchObject([{ level: 60, component: 'pds', err: { code: 'SQLITE_NOTADB' } }])
  })

  test('it does not begin anew in an empty folder where accounts had their data', async () => {
    accounts = { 'did:web:localhost%3A2600': 2 }
    known = [{ did: 'did:web:localhost%3A2600', isEmbedded: true } as Pds]
    await mkdir(join(folder.path, 'pds'))
    await expect((await make()).start(directory)).rejects.toMatchObject({
      lines: [
        expect.stringContaining('account.sqlite: is missing, and with it what 2 accounts have'),
      ],
    })
  })

  test('nor where its folder went away while it ran', {
    timeout: 3 * PATIENCE.timeout,
  }, async () => {
    const pds = await make()
    await pds.start(directory)
    const data = join(folder.path, 'pds')
    await rename(data, `${data}-away`)
    await mkdir(data)
    process.kill(pid(), 'SIGKILL')
    await vi.waitUntil(() => said(CANNOT_START).length > 1, PATIENCE)
    expect(await readdir(data)).toEqual([])
    await rmdir(data)
    await rename(`${data}-away`, data)
    await vi.waitUntil(() => said(UP).length === 2, PATIENCE)
    expect((await ask('/xrpc/_health')).status).toBe(200)
  })
})
