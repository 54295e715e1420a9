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
export const openConnections = new Gauge({
  name: 'vestibule_open_connections',
  help: 'Connections of clients and proxies',
})
export const openWebSockets = new Gauge({
  name: 'vestibule_open_web_sockets',
  help: 'WebSockets that are passed on to a PDS',
})
export const refusedConnections = new Counter({
  name: 'vestibule_refused_connections_total',
  help: 'Connections, requests and WebSockets refused, or ended for others, because there were too many, by kind',
  labelNames: ['kind'] as const,
})
// One that appears with its first refusal has not grown by it, so an alert would miss that one.
for (const kind of ['connection', 'request', 'WebSocket']) refusedConnections.inc({ kind }, 0)
export const events = new Counter({
  name: 'vestibule_events_total',
  help: 'Events of the log (docs/watching.md), by name; also those whose lines were left out',
  labelNames: ['event'] as const,
})
export const signIns = new Counter({
  name: 'vestibule_sign_ins_total',
  help: 'Sign-ins, by the way that was taken and whether they succeeded',
  labelNames: ['way', 'result'] as const,
})
export const factorProofs = new Counter({
  name: 'vestibule_factors_total',
  help: 'Second factors and passkeys that were given, by kind and whether they were right',
  labelNames: ['kind', 'result'] as const,
})
export const rateLimited = new Counter({
  name: 'vestibule_rate_limited_total',
  help: 'Requests and mails that a limit refused, by limit',
  labelNames: ['limit'] as const,
})
export const tokens = new Counter({
  name: 'vestibule_tokens_total',
  help: 'Tokens issued, refreshed, replayed and revoked, of OAuth, OpenID and createSession',
  labelNames: ['profile', 'act'] as const,
})
export const refreshRefused = new Counter({
  name: 'vestibule_refresh_refused_total',
  help: 'Refresh tokens that were refused, and why, of OAuth, OpenID and createSession',
  labelNames: ['profile', 'reason'] as const,
})
export const openSagas = new Gauge({
  name: 'vestibule_sagas_open',
  help: 'Work in several steps that is neither finished nor undone, by what it is; looked at once a minute',
  labelNames: ['what'] as const,
})
export const accountWakes = new Counter({
  name: 'vestibule_account_wakes_total',
  help: 'Account actors that were woken',
})
export const upstreamSeconds = new Histogram({
  name: 'vestibule_upstream_seconds',
  help: 'Time until another server answers, and whether it does: PDS, PLC directory, mail server, engine',
  labelNames: ['upstream', 'result'] as const,
  buckets,
})
export const databaseBytes = new Gauge({
  name: 'vestibule_database_bytes',
  help: 'Size of the databases on this disk, with their logs, by database; looked at four times an hour',
  labelNames: ['database'] as const,
})
export const diskBytes = new Gauge({
  name: 'vestibule_disk_bytes',
  help: 'Size of the disk of the data directory',
})
export const diskFreeBytes = new Gauge({
  name: 'vestibule_disk_free_bytes',
  help: 'What is free of it for this program',
})
/** When the last good backups were begun, ms, by where they are. */
const lastBackups = new Map<string, number>()

export const backupAge = Object.assign(
  new Gauge({
    name: 'vestibule_backup_age_seconds',
    help: 'Since the last backup was begun that was found good, by where it is',
    labelNames: ['to'] as const,
    collect() {
      for (const [to, at] of lastBackups) this.set({ to }, (Date.now() - at) / 1_000)
    },
  }),
  {
    /** @param at ms */
    watch(to: 'disk' | 's3', at: number): void {
      lastBackups.set(to, at)
    },
  },
)
/** Set once something is replicated, ms. */
let oldestWait: (() => number) | null = null

export const replicationLag = Object.assign(
  new Gauge({
    name: 'vestibule_replication_lag_seconds',
    help: 'How long the oldest commit of this process waits to be kept by the engine; 0 where none does',
    labelNames: ['to'] as const,
    collect() {
      if (oldestWait) this.set({ to: 'engine' }, oldestWait() / 1_000)
    },
  }),
  {
    /** @param oldest ms; 0 where none waits */
    watch(oldest: () => number): void {
      oldestWait = oldest
    },
  },
)
export const mails = new Counter({
  name: 'vestibule_mails_total',
  help: 'Mails that the mail server took or did not take, by kind',
  labelNames: ['kind', 'result'] as const,
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
export const unhandledRejections = new Counter({
  name: 'vestibule_unhandled_rejections_total',
  help: 'Promises that were rejected and whose rejection nothing handled: each is a bug',
})

/** Caches by name; those that nothing uses any more are not counted. */
const caches: { name: string; cache: WeakRef<{ calculatedSize: number }> }[] = []

export const cacheBytes = Object.assign(
  new Gauge({
    name: 'vestibule_cache_bytes',
    help: 'What the caches of this process keep, keys and values, by name',
    labelNames: ['cache'] as const,
    collect() {
      this.reset()
      for (const { name, cache } of caches) {
        this.inc({ cache: name }, cache.deref()?.calculatedSize ?? 0)
      }
    },
  }),
  {
    watch(name: string, cache: { calculatedSize: number }): void {
      caches.push({ name, cache: new WeakRef(cache) })
    },
  },
)

/** Starts the default metrics; to be called once by a process that serves them. */
export function collectProcessMetrics(): void {
  collectDefaultMetrics()
}

export const { contentType } = register

/** The metrics in Prometheus' text format. */
export function renderMetrics(): Promise<string> {
  return register.metrics()
}
