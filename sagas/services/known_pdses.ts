import type { Actors } from '../../actors/reach.ts'
import type { Pds } from '../../pds/pds.ts'

/** A PDS as anybody may know it. */
export type KnownPds = Pick<Pds, 'did' | 'url' | 'address'>

const DEFAULT_PORTS: Record<string, string> = { 'http:': ':80', 'https:': ':443' }

/**
 * The PDSes of the directory as this process last read them: each request is read with them, so
 * there is no time to ask. They are read anew when the operator changes them, from time to time, and
 * where one is missed.
 */
export class KnownPdses {
  readonly #directory: Pick<Actors['directory'], 'listPdses'>
  readonly #publicUrl: string
  #pdses: readonly KnownPds[] = []
  #origins: ReadonlyMap<string, string> = new Map()
  #lastRead: Promise<unknown> = Promise.resolve()

  /** @param publicUrl of the entryway, whose host stays its own */
  constructor(directory: Pick<Actors['directory'], 'listPdses'>, publicUrl: string) {
    this.#directory = directory
    this.#publicUrl = publicUrl
  }

  get all(): readonly KnownPds[] {
    return this.#pdses
  }

  /**
   * Whether one of them may take the access tokens of a session that has ended until they expire: it verifies them alone,
   * and what is asked of it does not come through the gateway. So may one as long as none is known.
   */
  get takeEnded(): boolean {
    return this.#pdses.length === 0 || !this.#pdses.every(isServedHere)
  }

  /** By its DID, also where it was added just now. */
  async find(did: string): Promise<KnownPds | null> {
    const known = () => this.#pdses.find((pds) => pds.did === did)
    if (!known()) await this.refresh()
    return known() ?? null
  }

  /** The PDS whose requests come to the gateway, by its public URL. */
  servedAt(origin: string): KnownPds | null {
    return this.#pdses.find((pds) => pds.url === origin && isServedHere(pds)) ?? null
  }

  /**
   * The origin that a request came to: that of a PDS which has a name of its own on this gateway, else
   * the entryway's, whose proxy may call it by any name.
   *
   * @param host the request's `Host`
   */
  originOf(host: string | undefined): string {
    return this.#origins.get(host?.toLowerCase() ?? '') ?? this.#publicUrl
  }

  /** Whether a PDS has that host name, wherever it is. */
  isHostname(hostname: string): boolean {
    return this.#pdses.some((pds) => new URL(pds.url).hostname === hostname)
  }

  /** Whether a PDS has that host name on this gateway. */
  hasHostname(hostname: string): boolean {
    return this.#pdses.some((pds) => isServedHere(pds) && new URL(pds.url).hostname === hostname)
  }

  /** Reads them anew; of reads at once the one that was asked for last is the one that stays. */
  readonly refresh = (): Promise<void> => {
    const reading = this.#lastRead.then(() => this.#read())
    this.#lastRead = reading.catch(() => {})
    return reading
  }

  async #read(): Promise<void> {
    const pdses = await this.#directory.listPdses()
    this.#pdses = pdses.map(({ did, url, address }) => ({ did, url, address }))
    const named = this.#pdses.filter((pds) => pds.url !== this.#publicUrl && isServedHere(pds))
    this.#origins = new Map(named.flatMap(({ url }) => hostsOf(url).map((host) => [host, url])))
  }
}

/** A PDS that is reached elsewhere than at its public URL leaves that to this gateway. */
function isServedHere({ url, address }: KnownPds): boolean {
  return url !== address
}

/** How a client may write the host of a URL, with the port or without where it is the usual one. */
function hostsOf(url: string): string[] {
  const { host, port, protocol } = new URL(url)
  return port ? [host] : [host, `${host}${DEFAULT_PORTS[protocol]}`]
}
