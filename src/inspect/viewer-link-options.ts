import { checkOptions, type Expectations, isFunction, wrongOption } from '../check-options.ts'
import { defaultEnvironment } from '../environment.ts'
import { type Failure, misconfigured } from '../failure.ts'
import { LONGEST_MESSAGE, MOST_DEEDS } from './limits.ts'
import { type Deed, PROTOCOL, type Wish, wishes } from './messages.ts'
import { LONGEST_WORD } from './observation.ts'
import { isHere } from './this-machine.ts'

export interface ViewerLinkOptions {
  /** What the viewer calls this host, for instance the name of the program. Default `host`. */
  readonly name?: string | undefined
  /** The events that the viewer's buttons may send; `true` stands for all of them. Default: none. */
  readonly accepts?: true | readonly Wish[] | undefined
  /** What else the viewer may ask for. Default: nothing. */
  readonly deeds?: readonly ViewerDeed[] | undefined
  /** The clock, in Unix milliseconds. Default: the host's. */
  readonly now?: (() => number) | undefined
  /** Is told, once, that the viewer refuses this host, which is then not tried again. Default: `console.warn`. */
  readonly onProblem?: ((problem: Failure) => void) | undefined
}

/** Something that the viewer may ask for, and what does it. */
export interface ViewerDeed extends Deed {
  /**
   * Does it. `say` shows a sentence in the viewer: for what is to be seen only later. The message of an error that it throws
   * is shown as well: it says why not. Neither may hold a secret.
   */
  run(say: (words: string) => void): void | Promise<void>
}

const about = 'connectViewer'
/** How many characters a clock may take in JSON. */
const CLOCK = 25

/** Each option, and what it must be. */
const expectations: Expectations<ViewerLinkOptions> = {
  name: [`1 to ${LONGEST_WORD} characters`, isWord],
  accepts: [`true or a list of ${wishes.join(', ')}`, (value) => value === true || isList(value, isWish)],
  deeds: [`a list of at most ${MOST_DEEDS} deeds, each with an id of its own`, isDeeds],
  now: ['a function', isFunction],
  onProblem: ['a function', isFunction],
}

/**
 * Checks the options and fills in what was not given.
 *
 * @throws OAuthError `invalid_configuration`; the message names the option
 */
export function withDefaults(options: ViewerLinkOptions) {
  checkOptions(about, options, expectations)
  const { name = 'host', accepts = [], deeds = [], now = defaultEnvironment().now, onProblem = warn } = options
  return { name, allowed: accepts === true ? wishes : accepts, deeds, now, onProblem }
}

/**
 * Reads a link to the viewer's hosts.
 *
 * @throws OAuthError `invalid_configuration` where it leads off this machine, or holds no key
 */
export function addressOf(link: string): { readonly url: string; readonly key: string } {
  const url = URL.canParse(link) ? new URL(link) : undefined
  const key = url?.hash.slice(1) ?? ''
  if (!url || !isHere(url, 'http:') || !isWord(key))
    throw misconfigured(`${about}, link`, 'http on 127.0.0.1, localhost or [::1], with a key behind #')
  return { url: `ws://${url.host}/`, key }
}

/** What is said first, but for the clock. */
export function greetingOf(key: string, { name, deeds }: Pick<ReturnType<typeof withDefaults>, 'name' | 'deeds'>) {
  const told = deeds.map(({ id, label, description, group, connection }) => ({
    ...{ id, label, description, group },
    ...(connection !== undefined && { connection }),
  }))
  const greeting = { type: 'hello', as: 'host', version: PROTOCOL, key, name, deeds: told, now: 0 } as const
  if (JSON.stringify(greeting).length + CLOCK > LONGEST_MESSAGE) throw wrongOption(about, 'deeds', 'shorter words')
  return greeting
}

/** Somebody sits before an empty viewer and wonders: this must not need an option to be heard. */
function warn({ message }: Failure): void {
  console.warn(message)
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_WORD
}

function isWish(value: unknown): boolean {
  return wishes.some((wish) => wish === value)
}

function isList(value: unknown, holds: (member: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= MOST_DEEDS && value.every(holds)
}

function isDeeds(value: unknown): boolean {
  return isList(value, isDeed) && new Set(value.map((deed) => member(deed, 'id'))).size === value.length
}

function isDeed(value: unknown): boolean {
  const connection = member(value, 'connection')
  const words = ['id', 'label', 'description', 'group'].map((name) => member(value, name))
  if (connection !== undefined) words.push(connection)
  return words.every(isWord) && isFunction(member(value, 'run'))
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
