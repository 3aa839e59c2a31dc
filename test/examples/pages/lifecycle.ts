import { mount as plain } from '../../../examples/plain/mount.ts'
import { mount as react } from '../../../examples/react/mount.tsx'
import { client, name, provider } from '../../../examples/shared/client.ts'
import { rootElement } from '../../../examples/shared/root.ts'
import { mount as solid } from '../../../examples/solid/mount.tsx'
import { mount as svelte } from '../../../examples/svelte/mount.ts'
import { mount as vue } from '../../../examples/vue/mount.ts'

const mounts = { react, vue, svelte, solid, plain }

/** What runs on behalf of a screen: its subscriptions to the machine, and its timers. */
export interface Held {
  readonly subscriptions: number
  readonly timers: number
}

interface Seen {
  readonly mounted: Held
  readonly unmounted: Held
  readonly text: string
  /** The connection was stopped while its screen was shown. */
  readonly stopped: { readonly text: string; readonly numbers: number; readonly held: Held }
}

declare global {
  var lifecycle: (framework: string) => Promise<Seen>
  var takeOver: (framework: string) => Promise<void>
}

const pause = (milliseconds: number) => new Promise((resolve) => nativeTimeout(resolve, milliseconds))
const nativeTimeout = globalThis.setTimeout.bind(globalThis)

/** Shows and removes a screen several times while a code is shown, and tells what was held in between and after. */
globalThis.lifecycle = async (framework) => {
  const mount = mountOf(framework)
  const till = client.connect(`till of ${framework}`)
  await until(() => till.actor.getSnapshot().value === 'idle')
  till.send({ type: 'authorization.start' })
  await until(() => till.actor.getSnapshot().context.prompt !== undefined)

  let subscriptions = 0
  const subscribe = till.actor.subscribe.bind(till.actor)
  Object.assign(till.actor, {
    subscribe: (...observers: Parameters<typeof subscribe>) => {
      const { unsubscribe } = subscribe(...observers)
      subscriptions += 1
      let ended = false
      return {
        unsubscribe() {
          if (!ended) subscriptions -= 1
          ended = true
          unsubscribe()
        },
      }
    },
  })
  const timers = watchTimers()
  const root = document.body.appendChild(document.createElement('div'))
  const held = () => ({ subscriptions, timers: timers() })
  let mounted = held()
  let text = ''
  for (let round = 0; round < 2; round += 1) {
    const unmount = mount(root, till, provider.name)
    await until(() => root.querySelector('[role=timer]')?.textContent !== '')
    await pause(1_200)
    mounted = held()
    text = root.querySelector('h2')?.textContent ?? ''
    unmount()
    await pause(50)
  }
  const unmounted = held()

  const unmount = mount(root, till, provider.name)
  const title = () => root.querySelector('h2')?.textContent ?? ''
  await until(() => title() === text)
  await till.stop()
  // Sooner than the next look at the time.
  await pause(100)
  const numbers = [...root.querySelectorAll('[role=timer], .why > span')].filter((one) =>
    /\d:\d\d/.test(one.textContent),
  )
  const stopped = { text: title(), numbers: numbers.length }
  unmount()
  await pause(50)
  return { mounted, unmounted, text, stopped: { ...stopped, held: held() } }
}

/** Takes over what a server has rendered, when the machine has gone on already. */
globalThis.takeOver = async (framework) => {
  const till = client.connect(name)
  await until(() => till.actor.getSnapshot().value === 'idle')
  mountOf(framework)(rootElement(), till, provider.name)
}

function mountOf(framework: string) {
  const [, mount] = Object.entries(mounts).find(([name]) => name === framework) ?? []
  if (mount) return mount
  throw new Error(`${framework} is none of the examples.`)
}

/** Counts the timers of a second that run. */
function watchTimers(): () => number {
  const running = new Set<unknown>()
  const { setInterval, clearInterval, setTimeout, clearTimeout } = globalThis
  Object.assign(globalThis, {
    setInterval: (task: () => void, span: number) => {
      const id = setInterval(task, span)
      running.add(id)
      return id
    },
    clearInterval: (id: number) => {
      running.delete(id)
      clearInterval(id)
    },
    setTimeout: (task: () => void, span: number) => {
      const id = setTimeout(() => {
        running.delete(id)
        task()
      }, span)
      if (span === 1_000) running.add(id)
      return id
    },
    clearTimeout: (id: number) => {
      running.delete(id)
      clearTimeout(id)
    },
  })
  return () => running.size
}

async function until(holds: () => boolean): Promise<void> {
  for (let look = 0; look < 500 && !holds(); look += 1) await pause(20)
  if (!holds()) throw new Error('It has not happened in ten seconds.')
}
