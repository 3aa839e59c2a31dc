import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { connectViewer } from '../../../src/inspect/connect-viewer.ts'
import { consoleReporter, createInspector, recorder, type Sink } from '../../../src/inspect/index.ts'
import { sayTo } from '../../../src/inspect/stately/messages.ts'
import { charts, connection, type Inspect, type Life } from './lives.ts'

/**
 * Measures what an inspector costs, and prints nanoseconds for an arrow, round by round, as JSON. A process of its own.
 */

const told: string[] = []
const write = (line: string) => void told.push(line)
const inspecting =
  (...sinks: readonly Sink[]) =>
  () =>
    createInspector(sinks)

/** Somebody like a viewer, in a process of its own: what it does is not the program's cost. Resolves with its link. */
async function startViewer(): Promise<{ readonly link: string; readonly child: ChildProcess }> {
  const file = fileURLToPath(new URL('../../support/viewer/viewer-process.ts', import.meta.url))
  const child = spawn(process.execPath, [file, 'a-key-to-measure-with'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(child.stdout, 'data')
  child.stdout.resume()
  return { link: String(said).trim(), child }
}

const viewer = await startViewer()
const links = [connectViewer(viewer.link), connectViewer(viewer.link, { accepts: true })] as const

/** Who looks on. Twice nobody: the difference is what cannot be measured here. */
const watchers: Readonly<Record<string, () => Inspect | undefined>> = {
  nobody: () => undefined,
  'nobody, again': () => undefined,
  'XState alone': () => () => {},
  'an inspector': inspecting(() => {}),
  'a recorder': inspecting(recorder(write)),
  'a console reporter': inspecting(consoleReporter(write)),
  'a viewer': () => links[0].inspect,
  'a viewer, with buttons': () => links[1].inspect,
  'Stately’s messages': inspecting(sayTo({ send: (message) => write(JSON.stringify(message)) }).sink),
}

/** Nanoseconds for an arrow: of this process, whoever else is at work on the machine. */
async function time(lives: readonly Life[], inspect: () => Inspect | undefined): Promise<number> {
  let arrows = 0
  const since = process.cpuUsage()
  for (const live of lives) arrows += await live(inspect())
  const { user, system } = process.cpuUsage(since)
  told.length = 0
  return ((user + system) * 1_000) / arrows
}

/** Each in turn, in another order each time, so that all meet the same neighbours and the same weather. */
async function rounds(lives: readonly Life[], warm: number, count: number): Promise<Record<string, number[]>> {
  const all = Object.entries(watchers)
  const times: Record<string, number[]> = Object.fromEntries(all.map(([name]) => [name, []]))
  for (let round = 0; round < warm + count; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      const [name, inspect] = all[(round + turn) % all.length] ?? ['', () => undefined]
      const spent = await time(lives, inspect)
      if (round >= warm) times[name]?.push(spent)
    }
  }
  return times
}

console.log(JSON.stringify({ charts: await rounds(charts, 60, 150), connection: await rounds([connection], 20, 100) }))

for (const link of links) await link.close()
viewer.child.kill()
