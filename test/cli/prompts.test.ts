import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { childFolder, compileCache } from '../../lab/world/vestibule/child.ts'

const module = (path: string) =>
  JSON.stringify(new URL(`../../cli/terminal/${path}`, import.meta.url).href)

/** Runs `work` in a terminal of its own (util-linux `script`), and types what each text is answered by once it is there. */
async function atTerminal(work: string, ...answers: [text: string, keys: string][]) {
  const child = spawn(
    'script',
    ['-qfec', '"$NODE" --input-type=module --eval "$WORK"', '/dev/null'],
    {
      cwd: childFolder,
      env: {
        ...{ PATH: process.env.PATH, NODE_COMPILE_CACHE: compileCache, TERM: 'xterm' },
        ...{ SHELL: '/bin/sh', NODE: process.execPath, WORK: work },
      },
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  let shown = ''
  child.stdout.on('data', (chunk) => {
    shown += String(chunk)
    const [text, keys] = answers[0] ?? []
    if (text === undefined || !shown.includes(text)) return
    answers.shift()
    child.stdin.write(keys)
  })
  const [exitCode] = await once(child, 'close')
  return { exitCode, shown }
}

const ASKING = {
  confirm: `confirm('A question?', false)`,
  password: `password({ message: 'A question?' })`,
  input: `input({ message: 'A question?' })`,
}
const KEYS = { 'Ctrl-C': '\x03', 'Ctrl-D': '\x04' }
const cases = Object.keys(ASKING).flatMap((kind) =>
  Object.keys(KEYS).map((key) => [kind, key] as [keyof typeof ASKING, keyof typeof KEYS]),
)

test.each(cases)('%s that is left by %s is told in words', async (kind, key) => {
  const work = `const { ${kind} } = await import(${module('prompts.ts')})
    await ${ASKING[kind]}.catch(({ message }) => { console.log(message); process.exitCode = 7 })`
  const { exitCode, shown } = await atTerminal(work, ['A question?', KEYS[key]])
  expect(stripVTControlCharacters(shown)).toMatch(
    /Nothing is changed: the question was not answered\.\s*$/,
  )
  expect(shown).not.toMatch(/force closed|unsettled/)
  expect(exitCode).toBe(7)
})

test('what a server says of an answer reaches the terminal as text', async () => {
  const work = `const { input } = await import(${module('prompts.ts')})
    const validate = (answer) => answer === '' || 'it says \\x1b]0;title\\x07 so'
    console.log(await input({ message: 'A question?', validate }).catch(() => 'left'))`
  const { shown } = await atTerminal(work, ['A question?', 'wrong\r'], ['it says', '\x03'])
  expect(shown).not.toContain('\x1b]0;')
})

test('nothing else asks', () => {
  const folder = new URL('../../cli/', import.meta.url).pathname
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const asking = files.filter(
    (file) =>
      file.endsWith('.ts') && readFileSync(join(folder, file), 'utf8').includes('@inquirer/'),
  )
  expect(asking).toEqual(['terminal/prompts.ts'])
})

/** What begins each sequence that sets a mode of a terminal. */
const MODE = '\x1b[?'

test('long work that is stopped by Ctrl-C leaves the terminal as it was', async () => {
  const work = `const { createOutput } = await import(${module('output.ts')})
    const bar = createOutput({ json: false }).progress('Databases')
    setInterval(() => bar.update(3, 40), 20)`
  const { shown } = await atTerminal(work, ['3/40', '\x03'])
  expect(shown).not.toContain(MODE)
})
