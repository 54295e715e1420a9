import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../loopback.ts'
import { makeTemporaryFolder } from '../temporary_folder.ts'
import { CERTIFICATE, certify, deployed, type ProxyInFront, run } from './proxies.ts'

const MODULES = '/usr/lib/apache2/modules'
/** What Debian has switched on where Apache is installed, and what the file of deploy/ needs. */
const USUAL = ['mpm_event', 'authz_core', 'mime', 'filter', 'deflate', 'reqtimeout', 'setenvif']
const SWITCHED_ON = ['socache_shmcb', 'ssl', 'http2', 'headers', 'proxy', 'proxy_http']

/**
 * Apache with the settings of Debian, behind them the file of deploy/, then another site at the same port.
 *
 * @param gateway its port on 127.0.0.1
 * @throws {Error} with what `apache2 -t` says, where it does not take the file
 */
export async function startApacheInFront(program: string, gateway: number): Promise<ProxyInFront> {
  const folder = await makeTemporaryFolder('apache')
  const port = await freePort()
  const authority = await certify(folder)
  const isRoot = process.getuid?.() === 0
  const site = deployed('apache/vestibule.conf', gateway)
    .replaceAll(CERTIFICATE, folder.path)
    .replace('*:443', `127.0.0.1:${port}`)
  const config = join(folder.path, 'apache.conf')
  writeFileSync(
    config,
    `ServerRoot ${folder.path}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder.path}/pid
DefaultRuntimeDir ${folder.path}
Mutex posixsem
ErrorLog ${folder.path}/error.log
LogLevel warn
TypesConfig /dev/null
${[...USUAL, ...SWITCHED_ON].map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
${isRoot ? 'User www-data\nGroup www-data' : ''}
Timeout 300
KeepAliveTimeout 5
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
AddOutputFilterByType DEFLATE text/html text/plain text/xml text/css text/javascript
${site}
<VirtualHost 127.0.0.1:${port}>
  ServerName blog.example.com
  SSLEngine on
  SSLCertificateFile ${folder.path}/fullchain.pem
  SSLCertificateKeyFile ${folder.path}/key.pem
</VirtualHost>
`,
  )
  const args = ['-f', config]
  const { status, stderr } = spawnSync(program, ['-t', ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`apache2 -t: ${stderr}`)
  const proxy = await run(program, ['-DFOREGROUND', ...args], folder, port)
  const close = () => proxy.close().then(authority.close)
  const logs = () => proxy.logs() + readFileSync(`${folder.path}/error.log`, 'utf8')
  return { ...proxy, logs, close, ca: authority.cert }
}
