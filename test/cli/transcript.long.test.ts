import { expect, it } from 'vitest'
import { createEmulated } from './support/emulated.ts'
import { createTranscript, kept } from './support/transcript.ts'

/** All commands, as somebody types them who tries them for the first time. */
it('of all commands against the emulator is the one that is kept', { timeout: 120_000 }, async () => {
  await using world = await createEmulated()
  const { emulator } = world
  const { type, text } = createTranscript(world, {})
  const secret = { env: { OAUTH_MACHINES_CLIENT_SECRET: 'marker-secret' } }

  await type(['providers', 'list'])
  await type(['providers', 'check', 'tyro.json'])
  await type(['status'])
  await type(['token', './tyro.json', '--client-id', 'till'])
  await type(['login', './tyro.json', '--client-id', 'till'], {}, world.approve)
  await type(['login', 'our-tyro'])
  await type(['token', 'our-tyro'])
  await type(['token', 'our-tyro', '--json'])
  await type(['refresh', 'our-tyro'])
  await type(['import', 'our-tyro', '--connection', 'shop 2'], { input: 'wrong\n' })
  await type(['import', 'our-tyro', '--connection', 'shop 3'], { input: `${await world.foreign()}\n` })
  await type(['import', 'our-tyro', '--connection', 'shop 3'], { input: 'wrong\n' })
  await type(['login', './sumup-pos-pro.json', '--client-id', 'till'], secret, async (login) => {
    await fetch(await emulator.login(await login.says(/Link: (\S+)\n/)))
  })
  await type(['refresh', 'our-sumup-pos-pro', '--verbose'])
  await type(['token', './mypos.json', '--client-id', 'office'], secret)
  await type(['status'])
  await type(['status', 'our-tyro', '--connection', 'default', '--json'])
  await type(['watch', 'our-mypos'], {}, async (watching) => {
    await watching.says(/(→ authorized)/)
    watching.child.kill('SIGINT')
  })
  await type(['probe', 'our-mypos'], secret)
  await type(['probe', 'our-mypos', '--yes', '--revoke', '--pause', '0'])
  await type(['logout', 'our-tyro'])
  await type(['logout', 'our-sumup-pos-pro'])
  await type(['logout', 'our-mypos', '--json'])
  await type(['status', 'our-tyro'])

  expect(world.printed()).not.toContain('marker-secret')
  expect(text()).toBe(kept('emulator', text()))
})
