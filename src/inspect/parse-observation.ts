import * as v from 'valibot'
import { type FailureCode, isFailureCode } from '../failure.ts'
import { askedEndpoints } from '../transitions.ts'
import { LONGEST_WORD, MOST_WORDS, type Observation } from './observation.ts'

/** Longer words than these stand in no chart, and no name needs more. */
const word = v.pipe(v.string(), v.maxLength(LONGEST_WORD))
const words = v.pipe(v.array(word), v.maxLength(MOST_WORDS))
const instant = v.pipe(v.number(), v.finite())
const common = { at: instant, actor: word, name: word }

/** Says the same as the types; what each member means stands there. Members that it does not know are dropped. */
const observation: v.GenericSchema<unknown, Observation> = v.variant('type', [
  v.object({ type: v.literal('actor'), ...common, machine: word, state: word, tags: words }),
  v.object({
    type: v.literal('transition'),
    ...common,
    from: word,
    to: word,
    event: word,
    arrows: words,
    tags: words,
    deadlines: v.object({
      poll: v.exactOptional(instant),
      retry: v.exactOptional(instant),
      prompt: v.exactOptional(instant),
      refresh: v.exactOptional(instant),
      token: v.exactOptional(instant),
    }),
    request: v.exactOptional(
      v.object({
        endpoint: v.picklist(askedEndpoints),
        status: v.exactOptional(v.pipe(v.number(), v.integer())),
      }),
    ),
    failure: v.exactOptional(v.custom<FailureCode>(isFailureCode)),
  }),
  v.object({ type: v.literal('stopped'), ...common }),
])

/** Reads what claims to be an observation, from a socket or a file. `undefined` where it is none. */
export function parseObservation(value: unknown): Observation | undefined {
  const result = v.safeParse(observation, value)
  return result.success ? result.output : undefined
}
