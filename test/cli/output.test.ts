import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlace, type Place, type Settings } from './support/processes.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

/** Runs a command in a shell that does something with its output. */
const shell = (words: readonly string[], then: string, settings: Settings = {}) =>
  place.run(words, { ...settings, within: (all) => ['sh', ['-c', `"$@" ${then}`, 'sh', ...all]] })

describe('the output', { timeout: 30_000 }, () => {
  it.each([[['--help']], [['--version']], [['providers', 'show', 'tyro']]])(
    'may be read to its first line only: %j',
    async (words) => {
      // What reads is gone before anything is written.
      const { out, err } = await shell(words, '| true')
      expect({ out, err }).toEqual({ out: '', err: '' })
    },
  )

  it.skipIf(!existsSync('/dev/full')).each([[['--version']], [['providers', 'show', 'tyro']], [['status', '--json']]])(
    'that is lost is a failure: %j',
    async (words) => {
      const { code, out, err } = await shell(words, '> /dev/full')
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toBe('The output could not be written (ENOSPC).\n')
    },
  )
})

describe('a hint', { timeout: 30_000 }, () => {
  it.each([
    [['statsu'], 'There is no command statsu. Did you mean status?\n'],
    [['bogus'], 'There is no command bogus.\n'],
    [['status', '--jsn'], 'There is no option --jsn. Did you mean --json?\n'],
    [['status', '--json=1'], '--json takes no value.\n'],
    [['status', '--sparkle'], 'There is no option --sparkle.\n'],
  ])('is given where it helps: %j', async (words, message) => {
    const { code, out, err } = await place.run(words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })
})
