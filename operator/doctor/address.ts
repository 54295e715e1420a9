import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:tls'
import { CERTIFICATE_LEFT, DAY, DOCTOR_LOOK } from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { codeBelow, reasonOf } from '../../base/values/reason.ts'
import type { Check } from './check.ts'
import { LOCAL } from './local.ts'
import { look } from './run_check.ts'

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

const addressesOf = async (host: string) =>
  (await lookup(host, { all: true })).map(({ address }) => address)

function checkDns(host: string, isOwn: boolean): Promise<Check> {
  const record = isOwn ? host : host.replace(/^[^.]+/, '*')
  const mend = `make a DNS record for ${record} that points to this server`
  return look(`DNS of ${host}`, mend, async () => {
    return { state: 'ok', found: (await addressesOf(host)).join(', ') }
  })
}

/** Whoever is led to one of several addresses must find what the others find. */
function checkTls(host: string, port: number): Promise<Check> {
  const mend = `let the proxy in front get a certificate for ${host} (docs/deploy.md)`
  return look(`TLS of ${host}`, mend, async () => {
    const addresses = await addressesOf(host)
    const looks = await Promise.allSettled(
      addresses.map((address) => certificateEnd({ host, address, port })),
    )
    const ends = looks.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const wrong = looks.flatMap((each, i) =>
      each.status === 'rejected' ? [{ address: addresses[i] as string, err: each.reason }] : [],
    )
    const elsewhere = wrong.find(({ address, err }) => isSeen(address, err))
    if (ends.length === 0) throw (elsewhere ?? wrong[0])?.err
    if (elsewhere) {
      const { address, err } = elsewhere
      return {
        state: 'failed',
        found: `${address} is one of its addresses in DNS, and does not answer this machine as the others do: ${reasonOf(err)}`,
        mend: `let ${address} lead to this server, too, or take it out of DNS (AAAA is for IPv6, A for IPv4); try it from outside first where a router is between that leads none of its own machines there (no hairpin NAT)`,
      }
    }
    const left = Math.min(...ends) - Date.now()
    const unseen = wrong.map(({ address }) => `; ${address} cannot be tried from here`)
    const found = `the certificate is good for ${Math.floor(left / DAY)} days${unseen.join('')}`
    return left < CERTIFICATE_LEFT ? { state: 'warning', found, mend } : { state: 'ok', found }
  })
}

/** What a machine says that has no way to addresses of a kind. */
const NO_WAY = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']

/** Whether it is seen from here where an address leads: of IPv6 a machine that has none of its own sees nothing. */
function isSeen(address: string, err: unknown): boolean {
  if (NO_WAY.includes(codeBelow(err))) return false
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return isIPv4(address) || own.some((one) => GLOBAL_IPV6.test(one.address))
}

/** 2000::/3 (RFC 4291 section 2.4, and the registry of IANA). */
const GLOBAL_IPV6 = /^[23][0-9a-f]{3}:/

/** @returns ms since the epoch */
function certificateEnd(at: { host: string; address: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    const to = { host: at.address, port: at.port, servername: at.host, timeout: DOCTOR_LOOK }
    const socket = connect(to, () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to))
      socket.end()
    })
    socket.once('error', reject)
    socket.once('timeout', () =>
      socket.destroy(new Error(`no answer within ${DOCTOR_LOOK / 1_000} seconds`)),
    )
  })
}
