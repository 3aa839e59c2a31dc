import { anchorsIn } from './anchors.ts'

/** Fewer are seen at a glance. */
const WORTH = 3

interface Method {
  readonly name: string
  readonly anchor: string
}

/** Lists the methods of a class or an interface before its parts, where it has several. */
export function withIndexes(text: string): string {
  const indexes = indexesOf(text)
  let count = -1
  let isOpen = false
  return text
    .split(/^(?=#{3,4} )/m)
    .map((part) => {
      if (part.startsWith('### ')) {
        count++
        isOpen = true
        return part
      }
      const index = isOpen ? indexes[count] : undefined
      isOpen = false
      return index ? `${index}\n\n${part}` : part
    })
    .join('')
}

/** For each heading of the third level, in their order. */
function indexesOf(text: string): (string | undefined)[] {
  const methods: Method[][] = []
  let isMethods = false
  for (const { heading, anchor } of anchorsIn(text)) {
    if (heading.startsWith('### ')) methods.push([])
    if (/^#{1,4} /.test(heading)) isMethods = heading === '#### Methods'
    const name = isMethods ? /^##### (\w+)\(\)/.exec(heading)?.[1] : undefined
    if (name !== undefined) methods.at(-1)?.push({ name, anchor })
  }
  return methods.map(indexOf)
}

function indexOf(methods: readonly Method[]): string | undefined {
  if (methods.length < WORTH) return undefined
  return `Methods: ${methods.map(({ name, anchor }) => `[\`${name}()\`](#${anchor})`).join(', ')}`
}
