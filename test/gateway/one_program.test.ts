import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../lab/world/cli.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { makeProgram } from '../../lab/world/program.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'

let folder: TemporaryFolder
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  folder = await makeTemporaryFolder('one-program')
  env = {
    PATH: process.env.PATH,
    ENTRYWAY_DATA_DIR: join(folder.path, 'data'),
    ENTRYWAY_PLC_URL: 'http://127.0.0.1:9',
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
  for (const [file, upWhen] of [
    ['start.ts', 'Vestibule is up'],
    ['start_runner.ts', 'runner is up'],
  ] as const) {
    const second = await program(file, upWhen)
    await expect(second.start()).rejects.toThrow('did not start')
    expect(second.logs).toBe(`A program runs on ${env.ENTRYWAY_DATA_DIR} already; stop it first\n`)
  }
  expect(await runCli(env, ['directory', 'rebuild'])).toMatchObject({
    exitCode: 1,
    stderr: `A program runs on ${env.ENTRYWAY_DATA_DIR} already; stop it first\n`,
  })
  // What only looks may look, and a gateway has no data.
  expect(await runCli(env, ['backup', join(folder.path, 'backup')])).toMatchObject({ exitCode: 0 })
  const gateway = await program('start_gateway.ts', 'gateway is up')
  await gateway.start()
  await gateway.stop()

  await first.kill()
  const runner = await program('start_runner.ts', 'runner is up')
  await runner.start()
  await runner.stop()
  await first.start()
  await first.stop()
})
