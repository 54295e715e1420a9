import type { IncomingMessage } from 'node:http'

/** What was asked; `url` is where, without the query. */
export type Asked = { incoming: IncomingMessage; url: URL; body: string }

/** An answer as it is written; the headers are names and values in turn. */
export type Reply = { status: number; headers: readonly string[]; body: string }

/** Answers by method and path. */
export type Routes = Record<string, (asked: Asked) => Promise<Reply>>

/** Raised where the answer is an error. */
export class Refused extends Error {
  readonly status: number
  readonly headers: readonly string[]

  constructor(status: number, error: string, headers: readonly string[] = []) {
    super(error)
    this.status = status
    this.headers = headers
  }
}

export function json(status: number, headers: readonly string[], body: object): Reply {
  return { status, headers, body: JSON.stringify(body) }
}
