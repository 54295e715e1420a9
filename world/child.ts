import { fileURLToPath } from 'node:url'
import type { CertificateAuthority } from './certificates.ts'
import type { Dns } from './dns.ts'

const preload = (file: string) => ['--import', fileURLToPath(new URL(file, import.meta.url))]

/**
 * Node's arguments for a child process of the world: it finds the world's host
 * names and ends with its parent. Spawn it with an `ipc` channel.
 */
export const childArguments = [
  ...preload('./resolve_test_names.ts'),
  ...preload('./exit_with_parent.ts'),
]

/** Compiled code of children that ended by themselves, so that the next ones start sooner. */
const compileCache = fileURLToPath(new URL('../node_modules/.cache/world', import.meta.url))

/**
 * The environment of a child process: the `variables`, trust in `ca`, TXT records
 * from `dns`, and nothing of the developer's own shell but where programs and
 * temporary files are.
 */
export function childEnvironment(
  { ca, dns }: { ca?: CertificateAuthority; dns?: Dns },
  variables: Record<string, string | undefined>,
): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return {
    PATH,
    HOME,
    TMPDIR,
    NODE_COMPILE_CACHE: compileCache,
    NODE_EXTRA_CA_CERTS: ca?.certFile,
    WORLD_DNS: dns?.address,
    ...variables,
  }
}
