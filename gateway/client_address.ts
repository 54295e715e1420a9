import { BlockList, isIP, isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Decides whether an address is a proxy whose word about the client is believed. */
export type Trust = (address: string) => boolean

/**
 * @param ranges addresses or CIDR ranges
 * @throws {Error} when one of them is neither
 */
export function trustProxies(ranges: string[]): Trust {
  const proxies = new BlockList()
  for (const range of ranges) {
    if (range.includes('/')) {
      const [address, bits] = ipaddr.parseCIDR(range)
      proxies.addSubnet(address.toString(), bits, address.kind())
    } else {
      const address = ipaddr.process(range)
      proxies.addAddress(address.toString(), address.kind())
    }
  }
  return (address) => {
    const version = isIP(address)
    return version !== 0 && proxies.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/**
 * The client's address: the peer of the socket or, where that is a trusted proxy, the last address
 * in `X-Forwarded-For` that is not one.
 */
export function clientAddress(peer: string, forwardedFor: string | null, trusts: Trust): string {
  let address = normalize(peer)
  const hops = forwardedFor?.split(',').map((hop) => hop.trim()) ?? []
  while (trusts(address) && hops.length) {
    const previous = hops.pop() as string
    if (!ipaddr.isValid(previous)) break
    address = normalize(previous)
  }
  return address
}

function normalize(address: string): string {
  if (isIPv4(address)) return address
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address
}
