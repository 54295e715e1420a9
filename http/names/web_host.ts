/**
 * The host of an https address, however it is written; null of anything else. Scheme and host have one spelling here,
 * in which the dot of the root is left out.
 */
export function webHostOf(address: unknown): string | null {
  const url = typeof address === 'string' ? URL.parse(address) : null
  return url?.protocol === 'https:' ? url.host.replace(/\.(?=:|$)/, '') : null
}
