import { closest, distance } from 'fastest-levenshtein'

/** Further than this, a name is another one, not a misspelt one. */
const MAX_DISTANCE = 5

/** One sentence for each variable with the prefix of a setting that is none. */
export function mistakesInNames(
  given: string[],
  { prefix, known }: { prefix: string; known: string[] },
): string[] {
  return given
    .filter((name) => name.startsWith(prefix) && !known.includes(name))
    .map((name) => {
      const longer = known.find((one) => one.startsWith(`${name}_`))
      const likely = longer ?? closest(name, known)
      return longer !== undefined || distance(name, likely) <= MAX_DISTANCE
        ? `${name}: there is no such setting; did you mean ${likely}?`
        : `${name}: there is no such setting; README.md lists those that there are`
    })
}
