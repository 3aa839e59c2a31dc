import { type ClientOptions, createEnvironment } from 'oauth-machines'
import { createEmulator, type Emulator, type EmulatorOptions } from 'oauth-machines/emulator'
import type { ViewerDeed } from 'oauth-machines/inspect'
import { serveCallback } from './callback.ts'
import { type Clock, createClock } from './clock.ts'
import { deedsOf } from './deeds.ts'
import { finishLogin } from './login.ts'
import { createPrograms, type Programs } from './programs.ts'
import { createScript } from './script.ts'

export interface StageOptions {
  /** Of the three servers. Default: {@link lifetimes}. */
  readonly emulator?: EmulatorOptions
  /** How long an outage lasts, in milliseconds. Default 30,000. */
  readonly outage?: number
}

/** Servers, programs and what can be done to them, without anybody who looks on. */
export interface Stage extends AsyncDisposable {
  readonly emulator: Emulator
  readonly programs: Programs
  readonly clock: Clock
  readonly deeds: readonly ViewerDeed[]
  /** Starts the programs: nothing is sent, since none of them is connected. */
  start(): void
  /** Stops the programs, then the servers. */
  close(): Promise<void>
}

/** In seconds: short enough to see all of it within five minutes. */
export const lifetimes = {
  tyro: { interval: 4, codeLifetime: 180, accessTokenLifetime: 60 },
  sumupPosPro: { accessTokenLifetime: 60 },
  mypos: { accessTokenLifetime: 60 },
} as const satisfies EmulatorOptions

/** @param inspect takes what the programs' machines tell, from the moment that they start */
export async function openStage(
  inspect: NonNullable<ClientOptions['inspect']>,
  { emulator: options = lifetimes, outage = 30_000 }: StageOptions = {},
): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const emulator = opened.use(createEmulator(options))
  await emulator.listen()
  const callback = await serveCallback((url) => finishLogin(programs.office, url))
  opened.defer(callback.close)
  const clock = createClock()
  const environment = createEnvironment({ now: clock.now })
  const programs = createPrograms({ emulator, environment, inspect, redirectUri: callback.url })
  const all = [programs.till, programs.office, programs.service]
  const deeds = deedsOf({ emulator, script: createScript(emulator), clock, programs, outage })
  opened.defer(async () => {
    await Promise.all(all.map((program) => program.stop()))
  })
  const closing = opened.move()
  const close = () => closing.disposeAsync()

  return {
    emulator,
    programs,
    clock,
    deeds,
    start() {
      for (const program of all) program.start()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
