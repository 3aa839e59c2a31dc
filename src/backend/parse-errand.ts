import * as v from 'valibot'
import type { Errand, FlowEvent } from '../dialogue.ts'
import { seal } from '../sealed.ts'

/** As long as a name may be, in characters. */
const NAME = 1_000
/** Of a redirect: longer ones are cut off by servers and proxies anyway. */
const URL_LENGTH = 8_000

const count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** Says the same as the types; what each member means stands there. Members that it does not know are dropped. */
const wish: v.GenericSchema<unknown, FlowEvent> = v.variant('type', [
  v.object({ type: v.literal('authorization.start') }),
  v.object({ type: v.literal('authorization.cancel') }),
  v.object({
    type: v.literal('authorization.responded'),
    url: v.pipe(
      v.string(),
      v.maxLength(URL_LENGTH),
      v.transform((text) => seal(text)),
    ),
  }),
  v.object({ type: v.literal('token.refresh') }),
  v.object({ type: v.literal('token.rejected'), generation: count }),
  v.object({ type: v.literal('token.revoke') }),
  v.object({ type: v.literal('record.changed') }),
  v.object({ type: v.literal('token.forget') }),
])

const errand = v.object({
  connection: v.pipe(v.string(), v.minLength(1), v.maxLength(NAME)),
  wish: v.exactOptional(wish),
  generation: v.exactOptional(count),
})

/** Reads what a device asks; or which member is wrong, never what it holds. */
export function parseErrand(data: unknown): { readonly errand: Errand } | { readonly wrong: string } {
  const result = v.safeParse(errand, data, { abortEarly: true })
  if (!result.success) return { wrong: v.getDotPath(result.issues[0]) ?? 'the body' }
  const { connection, wish, generation } = result.output
  return { errand: { connection, wish, generation } }
}
