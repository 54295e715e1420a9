import type { Credentials } from '../../clients/headless_sign_in.ts'

/** One lane of an operation: what it does again and again, each call one measured request. */
export type Lane = () => Promise<void>

/** An operation: prepares as many lanes as are in flight. `people` are accounts that exist. */
export type Operation = {
  name: string
  /** Whether Vestibule waits for the disk before it answers. */
  durable: boolean
  /** Measured requests at each concurrency: two seconds' worth, where they are cheap to prepare. */
  count: (inFlight: number) => number
  /**
   * @param origin where people sign in
   * @param address where the measured requests go: that too, but for a PDS that is asked directly
   */
  lanes: (
    origin: string,
    people: Credentials[],
    inFlight: number,
    address: string,
  ) => Promise<Lane[]>
  /** What goes on meanwhile, not timed; its errors count. */
  beside?: (origin: string, people: Credentials[]) => Promise<Lane[]>
}

/** Makes one lane for each of `people`. */
export function each(
  people: Credentials[],
  make: (person: Credentials) => Promise<Lane>,
): Promise<Lane[]> {
  return Promise.all(people.map(make))
}

/** @param alone requests at one in flight @param together at more */
export const counts = (alone: number, together: number) => (inFlight: number) =>
  inFlight === 1 ? alone : together
