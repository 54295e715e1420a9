/** What a terminal obeys, or turns the order of what stands beside it, and is none of the text. */
const CONTROLS = /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu

/** Text of others, on as many lines: people and programs name things as they like. */
export const printable = (text: string): string => text.replace(CONTROLS, '\ufffd')

/** The same on one line, where another line would look like one of this program. */
export const printableLine = (text: string): string => printable(text).replaceAll('\n', '\ufffd')

/** JSON in which those are escaped, too, that stand in it as they are: all but the first 32. */
export const printableJson = (json: string): string =>
  json.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)
