import type { Difference } from './difference.ts'

const ALL = ['HTTP/1.1', 'HTTP/1.1 to a URL', 'HTTP/1.0', 'HTTP/1.0 without Host', 'HTTP/2']

/** Where the version of HTTP, or the method, makes a difference. */
export const OF_VERSIONS: readonly Difference[] = [
  {
    calls: ALL.map((version) => `${version}: health`),
    ways: ['direct'],
    behind: { status: 200 },
    why: 'some load balancers look for a status',
  },
  {
    calls: ALL.map((version) => `${version}: a procedure by DELETE`),
    ways: ['direct'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'the answer names the method that is meant, and no limit counts the request',
  },
  {
    calls: ['HTTP/1.1 to a URL: no method at all'],
    ways: ['direct'],
    behind: { status: 400, error: 'InvalidRequest' },
    why: 'a URL is read as its path is (RFC 9112 section 3.2.2); Express finds no route for it',
  },
]
