import { once } from 'node:events'
import { WebSocket } from 'ws'

/** What a listener of an event stream heard. */
export type Heard = {
  commits: number
  /** Commits whose number was not greater than that of the one before. */
  disordered: number
  /** Whether the stream has ended by itself. */
  isOver: boolean
}

/** How long an event took from the PDS's own time of it, in whole ms up to a bound. */
export class Delays {
  readonly #counts = new Uint32Array(60_001)
  #all = 0

  add(ms: number): void {
    const at = Math.min(Math.max(0, ms), this.#counts.length - 1)
    this.#counts[at] = (this.#counts[at] as number) + 1
    this.#all++
  }

  /** The delay below which a share of them lies. */
  quantile(share: number): number {
    let below = 0
    return this.#counts.findIndex((count) => {
      below += count
      return below >= share * this.#all
    })
  }
}

/** Listens to `com.atproto.sync.subscribeRepos` from now on, as a relay does. */
export async function listen(
  address: string,
  delays: Delays,
): Promise<Heard & { close(): Promise<void> }> {
  const url = `${address.replace(/^http/, 'ws')}/xrpc/com.atproto.sync.subscribeRepos`
  const socket = new WebSocket(url, { perMessageDeflate: false })
  let last = -1
  const heard = {
    commits: 0,
    disordered: 0,
    isOver: false,
    close: async () => {
      if (heard.isOver) return
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
  socket.on('message', (frame: Buffer) => {
    const commit = readCommit(frame)
    if (!commit) return
    heard.commits++
    if (commit.seq <= last) heard.disordered++
    last = commit.seq
    delays.add(Date.now() - commit.time)
  })
  await once(socket, 'open')
  socket.on('error', () => {})
  socket.on('close', () => {
    heard.isOver = true
  })
  return heard
}

const COMMIT = Buffer.from('#commit')
/** Keys as CBOR writes them: the length, then the text. In DAG-CBOR short ones come first, so they stand before any data. */
const SEQ = Buffer.from('\x63seq', 'latin1')
const TIME = Buffer.from('\x64time\x78\x18', 'latin1')
/** Bytes of a frame's header. */
const HEADER = 24
/** Characters of a time in ISO 8601. */
const ISO = 24

/**
 * Number and time of a commit. Ten thousand frames a second are not decoded, which would take more than
 * there is to measure.
 *
 * @returns null for another event
 */
function readCommit(frame: Buffer): { seq: number; time: number } | null {
  if (!frame.subarray(0, HEADER).includes(COMMIT)) return null
  const seq = readInteger(frame, frame.indexOf(SEQ) + SEQ.length)
  const from = frame.indexOf(TIME) + TIME.length
  return { seq, time: Date.parse(frame.toString('latin1', from, from + ISO)) }
}

/** An unsigned integer of CBOR (RFC 8949 section 3.1). */
function readInteger(frame: Buffer, at: number): number {
  const first = frame[at] as number
  if (first < 24) return first
  return frame.readUIntBE(at + 1, 2 ** (first - 24))
}
