import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { RUN_FOLDER, removeAbandoned } from '../run_folder.ts'

test('worlds keep what they have in the folder of this run', async () => {
  const folder = await makeTemporaryFolder('own')
  await folder.remove()
  expect(dirname(folder.path)).toMatch(new RegExp(`/${RUN_FOLDER}${process.ppid}$`))
})

test('a run that was killed leaves nothing once the next one has begun', async () => {
  const { path, remove } = await makeTemporaryFolder('runs')
  const ended = spawnSync(process.execPath, ['--eval', '']).pid
  const kept = [`${RUN_FOLDER}${process.pid}`, 'vestibule-of-another']
  for (const name of [`${RUN_FOLDER}${ended}`, ...kept]) {
    mkdirSync(join(path, name, 'data'), { recursive: true })
    writeFileSync(join(path, name, 'data', 'file'), '')
  }
  try {
    removeAbandoned(path)
    expect(readdirSync(path).sort()).toEqual(kept.sort())
  } finally {
    await remove()
  }
})
