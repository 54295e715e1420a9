/** The `error` of what is refused before anything is tried, since it cannot be read. */
export const INVALID_INPUT = 'InvalidInput'
