import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createOutput } from '../../cli/terminal/output.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'

afterEach(() => vi.restoreAllMocks())

/** Runs `vestibule <args>`, of which nobody reads what it says, or says it to a file. */
async function vestibule(args: string, stdout: 'unread' | number) {
  const child = spawn(process.execPath, ['cli/main.ts', ...args.split(' ')], {
    env: childEnvironment({}, {}),
    stdio: ['ignore', stdout === 'unread' ? 'pipe' : stdout, 'pipe'],
  })
  child.stdout?.destroy()
  const [stderr, [exitCode]] = await Promise.all([
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'exit'),
  ])
  return { stderr, exitCode }
}

const SPEAKING = ['--help', 'account --help', 'completion bash']

test.each(SPEAKING)('vestibule %s ends in order when its reader has gone', async (args) => {
  expect(await vestibule(args, 'unread')).toEqual({ stderr: '', exitCode: 0 })
})

test.each(SPEAKING)('vestibule %s fails where what it says has no room', async (args) => {
  const full = openSync('/dev/full', 'w')
  try {
    const { stderr, exitCode } = await vestibule(args, full)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^The output could not be written: ENOSPC: no space left on device.*\n$/)
  } finally {
    closeSync(full)
  }
})

test('a command ends once it is done, whatever is still open', async () => {
  const open = 'data:text/javascript,setInterval(() => {}, 60_000)'
  const child = spawn(process.execPath, ['--import', open, 'cli/main.ts', '--version'], {
    env: childEnvironment({}, {}),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect({ said, exitCode }).toEqual({ said: expect.stringMatching(/^\d/), exitCode: 0 })
})

test.each([false, true])('a list ends when its reader has gone, with --json: %s', async (json) => {
  let read = 0
  async function* pages() {
    for (; read < 3; read++) yield [read]
  }
  vi.spyOn(console, 'log').mockImplementation(() => {})
  await createOutput({ json, unread: () => read > 0 }).list(pages(), String)
  expect(read).toBe(1)
})
