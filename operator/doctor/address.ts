import { lookup } from 'node:dns/promises'
import { connect } from 'node:tls'
import { CERTIFICATE_LEFT, DAY, DOCTOR_LOOK } from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings/settings.ts'
import type { Check } from '../check.ts'
import { LOCAL } from './local.ts'
import { look } from './look.ts'

/**
 * DNS and TLS of the public address and of a handle in each handle domain.
 *
 * @param handles of accounts; others have no certificate where the proxy makes them on demand
 */
export async function checkAddresses(
  { publicUrl, handleDomains }: Settings,
  handles: string[],
): Promise<Check[]> {
  const { hostname, protocol, port } = new URL(publicUrl)
  const isPublic = (host: string) => !LOCAL.test(host)
  const used = handleDomains.flatMap(
    (domain) => handles.find((name) => name.endsWith(domain)) ?? [],
  )
  const wildcards = handleDomains.map((domain) => `vestibule-doctor${domain}`)
  const encrypted = protocol === 'https:' ? [hostname, ...used] : []
  return Promise.all([
    ...[hostname, ...wildcards].filter(isPublic).map((host) => checkDns(host, host === hostname)),
    ...encrypted.filter(isPublic).map((host) => checkTls(host, Number(port || 443))),
  ])
}

function checkDns(host: string, isOwn: boolean): Promise<Check> {
  const record = isOwn ? host : host.replace(/^[^.]+/, '*')
  const mend = `make a DNS record for ${record} that points to this server`
  return look(`DNS of ${host}`, mend, async () => {
    const { address } = await lookup(host)
    return { state: 'ok', found: address }
  })
}

function checkTls(host: string, port: number): Promise<Check> {
  const mend = `let the proxy in front get a certificate for ${host} (docs/deploy.md)`
  return look(`TLS of ${host}`, mend, async () => {
    const left = Date.parse(await certificateEnd(host, port)) - Date.now()
    const found = `the certificate is good for ${Math.floor(left / DAY)} days`
    return left < CERTIFICATE_LEFT ? { state: 'warning', found, mend } : { state: 'ok', found }
  })
}

function certificateEnd(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, timeout: DOCTOR_LOOK }, () => {
      resolve(socket.getPeerCertificate().valid_to)
      socket.end()
    })
    socket.once('error', reject)
    socket.once('timeout', () =>
      socket.destroy(new Error(`no answer within ${DOCTOR_LOOK / 1_000} seconds`)),
    )
  })
}
