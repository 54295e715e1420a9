import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type Chromium = { executablePath: string; env: Record<string, string> }

const packageFile = new URL('../package.json', import.meta.resolve('@sparticuz/chromium'))

const FONTS_CONF = 'bundled_fonts.conf'

/** Names only the bundled fonts, so that a page looks the same on every machine. */
const fontsConf = (folder: string) => `<?xml version="1.0"?>
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`

/**
 * Finds a Chromium to run: `CHROMIUM_PATH` if set, else the one in the npm package
 * together with the shared libraries and fonts that a bare Linux lacks.
 *
 * It is unpacked once a machine, under the temporary directory. Test files start
 * at the same time, so each that finds none unpacks beside the final place and
 * renames: no test ever runs a browser that is half unpacked.
 */
export async function findChromium(): Promise<Chromium> {
  if (process.env.CHROMIUM_PATH) return { executablePath: process.env.CHROMIUM_PATH, env: {} }

  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string }
  const folder = join(tmpdir(), `vestibule-chromium-${version}-${process.getuid?.()}`)
  if (!existsSync(folder)) await unpack(folder)
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, FONTS_CONF),
    },
  }
}

async function unpack(folder: string): Promise<void> {
  const incoming = await mkdtemp(`${folder}-`)
  const program = fileURLToPath(new URL('./unpack_chromium.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [program], {
    // The package unpacks its shared libraries only where it expects none on the system.
    env: { ...process.env, TMPDIR: incoming, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
  })
  await writeFile(join(incoming, FONTS_CONF), fontsConf(folder))
  await rename(incoming, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(incoming, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}
