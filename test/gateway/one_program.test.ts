import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { makeProgram } from '../../lab/world/vestibule/program.ts'

let folder: TemporaryFolder
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  folder = await makeTemporaryFolder('one-program')
  env = {
    PATH: process.env.PATH,
    ENTRYWAY_DATA_DIR: join(folder.path, 'data'),
    ENTRYWAY_PLC_URL: 'https://127.0.0.1:9',
    ENTRYWAY_EMBEDDED_PDS: 'off',
  }
})
afterAll(() => folder?.remove())

const program = async (file: string, upWhen: string) => {
  const [port, actorPort] = [await freePort(), await freePort()]
  const ports = { ENTRYWAY_PORT: String(port), ENTRYWAY_ACTOR_PORT: String(actorPort) }
  return makeProgram(file, { ...env, ...ports }, upWhen)
}

test('a data directory is for one program, until that has ended in whatever way', async () => {
  const first = await program('start.ts', 'Vestibule is up')
  await first.start()
  const second = await program('start_runner.ts', 'runner is up')
  await expect(second.start()).rejects.toThrow('ended with 1')
  expect(second.logs).toBe(`A program runs on ${env.ENTRYWAY_DATA_DIR} already; stop it first\n`)
  expect(await runCli(env, ['directory', 'rebuild'])).toMatchObject({
    exitCode: 1,
    stderr: `A program runs on ${env.ENTRYWAY_DATA_DIR} already; stop it first\n`,
  })
  await first.kill()
  await second.start()
  await second.stop()
})
