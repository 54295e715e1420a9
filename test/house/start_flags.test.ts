import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const words = manifest.scripts.start.split(' ').slice(1)
const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

test('the unit and the image start the program with the flags of `pnpm start`', () => {
  expect(read('deploy/systemd/vestibule.service')).toContain(`/bin/node ${words.join(' ')}\n`)
  expect(read('deploy/Dockerfile')).toContain(
    `/bin/node", ${words.map((word) => `"${word}"`).join(', ')}]`,
  )
})
