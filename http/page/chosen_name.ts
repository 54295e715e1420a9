import { printableLine } from '../../base/values/printable.ts'

/** What is written from the right: the blocks of Hebrew, Arabic and others (Unicode, `DerivedBidiClass.txt`). */
const FROM_RIGHT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** A name that somebody chose, as it stands beside other text, of which it turns nothing (UAX #9, section 2.7). */
export function chosenName(name: string): string {
  const plain = printableLine(name)
  return FROM_RIGHT.test(plain) ? `\u2068${plain}\u2069` : plain
}
