import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { adopt } from '../../cli/adopt/adopt.ts'
import type { AdoptInput } from '../../cli/adopt/plan.ts'
import { createOutput } from '../../cli/terminal/output.ts'
import { envOf, makePdsHome, type PdsHome, startPds } from '../../lab/world/servers/pds.ts'

export const NOWHERE = 'http://127.0.0.1:9'

/** What a stock PDS leaves when it is stopped: two accounts (without repos), and its settings. */
export async function makeStoppedPds(): Promise<PdsHome> {
  const home = await makePdsHome()
  const { path } = home.folder
  await (await startPds({ plcUrl: NOWHERE, home })).close()
  const db = new Sqlite(join(path, 'account.sqlite'))
  for (const name of ['alice', 'bob']) {
    db.prepare('INSERT INTO actor (did, handle, createdAt) VALUES (?, ?, ?)').run(
      ...[`did:plc:${name}`, `${name}.test`, '2026-01-01T00:00:00.000Z'],
    )
    db.prepare('INSERT INTO account (did, email, passwordScrypt) VALUES (?, ?, ?)').run(
      ...[`did:plc:${name}`, `${name}@mail.test`, `00:${'0'.repeat(128)}`],
    )
    db.prepare('INSERT INTO refresh_token (id, did, expiresAt) VALUES (?, ?, ?)').run(
      ...[`of ${name}`, `did:plc:${name}`, '2999-01-01T00:00:00.000Z'],
    )
  }
  db.close()
  for (const folder of ['actors', 'blobs']) {
    mkdirSync(join(path, folder), { recursive: true })
    writeFileSync(join(path, folder, 'something'), folder)
  }
  const lines = Object.entries(envOf({ plcUrl: NOWHERE, home })).map((entry) => entry.join('='))
  writeFileSync(join(path, 'pds.env'), `${lines.join('\n')}\n`)
  return home
}

/** Adopts the PDS in `pds/` of a folder, beside which the settings and data here are. */
export const adoptIn = (folder: string, options: Partial<AdoptInput> = {}) =>
  adopt({
    ...{ folder: join(folder, 'pds'), pdsEnv: undefined, dryRun: false, copy: false, plc: false },
    ...{ file: join(folder, '.env'), force: false, again: false, dataDir: join(folder, 'data') },
    ...{ host: undefined, port: undefined, output: createOutput({ json: true }), ...options },
  })
