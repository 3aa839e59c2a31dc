import { describe, expect, it } from 'vitest'
import { english, view, type Words } from '../../src/view/index.ts'
import { german } from './german.ts'
import { codes, eachSight, faultsIn, NOW, seen, states, textsOf } from './sights.ts'

/** Every text of a table, by its path, such as `titles.connected`. */
function textsIn(table: object, above = ''): [path: string, text: unknown][] {
  return Object.entries(table).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null ? textsIn(value, `${above}${name}.`) : [[`${above}${name}`, value]],
  )
}

const pathsIn = (table: Words) => textsIn(table).map(([path, text]) => `${path}: ${typeof text}`)

/** The same table, with each text replaced by its path in brackets. */
function marked(table: object, above = ''): object {
  const entries = Object.entries(table).map(([name, value]) => {
    const path = `${above}${name}`
    if (typeof value === 'object' && value !== null) return [name, marked(value, `${path}.`)]
    return [name, typeof value === 'function' ? (...given: unknown[]) => `⟦${path} ${given.join()}⟧` : `⟦${path}⟧`]
  })
  return Object.fromEntries(entries)
}

/** A language whose texts say where they are from. */
const language = { words: english }
Object.assign(language, { words: marked(english) })

describe('the words of a view', () => {
  const said = new Set<string>()
  const foreign = new Set<string>()
  const listen = (sight: Parameters<typeof view>[0]) => {
    for (const [place, text] of textsOf(view(sight, NOW, language.words))) {
      for (const [, path = ''] of text.matchAll(/⟦([\w.]+)/g)) said.add(path)
      if (!/^⟦.*⟧$/.test(text)) foreign.add(`${place}: ${text}`)
    }
  }
  for (const known of states) eachSight(known, listen)
  listen(seen('authorized', { stopped: true, name: 'a till', provider: 'a provider' }))
  listen(seen('backingOff', JSON.parse('{ "failure": { "code": "of_a_newer_server" } }')))

  it('are all from the table that was given, but for names of states that stand in no chart', () => {
    expect([...foreign].sort()).toEqual(['title: constructor', 'title: outer.inner, other'])
  })

  it('are all said somewhere: none is translated in vain', () => {
    const unsaid = textsIn(english).filter(([path]) => !said.has(path))
    expect(unsaid.map(([path]) => path)).toEqual([])
    expect(said.size).toBeGreaterThan(80)
  })
})

describe('a translation', () => {
  it('has every text that English has, and no other', () => {
    expect(pathsIn(german).sort()).toEqual(pathsIn(english).sort())
  })

  it('says nothing in English', () => {
    const same = textsIn(german).filter(([path, text]) => new Map(textsIn(english)).get(path) === text)
    expect(same).toEqual([])
  })

  it.each(states)('reads well in the state $state of $machine', (known) => {
    const faults = new Set<string>()
    eachSight(known, (sight) => {
      for (const fault of faultsIn(view(sight, NOW, german))) faults.add(fault)
    })
    expect([...faults]).toEqual([])
  })
})

describe('failures', () => {
  it('are each told in own words', () => {
    const texts = codes.map((code) => english.failures[code].text)
    expect(new Set(texts).size).toBe(codes.length)
  })
})
