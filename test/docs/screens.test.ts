import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { waitFor } from 'xstate'
import { createClient, tyro } from '../../src/index.ts'
import { english } from '../../src/view/english.ts'
import { type View, view } from '../../src/view/index.ts'
import { written } from './pages.ts'
import { connectionIn, functionIn, isConnected, patience, programOf, run, surroundings } from './program.ts'

/** The parts of a view that are left out where there is nothing to show. */
const absent = {
  place: '',
  instruction: '',
  userCode: { text: '', groups: [], spelled: '' },
  link: { url: '', label: '' },
  address: '',
  qr: [],
  qrLabel: '',
  secondsLeft: 0,
  waiting: { why: '' },
  failure: { text: '', remedy: '', code: 'network' },
} as const

describe('the page of screens', { timeout: 30_000 }, () => {
  it('shows a code, and the merchant the buttons', async () => {
    const { programIn } = surroundings()
    const page = await run(`/** @jsxImportSource react */\n${programIn('screens')}`, 'program.tsx')
    const till = connectionIn(createClient(tyro, { clientId: 'any' }).connect('store-17/till-3'))
    till.send({ type: 'authorization.start' })
    const { context } = await waitFor(till.actor, ({ value }) => value === 'awaitingUser', patience)
    const { ConnectScreen } = page
    if (typeof ConnectScreen !== 'function') throw new Error('not a component')
    const screen = () => ConnectScreen({ connection: till, provider: tyro.name })
    const html = renderToString(createElement(screen))
    expect(html).toContain('store-17/till-3 at Tyro Connect')
    expect(html).toContain(context.prompt?.kind === 'device' ? context.prompt.userCode : 'no code')
    expect(html).toMatch(/<svg .*<path d="M\d/)
    expect(html.match(/<button .*?<\/button>/g)?.map((button) => button.replace(/<.*?>/g, ''))).toEqual(['Cancel'])
  })

  it('connects again before the token ends', async () => {
    const { emulator, programIn } = surroundings()
    const { reconnect } = await run(programIn('screens', 1))
    const till = connectionIn(createClient(tyro, { clientId: 'any' }).connect('till'))
    till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
    till.send({ type: 'authorization.start' })
    await isConnected(till)
    emulator.revokeAll('tyro')
    till.send({ type: 'token.refresh' })
    const ended = await waitFor(till.actor, ({ context }) => context.failure !== undefined, patience)
    expect([ended.value, ended.hasTag('connected'), ended.context.failure?.code]).toEqual([
      'authorized',
      true,
      'session_expired',
    ])
    expect(ended.can({ type: 'authorization.start' })).toBe(false)
    await functionIn(reconnect)(till)
    await isConnected(till)
    expect(till.actor.getSnapshot().context.failure).toBeUndefined()
  })

  it('says words of our own, and tells what all are for', async () => {
    const { ours } = await run(programOf('screens', 2))
    expect(ours).toMatchObject({ titles: { approve: 'Approve this till', connected: 'Connected' } })
    const page = written.find(({ path }) => path === 'docs/screens.md')?.text ?? ''
    const keys = Object.entries(english).flatMap(([key, value]) =>
      key === 'failures' || typeof value !== 'object' || 'remedy' in value
        ? [key]
        : Object.keys(value).map((part) => `${key}.${part}`),
    )
    expect(keys.length).toBeGreaterThan(40)
    expect(keys.filter((key) => !new RegExp(`\\x60${key}(?:\\(\\w+\\))?\\x60`).test(page))).toEqual([])
    const parts: Required<View> = { ...view({ state: 'idle', tags: [], can: () => true }, 0), ...absent }
    expect(Object.keys(parts).filter((part) => !page.includes(`\`${part}\``))).toEqual([])
  })
})
