import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client'

/** Buckets in seconds: from a refresh on a quiet machine to the gateway's deadline. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Everything this process counts; event-loop lag, memory and CPU come with the defaults. */
export const requests = new Counter({
  name: 'vestibule_requests_total',
  help: 'Requests answered, by route and status',
  labelNames: ['route', 'status'] as const,
})
export const requestSeconds = new Histogram({
  name: 'vestibule_request_seconds',
  help: 'Time to answer a request, by route',
  labelNames: ['route'] as const,
  buckets,
})
export const requestsInFlight = new Gauge({
  name: 'vestibule_requests_in_flight',
  help: 'Requests that are being answered',
})
export const storeCallSeconds = new Histogram({
  name: 'vestibule_store_call_seconds',
  help: "Time of a call to one of the provider's stores, by method",
  labelNames: ['method'] as const,
  buckets,
})
export const awakeActors = new Gauge({
  name: 'vestibule_awake_actors',
  help: 'Actors that are awake in this process, by name',
  labelNames: ['actor'] as const,
})

/** Starts the default metrics; to be called once by a process that serves them. */
export function collectProcessMetrics(): void {
  collectDefaultMetrics()
}

export const { contentType } = register

/** The metrics in Prometheus' text format. */
export function renderMetrics(): Promise<string> {
  return register.metrics()
}
