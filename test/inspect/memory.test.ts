import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram } from '../support/viewer/programs.ts'

it('an inspector keeps no actor in memory, stopped or not, and tells each end once', { timeout: 30_000 }, async () => {
  const program = fileURLToPath(new URL('support/forgetful-program.ts', import.meta.url))
  const { ended, out, err } = startProgram(program, [], { node: ['--expose-gc'] })
  expect(await ended()).toEqual({ code: 0 })
  expect(err()).toBe('')
  const { ran, left, begun, ended: stopped } = JSON.parse(out())
  expect(ran).toBe(180)
  // The last round may still lie on the stack.
  expect(left).toBeLessThanOrEqual(6)
  // Two of each host's: it and its child, which ends when it is left.
  expect({ begun, stopped }).toEqual({ begun: 271, stopped: 210 })
})
