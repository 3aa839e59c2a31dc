/// <reference lib="esnext.disposable" preserve="true" />
import type { Server } from 'node:http'
import { createDoor } from './door.ts'
import { type ViewerOptions, withDefaults } from './options.ts'
import { readPageFiles } from './page-files.ts'
import { createPageServer, listen } from './page-server.ts'
import { receive } from './reception.ts'
import { createRoom } from './room.ts'
import { createSecrets } from './secrets.ts'

/** A page on this machine that shows what hosts on this machine tell. */
export interface Viewer extends AsyncDisposable {
  /** For a person: opens the page, once. */
  readonly link: string
  /** For `connectViewer`: good as long as the viewer runs, and afterwards where the option `key` says so. */
  readonly hostLink: string
  /** Another {@link link}: for another browser, or where the page was closed. The latest 100 are good. */
  newLink(): string
  /** Ends it: pages and hosts are told, and nothing of what was seen is kept. */
  close(): Promise<void>
}

/** What a viewer needs beside its options. */
export interface ViewerMeans {
  /** The folder of the page's files. */
  readonly page: string
  /** How long a request may take to be sent, and a socket to greet, in milliseconds. Default 5,000. */
  readonly patience?: number
}

/** How many links, and how many pages, are known at a time. */
const LINKS = 100

/** Starts a viewer; {@link startViewer} says with which page. */
export async function openViewer(options: ViewerOptions, { page, patience = 5_000 }: ViewerMeans): Promise<Viewer> {
  const { port: wanted, origins, key } = withDefaults(options)
  const files = await readPageFiles(page)
  let port = wanted
  const door = createDoor(() => port, origins)
  const server = createPageServer(files, door, patience)
  const tokens = createSecrets(LINKS)
  const dismiss = receive(server, {
    ...{ door, tokens, patience },
    room: createRoom(),
    keys: createSecrets(1, key),
    sessions: createSecrets(LINKS),
  })
  port = await listen(server, wanted)
  const origin = `http://127.0.0.1:${port}`
  const newLink = () => `${origin}/#${tokens.add()}`
  let closed: Promise<void> | undefined
  const close = () => (closed ??= end(server, dismiss))
  return { link: newLink(), hostLink: `${origin}/#${key}`, newLink, close, [Symbol.asyncDispose]: close }
}

function end(server: Server, dismiss: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    dismiss()
    server.closeAllConnections()
  })
}
