import { afterEach, expect, test, vi } from 'vitest'
import { details } from '../../cli/commands/account.ts'
import { createOutput } from '../../cli/terminal/output.ts'

afterEach(() => vi.restoreAllMocks())

const NAME = 'Wiki\u001b]0;owned\u0007\u007f\u009b2J\u202eikiW'

async function* twoPages() {
  yield [NAME]
  yield [NAME]
}

test.each([false, true])(
  'what others named is obeyed by no terminal, with --json: %s',
  async (json) => {
    const said: string[] = []
    for (const way of ['log', 'error'] as const) {
      vi.spyOn(console, way).mockImplementation((text) => void said.push(text))
    }
    const output = createOutput({ json })
    output.result({ name: NAME }, ({ name }) => `It is\n${name}`)
    await output.list(twoPages(), (rows) => rows.join('\n'))
    output.note(NAME)
    const [result = '', ...others] = said
    const list = others.slice(0, -1).join('\n')
    expect(said.join()).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u)
    expect(others.at(-1)).toMatch(/^Wiki.*ikiW$/)
    if (json) {
      expect([JSON.parse(result), JSON.parse(list)]).toEqual([{ name: NAME }, [NAME, NAME]])
    } else {
      expect(result).toMatch(/^It is\nWiki.*ikiW$/)
      expect(list.split('\n')).toHaveLength(2)
    }
  },
)

test('a list that fails on its way leaves no half of an array', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {})
  async function* failing() {
    yield [NAME]
    throw new Error('The program does not answer')
  }
  await expect(createOutput({ json: true }).list(failing(), () => '')).rejects.toThrow(
    'does not answer',
  )
  expect(said).not.toHaveBeenCalled()
})

test('what others named makes no line of its own among the details of an event', () => {
  const lines = details({ name: 'Wiki\nby: operator', address: '192.0.2.1' }).split('\n')
  expect(lines).toEqual(['name: Wiki\ufffdby: operator', 'address: 192.0.2.1'])
})
