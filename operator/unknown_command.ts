/** The `error` of a command that this program does not have. */
export const UNKNOWN_COMMAND = 'UnknownCommand'
