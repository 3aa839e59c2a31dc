import {
  assign,
  createActor,
  emit,
  enqueueActions,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  type InspectionEvent,
  log,
  type Observer,
  raise,
  type Subscribable,
  sendTo,
  setup,
  spawnChild,
  toObserver,
} from 'xstate'

/** All secrets that there are. */
export const markers = new Set<string>()

/** A secret of its own for each place in a machine where a host could keep one. */
function marker(place: string): string {
  const secret = `marker-${place}`
  markers.add(secret)
  return secret
}

/** A secret that is a number, for where a flow has one; no time and no chance looks like it. */
export const secretNumber = 471_147_114_711

/** An error that tells everything, as those of HTTP clients do. */
function failure(place: string): Error {
  return Object.assign(new Error(marker(`${place}-message`), { cause: { body: marker(`${place}-cause`) } }), {
    data: { token: marker(`${place}-data`) },
  })
}

/** Looks like the context of a flow. */
const imitation = {
  connection: marker('context-connection'),
  prompt: { kind: 'device', userCode: marker('context-user-code'), expiresAt: secretNumber },
  nextPollAt: secretNumber,
  retryAt: secretNumber,
  token: { renewable: true, refreshAt: secretNumber, expiresAt: secretNumber },
  failure: { code: 'rate_limited', message: marker('context-message') },
}
/** Looks like the answer of a flow's actor. */
const answer = { secret: marker('output'), request: { endpoint: 'revocation', status: secretNumber } }

type Anything = { type: string; secret?: unknown; output?: unknown }

/** A subscription that nobody ends. */
const observable = <Value>(value: Value): Subscribable<Value> => ({
  subscribe(observer: unknown) {
    const { next } = toObserver(observer as Observer<Value>)
    queueMicrotask(() => next?.(value))
    return { unsubscribe() {} }
  },
})

const child = setup({
  types: { context: {} as { secret: string }, input: {} as string, events: {} as Anything, output: {} as unknown },
}).createMachine({
  id: 'child',
  context: ({ input }) => ({ secret: input }),
  initial: 'open',
  states: { open: { on: { 'child.close': 'closed' } }, closed: { type: 'final' } },
  output: { secret: marker('child-output') },
})

