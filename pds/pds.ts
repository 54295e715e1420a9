/** A PDS behind this entryway. */
export type Pds = {
  did: string
  url: string
  /** Null where it was sealed under another secret: it has to be given again. */
  adminPassword: string | null
  /** Share of new accounts, relative to the others. */
  weight: number
  /** Most accounts it takes; null for no limit. */
  capacity: number | null
  /** Whether it takes new accounts. */
  open: boolean
}

/** Whether an operator means this PDS: by its DID, its URL or its host name. */
export function isNamed({ did, url }: Pick<Pds, 'did' | 'url'>, name: string): boolean {
  const { host, hostname } = new URL(url)
  const names = [did, url, host, hostname].map((one) => one.toLowerCase())
  return names.includes(name.replace(/\/$/, '').toLowerCase())
}
