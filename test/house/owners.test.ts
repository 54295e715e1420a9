import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listSources } from './imports.ts'

/** Rooms that are no part of the program, and settings of the tests. */
const ELSEWHERE = /^(lab|test|demo)\/|^vitest\.config\.ts$/

const program = listSources()
  .filter((file) => /\.[tj]s$/.test(file) && !ELSEWHERE.test(file))
  .map((file) => ({
    file,
    lines: readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split('\n'),
  }))

/** The lines of all files but one that match, as `file:line`. */
function linesWith(pattern: RegExp, except: string): string[] {
  return program.flatMap(({ file, lines }) =>
    lines.flatMap((line, i) =>
      file !== except && pattern.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [],
    ),
  )
}

test('repeated work goes through `every`, which catches what it throws', () => {
  expect(linesWith(/\bsetInterval\b/, 'base/work/every.ts')).toEqual([])
})

test('folders are made by what ends also where none can be made', () => {
  expect(linesWith(/\bmkdir(Sync)?\(.*recursive/, '')).toEqual([])
})

test('who sets a password for somebody else has them told', () => {
  expect(linesWith(/\.changePassword\(/, 'sagas/changes/set_password.ts')).toEqual([])
})

test('what a request names elsewhere is looked up within bounds', () => {
  const lookingUp = linesWith(/identity\.handle\.resolve\(|plc\.signingKeyAt\(/, '')
  expect(lookingUp.length).toBeGreaterThan(2)
  expect(lookingUp.filter((line) => !line.includes('lookups.run('))).toEqual([])
  // These are of accounts of this service; whom else a request names, `documents.named` reads within bounds.
  const fetching = linesWith(
    /\bdid\.resolve\(|documents\.read\(/,
    'sagas/services/did_documents.ts',
  )
  expect(fetching.map((line) => line.split(':')[0])).toEqual([
    'sagas/changes/handle_change.ts',
    'sagas/services/services.ts',
  ])
})

test('what another server answers is read within bounds of time and size', () => {
  const fetching = linesWith(/(?<![.#\w]|async )fetch\(/, 'base/upstream.ts')
  const ofThisInstallation = [
    ...['actors/hosting/engine/membership.ts', 'cli/operator/client.ts'],
    ...['embedded/child.ts', 'embedded/signs_of_life.ts'],
  ]
  // For a command, within some seconds.
  const namedByTheOperator = ['cli/upgrade/web.ts', 'operator/doctor/run_check.ts']
  const boundedByItself = ['openid/clients/fetching.ts', 'sagas/services/foreign_lookups.ts']
  expect(new Set(fetching.map((line) => line.split(':')[0]))).toEqual(
    new Set([...ofThisInstallation, ...namedByTheOperator, ...boundedByItself]),
  )
})

test('what failed is told by the code of a fault, which is read in one place', () => {
  const reading = linesWith(/ErrnoException|as \{ code\?/, 'base/values/fault_code.ts')
  // These tell more of it than its code, or a code that may be a number.
  const whole = [
    ...['base/watching/log.ts', 'cli/terminal/standard_output.ts', 'embedded/child.ts'],
    ...['programs/launch.ts', 'sagas/services/outgoing_mail.ts'],
  ]
  const elsewhere = reading.filter((line) => !whole.includes(line.split(':')[0] as string))
  expect(elsewhere).toEqual([])
  expect(linesWith(/\bcodeOf\(/, 'base/values/fault_code.ts').length).toBeGreaterThan(20)
})

test('every listening server has somebody who hears of its errors', () => {
  const serving = program.filter(({ lines }) =>
    lines.some((line) => /\bserver\.listen\(/.test(line)),
  )
  const silent = serving.filter(({ lines }) => !lines.some((line) => line.includes(".on('error'")))
  expect(serving.length).toBeGreaterThan(1)
  expect(silent.map(({ file }) => file)).toEqual([])
})

test('every duration stands in base/lifetimes.ts', () => {
  const durations = [
    /(?:timeout|deadline|interval)\w*(?::| =) [1-9]/i,
    /(?:[sS]etTimeout|\.timeout|withDeadline)\((?:.*, )?[1-9][\d_]*\)/,
    /\/\*\* Milliseconds(?! for which| since| that a failure)/,
    /\b60_000\b/,
  ]
  const outside = durations.flatMap((pattern) => linesWith(pattern, 'base/lifetimes.ts'))
  expect(outside).toEqual([])
})

test('standard output of a command has its result alone, which may be JSON', () => {
  const printing = /\bconsole\.(log|info|debug|dir|table)\(|\bprocess\.stdout\.write\(/
  expect(linesWith(printing, 'cli/terminal/output.ts')).toEqual([])
  // The log of the program itself, which has no other output.
  const logs = linesWith(/\bcreateLog\((?!$)/, 'programs/launch.ts')
  expect(logs.length).toBeGreaterThan(0)
  expect(logs.filter((line) => !line.includes('process.stderr'))).toEqual([])
})

test.each([
  ['what a DID begins with', /`did:web:\$\{[^}]*replace|startsWith\('did:/, 'base/values/did.ts'],
  [
    'which hosts are this machine',
    /\['localhost', '127|\['127\.0\.0\.1', '\[::1/,
    'base/values/loopback.ts',
  ],
  ['that a cookie comes over TLS alone', /\bsecure: |`?__Host-\$|\? '__Host-/, 'http/cookie.ts'],
  ['what a page may run of its own', /'sha256-\$/, 'http/page/document.ts'],
  [
    'whether an account is active',
    /takedownRef [!=]== null (&&|\|\|).*deactivatedAt/,
    'database/account/profile.ts',
  ],
  ['that a list which nothing is in is not there', /<(ul|ol|li)\b/, 'http/page/list.ts'],
  ['when to ask again', /'retry-after':|\bRETRY_AFTER \//, 'http/answers/retry_after.ts'],
])('%s is decided in one place', (_, pattern, owner) => {
  expect(linesWith(pattern, owner)).toEqual([])
})

test('secrets are compared in constant time in one place, and what is stored of them where it is made', () => {
  const comparing = linesWith(/\btimingSafeEqual\(/, 'base/secrets/same_secret.ts')
  expect(comparing.map((line) => line.split(':')[0])).toEqual([
    'database/hash.ts',
    'passwords/scrypt.ts',
    'tokens/refresh_token.ts',
  ])
})

test('a refusal that several places give is made in one', () => {
  const made = program.flatMap(({ file, lines }) =>
    [...lines.join('\n').matchAll(/new Refusal\(\s*'(\w+)',\s*'([^']+)'/g)].map(
      ([, code, sentence]) => ({ file, refusal: `${code}: ${sentence}` }),
    ),
  )
  expect(made.length).toBeGreaterThan(50)
  const again = made.filter(
    ({ refusal }, i) => made.findIndex((one) => one.refusal === refusal) < i,
  )
  expect(again).toEqual([])
})
