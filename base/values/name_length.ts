/** Characters of the longest that people type in one field for a name or a code: a DID (AT Protocol, "DID": 2 kB). */
const LONGEST = 2_048

/**
 * Whether a text is longer than any name or code. It is none, and is not brought into a normal form of Unicode: to
 * put 60 kB of combining marks in order takes seconds, in which nobody is answered.
 */
export const isTooLongToType = (text: string): boolean => text.length > LONGEST
