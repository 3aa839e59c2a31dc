import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Observation } from '../../src/inspect/observation.ts'
import { startProgram } from '../support/viewer/programs.ts'
import { dialAsPage } from '../support/viewer/talker.ts'
import { atEnd, testViewer } from '../support/viewer/viewers.ts'

const program = fileURLToPath(new URL('../support/viewer/host-process.ts', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Somebody who takes calls and says nothing. */
async function mutePort(): Promise<number> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

describe('a program with a link', () => {
  it('ends by itself while the viewer listens, and has told what it did', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { ended, out, err } = startProgram(program, [viewer.hostLink, '5000'])
    const arrives = (message: { observation?: unknown }) =>
      (message.observation as Observation | undefined)?.type === 'actor'
    await page.until(arrives)
    expect(await ended()).toMatchObject({ code: 0 })
    await page.until(({ type }) => type === 'left')
    const lamp = page.heard.flatMap(({ observation }) => (observation ? [observation as Observation] : []))
    expect(lamp.filter(({ name }) => name === 'lamp').at(-1)).toMatchObject({ type: 'transition', to: 'on' })
    expect(out() + err()).toBe('')
  })

  it('that is short has told its whole story, where it closes the link at its end', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { ended, out, err } = startProgram(program, [viewer.hostLink, '0', 'story'])
    expect(await ended()).toMatchObject({ code: 0 })
    await page.until(({ type }) => type === 'left')
    const told = page.heard.flatMap(({ observation }) => (observation ? [observation as Observation] : []))
    expect(told.filter(({ name }) => name === 'lamp')).toMatchObject([
      { type: 'actor', state: 'off' },
      { type: 'transition', to: 'on' },
      { type: 'stopped' },
    ])
    const till = told.filter(({ name }) => name === 'till-3')
    expect(till.map(({ type }) => type)).toEqual(['actor', 'transition', 'stopped'])
    expect(till[1]).toMatchObject({ to: 'idle' })
    expect(out() + err()).toBe('')
  })

  it('that is short ends soon after it has closed the link, where somebody takes the call and says nothing', async () => {
    const link = `http://127.0.0.1:${await mutePort()}/#key`
    const { ended, says } = startProgram(program, [link, '0', 'timed'])
    expect(await ended()).toMatchObject({ code: 0 })
    const [, took] = await says(/closed after (\d+) ms/)
    // After a second; sockets themselves would wait for half a minute.
    expect(Number(took)).toBeLessThan(10_000)
  })

  it('ends by itself where no viewer is there', async () => {
    const { ended, out, err } = startProgram(program, ['http://127.0.0.1:1/#key', '1500'])
    const { code } = await ended()
    expect(code).toBe(0)
    expect(out() + err()).toBe('')
  })

  it('ends by itself where somebody takes the call and says nothing', async () => {
    const { ended, out, err } = startProgram(program, [`http://localhost:${await mutePort()}/#key`, '500'])
    const { code } = await ended()
    expect(code).toBe(0)
    expect(out() + err()).toBe('')
  })

  it('ends by itself where the viewer has refused it, and has said so once', async () => {
    const viewer = await testViewer()
    const { ended, err } = startProgram(program, [viewer.link, '5000'])
    expect(await ended()).toMatchObject({ code: 0 })
    expect(err().match(/the viewer refuses the key/g)).toHaveLength(1)
    expect(err().trim().split('\n')).toHaveLength(1)
  })

  it('ends soon after it has closed the link, also where the viewer is frozen', async () => {
    const key = 'a-key-for-a-frozen-viewer'
    const server = fileURLToPath(new URL('../support/viewer/viewer-process.ts', import.meta.url))
    const viewer = startProgram(server, [key])
    const [, link = ''] = await viewer.says(/(http:\S+)\n/)
    const host = startProgram(program, [link, '8000', 'close'])
    await viewer.says(/entered/)
    viewer.child.kill('SIGSTOP')
    const { code } = await host.ended()
    viewer.child.kill('SIGCONT')
    expect(code).toBe(0)
    expect(host.out() + host.err()).toBe('')
  })

  it('goes on where the means to call are not allowed', async () => {
    const allowed = [
      'src/',
      'machines/',
      'test/',
      'package.json',
      'node_modules/xstate/',
      'node_modules/valibot/',
      'node_modules/ky/',
    ]
    const node = ['--permission', ...allowed.map((path) => `--allow-fs-read=${root}${path}`)]
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { ended, out, err } = startProgram(program, [viewer.hostLink, '2500'], { node })
    expect(await ended()).toMatchObject({ code: 0 })
    expect(out() + err()).toBe('')
    expect(page.heard).toHaveLength(1)
  })
})
