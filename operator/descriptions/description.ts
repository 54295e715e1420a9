import type { CommandInput, CommandName, CommandOutput } from '../commands/index.ts'

/** What a command takes, as people are told. Without flags it stands in its place on the command line. */
export type Argument = {
  about: string
  /** As the command line has it, such as `--ref <text>`. */
  flags?: string
  /** On the command line it comes in another way: asked for, from a file, or by more options. */
  elsewhere?: 'secret' | 'file' | 'options'
}

/** A command as people give it. */
export type Description = {
  /** As on the command line: `account set-email`. */
  words: string
  command: CommandName
  /** What it does, in a sentence without a full stop. */
  what: string
  /** By the members of the input, in the order of the command line. */
  takes: Readonly<Record<string, Argument>>
  /** What it always gives of the input. */
  fixed: Readonly<Record<string, unknown>>
  kind: 'reads' | 'acts'
  /** Whether it changes nothing. */
  isReading(input: Record<string, unknown>): boolean
  /** What is asked before, where it cannot be undone; null where nothing ever is. */
  asks: ((input: Record<string, unknown>) => string | null) | null
  /** The member by which the next page of its answer is asked for; its answer says it as `next`. */
  pagedBy: string | null
  /** Only for who has proven a moment ago who they are. */
  needsProof: boolean
  /** By the member of the answer that names a thing: the command that goes on with it; null where none does. */
  leadsTo: Readonly<Record<string, string | null>>
  /** What the operators' trail says that it was done to, where its first argument does not. */
  subject(value: unknown): string | null
}

type Given<N extends CommandName> = {
  what: string
  takes?: { readonly [K in keyof CommandInput<N> & string]?: Argument }
  fixed?: Partial<CommandInput<N>>
  asks?: string | ((input: Record<string, unknown>) => string | null)
  /** With what it changes nothing. */
  readsWhere?: (input: Record<string, unknown>) => boolean
  pagedBy?: keyof CommandInput<N> & string
  needsProof?: true
  leadsTo?: Record<string, string | null>
  subject?: (value: CommandOutput<N>) => string
}

const describe =
  (kind: Description['kind']) =>
  <N extends CommandName>(words: string, command: N, given: Given<N>): Description => {
    const { what, takes = {}, fixed = {}, asks = null, needsProof = false } = given
    const { readsWhere = () => kind === 'reads', pagedBy = null, leadsTo = {}, subject } = given
    return {
      ...{ kind, words, command, what, fixed, isReading: readsWhere, pagedBy, needsProof, leadsTo },
      takes: takes as Description['takes'],
      subject: (value) => (subject && value !== null ? subject(value as CommandOutput<N>) : null),
      asks: typeof asks === 'string' ? () => asks : asks,
    }
  }

/** A command that only says something. */
export const reads = describe('reads')
/** A command that does something. */
export const acts = describe('acts')
