import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { DISK_LOOK } from '../../base/lifetimes.ts'
import { WritableDisk } from '../../base/writable_disk.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { sayUnless } from '../left_out.ts'

/** Not in every container. */
const canMount = sayUnless(
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0,
  'a disk of a size of its own: nothing can be mounted (unshare --user --mount)',
)

/** What is answered of a disk of 32 MB, each time after something was done to it. */
async function answersOf(steps: readonly string[]): Promise<boolean[]> {
  const folder = await makeTemporaryFolder('disk')
  onTestFinished(() => folder.remove())
  const { path } = folder
  const modules = new URL('../../base/', import.meta.url)
  const work = `
    const { execSync } = await import('node:child_process')
    const { WritableDisk } = await import('${modules}writable_disk.ts')
    const { DISK_LOOK } = await import('${modules}lifetimes.ts')
    let now = 0
    performance.now = () => now
    const disk = new WritableDisk('${path}')
    const answers = []
    for (const step of ${JSON.stringify(steps)}) {
      execSync(step, { cwd: '${path}', stdio: 'ignore' })
      now += DISK_LOOK + 1
      answers.push(await disk.isWritable())
    }
    console.log(JSON.stringify(answers))`
  const printed = execFileSync('unshare', [
    ...['--user', '--map-root-user', '--mount', 'sh', '-c'],
    `mount -t tmpfs -o size=32m none ${path} && exec "$@"`,
    ...['sh', process.execPath, '--input-type=module', '-e', work],
  ])
  return JSON.parse(String(printed))
}

const fill = (file: string, megabytes: number) =>
  `dd if=/dev/zero of=${file} bs=1M count=${megabytes}`

test.runIf(canMount)(
  'a full disk takes no writes until there is room again, not only a little',
  async () => {
    const steps = ['true', `${fill('a', 20)}; ${fill('b', 30)} || true`]
    const answers = await answersOf([...steps, 'truncate -s 5M b', 'rm a', 'true'])
    expect(answers).toEqual([true, false, false, true, true])
  },
)

test.runIf(canMount)(
  'a disk that can only be read takes none until it is mounted anew',
  async () => {
    const mounted = (how: string) => `mount -o remount,${how} .`
    expect(await answersOf(['true', mounted('ro'), mounted('rw')])).toEqual([true, false, true])
  },
)

test('a folder that is away takes none, and is looked at again after a while only', async () => {
  const folder = await makeTemporaryFolder('disk')
  onTestFinished(() => folder.remove())
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => clock.mockRestore())
  const data = join(folder.path, 'data')
  await mkdir(data)
  const disk = new WritableDisk(data)
  expect(await disk.isWritable()).toBe(true)
  await rename(data, `${data}-away`)
  expect(await disk.isWritable()).toBe(true)
  now += DISK_LOOK + 1
  expect(await disk.isWritable()).toBe(false)
  await rename(`${data}-away`, data)
  now += DISK_LOOK + 1
  expect(await disk.isWritable()).toBe(true)
})
