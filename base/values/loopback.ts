import ipaddr from 'ipaddr.js'

/** Hosts of a URL that lead to this machine: those that OAuth clients may be at, too (RFC 8252 section 7.3). */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** Whether the host of a URL is this machine. */
export const isLoopback = ({ hostname }: Pick<URL, 'hostname'>): boolean =>
  LOOPBACK.includes(hostname)

/** Whether an operator's commands are taken at a host of a URL, from this machine (`operator/handler.ts`). */
export const takesCommands = (host: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)

/**
 * Where a server of this program is reached from this machine, as the host of a URL.
 *
 * @param host where it listens: an address or a name
 */
export function reachedAt(host: string): string {
  if (!ipaddr.isValid(host)) return host
  const address = ipaddr.process(host)
  // On all addresses of IPv6 it listens on those of IPv4, too.
  if (address.range() === 'unspecified') return '127.0.0.1'
  return address.kind() === 'ipv6' ? `[${address}]` : String(address)
}
