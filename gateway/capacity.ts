/** How many connections and requests a gateway holds at once. One address is an IPv4 address or an IPv6 /64. */
export type Capacity = {
  connections: number
  /** Of one address, where that is no trusted proxy. */
  connectionsOfOne: number
  /** Requests of one client that are under way, also behind a proxy. */
  requestsOfOne: number
  webSockets: number
  /** Of one client, also behind a proxy. */
  webSocketsOfOne: number
  /** That are known to be asked with in vain; where there are more, the oldest is forgotten. */
  refreshTokensInVain: number
}

/** An idle connection takes some 20 kB, a WebSocket about twice that. */
export const CAPACITY: Capacity = {
  connections: 10_000,
  connectionsOfOne: 1_000,
  requestsOfOne: 1_000,
  webSockets: 2_000,
  webSocketsOfOne: 100,
  refreshTokensInVain: 10_000,
}
