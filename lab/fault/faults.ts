import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import type { Network } from '../world/network.ts'
import { type Trouble, type Troubled, troubled } from '../world/servers/faulty_server.ts'
import { answers, until } from '../world/until.ts'
import { pdsInside } from '../world/vestibule/pds_inside.ts'
import type { ProcessName } from '../world/vestibule/vestibule.ts'
import { type Action, actions } from './actions.ts'
import type { AtRequest, AtStatement, KillPoint } from './kill_points.ts'

/** Milliseconds that the program has to come to a kill point. */
const REACH = 20_000
/** Milliseconds of load before a random kill, at most. */
const RANDOM = 700

/** Something that ends a process of the program. */
export type Crash = {
  kind: 'crash'
  name: string
  /** What the people do meanwhile; anything where it does not matter. */
  by: Action | null
  /** Whether the program goes on, and tries again in its own time what could not be finished. */
  goesOn?: boolean
  /** @returns when the process has ended @throws {Error} when it was not reached */
  strike: (network: Network) => Promise<void>
}

/** Something that the program has to live through. */
export type Outage = {
  kind: 'outage'
  name: string
  /** What cannot succeed meanwhile. */
  prevents: readonly Action[]
  begin: (network: Network, peers: Peers) => Promise<void>
  end: (network: Network, peers: Peers) => Promise<void>
}

export type Fault = Crash | Outage

/** The servers that the program depends on. */
export type Peers = Record<'pds' | 'plc' | 'smtp', Troubled>

/** To be called before the program connects to any of them. */
export function takeHold({ pds, plc, smtp }: Network): Peers {
  return {
    pds: troubled(pds.server),
    plc: troubled(plc.server),
    smtp: troubled(smtp.server),
  }
}

export function crashAt({ name, by, at }: KillPoint): Crash {
  return {
    kind: 'crash',
    name,
    by,
    strike: async (network) => {
      const ended = network.vestibule.ended()
      const disarm = 'statement' in at ? armStatement(network, at) : armRequest(network, at)
      const reached = await Promise.race([ended.then(() => true), wait(REACH).then(() => false)])
      if (!reached) disarm()
      if (!reached) throw new Error(`was not reached within ${REACH} ms`)
    },
  }
}

/** @param which all of them unless given */
export function crashAnywhere(which?: ProcessName): Crash {
  return {
    kind: 'crash',
    name: `${which ?? 'everything'}, at random`,
    by: null,
    strike: async ({ vestibule }) => {
      await wait(Math.random() * RANDOM)
      await vestibule.kill(which)
    },
  }
}

/** The PDS inside dies, by itself or with the program around it. */
export function crashPds({ withProgram }: { withProgram: boolean }): Crash {
  return {
    kind: 'crash',
    name: withProgram ? 'the PDS and the program, at random' : 'the PDS, at random',
    by: null,
    goesOn: !withProgram,
    strike: async ({ vestibule, url }) => {
      await wait(Math.random() * RANDOM)
      process.kill(pdsInside(vestibule).pid, 'SIGKILL')
      if (withProgram) return vestibule.kill()
      // What comes next waits for its health.
      const isSeen = async () => !(await answers(`${url}/_health`))
      await until(isSeen, 'The program has not seen that its PDS is gone')
    },
  }
}

function armStatement({ vestibule }: Network, at: AtStatement): () => void {
  vestibule.send({ dieAt: at })
  // A program that reached the statement has died. This disarms one that did not reach it.
  return () => vestibule.send({ dieAt: null })
}

/** Kills the program at the moment when another server has its request, or is about to answer it. */
function armRequest({ vestibule, pds, plc }: Network, at: AtRequest): () => void {
  const server: Server = at.peer === 'pds' ? pds.server : plc.server
  const { pid } = vestibule
  const kill = () => pid !== undefined && process.kill(pid, 'SIGKILL')
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    if (!`${request.method} ${request.url}`.includes(at.request)) return
    server.off('request', listener)
    if (at.when === 'asked') return kill()
    const { end } = response
    response.end = ((...args: Parameters<typeof end>) => {
      kill()
      return end.apply(response, args)
    }) as typeof end
  }
  server.prependListener('request', listener)
  return () => server.off('request', listener)
}

const NEEDS: Record<keyof Peers, readonly Action[]> = {
  pds: ['signUp', 'changeHandle', 'post', 'pause', 'suspend', 'comeAndGo', 'moveIn'],
  plc: ['signUp', 'changeHandle', 'comeAndGo', 'moveIn'],
  smtp: ['askForMail'],
}

export function peerOutage(peer: keyof Peers, trouble: Trouble): Outage {
  return {
    kind: 'outage',
    name: `${peer.toUpperCase()}: ${trouble}`,
    prevents: NEEDS[peer],
    begin: (_network, peers) => peers[peer].begin(trouble),
    end: (_network, peers) => peers[peer].end(),
  }
}

/**
 * What a client does here writes something, and is worth nothing unless that is on disk. Posts are kept by
 * a PDS elsewhere. Who is in doubt about what came before does not try the others that are left out.
 */
const LEFT_OUT: readonly Action[] = ['askForMail', 'post', 'pause', 'resetPassword']
const WRITES = actions.filter((action) => !LEFT_OUT.includes(action))

/**
 * The disk takes nothing more. A limit on the size of files makes every `write(2)` of the process
 * fail, in the middle of whatever SQLite is doing, and is lifted again while it runs; unlike a small
 * file system it needs no privilege. (Node.js ignores the signal that goes with it.)
 */
export const diskFull: Outage = {
  kind: 'outage',
  name: 'disk full',
  prevents: WRITES,
  begin: ({ vestibule }) => limitFileSize(vestibule.pid, '0:unlimited'),
  end: ({ vestibule }) => limitFileSize(vestibule.pid, 'unlimited:unlimited'),
}

/** The same while no account has been asked for anything yet. */
export const diskFullAfterStart: Outage = {
  ...diskFull,
  name: 'disk full after a start',
  begin: async (network, peers) => {
    await network.vestibule.restart()
    await diskFull.begin(network, peers)
  },
}

/** The disk is full after a few pages more, wherever that is. */
export const diskAlmostFull: Outage = {
  kind: 'outage',
  name: 'disk full after a few pages',
  prevents: [],
  begin: ({ vestibule }) =>
    limitFileSize(vestibule.pid, `${(40 + Math.floor(Math.random() * 80)) * 1024}:unlimited`),
  end: diskFull.end,
}

async function limitFileSize(pid: number | undefined, bytes: string): Promise<void> {
  await promisify(execFile)('prlimit', [`--pid=${pid}`, `--fsize=${bytes}`])
}

/** Somebody else holds the write lock for longer than the program waits. */
export function locked(which: 'directory' | 'auth'): Outage {
  let db: Sqlite.Database | undefined
  return {
    kind: 'outage',
    name: `SQLITE_BUSY: ${which}`,
    prevents:
      which === 'directory' ? ['signUp', 'comeAndGo', 'moveIn'] : ['signIn', 'refresh', 'revoke'],
    begin: async ({ vestibule }) => {
      const path =
        which === 'directory'
          ? join(vestibule.dataDir, 'directory.sqlite')
          : join(vestibule.dataDir, 'auth', readdirSync(join(vestibule.dataDir, 'auth'))[0] ?? '')
      db = new Sqlite(path)
      db.exec('BEGIN IMMEDIATE')
    },
    end: async () => {
      db?.exec('ROLLBACK')
      db?.close()
    },
  }
}