/** What a machine of the host's holds: secrets in every place that XState's inspection events lead to. */
export const secretive = setup({
  types: {
    context: {} as Record<string, unknown>,
    events: {} as Anything,
    input: {} as { secret: string },
    output: {} as unknown,
    emitted: {} as Anything,
  },
  actors: {
    child,
    work: fromPromise(async (_: { input: unknown }) => answer),
    fail: fromPromise<never, unknown>(async () => {
      throw failure('promise-error')
    }),
    call: fromCallback<Anything, unknown>(({ sendBack }) =>
      sendBack({ type: marker('callback-type'), secret: marker('callback-event') }),
    ),
    watch: fromObservable(() => observable({ secret: marker('observable') })),
    hear: fromEventObservable(() => observable({ type: marker('heard-type'), secret: marker('heard') })),
    count: fromTransition((_, event) => ({ secret: marker('transition-state'), event }), {
      secret: marker('transition-start'),
    }),
  },
  actions: {
    act: (_, __: { secret: string }) => {},
    keep: assign({ kept: (_, params: { secret: string }) => params.secret }),
    all: enqueueActions(({ enqueue }, params: { secret: string }) => {
      enqueue.assign({ all: params.secret })
      enqueue.emit({ type: 'told', secret: params.secret })
      enqueue.sendTo('counter', { type: 'count', secret: params.secret })
    }),
  },
  guards: { holds: (_, __: { secret: string }) => true },
}).createMachine({
  id: 'secretive',
  description: marker('description'),
  meta: { secret: marker('meta-root') },
  context: ({ input, spawn }) => ({
    ...imitation,
    secret: marker('context'),
    given: input,
    spawned: spawn('child', {
      id: marker('spawned-id'),
      systemId: marker('spawned-system-id'),
      input: marker('spawned-input'),
    }),
  }),
  output: { secret: marker('machine-output') },
  entry: spawnChild('count', { id: 'counter' }),
  exit: log(() => marker('logged'), marker('log-label')),
  type: 'parallel',
  on: {
    '*': { actions: { type: 'act', params: { secret: marker('params-wildcard') } } },
    'token.*': { actions: { type: 'keep', params: ({ event }) => ({ secret: String(event.secret) }) } },
    'tell.all': { actions: { type: 'all', params: { secret: marker('params-static') } } },
  },
  states: {
    work: {
      initial: 'first',
      meta: { secret: marker('meta-state') },
      states: {
        first: {
          invoke: {
            src: 'work',
            input: { secret: marker('invoke-input') },
            systemId: marker('invoked-system-id'),
            onDone: {
              target: 'second',
              guard: { type: 'holds', params: { secret: marker('params-guard') } },
              actions: assign({ answer: ({ event }) => event.output }),
              meta: { secret: marker('meta-arrow') },
            },
          },
        },
        second: { invoke: { src: 'fail', input: marker('failing-input'), onError: 'third' } },
        third: {
          entry: [
            raise({ type: 'raised', secret: marker('raised') }),
            emit({ type: 'emitted', secret: marker('emitted') }),
            sendTo(({ self }) => self, { type: 'sent', secret: marker('sent') }),
            sendTo(
              ({ self }) => self,
              { type: 'later', secret: marker('delayed') },
              { delay: 1, id: marker('delay-id') },
            ),
          ],
          on: { 'machine.stay': 'third', 'machine.end': 'end' },
        },
        end: { type: 'final', output: { secret: marker('state-output') } },
      },
    },
    talk: {
      initial: 'inner',
      states: {
        inner: {
          initial: 'one',
          on: { 'machine.away': 'away' },
          states: {
            one: { invoke: [{ src: 'call' }, { src: 'hear' }], on: { 'machine.next': 'two' } },
            two: { invoke: { src: 'watch', onSnapshot: { actions: assign({ seen: ({ event }) => event.snapshot }) } } },
            again: { type: 'history', history: 'deep' },
          },
        },
        away: { on: { 'machine.back': 'inner.again', 'machine.end': 'end' } },
        end: { type: 'final' },
      },
    },
  },
})

const input = { secret: marker('input') }

/** What a host sends: types that only a wildcard catches, and payloads. */
const events: readonly Anything[] = [
  { type: marker('type'), secret: marker('payload') },
  { type: `token.${marker('type-after-dot')}`, secret: marker('payload-of-wildcard') },
  { type: 'tell.all', secret: marker('payload-of-all'), output: answer },
  { type: 'machine.stay', secret: marker('payload-named') },
  { type: 'machine.next', secret: marker('payload-next') },
  { type: 'machine.away', output: { secret: marker('payload-output') } },
  { type: 'machine.back' },
  { type: 'xstate.done.actor.unknown', output: { ...answer, secret: marker('imitated-output') } },
  { type: 'machine.away' },
]

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 3))

/** What is seen of a life, as far as it leads anywhere. */
export const course = [
  'talk.inner.one, work.first',
  'talk.inner.one, work.second',
  'talk.inner.one, work.third',
  'talk.inner.two, work.third',
  'talk.away, work.third',
  'talk.inner.two, work.third',
  'talk.away, work.third',
  'stopped',
  // As restored.
  'talk.away, work.third',
  'talk.end, work.end',
  'stopped',
]

/** Lives a whole life with all its secrets, in which the machine is stopped, persisted and restored. */
export async function liveSecretively(inspect: (event: InspectionEvent) => void): Promise<void> {
  const options = { inspect, logger: () => {} }
  const actor = createActor(secretive, { ...options, input, id: marker('id'), systemId: marker('system-id') }).start()
  for (const event of events) {
    await pause()
    actor.send(event)
  }
  actor.system.get(marker('spawned-system-id'))?.send({ type: 'child.close', secret: marker('payload-of-child') })
  await pause()
  const persisted = { ...(actor.getPersistedSnapshot() as object), tags: [marker('persisted-tag')] }
  actor.stop()
  const snapshot = JSON.parse(JSON.stringify(persisted))
  const restored = createActor(secretive, { ...options, snapshot, input }).start()
  await pause()
  restored.send({ type: 'machine.end', secret: marker('payload-after') })
  await pause()
}
