import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Peer } from '../loopback.ts'
import { startOutsider } from '../processes/with_parent.ts'
import { makeTemporaryFolder } from '../temporary_folder.ts'
import { until } from '../until.ts'
import { findProgram } from './proxies.ts'

const MODULES = '/usr/lib/apache2/modules'
const NEEDED = [
  ...['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'mime', 'dir', 'filter', 'include'],
  'auth_openidc',
]

/** Where Apache is, or null where it or mod_auth_openidc is not installed. */
export function findApache(): string | null {
  const isThere = NEEDED.every((name) => existsSync(`${MODULES}/mod_${name}.so`))
  return isThere ? findProgram('apache2') : null
}

/** Apache, in front of a page that prints what mod_auth_openidc was told of a person. */
export type Apache = Peer & { logs(): string }

/** @param settings of mod_auth_openidc, line by line @throws {Error} where it does not take them */
export async function startApache(
  program: string,
  port: number,
  settings: string,
): Promise<Apache> {
  const folder = await makeTemporaryFolder('apache')
  const { path } = folder
  await mkdir(join(path, 'site'))
  const variables = ['REMOTE_USER', 'OIDC_CLAIM_sub', 'OIDC_CLAIM_email']
  const page = variables.map((name) => `<p id="${name}"><!--#echo var="${name}" --></p>`).join('')
  writeFileSync(join(path, 'site/index.html'), `<!doctype html><title>Wiki</title>${page}`)
  const config = join(path, 'apache.conf')
  const isRoot = process.getuid?.() === 0
  // It reads its files as another user then.
  if (isRoot) chmodSync(path, 0o755)
  writeFileSync(
    config,
    `ServerRoot ${path}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${path}/pid
DefaultRuntimeDir ${path}
Mutex posixsem
ErrorLog ${path}/error.log
LogLevel warn auth_openidc:info
TypesConfig /dev/null
AddType text/html .html
AddOutputFilter INCLUDES .html
${NEEDED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
${isRoot ? 'User www-data\nGroup www-data' : ''}
DocumentRoot ${path}/site
DirectoryIndex index.html
${settings}
<Directory ${path}/site>
  Options +Includes
</Directory>
<Location />
  AuthType openid-connect
  Require valid-user
</Location>
`,
  )
  const args = ['-f', config]
  const { status, stderr } = spawnSync(program, ['-t', ...args], { encoding: 'utf8' })
  if (status !== 0) {
    await folder.remove()
    throw new Error(`apache2 -t: ${stderr}`)
  }
  const apache = startOutsider('SIGTERM', [program, '-DFOREGROUND', ...args])
  const logs = () =>
    apache.logs + (existsSync(`${path}/error.log`) ? readFileSync(`${path}/error.log`, 'utf8') : '')
  const close = async () => {
    await apache.end()
    await folder.remove()
  }
  const url = `http://127.0.0.1:${port}`
  try {
    const isUp = async () => apache.exitCode !== null || (await isListening(url))
    await until(isUp, 'Apache does not answer')
    if (apache.exitCode !== null) throw new Error('Apache ended')
  } catch (err) {
    const said = logs()
    await close()
    throw new Error(`${(err as Error).message}: ${said}`, { cause: err })
  }
  return { url, logs, close }
}

/** It sends everybody to the sign-in. */
async function isListening(url: string): Promise<boolean> {
  const { status } = await fetch(url, { redirect: 'manual' })
  return status < 500
}
