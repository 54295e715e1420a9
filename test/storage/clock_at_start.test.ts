import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY } from '../../base/lifetimes.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { prepareRunner } from '../../programs/prepare_runner.ts'
import { DataFolder } from '../shared/data_folder.ts'

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('clock-at-start')
})
afterEach(() => folder?.remove())

const KEYS = {
  ENTRYWAY_JWT_KEY_HEX: '1'.repeat(64),
  ENTRYWAY_PLC_ROTATION_KEY_HEX: '2'.repeat(64),
  ENTRYWAY_DPOP_SECRET_HEX: '3'.repeat(64),
  ENTRYWAY_ADMIN_PASSWORD: 'a password',
}
const ENGINE = {
  RIVET_ENDPOINT: 'http://default:token@127.0.0.1:6420',
  ENTRYWAY_DATABASE: 'engine',
}

const AFTER = /^The clock is 30 days after the last write to the data/
const BEFORE = /^The clock is 30 days before the last write to the data/

test.each([
  ['that were last written to a month ago', -30 * DAY, {}, AFTER],
  ['that were last written to a month from now', 30 * DAY, {}, BEFORE],
  ['that were last written to a day ago', -DAY, {}, null],
  ['that moved to an engine a month ago', -30 * DAY, ENGINE, null],
])('what a start says of the clock, with files %s', async (_, since, engine, said) => {
  const { dataDir } = new DataFolder(join(folder.path, 'data'))
  const writtenAt = new Date(Date.now() + since)
  for (const name of ['directory.sqlite', 'auth/0.sqlite']) {
    utimesSync(join(dataDir, name), writtenAt, writtenAt)
  }
  const lines: string[] = []
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line).msg) })
  const env = { ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: dataDir, ENTRYWAY_EMBEDDED_PDS: 'off' }
  await prepareRunner(readSettings({ ...env, ...KEYS, ...engine }), log)
  expect(lines).toEqual(said === null ? [] : [expect.stringMatching(said)])
})
