import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { did, oneOf, originOf, shown } from './setting_kinds.ts'

export const pdsEnvironment = {
  ENTRYWAY_PDS_URL: originOf('https://pds.example.com').optional(),
  ENTRYWAY_PDS_ADDRESS: originOf('http://127.0.0.1:3000').optional(),
  ENTRYWAY_PDS_DID: did.optional(),
  ENTRYWAY_PDS_ADMIN_PASSWORD: z.string().optional(),
  ENTRYWAY_EMBEDDED_PDS: oneOf(['on', 'off']).default('on'),
}

type PdsEnvironment = z.output<z.ZodObject<typeof pdsEnvironment>>

/** The PDS named in the environment; `url` is its public URL, `address` where it is reached. */
export type PdsSetting = { url: string; address: string; did: string; adminPassword: string }

export function toPdsSetting(e: PdsEnvironment): PdsSetting | null {
  const { ENTRYWAY_PDS_URL: url, ENTRYWAY_PDS_DID: did } = e
  const adminPassword = e.ENTRYWAY_PDS_ADMIN_PASSWORD
  if (!url || !did || !adminPassword) return null
  return { url, address: e.ENTRYWAY_PDS_ADDRESS ?? url, did, adminPassword }
}

/** Whether this program is to run a PDS itself where it knows no other. */
export function isEmbeddedWanted(e: PdsEnvironment): boolean {
  return e.ENTRYWAY_EMBEDDED_PDS === 'on' && !e.ENTRYWAY_PDS_URL
}

/** What is wrong with these settings, one line each. */
export function mistakesInPds(
  e: PdsEnvironment,
  { publicUrl, dev }: { publicUrl: string; dev: boolean },
): string[] {
  const lines: string[] = []
  const parts = [e.ENTRYWAY_PDS_URL, e.ENTRYWAY_PDS_DID, e.ENTRYWAY_PDS_ADMIN_PASSWORD]
  if (parts.some(Boolean) && !parts.every(Boolean)) {
    lines.push(
      'ENTRYWAY_PDS_URL: needs ENTRYWAY_PDS_DID and ENTRYWAY_PDS_ADMIN_PASSWORD beside it (all three or none)',
    )
  }
  const { ENTRYWAY_PDS_URL: url, ENTRYWAY_PDS_ADDRESS: address } = e
  if (!url) {
    if (address) lines.push('ENTRYWAY_PDS_ADDRESS: needs ENTRYWAY_PDS_URL beside it')
    return lines
  }
  const wrongUrl = mistakeInUrl(url, { publicUrl, dev })
  if (wrongUrl) lines.push(`ENTRYWAY_PDS_URL: ${wrongUrl}; it is ${shown(url)}`)
  const wrongAddress = mistakeInAddress(address ?? url, { publicUrl, dev })
  if (wrongAddress && (address || !wrongUrl)) {
    lines.push(`ENTRYWAY_PDS_ADDRESS: ${wrongAddress}; it is ${shown(address ?? url)}`)
  }
  return lines
}

type Around = { publicUrl: string; dev: boolean }

/** What is wrong with the public URL of a PDS; the public URL of this program may be http where it is local. */
export function mistakeInUrl(url: string, { publicUrl, dev }: Around): string | null {
  const isRight = url.startsWith('https:') || url === publicUrl || dev
  return isRight ? null : 'must be https unless ENTRYWAY_DEV=1, such as https://pds.example.com'
}

/** What is wrong with the address at which a PDS is reached. The admin password is sent there. */
export function mistakeInAddress(address: string, { publicUrl, dev }: Around): string | null {
  if (address === publicUrl) {
    return 'must lead to the PDS itself, such as http://127.0.0.1:3000, not to this program'
  }
  const isRight = address.startsWith('https:') || isNear(new URL(address).hostname) || dev
  return isRight
    ? null
    : 'must be https, or lead to this machine or into a private network, such as http://127.0.0.1:3000'
}

/** Whether a host is on this machine or in a private network: containers have names without dots. */
function isNear(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (!ipaddr.isValid(host)) return !host.includes('.') || /\.(internal|localhost)$/.test(host)
  return ['loopback', 'private', 'uniqueLocal', 'linkLocal'].includes(ipaddr.process(host).range())
}
