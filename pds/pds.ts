/** A PDS behind this entryway. */
export type Pds = {
  did: string
  /** Its public URL, which DID documents name; several may be served by this entryway's gateway. */
  url: string
  /** Where the entryway reaches it; the same as its URL, unless that leads to the entryway. */
  address: string
  /** Null where it was sealed under another secret: it has to be given again. */
  adminPassword: string | null
  /** Share of new accounts, relative to the others. */
  weight: number
  /** Most accounts it takes; null for no limit. */
  capacity: number | null
  /** Whether it takes new accounts. */
  open: boolean
  /** Whether this program runs it itself. */
  isEmbedded: boolean
}

/** What is needed to ask a PDS for something as its operator. */
export type PdsAccess = Pick<Pds, 'did' | 'url' | 'address' | 'adminPassword'>

/** Whether an operator means this PDS: by its DID, its URL or its host name. */
export function isNamed({ did, url }: Pick<Pds, 'did' | 'url'>, name: string): boolean {
  const { host, hostname } = new URL(url)
  const names = [did, url, host, hostname].map((one) => one.toLowerCase())
  return names.includes(name.replace(/\/$/, '').toLowerCase())
}
