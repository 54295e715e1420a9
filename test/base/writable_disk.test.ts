import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tryWriting, WritableDisk } from '../../base/files/writable_disk.ts'
import { DISK_LOOK } from '../../base/lifetimes.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { firstArguments } from '../../lab/world/vestibule/child.ts'
import { mounted } from '../../lab/world/vestibule/mounted.ts'
import { sayUnlessMounted } from '../shared/left_out.ts'

/** Not in every container. */
const canMount = sayUnlessMounted('a disk of a size of its own')

/**
 * What is answered of a disk of 32 MB, each time after something was done to it.
 *
 * @param parent where another folder is that is looked at first
 */
async function answersOf(steps: readonly string[], parent = ''): Promise<boolean[]> {
  const folder = await makeTemporaryFolder('disk')
  onTestFinished(() => folder.remove())
  const { path } = folder
  const modules = new URL('../../base/', import.meta.url)
  const work = `
    const { execSync } = await import('node:child_process')
    const { WritableDisk } = await import('${modules}files/writable_disk.ts')
    const { DISK_LOOK } = await import('${modules}lifetimes.ts')
    let now = 0
    performance.now = () => now
    const disk = new WritableDisk('${path}${parent}', '${path}', '${path}/not-there')
    const answers = []
    for (const step of ${JSON.stringify(steps)}) {
      execSync(step, { cwd: '${path}', stdio: 'ignore' })
      now += DISK_LOOK + 1
      answers.push(await disk.isWritable())
    }
    console.log(JSON.stringify(answers))`
  const [program, ...words] = mounted(path, 'size=32m')
  const run = [process.execPath, ...firstArguments, '--input-type=module', '-e', work]
  const printed = execFileSync(program, [...words, ...run])
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

test.runIf(canMount)('so does one that is mounted at a folder of the data', async () => {
  expect(await answersOf(['true', `${fill('a', 40)} || true`, 'rm a'], '/..')).toEqual([
    ...[true, false, true],
  ])
})

test.runIf(canMount)(
  'a disk that can only be read takes none until it is mounted anew',
  async () => {
    // With the words that it was mounted with: the options that it is listed with name a user that is none there.
    const mounted = (how: string) => `mount -t tmpfs -o remount,${how} tmpfs .`
    expect(await answersOf(['true', mounted('ro'), mounted('rw')])).toEqual([true, false, true])
  },
)

/** @returns what has the time pass until it is looked again */
function clockOfOwn(): () => void {
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => clock.mockRestore())
  return () => {
    now += DISK_LOOK + 1
  }
}

test('a folder that is away takes none, and is looked at again after a while only', async () => {
  const folder = await makeTemporaryFolder('disk')
  onTestFinished(() => folder.remove())
  const pass = clockOfOwn()
  const data = join(folder.path, 'data')
  await mkdir(data)
  const disk = new WritableDisk(data)
  expect(await disk.isWritable()).toBe(true)
  await rename(data, `${data}-away`)
  expect(await disk.isWritable()).toBe(true)
  pass()
  expect(await disk.isWritable()).toBe(false)
  await rename(`${data}-away`, data)
  pass()
  expect(await disk.isWritable()).toBe(true)
})

test('a disk that hangs is waited for once, and holds up nothing else', async () => {
  const folder = await makeTemporaryFolder('disk')
  onTestFinished(() => folder.remove())
  const pass = clockOfOwn()
  // Who opens it to write waits for one who reads.
  const hanging = join(folder.path, `.health-${process.pid}`)
  execFileSync('mkfifo', [hanging])
  const goOn = () => closeSync(openSync(hanging, constants.O_RDONLY | constants.O_NONBLOCK))
  const disk = new WritableDisk(folder.path)
  const looks = [disk.isWritable()]
  // Node.js has four threads for this, unless told otherwise.
  for (let look = 0; look < 8; look++) {
    pass()
    looks.push(disk.isWritable())
  }
  // Each of them gets as far as the file meanwhile.
  const heldUp = vi.fn(goOn)
  const patience = setTimeout(heldUp, 5_000)
  for (let more = 0; more < 20; more++) await stat(folder.path)
  clearTimeout(patience)
  expect(heldUp).not.toHaveBeenCalled()
  goOn()
  expect(new Set(await Promise.all(looks))).toEqual(new Set([true]))
  pass()
  expect(await disk.isWritable()).toBe(true)
})

test('a link in the place of the file leads nowhere', async () => {
  const folder = await makeTemporaryFolder('disk')
  onTestFinished(() => folder.remove())
  const roots = join(folder.path, 'roots')
  await writeFile(roots, 'kept')
  await symlink(roots, join(folder.path, `.doctor-${process.pid}`))
  await expect(tryWriting(folder.path, 'doctor')).rejects.toMatchObject({ code: 'ELOOP' })
  expect(await readFile(roots, 'utf8')).toBe('kept')
})
