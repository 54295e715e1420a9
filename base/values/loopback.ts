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
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
