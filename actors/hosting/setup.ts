import { type DriverConfig, setup } from 'rivetkit'

/** Bytes of a message to an actor: a request body of 64 KiB, its headers, and CBOR around them. */
const MAX_INCOMING = 256 * 1024
/** Bytes of a message from an actor: the largest asset of the sign-in pages, with room. */
const MAX_OUTGOING = 4 * 1024 * 1024

type Setup = Parameters<typeof setup>[0]

/**
 * Starts a runner for actors, on what the `host` options say.
 *
 * @param told what rivetkit says on standard output
 */
export function startActors(
  use: Setup['use'],
  host: HostOptions,
  told: 'error' | 'silent' = 'error',
): void {
  const options = {
    ...host,
    use,
    noWelcome: true,
    logging: { level: told },
    inspector: { enabled: false },
    maxIncomingMessageSize: MAX_INCOMING,
    maxOutgoingMessageSize: MAX_OUTGOING,
  }
  setup(options as Setup).startRunner()
}

/** What rivetkit is told of where actors live. */
type HostOptions =
  | { endpoint: string; runner: { runnerKey: string } }
  | { driver: DriverConfig; serveManager: false }
  | {
      driver: DriverConfig
      serveManager: true
      managerHost: string
      managerPort: number
      managerBasePath: string
    }
