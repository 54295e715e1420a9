import { execFileSync, spawnSync } from 'node:child_process'
import dns from 'node:dns'
import { mkdir } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { isIP } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { UnavailableError } from '../../base/errors.ts'
import type { Secrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { checkProgram } from '../../cli/doctor/program.ts'
import {
  type CertificateAuthority,
  makeCertificateAuthority,
  trustHere,
} from '../../lab/world/certificates.ts'
import { listenOnLoopback } from '../../lab/world/loopback.ts'
import { APP_HOSTNAME, type HttpsHost, startHttpsHost } from '../../lab/world/servers/https.ts'
import { startSmtp } from '../../lab/world/servers/smtp.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { firstArguments } from '../../lab/world/vestibule/child.ts'
import { mounted } from '../../lab/world/vestibule/mounted.ts'
import { checkAddresses } from '../../operator/doctor/address.ts'
import type { Check } from '../../operator/doctor/check.ts'
import { checkClocks } from '../../operator/doctor/clock.ts'
import { forTrial } from '../../operator/doctor/local.ts'
import { checkMail } from '../../operator/doctor/mail.ts'
import { checkOpenFiles, readOpenFiles } from '../../operator/doctor/open_files.ts'
import { checkRoutes } from '../../operator/doctor/routes.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { sayUnless, sayUnlessMounted } from '../shared/left_out.ts'

/** Not in every container. */
const canMount = sayUnlessMounted('a disk that can only be read')

/**
 * The words before a command that reaches no name server: it has a network of its own, and none of the sockets below
 * `/run` by which services of the machine (systemd-resolved, nscd) look names up.
 */
const CUT = [
  ...['--user', '--map-root-user', '--net', '--mount'],
  ...['sh', '-c', 'mount -t tmpfs tmpfs /run && exec "$@"', 'sh'],
]

/** Nor this. */
const canCut = sayUnless(
  spawnSync('unshare', [...CUT, 'true']).status === 0,
  'a machine without a name server: no network can be made (unshare --user --net --mount)',
)

let ca: CertificateAuthority
let host: HttpsHost

const settings = (more: Record<string, string> = {}) =>
  readSettings({
    ENTRYWAY_PUBLIC_URL: host.url,
    ENTRYWAY_HANDLE_DOMAINS: '.vestibule.internal',
    ENTRYWAY_EMAIL_FROM: 'us@vestibule.internal',
    ...more,
  })
const states = (checks: { state: string }[]) => checks.map(({ state }) => state)

beforeAll(async () => {
  ca = await makeCertificateAuthority()
  host = await startHttpsHost(ca)
  await import('../../lab/world/servers/resolve_test_names.ts')
})
afterAll(async () => {
  await host?.close()
  await ca?.close()
})

test('an address whose certificate is not trusted, then one in order', async () => {
  const [, , untrusted] = await checkAddresses(settings(), [])
  expect(untrusted).toMatchObject({ name: `TLS of ${APP_HOSTNAME}`, state: 'failed' })
  expect(untrusted?.mend).toContain('get a certificate')
  await trustHere(ca)
  const checks = await checkAddresses(settings(), [APP_HOSTNAME])
  expect(checks.map(({ name }) => name)).toEqual([
    `DNS of ${APP_HOSTNAME}`,
    'DNS of vestibule-doctor.vestibule.internal',
    `TLS of ${APP_HOSTNAME}`,
    `TLS of ${APP_HOSTNAME}`,
  ])
  expect(states(checks)).toEqual(['ok', 'ok', 'ok', 'ok'])
})

test('each address that DNS has for a name: one that leads elsewhere, and one that cannot be tried', async () => {
  await trustHere(ca)
  const { lookup } = dns.promises
  onTestFinished(() => resolveBy(lookup))
  const tls = async (...addresses: string[]) => {
    resolveBy(async () => addresses.map((address) => ({ address, family: isIP(address) })))
    const checks = await checkAddresses(settings(), [])
    return checks.filter(({ name }) => name !== 'DNS of vestibule-doctor.vestibule.internal')
  }
  const elsewhere = '127.0.0.2'
  for (const addresses of [
    ['127.0.0.1', elsewhere],
    [elsewhere, '127.0.0.1'],
  ]) {
    expect(await tls(...addresses)).toMatchObject([
      { name: `DNS of ${APP_HOSTNAME}`, found: addresses.join(', ') },
      {
        ...{ name: `TLS of ${APP_HOSTNAME}`, state: 'failed' },
        found: expect.stringMatching(`^${elsewhere} is one .* ECONNREFUSED`),
        mend: expect.stringMatching(`^let ${elsewhere} lead to this server`),
      },
    ])
  }
  const [, none] = await tls(elsewhere, '127.0.0.3')
  expect(none).toMatchObject({ state: 'failed', mend: expect.stringContaining('certificate') })
  // No machine has a way there by TCP, as one without IPv6 has none to such an address.
  const [, one] = await tls('127.0.0.1', '255.255.255.255')
  expect(one).toMatchObject({
    state: 'ok',
    found: expect.stringMatching(/; 255\.255\.255\.255 cannot be tried from here$/),
  })
})

function resolveBy(lookup: unknown): void {
  Object.assign(dns.promises, { lookup })
  syncBuiltinESMExports()
}

test('a name that is not in DNS', async () => {
  // Longer than a label may be (RFC 1035 section 2.3.4), so that no server is asked.
  const nowhere = `https://${'x'.repeat(64)}.invalid`
  const [dns] = await checkAddresses(settings({ ENTRYWAY_PUBLIC_URL: nowhere }), [])
  expect(dns).toMatchObject({ state: 'failed', mend: expect.stringContaining('DNS record') })
})

test.runIf(canCut)('without a name server, that is to be mended, and nothing else', () => {
  const at = (file: string) => new URL(`../../operator/doctor/${file}.ts`, import.meta.url)
  const work = `
    const { checkAddresses } = await import('${at('address')}')
    const { checkRoutes } = await import('${at('routes')}')
    const { checkMail } = await import('${at('mail')}')
    const publicUrl = 'https://pds.example.com'
    const settings = { publicUrl, handleDomains: ['.pds.example.com'], did: 'did:web:pds.example.com' }
    const all = await Promise.all([
      checkAddresses(settings, []),
      checkRoutes(settings),
      checkMail({ smtpUrl: 'smtp://mail.example.com' }),
    ])
    console.log(JSON.stringify(all.flat()))`
  const said = execFileSync('unshare', [
    ...[...CUT, process.execPath, ...firstArguments],
    ...['--input-type=module', '-e', work],
  ])
  const checks = JSON.parse(String(said)) as Check[]
  expect(checks).toHaveLength(8)
  for (const check of checks) {
    expect(check).toMatchObject({ state: 'failed', mend: expect.stringMatching('name server') })
  }
})

test('while the public URL is local, what fails outside is no fault', async () => {
  const local = settings({ ENTRYWAY_PUBLIC_URL: 'http://localhost:2600' })
  const nowhere = { ...local, handleDomains: [`.${'x'.repeat(64)}.invalid`] }
  const outside = [
    ...(await checkAddresses(nowhere, [])),
    ...(await checkClocks([{ name: 'PLC', url: 'http://127.0.0.1:9' }])),
  ]
  expect(states(outside)).toEqual(['failed', 'failed'])
  for (const { state, found, mend } of forTrial(outside, local)) {
    expect(state).toBe('warning')
    expect(found).toContain('no fault while the public URL is http://localhost:2600')
    expect(mend).toMatch(/^before ENTRYWAY_PUBLIC_URL is an https address, /)
  }
  expect(forTrial(outside, settings())).toEqual(outside)
})

test('routes that something else answers, then those of an entryway', async () => {
  await trustHere(ca)
  expect(states(await checkRoutes(settings()))).toEqual(['failed', 'failed', 'failed', 'failed'])
  host.routes.set('/_health', { status: 'ok' })
  host.routes.set('/.well-known/oauth-authorization-server', { issuer: host.url })
  host.routes.set('/.well-known/did.json', { id: settings().did })
  host.routes.set('/.well-known/atproto-did', (_request, response) =>
    response.writeHead(404).end('User not found'),
  )
  expect(states(await checkRoutes(settings()))).toEqual(['ok', 'ok', 'ok', 'ok'])
})

test('routes under a name that leads nowhere', async () => {
  const nowhere = `https://${'x'.repeat(64)}.invalid`
  for (const check of await checkRoutes(settings({ ENTRYWAY_PUBLIC_URL: nowhere }))) {
    expect(check).toMatchObject({ state: 'failed', mend: expect.stringMatching(/^let the name/) })
  }
})

test('a program that is stopped behind its proxy is told in words', async () => {
  await trustHere(ca)
  const bare = (status: number) => (_request: unknown, response: ServerResponse) =>
    response.writeHead(status).end()
  for (const path of ['/_health', '/.well-known/oauth-authorization-server']) {
    host.routes.set(path, bare(502))
  }
  host.routes.set('/.well-known/did.json', bare(200))
  const [health, metadata, document] = await checkRoutes(settings())
  for (const check of [health, metadata]) {
    expect(check).toMatchObject({
      state: 'failed',
      found: 'the proxy in front answers 502: it does not reach the program',
      mend: expect.stringContaining('start the program'),
    })
  }
  expect(document?.found).toBe('what answers (200) is not this program: it is no JSON')
})

test('clocks: together, apart, and out of reach', async () => {
  const peer = await listenOnLoopback((request, response) => {
    if (request.url === '/late') {
      response.setHeader('date', new Date(Date.now() - 300_000).toUTCString())
    }
    response.end()
  })
  const checks = await checkClocks([
    { name: 'a', url: peer.url },
    { name: 'b', url: `${peer.url}/late` },
    { name: 'c', url: 'http://localhost:1' },
  ])
  await peer.close()
  expect(states(checks)).toEqual(['ok', 'failed', 'failed'])
  expect(checks[1]?.found).toMatch(/^(299|300|301) s ahead$/)
})

/** What a module says, as JSON, where a disk is mounted. */
function workOn(path: string, options: string, work: string): unknown {
  const [program, ...words] = mounted(path, options)
  const run = [process.execPath, ...firstArguments, '--input-type=module', '-e', work]
  return JSON.parse(String(execFileSync(program, [...words, ...run])))
}

test.runIf(canMount)('a disk that can only be read', async () => {
  const disk = new URL('../../operator/doctor/disk.ts', import.meta.url)
  const folder = await makeTemporaryFolder('disk')
  onTestFinished(() => folder.remove())
  const dataDir = folder.path
  const work = `
    const { checkDisk } = await import('${disk}')
    console.log(JSON.stringify(await checkDisk({ dataDir: '${dataDir}', database: 'file' })))`
  const looked = (options: string) => workOn(dataDir, `size=200m,${options}`, work)
  expect(looked('ro')).toMatchObject([{ state: 'failed', found: 'it can only be read' }])
  expect(looked('rw')).toMatchObject([{ state: 'ok' }])
})

test.runIf(canMount)('the disk of a part of the data', async () => {
  const [disk, folder] = [
    new URL('../../operator/doctor/disk.ts', import.meta.url),
    await makeTemporaryFolder('disks'),
  ]
  onTestFinished(() => folder.remove())
  const blobs = `${folder.path}/blobs`
  const work = `
    process.env.PDS_BLOBSTORE_DISK_LOCATION = '${blobs}'
    const { checkDisk } = await import('${disk}')
    const settings = { dataDir: '${folder.path}', database: 'file', embeddedPds: true }
    console.log(JSON.stringify(await checkDisk(settings)))`
  await mkdir(blobs)
  expect(workOn(blobs, 'size=1m', work)).toMatchObject([
    { name: 'Disk', state: 'ok' },
    { name: `Disk of ${blobs}`, state: 'failed', found: '1 MB are free' },
  ])
})

test.each([
  [new UnavailableError('The directory').advice, 'The directory is unavailable'],
  // Other sentences are what is wrong, not what to do about it.
  [
    'The PDS said: No. It is of version 0.4. See there',
    'The PDS said: No. It is of version 0.4. See there',
  ],
  ['The command failed; the log says why', 'The command failed; the log says why'],
])(
  'a program that cannot say more is told, and what is around it looked at: %s',
  async (message, said) => {
    const program = await listenOnLoopback((request, response) => {
      const isStatus = request.url === '/_operator/status'
      response.writeHead(isStatus ? 200 : 502, { 'content-type': 'application/json' })
      const refusal = { error: 'UpstreamFailure', message }
      const status = { url: host.url, version: packageJson.version, instance: 'one' }
      response.end(JSON.stringify(isStatus ? status : refusal))
    })
    const at = settings({ ENTRYWAY_HOST: '127.0.0.1', ENTRYWAY_PORT: new URL(program.url).port })
    const secrets = { operatorToken: '' } as Secrets
    const found = await checkProgram({ settings: at, secrets }, { note: () => {} })
    await program.close()
    expect(found).toMatchObject({
      checks: [{ state: 'ok' }, { state: 'failed', found: said }],
      pdses: [],
    })
  },
)

test.each([
  ['says no instance', packageJson.version],
  ['is of another version', '0.1.0'],
])('a program from before this command, which %s, is to be restarted', async (what, version) => {
  const isOlder = what === 'says no instance'
  const program = await listenOnLoopback((request, response) => {
    const isStatus = request.url === '/_operator/status'
    response.writeHead(isStatus ? 200 : 404, { 'content-type': 'application/json' })
    const status = { url: host.url, version, ...(isOlder ? {} : { instance: 'one' }) }
    const refusal = { error: 'UnknownCommand', message: 'No command of this name' }
    response.end(JSON.stringify(isStatus ? status : refusal))
  })
  onTestFinished(() => program.close())
  const at = settings({ ENTRYWAY_HOST: '127.0.0.1', ENTRYWAY_PORT: new URL(program.url).port })
  const secrets = { operatorToken: '', seenToken: 'seen' } as Secrets
  const { checks, asked } = await checkProgram({ settings: at, secrets }, { note: () => {} })
  expect(checks).toMatchObject([
    {
      ...{ state: 'warning', mend: 'restart it' },
      found: isOlder
        ? `what runs was installed before this command (version ${version}, too)`
        : `version ${version} runs, and ${packageJson.version} is installed here`,
    },
    { state: 'failed', found: expect.stringContaining('does not know pds/list: another version') },
  ])
  // Where it cannot be seen how a request came to it, that is not said to be wrong.
  expect(asked).toEqual(isOlder ? null : { instance: 'one', seenToken: 'seen' })
})

test('open files: enough, too few, and a system that does not say', () => {
  expect(states(checkOpenFiles(65_536))).toEqual(['ok'])
  expect(checkOpenFiles(4_096)).toMatchObject([
    { state: 'warning', found: expect.stringContaining('4096'), mend: expect.any(String) },
  ])
  expect(checkOpenFiles(readOpenFiles('/nonexistent'))).toEqual([])
  if (process.platform !== 'linux') return
  const soft = execFileSync('sh', ['-c', 'ulimit -Sn'], { encoding: 'utf8' }).trim()
  expect(readOpenFiles()).toBe(soft === 'unlimited' ? null : Number(soft))
})

test('mail: a server that takes mails, one that is not there, none', async () => {
  const smtp = await startSmtp()
  expect(await checkMail(settings({ ENTRYWAY_SMTP_URL: smtp.url }))).toMatchObject({ state: 'ok' })
  await smtp.close()
  const gone = await checkMail(settings({ ENTRYWAY_SMTP_URL: smtp.url }))
  expect(gone).toMatchObject({ state: 'failed', mend: expect.stringContaining('SMTP_URL') })
  expect(await checkMail(settings())).toMatchObject({ state: 'warning' })
})
