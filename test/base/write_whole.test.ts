import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childArguments } from '../../lab/world/vestibule/child.ts'
import { mounted } from '../../lab/world/vestibule/mounted.ts'
import { sayUnlessMounted } from '../shared/left_out.ts'

/** Not in every container. */
const canMount = sayUnlessMounted('a full disk')

const MODULE = fileURLToPath(new URL('../../base/files/write_whole.ts', import.meta.url))

describe.runIf(canMount)('on a full disk', () => {
  test('nothing is left of a file that could not be written', async () => {
    const disk = await makeTemporaryFolder('full')
    const write = `
      const { readdirSync } = await import('node:fs')
      const { writeWhole } = await import(${JSON.stringify(MODULE)})
      const path = ${JSON.stringify(disk.path)}
      try { writeWhole(path + '/mark', 'good') } catch ({ code }) { console.log(code) }
      console.log(readdirSync(path).join())
      process.disconnect()`
    const [program, ...words] = mounted(disk.path, 'size=64k')
    const fill = ['sh', '-c', 'cat /dev/zero > "$0/filler" 2>&-; exec "$@"', disk.path]
    const run = [process.execPath, ...childArguments, '--input-type=module', '-e', write]
    const child = spawn(program, [...words, ...fill, ...run], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    const said = await text(child.stdout as Readable)
    await disk.remove()
    expect(said).toBe('ENOSPC\nfiller\n')
  })
})
