/**
 * What a client says of itself, without members that are null or empty, which are as those that are left out (RFC 7592
 * section 2.2): many programs write down all members that they know. An empty list says something: a client without
 * response types asks by a device alone.
 *
 * @param text in JSON
 * @returns null where it is no JSON object
 */
export function withoutEmptyMembers(text: string): Record<string, unknown> | null {
  const metadata = parsed(text)
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return null
  const members = Object.entries(metadata).filter(([, value]) => value !== null && value !== '')
  return Object.fromEntries(members)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
