/**
 * A part of the work for a request. It says nothing that a client sent: each of its values is one of few, from
 * a table of this program or from the operator's settings.
 */
export type Part = {
  /** Of a route, an action of an actor, or a method of the server that is asked. */
  name: string
  kind: 'internal' | 'client' | 'server'
  /** The HTTP method, where it is a request. */
  method?: string | undefined
  /** The host that is asked. */
  host?: string | undefined
  /** Whether what was thrown is an answer, as an expected "no" is. */
  isAnswer?: (err: unknown) => boolean
}

/** How a request was answered. */
export type Answered = { route: string; status: number }

/** The HTTP status that a part came to, where it is known. */
export type StatusOf<T> = (result: T) => number | undefined

/** Makes the spans of traces. */
export type Tracer = {
  /**
   * A trace of its own for one request.
   *
   * @param sent the `traceparent` header as it came
   */
  request(method: string, sent: unknown, work: () => Promise<Answered>): Promise<void>
  part<T>(part: Part, work: () => Promise<T>, statusOf?: StatusOf<T>): Promise<T>
  /** The same in another process. @param traceparent of the part that called it */
  partOf<T>(traceparent: string, part: Part, work: () => Promise<T>): Promise<T>
  /** By which the current part is named to others (W3C Trace Context); null outside of a trace. */
  traceparent(): string | null
  /** Sends what is left. It does not throw. */
  end(): Promise<void>
}
