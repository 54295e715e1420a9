/** A listener of `com.atproto.sync.subscribeRepos`, as a relay is one. */
export class EventStream {
  readonly #socket: WebSocket
  readonly #frames: string[] = []
  readonly #waiting = new Set<() => void>()

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => {
      this.#frames.push(Buffer.from(data).toString('latin1'))
      for (const look of this.#waiting) look()
    })
  }

  static async open(url: string, cursor: number): Promise<EventStream> {
    const path = `/xrpc/com.atproto.sync.subscribeRepos?cursor=${cursor}`
    const stream = new EventStream(new WebSocket(url.replace(/^http/, 'ws') + path))
    await new Promise((resolve, reject) => {
      stream.#socket.addEventListener('open', resolve)
      stream.#socket.addEventListener('error', reject)
    })
    return stream
  }

  /** Waits for a frame, also one that came before. */
  until(isIt: (frame: string) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.#frames.some(isIt)) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** @returns every frame that came, in order */
  close(): string[] {
    this.#socket.close()
    return [...this.#frames]
  }
}
