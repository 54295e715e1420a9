/**
 * Decodes base64url without padding (RFC 7515 section 2), in its one canonical form only: Node's own
 * decoder passes over characters that do not belong there, so altered text would mean the same.
 *
 * @returns null for any other text
 */
export function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
