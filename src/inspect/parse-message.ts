import * as v from 'valibot'
import { LONGEST_MESSAGE, MOST_DEEDS } from './limits.ts'
import { type Deed, type FromHost, type FromPage, type Screen, type ToHost, type ToPage, wishes } from './messages.ts'
import { LONGEST_WORD, type Observation } from './observation.ts'
import { parseObservation } from './parse-observation.ts'

/** The first message of a socket to the viewer. */
export type Greeting = Extract<FromHost | FromPage, { type: 'hello' }>
/** What a host says after its greeting. */
export type HostMessage = Exclude<FromHost, { type: 'hello' }>
/** What a page says after its greeting. */
export type PageMessage = Exclude<FromPage, { type: 'hello' }>

const word = v.pipe(v.string(), v.maxLength(LONGEST_WORD))
/** Messages and URLs: as long as a message may be. */
const text = v.pipe(v.string(), v.maxLength(LONGEST_MESSAGE))
const finite = v.pipe(v.number(), v.finite())
const wish = v.picklist(wishes)

const observation = v.pipe(
  v.unknown(),
  v.transform(parseObservation),
  v.custom<Observation>((parsed) => parsed !== undefined),
)

/** Here and below: the same as the types, and what each member means stands there. Members that it does not know are dropped. */
const screen: v.GenericSchema<unknown, Screen> = v.object({
  prompt: v.exactOptional(
    v.variant('kind', [
      v.object({
        kind: v.literal('device'),
        userCode: text,
        verificationUri: text,
        verificationUriComplete: v.exactOptional(text),
        expiresAt: finite,
      }),
      v.object({ kind: v.literal('redirect'), url: text, expiresAt: finite }),
    ]),
  ),
  message: v.exactOptional(text),
  wantsRevoke: v.exactOptional(v.literal(true)),
  pollInterval: v.exactOptional(finite),
  accepts: v.pipe(v.array(wish), v.maxLength(wishes.length)),
})

const deed: v.GenericSchema<unknown, Deed> = v.object({
  id: word,
  label: word,
  description: text,
  group: word,
  connection: v.exactOptional(word),
})
const deeds = v.pipe(v.array(deed), v.maxLength(MOST_DEEDS))

const hello = { type: v.literal('hello'), version: v.number() }
const greeting: v.GenericSchema<unknown, Greeting> = v.union([
  v.object({ ...hello, as: v.literal('host'), key: word, name: word, deeds, now: finite }),
  v.object({ ...hello, as: v.literal('page'), token: word }),
  v.object({ ...hello, as: v.literal('page'), session: word }),
])

const fromHost: v.GenericSchema<unknown, HostMessage> = v.variant('type', [
  v.object({ type: v.literal('observed'), observation }),
  v.object({ type: v.literal('screen'), actor: word, screen, now: finite }),
  v.object({ type: v.literal('refused'), reason: text }),
  v.object({ type: v.literal('done'), words: text }),
])

const fromPage: v.GenericSchema<unknown, PageMessage> = v.variant('type', [
  v.object({ type: v.literal('send'), host: word, actor: word, event: wish }),
  v.object({ type: v.literal('do'), host: word, deed: word }),
])

const toHost: v.GenericSchema<unknown, ToHost> = v.variant('type', [
  v.object({ type: v.literal('welcome') }),
  v.object({ type: v.literal('send'), actor: word, event: wish }),
  v.object({ type: v.literal('do'), deed: word }),
])

const toPage: v.GenericSchema<unknown, ToPage> = v.variant('type', [
  v.object({ type: v.literal('welcome'), session: word }),
  v.object({ type: v.literal('host'), host: word, name: word, deeds, ahead: finite }),
  v.object({ type: v.literal('clock'), host: word, ahead: finite }),
  v.object({ type: v.literal('observed'), host: word, observation }),
  v.object({ type: v.literal('screen'), host: word, actor: word, screen }),
  v.object({ type: v.literal('refused'), host: word, reason: text }),
  v.object({ type: v.literal('done'), host: word, words: text }),
  v.object({ type: v.literal('left'), host: word }),
])

/** Reads the version of a greeting, whatever else another version has in it. `undefined` where it is no greeting. */
export const parseVersion = reader(
  v.pipe(
    v.object(hello),
    v.transform(({ version }) => version),
  ),
)

/** Each reads the text of one message. `undefined` where it is none. */
export const parseGreeting = reader(greeting)
export const parseFromHost = reader(fromHost)
export const parseFromPage = reader(fromPage)
export const parseToHost = reader(toHost)
export const parseToPage = reader(toPage)

function reader<T>(schema: v.GenericSchema<unknown, T>): (text: string) => T | undefined {
  return (text) => {
    const result = v.safeParse(schema, jsonOf(text))
    return result.success ? result.output : undefined
  }
}

/** What is no JSON is no message either. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
