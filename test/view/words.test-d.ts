import type { Connection } from 'oauth-machines'
import { createClient, tyro } from 'oauth-machines'
import { english, view, viewOf, type Words } from 'oauth-machines/view'
import { describe, it } from 'vitest'
import { german } from './german.ts'

/** What must compile, and what must not. `tsc -p .` is the judge; nothing here runs. */

declare const connection: Connection
const { titles, ...untitled } = german
const { network, ...failures } = german.failures

describe('a translation', () => {
  it('is the whole table', () => {
    german satisfies Words
    ;({ ...english, titles: { ...titles, connected: 'Ready' } }) satisfies Words
  })

  it('forgets no text', () => {
    // @ts-expect-error: no titles
    untitled satisfies Words
    // @ts-expect-error: a failure without words
    ;({ ...german, failures }) satisfies Words
    // @ts-expect-error: a failure without a remedy
    ;({ ...german, failures: { ...failures, network: { text: network.text } } }) satisfies Words
    // @ts-expect-error: a text without its parameter
    ;({ ...german, links: { ...german.links, openPage: 3 } }) satisfies Words
  })
})

describe('a view', () => {
  it('is of any snapshot that a connection has', () => {
    viewOf(connection.actor.getSnapshot(), 0)
    viewOf(createClient(tyro, { clientId: 'a client' }).connect('till').actor.getSnapshot(), 0, german)
  })

  it('is of plain data, as little as there is', () => {
    view({ state: 'idle', tags: [], can: () => false }, 0)
    // @ts-expect-error: buttons need to know what is possible
    view({ state: 'idle', tags: [] }, 0)
  })
})
