import type { BrowserContext } from 'playwright-core'
import { localServer } from '../support/local-server.ts'

type Reception = 'answered' | 'refused'

/** What a page of another origin gets that knows a link which nobody has used yet. */
export async function receptionOfStrange(context: BrowserContext, link: string) {
  const server = await localServer((_, response) => response.end('<!doctype html><title>strange</title>'))
  try {
    return await receptionAt(context, server.url, link)
  } finally {
    await server.close()
  }
}

/** What the page at an address gets from the viewer, over HTTP and over a socket, with this link. */
export async function receptionAt(context: BrowserContext, address: string, link: string) {
  const tab = await context.newPage()
  try {
    await tab.goto(address)
    return await tab.evaluate(async (known) => {
      const { host, origin, hash } = new URL(known)
      const fetched = await fetch(origin).then(
        (): Reception => 'answered',
        (): Reception => 'refused',
      )
      const socket = await new Promise<Reception>((resolve) => {
        const calling = new WebSocket(`ws://${host}/`)
        const greeting = { type: 'hello', as: 'page', version: 1, token: hash.slice(1) }
        calling.addEventListener('open', () => calling.send(JSON.stringify(greeting)))
        calling.addEventListener('message', () => resolve('answered'))
        calling.addEventListener('close', () => resolve('refused'))
      })
      return { fetched, socket }
    }, link)
  } finally {
    await tab.close()
  }
}

/** The status with which an address is answered. */
export async function statusAt(context: BrowserContext, address: string): Promise<number> {
  const tab = await context.newPage()
  try {
    // A status that says no, and nothing else, counts as a failure to load.
    const [response] = await Promise.all([tab.waitForEvent('response'), tab.goto(address).catch(() => {})])
    return response.status()
  } finally {
    await tab.close()
  }
}
