/** What the guide uses of `@opentelemetry/api`, in its shape, and what was told to it. */
type Attributes = Readonly<Record<string, string | number>>
type Observe = (result: { observe(value: number, attributes?: Attributes): void }) => void

interface Told {
  readonly name: string
  readonly value: number
  readonly attributes: Attributes
}

interface FinishedSpan {
  readonly name: string
  readonly kind: number
  readonly code: number
  readonly attributes: Attributes
  /** Unix milliseconds. */
  readonly startTime: number
  readonly endTime: number
}

export const told: Told[] = []
export const spans: FinishedSpan[] = []
const gauges: { readonly name: string; readonly observe: Observe }[] = []

/** What an exporter would collect now. */
export function collected(): Told[] {
  const values: Told[] = []
  for (const { name, observe } of gauges)
    observe({ observe: (value, attributes = {}) => values.push({ name, value, attributes }) })
  return values
}

export const SpanKind = { INTERNAL: 0, SERVER: 1, CLIENT: 2 } as const
export const SpanStatusCode = { UNSET: 0, OK: 1, ERROR: 2 } as const

interface SpanOptions {
  readonly kind?: number
  readonly startTime?: number
}

export const trace = {
  getTracer: (_name: string) => ({
    startSpan(name: string, { kind = 0, startTime = 0 }: SpanOptions = {}) {
      let attributes: Attributes = {}
      let code = 0
      return {
        setAttributes(more: Attributes) {
          attributes = { ...attributes, ...more }
        },
        setStatus(status: { readonly code: number }) {
          code = status.code
        },
        end(endTime = 0) {
          spans.push({ name, kind, code, attributes, startTime, endTime })
        },
      }
    },
  }),
}

export const metrics = {
  getMeter: (_name: string) => ({
    createCounter: (name: string) => ({
      add: (value: number, attributes: Attributes = {}) => void told.push({ name, value, attributes }),
    }),
    createHistogram: (name: string, _options?: { readonly unit?: string }) => ({
      record: (value: number, attributes: Attributes = {}) => void told.push({ name, value, attributes }),
    }),
    createObservableGauge: (name: string) => ({
      addCallback: (observe: Observe) => void gauges.push({ name, observe }),
    }),
  }),
}
