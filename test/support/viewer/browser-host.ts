import { createActor, createMachine } from 'xstate'
import { createEmulator } from '../../../src/emulator/index.ts'
import { createClient, createEnvironment, tyro } from '../../../src/index.ts'
import { connectViewer } from '../../../src/inspect/connect-viewer.ts'

/** A till in a page, that tells a viewer. */
export function startTill(hostLink: string): void {
  const { inspect } = connectViewer(hostLink, { name: 'a page', accepts: true })
  const environment = createEnvironment({ fetch: createEmulator().fetch })
  createClient(tyro, { clientId: 'till-app' }, { environment, inspect }).connect('till-3')
  createActor(createMachine({ id: 'lamp' }), { inspect }).start()
}

/** What comes of a socket that greets: the first message, or the code of its end. */
export function greet(url: string, greeting: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url)
    socket.onopen = () => socket.send(JSON.stringify(greeting))
    socket.onmessage = ({ data }) => {
      resolve(JSON.parse(data))
      socket.close()
    }
    socket.onclose = ({ code }) => resolve(code)
  })
}

/** Whether an element that loads an address comes to anything. */
export function load(tag: 'script' | 'img' | 'link', address: string): Promise<string> {
  const element = document.createElement(tag)
  if (element instanceof HTMLLinkElement) Object.assign(element, { rel: 'stylesheet', href: address })
  else element.src = address
  return new Promise((resolve) => {
    element.onload = () => resolve('loaded')
    element.onerror = () => resolve('refused')
    document.head.append(element)
  })
}

/** What comes of asking, as a page may. */
export async function ask(address: string, mode: RequestMode): Promise<string> {
  try {
    return `status ${(await fetch(address, { mode })).status}`
  } catch (error) {
    return String(error)
  }
}
