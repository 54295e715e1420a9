import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { makeCertificateAuthority } from '../certificates.ts'
import { freePort } from '../loopback.ts'
import { startOutsider } from '../processes/with_parent.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../temporary_folder.ts'
import { until } from '../until.ts'

/** A real proxy in front of a gateway, as the files of deploy/ set it up. */
export type ProxyInFront = {
  /** Where it takes TLS, on 127.0.0.1. */
  port: number
  /** The authority that its certificates are of, PEM. */
  ca: string
  /** All that it has written. */
  logs(): string
  close(): Promise<void>
}

/** What the files of deploy/ call the machine's name, port and files. */
const NAME = 'pds.example.com'
const ADDRESS = '127.0.0.1:2600'
export const CERTIFICATE = '/etc/ssl/pds.example.com'

/** A file of deploy/, in front of the gateway on this port of 127.0.0.1. */
export function deployed(file: string, gateway: number): string {
  const text = readFileSync(
    fileURLToPath(new URL(`../../../deploy/${file}`, import.meta.url)),
    'utf8',
  )
  return text.replaceAll(ADDRESS, `127.0.0.1:${gateway}`)
}

/** Its files at {@link CERTIFICATE} are in this folder then. */
export async function certify(folder: TemporaryFolder) {
  const authority = await makeCertificateAuthority()
  const { cert, key } = await authority.issue(NAME)
  await writeFile(join(folder.path, 'fullchain.pem'), cert)
  await writeFile(join(folder.path, 'key.pem'), key, { mode: 0o600 })
  return authority
}

/** Where a program of Debian's is, or null where it is not installed. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin']
  return folders.map((folder) => join(folder, name)).find(existsSync) ?? null
}

/** @param gateway its port on 127.0.0.1 */
export async function startCaddy(program: string, gateway: number): Promise<ProxyInFront> {
  const folder = await makeTemporaryFolder('caddy')
  const [http, port] = [await freePort(), await freePort()]
  const options = [
    ...['admin off', 'local_certs', 'skip_install_trust', 'auto_https disable_redirects'],
    ...[`http_port ${http}`, `https_port ${port}`, 'default_bind 127.0.0.1'],
  ]
  const config = deployed('Caddyfile', gateway).replace('{\n', `{\n\t${options.join('\n\t')}\n`)
  await writeFile(join(folder.path, 'Caddyfile'), config)
  const args = ['run', '--config', join(folder.path, 'Caddyfile'), '--adapter', 'caddyfile']
  const proxy = await run(program, args, folder, port)
  const root = join(folder.path, 'caddy/pki/authorities/local/root.crt')
  return { ...proxy, ca: readFileSync(root, 'utf8') }
}

/**
 * Another site is the first at the same port, as it may be where Vestibule is not alone.
 *
 * @throws {Error} with what `nginx -t` says, where it does not take the file
 */
export async function startNginx(program: string, gateway: number): Promise<ProxyInFront> {
  const folder = await makeTemporaryFolder('nginx')
  const port = await freePort()
  const authority = await certify(folder)
  const site = deployed('nginx/vestibule.conf', gateway)
    .replaceAll(CERTIFICATE, folder.path)
    .replaceAll('listen 443', `listen 127.0.0.1:${port}`)
    // The machine of a test may have no IPv6.
    .replace(/^ *listen \[::\]:443 .*\n/m, '')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder.path}/${name};`)
    .join('\n')
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const config = join(folder.path, 'nginx.conf')
  await writeFile(
    config,
    `${user} daemon off; pid ${folder.path}/pid; error_log stderr; worker_processes 1;
     events {} http { access_log off; ${temporary}
     server { listen 127.0.0.1:${port} ssl default_server; server_name blog.example.com;
       ssl_certificate ${folder.path}/fullchain.pem; ssl_certificate_key ${folder.path}/key.pem; }
     ${site} }`,
  )
  const args = ['-c', config, '-p', folder.path, '-e', 'stderr']
  const { status, stderr } = spawnSync(program, ['-t', ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`nginx -t: ${stderr}`)
  const proxy = await run(program, args, folder, port)
  const close = () => proxy.close().then(authority.close)
  return { ...proxy, close, ca: authority.cert }
}

/** Runs a proxy, and returns when it answers; it ends with this process. */
export async function run(program: string, args: string[], folder: TemporaryFolder, port: number) {
  const proxy = startOutsider('SIGTERM', [program, ...args], {
    env: { PATH: process.env.PATH, HOME: folder.path, XDG_DATA_HOME: folder.path },
  })
  const close = async () => {
    await proxy.end()
    await folder.remove()
  }
  const isUp = async () => proxy.exitCode !== null || (await takesTls(port))
  try {
    await until(isUp, `${program} takes no TLS`)
    if (proxy.exitCode !== null) throw new Error(`${program} ended`)
  } catch (error) {
    await close()
    throw new Error(`${(error as Error).message}: ${proxy.logs}`, { cause: error })
  }
  return { port, logs: () => proxy.logs, close }
}

/** Whether a handshake succeeds: Caddy listens before it has made its certificates. */
async function takesTls(port: number): Promise<boolean> {
  const socket = connect({
    ...{ port, host: '127.0.0.1', servername: NAME },
    rejectUnauthorized: false,
  })
  const isThere = await new Promise<boolean>((resolve) => {
    socket.once('secureConnect', () => resolve(true)).once('error', () => resolve(false))
  })
  socket.destroy()
  return isThere
}
