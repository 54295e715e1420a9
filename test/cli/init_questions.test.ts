import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv, stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readSettings, usualHandleDomain } from '../../base/settings/settings.ts'
import { handleHost } from '../../cli/init/questions.ts'
import { listenOnLoopback, type Peer } from '../../lab/world/loopback.ts'
import { startSmtp } from '../../lab/world/servers/smtp.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { compileCache } from '../../lab/world/vestibule/child.ts'

/** Of a terminal: takes back the line, ends the program. */
const CLEAR = '\x15'
const INTERRUPT = '\x03'
const SECRET = 'p@ss word'
const MAIL_SECRET = 'another secret'

let folder: TemporaryFolder
let pds: Peer
beforeAll(async () => {
  folder = await makeTemporaryFolder('questions')
  pds = await listenOnLoopback((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url?.includes('describeServer')) {
      return response.end(
        JSON.stringify({ did: 'did:web:pds.example.com', availableUserDomains: [] }),
      )
    }
    const isRight = request.headers.authorization === `Basic ${btoa(`admin:${SECRET}`)}`
    response.statusCode = isRight ? 400 : 401
    return response.end(JSON.stringify({ error: isRight ? 'NotFound' : 'AuthenticationRequired' }))
  })
})
afterAll(async () => {
  await pds?.close()
  await folder?.remove()
})

let terminal: ChildProcess | undefined
afterEach(() => terminal?.kill('SIGKILL'))

/** `vestibule init` in a terminal of its own (util-linux `script`), and a person at it. */
function init() {
  const program = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
  const command = `${process.execPath} ${program} init --dev`
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: folder.path,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: compileCache,
      TERM: 'xterm',
      SHELL: '/bin/sh',
    },
  })
  terminal = child
  const ended = once(child, 'close').then(() => false)
  let shown = ''
  let seen = 0
  child.stdout.on('data', (chunk) => {
    shown += stripVTControlCharacters(String(chunk))
  })
  const until = async (text: string) => {
    while (!shown.slice(seen).includes(text)) {
      const more = await Promise.race([once(child.stdout, 'data').then(() => true), ended])
      if (!more) throw new Error(`It ended before "${text}":\n${shown}`)
    }
    seen = shown.indexOf(text, seen) + text.length
  }
  return {
    until,
    /** Waits for the question, then types. */
    answer: async (question: string, keys: string) => {
      await until(question)
      child.stdin.write(keys)
    },
    exit: async () => {
      await ended
      return shown
    },
  }
}

const unfinished = () => join(folder.path, '.env.unfinished')

test('each answer is checked when it is given, and kept when the person stops', async () => {
  const person = init()
  await person.answer('Public address', `${CLEAR}entryway.example.com\r`)
  await person.until('must be https:// and a public name')
  // The provider refuses it.
  await person.answer('', `${CLEAR}https://localhost\r`)
  await person.until('it is "https://localhost"')
  await person.answer('', `${CLEAR}https://entryway.example.com\r`)
  await person.answer('Public address of a PDS', `${pds.url}\r`)
  await person.answer('PDS_ADMIN_PASSWORD of', 'wrong\r')
  await person.until('The PDS does not take it')
  await person.answer('', `${CLEAR}${SECRET}\r`)
  await person.answer('Handles end in', '\r')
  await person.answer('invite code', INTERRUPT)
  expect(await person.exit()).toContain('The answers so far are kept')
  expect(statSync(unfinished()).mode & 0o777).toBe(0o600)
  expect(existsSync(join(folder.path, '.env'))).toBe(false)
})

test('the next run goes on there; the mail password is tried and never shown', async () => {
  const smtp = await startSmtp()
  const person = init()
  await person.until('Going on where it stopped')
  await person.answer('invite code', 'n\r')
  await person.answer('Mail server', 'smtp://127.0.0.1:1\r')
  await person.answer('User name there', 'us\r')
  await person.answer('Password of us', `${MAIL_SECRET}\r`)
  await person.until('did not take that')
  await person.answer('Keep it all the same?', 'n\r')
  await person.answer('Mail server', `smtp://${new URL(smtp.url).host}\r`)
  await person.answer('User name there', '\r')
  await person.answer('Sender of mails', '\r')
  await person.answer('Folder for data', `${CLEAR}${join(folder.path, 'data')}\r`)
  const shown = await person.exit()
  await smtp.close()
  expect(shown).toContain('PDS_ENTRYWAY_URL=https://entryway.example.com')
  expect(shown).not.toContain(SECRET)
  expect(shown).not.toContain(MAIL_SECRET)
  expect(existsSync(unfinished())).toBe(false)
  expect(readSettings(parseEnv(readFileSync(join(folder.path, '.env'), 'utf8')))).toMatchObject({
    publicUrl: 'https://entryway.example.com',
    handleDomains: ['.test'],
    pds: { url: pds.url, did: 'did:web:pds.example.com', adminPassword: SECRET },
    inviteRequired: false,
    emailFrom: 'noreply@entryway.example.com',
  })
})

test.each([
  [{ url: 'https://pds.example.com', pds: '' }, '.pds.example.com'],
  [{ url: 'https://entryway.example.com', pds: 'https://pds.example.com' }, '.pds.example.com'],
  [{ url: 'http://localhost:2600', pds: '' }, '.test'],
])('handles at %o end in %s', ({ url, pds }, domain) => {
  const host = handleHost({ ENTRYWAY_PUBLIC_URL: url, ENTRYWAY_PDS_URL: pds })
  expect(usualHandleDomain(host)).toBe(domain)
})
