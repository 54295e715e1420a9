import { closest, distance } from 'fastest-levenshtein'

/** Further than this, a name is another one, not a misspelt one. */
const MAX_DISTANCE = 5

/** As many letters of a prefix may be wrong: two of `ENTRYWAY_`, and none of `PDS_`, which others are near to. */
const wrongLetters = (prefix: string) => Math.floor((prefix.length - 1) / 4)

/** One sentence for each variable with the prefix of a setting, or nearly so, that is none. */
export function mistakesInNames(
  given: string[],
  { prefix, known }: { prefix: string; known: string[] },
): string[] {
  return given
    .filter((name) => !known.includes(name))
    .map((name) => ({ name, upper: name.toUpperCase() }))
    .filter(({ upper }) => distance(upper.slice(0, prefix.length), prefix) <= wrongLetters(prefix))
    .map(({ name, upper }) => {
      const longer = known.find((one) => one.startsWith(`${upper}_`))
      const likely = longer ?? closest(upper, known)
      return longer !== undefined || distance(upper, likely) <= MAX_DISTANCE
        ? `${name}: there is no such setting; did you mean ${likely}?`
        : `${name}: there is no such setting; README.md lists those that there are`
    })
}
