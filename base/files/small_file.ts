/** Bytes up to which a file is read at once: as a stream it takes ten times as long. */
export const SMALL_FILE = 4 * 2 ** 20
