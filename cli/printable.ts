/** What a terminal obeys, or shows in another order, and is none of the text. */
const CONTROLS = /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu

/** Text of others, on as many lines: people and programs name things as they like. */
export const printable = (text: string): string => text.replace(CONTROLS, '\ufffd')

/** JSON escapes only the first 32 of them by itself. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    CONTROLS,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
