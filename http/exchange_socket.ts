import { Socket } from 'node:net'
import type { Peer } from './message.ts'

/**
 * The socket of a request and a response that are not on a network. It is Node's own, so that a
 * listener finds every member, method and event that it knows; it has no handle, there is nothing
 * to read from it, and what is written to it goes nowhere.
 */
export class ExchangeSocket extends Socket {
  override readonly remoteAddress: string
  override readonly remotePort: number
  override readonly remoteFamily: string

  constructor({ address, port }: Peer) {
    super()
    this.remoteAddress = address
    this.remotePort = port
    this.remoteFamily = address.includes(':') ? 'IPv6' : 'IPv4'
  }

  /** Node resumes the socket of each request that is read; that takes time, and nothing comes. */
  override resume(): this {
    return this
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done()
  }

  override _writev(_chunks: unknown, done: () => void): void {
    done()
  }
}
