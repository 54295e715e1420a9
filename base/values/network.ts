import { BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An IPv4 address, or the /64 that an IPv6 address is in: one household has all of it. */
export const networkOf = (address: string): string => prefixOf(address, 64)

/** An IPv4 address, or the /48 that an IPv6 address is in: the most that a site is given (RFC 6177 section 2). */
export const siteOf = (address: string): string => prefixOf(address, 48)

/** How many sites have to use up their parts of a limit on everybody until nothing of it is left for others. */
const SITES = 10

/**
 * What one site may use up of a limit on everybody: it has thousands of addresses, each with a limit of its own.
 *
 * @param points of the limit on everybody
 */
export const partOfSite = (points: number): number => points / SITES

function prefixOf(address: string, bits: number): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${bits}`).toString()
}

/**
 * Whether an address is in one of some networks.
 *
 * @param ranges addresses or CIDR ranges
 * @throws {Error} when one of them is neither
 */
export function within(ranges: readonly string[]): (address: string) => boolean {
  const networks = new BlockList()
  for (const range of ranges) {
    if (range.includes('/')) {
      const [address, bits] = ipaddr.parseCIDR(range)
      networks.addSubnet(address.toString(), bits, address.kind())
    } else {
      const address = ipaddr.process(range)
      networks.addAddress(address.toString(), address.kind())
    }
  }
  return (address) => {
    const version = isIP(address)
    return version !== 0 && networks.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}
