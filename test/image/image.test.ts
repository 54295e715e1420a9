import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../lab/world/loopback.ts'
import { type Outsider, runOutsider, startOutsider } from '../../lab/world/processes/with_parent.ts'
import { buildImage, type Image, whyNoImage } from '../../lab/world/vestibule/image.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { sayUnless } from '../shared/left_out.ts'

const missing = whyNoImage()
const canBuild = sayUnless(missing === null, `the image of deploy/Dockerfile: ${missing}`)

describe.runIf(canBuild)('the image of deploy/Dockerfile', () => {
  let image: Image
  let program: Outsider | undefined

  /** To be polled: buildah loses the output of some commands that end at once. */
  const run = (...command: string[]) => runOutsider(image.command({}, ...command))

  beforeAll(async () => {
    image = await buildImage()
  }, 900_000)
  afterAll(async () => {
    await program?.end()
    await image?.remove()
  })

  test('runs as a user of its own, with one volume', async () => {
    expect(image.config).toMatchObject({ User: '2600:2600', Volumes: { '/data': {} } })
    await expect.poll(() => run('id', '-u')).toBe('2600')
    await expect.poll(() => run('vestibule', '--version')).toBe(packageJson.version)
  })

  test('holds the program, and nothing that only its developers need', async () => {
    const inside = (path: string) => existsSync(join(image.root, 'opt/vestibule', path))
    for (const path of ['test', 'lab', 'docs', '.git', 'data', '.env', 'node_modules/vitest']) {
      expect({ path, inside: inside(path) }).toEqual({ path, inside: false })
    }
    const modules = join(image.root, 'opt/vestibule/node_modules')
    const unused = [
      '(',
      '-name',
      '*.map',
      '-o',
      '-name',
      '*.d.[cm]ts',
      '-o',
      '-name',
      '*.d.ts',
      ')',
    ]
    expect(await runOutsider(['find', modules, '-type', 'f', ...unused])).toBe('')
  })

  test('takes what V8 compiled of it, which only root may change', async () => {
    const compiled = join(image.root, 'opt/vestibule/.compiled')
    const [ofUser, ...others] = readdirSync(compiled)
    expect([ofUser, others]).toEqual([expect.stringMatching(/-2600$/), []])
    const debug = { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }
    const command = image.command(debug, 'sh', '-c', 'vestibule --version 2>&1')
    await expect.poll(() => runOutsider(command)).toMatch(/cli\/main\.ts.* was accepted/)
    const writable = ['find', compiled, '(', '-not', '-user', '0', '-o', '-perm', '/022', ')']
    expect(await runOutsider(writable)).toBe('')
  })

  test('serves, is healthy, writes to its volume alone, and ends when it is told to', async () => {
    const port = String(await freePort())
    const shell = ['sh', '-c', 'echo "runs as $$"; exec "$@"', 'sh']
    const environment = { ENTRYWAY_PORT: port, ENTRYWAY_HOST: '127.0.0.1' }
    const command = image.command(environment, ...shell, ...image.config.Cmd)
    const started = startOutsider('SIGTERM', command)
    program = started
    await expect.poll(() => started.logs).toMatch(/runs as \d+\n/)
    const pid = Number(/runs as (\d+)/.exec(started.logs)?.[1])
    await expect.poll(() => started.logs, { timeout: 120_000 }).toContain('Vestibule is up')
    const health = async () => (await fetch(`http://127.0.0.1:${port}/_health`)).json()
    await expect
      .poll(health, { timeout: 120_000 })
      .toMatchObject({ status: 'ok', version: packageJson.version })

    const written = await runOutsider([
      ...['find', image.root, '-user', '2600', '-type', 'f'],
      ...['-not', '-path', `${image.root}/data/*`, '-not', '-path', `${image.root}/tmp/*`],
    ])
    expect(written).toBe('')
    for (const [path, mode] of [
      ['directory.sqlite', '600'],
      ['secrets', '700'],
      ['pds', '700'],
    ] as const) {
      const stat = () => run('stat', '-c', '%n %a', `/data/${path}`)
      await expect.poll(stat).toBe(`/data/${path} ${mode}`)
    }

    process.kill(pid, 'SIGTERM')
    await started.ended
    expect(started.logs).toContain('"signal":"SIGTERM"')
  })
})
