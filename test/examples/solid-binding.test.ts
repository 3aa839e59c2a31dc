import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** A machine that fails twice, seen by the binding: what its first snapshot says of the failure before and after the second. */
const program = `
  const { createRoot } = require('solid-js')
  const { fromActorRef } = require('@xstate/solid')
  const { assign, createActor, createMachine } = require('xstate')

  let count = 0
  const failed = { actions: assign({ failure: () => ({ code: 'failure ' + ++count }) }) }
  const actor = createActor(createMachine({ context: {}, on: { failed } })).start()
  createRoot(async () => {
    fromActorRef(actor)
    await null
    actor.send({ type: 'failed' })
    const { failure } = actor.getSnapshot().context
    const before = failure.code
    actor.send({ type: 'failed' })
    console.log(JSON.stringify([before, failure.code]))
  })
`

// The day on which this fails, examples/solid can use the binding as the others do theirs.
it('the binding for Solid writes into what a machine holds, so the example does without it', async () => {
  const words = ['--conditions=browser', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  expect(JSON.parse(stdout)).toEqual(['failure 1', 'failure 2'])
})
