/**
 * Text that others chose, for a hidden field of a form. As it stands it would come back changed: browsers write each
 * line break as CRLF, and read U+0000 as U+FFFD (HTML sections 4.10.22.4 and 13.2.5).
 */
export const toExactField = (text: string): string => Buffer.from(text).toString('base64url')

/** The text of such a field. */
export const fromExactField = (value: string): string => Buffer.from(value, 'base64url').toString()
