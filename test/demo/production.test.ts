import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Hides a package for development from the program, as an installation with `--prod` does. */
const HIDE = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve(specifier, context, next) {
      return next(specifier === '@did-plc/server' ? 'no-such-package' : specifier, context)
    },
  })`)}`

test('without the packages for development the demo says so in one line', async () => {
  const program = fileURLToPath(new URL('../../demo/start.ts', import.meta.url))
  const ended = promisify(execFile)(process.execPath, ['--import', HIDE, program])
  await expect(ended).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr:
      'The demo could not start: it needs the packages for development: npx -y pnpm@10 install (without --prod)\n',
  })
})
