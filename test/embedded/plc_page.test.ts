import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoopbackServer } from '../../lab/world/loopback.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { cliJsonHere, runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'
import { answerInstead } from '../answer_instead.ts'

let plc: LoopbackServer
let vestibule: Vestibule
beforeAll(async () => {
  plc = await startPlc()
  vestibule = await startVestibule({
    ...{ plcUrl: plc.url, embeddedPds: true },
    // For the PDS, which the program starts by itself.
    env: { NODE_OPTIONS: process.env.NODE_OPTIONS },
  })
})
afterAll(async () => {
  await vestibule?.close()
  await plc?.close()
})

const create = (name: string) =>
  runCliHere(vestibule.env, ['--json', 'account', 'create', `${name}.test`, `${name}@mail.test`])

test('the page of a proxy is not taken for the word of PLC that it has a new DID', async () => {
  const page = answerInstead(plc.server, (request, response) => {
    request.resume()
    response.setHeader('content-type', 'text/html').end('<h1>It works!</h1>')
  })
  expect(await create('early')).toMatchObject({
    ...{ exitCode: 1, stdout: '' },
    stderr: expect.stringMatching(/^The PLC directory is unavailable\./),
  })
  page.end()
  const { stdout } = await create('later')
  const { did } = JSON.parse(stdout)
  expect((await fetch(`${plc.url}/${did}`)).status).toBe(200)
  expect(await cliJsonHere(vestibule.env, ['account', 'list'])).toMatchObject([{ did }])
})
